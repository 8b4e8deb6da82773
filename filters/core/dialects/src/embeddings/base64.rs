//! Vectors as OpenAI's API encodes them: each number as four bytes (IEEE 754, little-endian), and those as base64 (RFC 4648, padded).

use tollgate_wire::json::{Value, Writer};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes a list of numbers as a string. None, and nothing written, if it holds anything else.
pub(super) fn write_vector(vector: Value<'_>, out: &mut Writer) -> Option<()> {
    let mut bytes = Vec::with_capacity(4096);
    for number in vector.items() {
        let number: f32 = number.raw().parse().ok()?;
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    // Nothing in it needs an escape.
    out.begin_string().push_str(&encode(&bytes)).end_string();
    Some(())
}

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| chunk.get(at).copied().map_or(0, u32::from);
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (at, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = ALPHABET.get((bits >> shift & 63) as usize).copied().unwrap_or(b'=');
            out.push(if at <= chunk.len() { digit.into() } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use tollgate_wire::json::{Limits, Tape};

    use super::*;

    #[test]
    fn bytes_become_base64() {
        // RFC 4648, section 10.
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
        }
        assert_eq!(encode(&[0xfb, 0xff, 0xbf]), "+/+/");
    }

    #[test]
    fn numbers_become_their_four_bytes() {
        let mut tape = Tape::default();
        let vector = tape.parse(b"[1, -2.5, 1e-3, 0]", Limits::default()).unwrap();
        let mut out = Writer::new();
        assert_eq!(write_vector(vector, &mut out), Some(()));
        // Python: base64.b64encode(struct.pack('<4f', 1, -2.5, 1e-3, 0))
        assert_eq!(out.finish(), br#""AACAPwAAIMBvEoM6AAAAAA==""#);

        let mut out = Writer::new();
        assert_eq!(write_vector(tape.parse(b"[1, null]", Limits::default()).unwrap(), &mut out), None);
        assert!(out.finish().is_empty());
    }
}
