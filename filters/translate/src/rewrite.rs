//! The headers of one attempt: the client's own, as the provider is to see them, whatever the attempt before has left.

use tollgate_host::{HeaderMap, Headers, Host, HostError};
use tollgate_policy::names::{KEY_HEADERS, SIGNATURE_PREFIX};

use crate::origin::{Origin, is_changeable};

/// Makes the request's headers what they must be with as few calls to the host as that takes: `set` wins, `drop` goes, what
/// [`is_changeable`] is as the client sent it, and no key or signature is left: the client's are gone by now, one of another provider may
/// still be there from the attempt before.
pub(crate) fn rewrite(
    host: &mut dyn Host,
    now: &Headers,
    origin: &Origin,
    set: &[(&str, &str)],
    drop: &[&str],
) -> Result<(), HostError> {
    for (name, value) in set {
        if now.get_bytes(name) != Some(value.as_bytes()) {
            host.set_header(HeaderMap::Request, name, value)?;
        }
    }
    let is_in = |names: &[&str], name: &[u8]| names.iter().any(|other| other.as_bytes() == name);
    let is_set = |name: &[u8]| set.iter().any(|(other, _)| other.as_bytes() == name);
    let saved = match origin {
        Origin::Untouched => None,
        Origin::Saved(saved) => Some(saved),
    };
    for (name, value) in now {
        if is_set(name) {
            continue;
        }
        let Ok(text) = std::str::from_utf8(name) else { continue };
        let changeable = is_changeable(name);
        if is_in(KEY_HEADERS, name)
            || is_in(drop, name)
            || name.starts_with(SIGNATURE_PREFIX.as_bytes())
            // What is no text could not be put back for the next attempt.
            || changeable && std::str::from_utf8(value).is_err()
        {
            host.remove_header(HeaderMap::Request, text)?;
            continue;
        }
        let Some(saved) = saved.filter(|_| changeable) else { continue };
        match saved.get(text) {
            None => host.remove_header(HeaderMap::Request, text)?,
            Some(sent) if now.get(text) != Some(sent) => host.set_header(HeaderMap::Request, text, sent)?,
            Some(_) => {}
        }
    }
    // What the attempt before has taken out comes back.
    for (name, value) in saved.into_iter().flatten() {
        let (Ok(text), Ok(value)) = (std::str::from_utf8(name), std::str::from_utf8(value)) else { continue };
        if !is_set(name) && !is_in(drop, name) && !is_in(KEY_HEADERS, name) && now.get_bytes(text).is_none() {
            host.set_header(HeaderMap::Request, text, value)?;
        }
    }
    Ok(())
}
