//! Writing events.

use memchr::memchr2;

/// Appends an event: an `event` line if it has a name, then its data, one `data` line per line of it. CR LF and lone CR count as line ends
/// there and read back as LF. A name is cut at its first line end, which nothing could carry.
pub fn write_event(out: &mut Vec<u8>, event: Option<&str>, data: &[u8]) {
    if let Some(event) = event {
        let name = event.split(['\n', '\r']).next().unwrap_or_default();
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(name.as_bytes());
        out.push(b'\n');
    }
    let mut rest = data;
    loop {
        let end = memchr2(b'\n', b'\r', rest);
        let (line, behind) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or_default();
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(line);
        out.push(b'\n');
        match behind {
            [] => break,
            [b'\r', b'\n', behind @ ..] | [_, behind @ ..] => rest = behind,
        }
    }
    out.push(b'\n');
}
