//! Text files that stand in a request as base64: read as what they are, and encoded anew if a rule changes them.

use std::borrow::Cow;

use tollgate_dialects::EncodedText;
use tollgate_redaction::{JsonText, Policy, RedactError, Report, Vault};
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Limits, Tape, escape_into, unescape};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Redacts a file. `false`: it is no text after all, so nothing could be looked at.
pub(crate) fn redact(
    policy: &Policy,
    vault: &mut Vault,
    file: &EncodedText<'_>,
    edits: &mut Edits,
    report: &mut Report,
) -> Result<bool, RedactError> {
    let Some(text) = decode(&unescape(file.base64)).and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Ok(false);
    };
    // The rules read the strings of JSON: it is made one.
    let mut json = Vec::with_capacity(text.len() + 64);
    json.push(b'"');
    escape_into(&mut json, &text);
    json.push(b'"');
    let mut tape = Tape::default();
    let Some(string) = tape.parse(&json, Limits::default()).ok().and_then(|value| value.as_str()) else {
        return Ok(false);
    };
    let mut within = Edits::default();
    policy.redact_json_str(vault, JsonText::of(string, file.place), &mut within, report)?;
    if within.is_empty() {
        return Ok(true);
    }
    let changed = within.apply(&json).ok().and_then(|json| String::from_utf8(json).ok()).unwrap_or_default();
    let changed: Cow<'_, str> = changed.get(1..changed.len().saturating_sub(1)).map(unescape).unwrap_or_default();
    edits.push(file.start..file.start + file.base64.len(), encode(changed.as_bytes()));
    Ok(true)
}

/// Base64 of either alphabet, wrapped or not, padded or not.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' | b'\r' | b'\n' => continue,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    Some(bytes)
}

fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| chunk.get(at).copied().map_or(0, u32::from);
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (at, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = ALPHABET.get((bits >> shift & 63) as usize).copied().unwrap_or(b'=');
            out.push(if at <= chunk.len() { digit } else { b'=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn what_is_encoded_is_decoded() {
        for text in ["", "f", "fo", "foo", "foob", "ÿ>?~"] {
            let encoded = String::from_utf8(encode(text.as_bytes())).unwrap();
            assert_eq!(decode(&encoded).unwrap(), text.as_bytes(), "{encoded}");
            assert_eq!(decode(encoded.trim_end_matches('=')).unwrap(), text.as_bytes());
        }
        assert_eq!(encode(b"foob"), b"Zm9vYg==");
        assert_eq!(decode("Zm9v\r\nYg=="), Some(b"foob".to_vec()));
        assert_eq!(decode("Zm9v YmFy!"), None);
    }
}
