//! Vectors as OpenAI's API encodes them: each number as four bytes (IEEE 754, little-endian), and those as base64 (RFC 4648, padded).

use tollgate_wire::base64::encode;
use tollgate_wire::json::{Value, Writer};

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

#[cfg(test)]
mod tests {
    use tollgate_wire::json::{Limits, Tape};

    use super::*;

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
