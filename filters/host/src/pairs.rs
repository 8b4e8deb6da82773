//! The wire form of header maps and other lists of pairs between host and module.
//!
//! A `u32` count, then for every pair the lengths of name and value (`u32` each), then names and values in turn, each
//! followed by a NUL. All integers are little-endian. This is what proxy-wasm-cpp-host's `PairsUtil` reads and writes.

use crate::HostError;

/// The most pairs Envoy's host accepts in one list; a longer one is read as empty there.
pub const MAX_PAIRS: usize = 1024;
/// The most bytes Envoy's host accepts in one serialized list.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Writes a list of pairs.
///
/// # Errors
/// [`HostError::BadArgument`] when the list is longer than the host would accept ([`MAX_PAIRS`], [`MAX_BYTES`]):
/// the host would silently take it for an empty one.
pub fn encode(pairs: &[(&str, &str)]) -> Result<Vec<u8>, HostError> {
    encode_bytes(pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())))
}

/// As [`encode`], of bytes that need not be text.
///
/// # Errors
/// As [`encode`].
pub fn encode_bytes<'a>(pairs: impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone) -> Result<Vec<u8>, HostError> {
    let (mut count, mut size) = (0, 4);
    for (name, value) in pairs.clone() {
        count += 1;
        size += 8 + name.len() + 1 + value.len() + 1;
    }
    if count > MAX_PAIRS || size > MAX_BYTES {
        return Err(HostError::BadArgument);
    }
    let mut bytes = Vec::with_capacity(size);
    bytes.extend_from_slice(&length(count));
    for (name, value) in pairs.clone() {
        bytes.extend_from_slice(&length(name.len()));
        bytes.extend_from_slice(&length(value.len()));
    }
    for (name, value) in pairs {
        bytes.extend_from_slice(name);
        bytes.push(0);
        bytes.extend_from_slice(value);
        bytes.push(0);
    }
    Ok(bytes)
}

/// The bounds above make every length fit.
fn length(n: usize) -> [u8; 4] {
    u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes()
}

/// Envoy puts whatever a module sets on the wire, line breaks included, where they end the header and begin another.
///
/// # Errors
/// [`HostError::BadArgument`] for a name or value that no header can have: control characters (a tab in a value is
/// allowed), or an empty name.
pub fn check_header(name: &str, value: &str) -> Result<(), HostError> {
    let sound = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_graphic())
        && value.bytes().all(|byte| byte == b'\t' || !byte.is_ascii_control());
    if sound { Ok(()) } else { Err(HostError::BadArgument) }
}

/// Writes a header map: [`encode`], once every header has passed [`check_header`].
///
/// # Errors
/// As those two.
pub fn encode_headers(headers: &[(&str, &str)]) -> Result<Vec<u8>, HostError> {
    headers.iter().try_for_each(|(name, value)| check_header(name, value))?;
    encode(headers)
}

/// Reads a `u32` at `at`.
pub(crate) fn read_u32(bytes: &[u8], at: usize) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(field.try_into().ok()?) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_is_the_hosts() {
        let expected = b"\x02\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\0\0\0\0a\0bc\0def\0\0";
        assert_eq!(encode(&[("a", "bc"), ("def", "")]).unwrap(), expected);
        assert_eq!(encode(&[]).unwrap(), b"\0\0\0\0");
    }

    #[test]
    fn a_list_the_host_would_take_for_an_empty_one_is_refused() {
        assert!(encode(&vec![("a", "b"); MAX_PAIRS]).is_ok());
        assert_eq!(encode(&vec![("a", "b"); MAX_PAIRS + 1]), Err(HostError::BadArgument));
        let framing = 4 + 8 + 1 + 2;
        let value = "v".repeat(MAX_BYTES - framing);
        assert_eq!(encode(&[("a", &value)]).map(|bytes| bytes.len()), Ok(MAX_BYTES));
        assert_eq!(encode(&[("ab", &value)]), Err(HostError::BadArgument));
    }

    #[test]
    fn a_line_break_does_not_become_a_second_header() {
        for (name, value) in
            [("x", "a\r\nx-admin: 1"), ("x", "a\n"), ("x", "\0"), ("x\n", "a"), ("x y", "a"), ("", "a")]
        {
            assert_eq!(check_header(name, value), Err(HostError::BadArgument), "{name:?}: {value:?}");
            assert_eq!(encode_headers(&[("ok", "ok"), (name, value)]), Err(HostError::BadArgument));
        }
        for (name, value) in [(":path", "/a?b=c d"), ("x-a", ""), ("x-a", "tab\there"), ("x-a", "grüße")] {
            assert_eq!(check_header(name, value), Ok(()), "{name:?}: {value:?}");
        }
    }
}
