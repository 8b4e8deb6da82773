//! The headers of one attempt: the client's own, as the provider is to see them, whatever the attempt before has left.

use tollgate_host::{HeaderMap, Headers, Host, HostError};
use tollgate_policy::names::{KEY_HEADERS, SIGNATURE_PREFIX};

use crate::origin::{CHANGEABLE, Origin};

/// Makes the request's headers what they must be with as few calls to the host as that takes: `set` wins, `drop` goes, what is
/// [`CHANGEABLE`] is as the client sent it, and no key or signature is left: the client's are gone by now, one of another provider may still
/// be there from the attempt before.
pub(crate) fn rewrite(
    host: &mut dyn Host,
    now: &Headers,
    origin: &Origin,
    set: &[(&str, &str)],
    drop: &[&str],
) -> Result<(), HostError> {
    for (name, value) in set {
        if now.get(name) != Some(value) {
            host.set_header(HeaderMap::Request, name, value)?;
        }
    }
    let is_set = |name: &str| set.iter().any(|(other, _)| *other == name);
    let signatures = now.iter().filter_map(|(name, _)| std::str::from_utf8(name).ok());
    let signatures = signatures.filter(|name| name.starts_with(SIGNATURE_PREFIX));
    for name in KEY_HEADERS.iter().chain(drop).copied().chain(signatures) {
        if !is_set(name) && now.get_bytes(name).is_some() {
            host.remove_header(HeaderMap::Request, name)?;
        }
    }
    for name in CHANGEABLE {
        if is_set(name) || drop.contains(name) || KEY_HEADERS.contains(name) {
            continue;
        }
        match origin.get(name) {
            Some(value) if now.get(name) != Some(value) => host.set_header(HeaderMap::Request, name, value)?,
            None if now.get_bytes(name).is_some() => host.remove_header(HeaderMap::Request, name)?,
            _ => {}
        }
    }
    Ok(())
}
