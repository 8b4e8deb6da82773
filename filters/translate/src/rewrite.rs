//! The headers of one attempt: the client's own, as the provider is to see them, whatever the attempt before has left.

use tollgate_host::{HeaderMap, Headers, Host, HostError};

use crate::origin::{CHANGEABLE, Origin};

/// Headers by which providers' keys travel. The client's are gone by now, one of another provider may be left from the attempt before.
const CREDENTIALS: &[&str] = &["authorization", "x-api-key", "api-key", "x-goog-api-key"];

/// Makes the request's headers what they must be with as few calls to the host as that takes: `set` wins, `drop` goes, what is
/// [`CHANGEABLE`] is as the client sent it, and no key is left.
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
    for name in CREDENTIALS.iter().chain(drop) {
        if !is_set(name) && now.get_bytes(name).is_some() {
            host.remove_header(HeaderMap::Request, name)?;
        }
    }
    for name in CHANGEABLE {
        if is_set(name) || drop.contains(name) || CREDENTIALS.contains(name) {
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
