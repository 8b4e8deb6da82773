//! UTF-8 that arrives in pieces: text as soon as its characters are whole, at most three bytes held back.
//!
//! Invalid bytes become U+FFFD, one for each maximal ill-formed sequence, exactly as `String::from_utf8_lossy` has it for the whole;
//! they are counted, so that a caller who must not pass changed text can refuse.

use std::borrow::Cow;

/// Turns pieces of UTF-8 into text. Whatever the cuts, the texts put together are the same.
///
/// ```
/// use tollgate_wire::utf8::Decoder;
///
/// let mut decoder = Decoder::new();
/// assert_eq!(decoder.push(b"caf\xC3"), "caf");
/// assert_eq!(decoder.push(b"\xA9!"), "é!");
/// assert_eq!(decoder.finish(), "");
/// ```
#[derive(Debug, Default, Clone)]
pub struct Decoder {
    /// The start of a character, not yet whole.
    tail: [u8; 4],
    held: usize,
    replaced: u64,
}

impl Decoder {
    /// A decoder at the start of a text.
    pub fn new() -> Self {
        Self::default()
    }

    /// The text of this piece, up to its last whole character; borrowed if nothing was held back and nothing is invalid.
    pub fn push<'a>(&mut self, mut piece: &'a [u8]) -> Cow<'a, str> {
        let mut out = String::new();
        while self.held > 0 {
            let Some((&byte, rest)) = piece.split_first() else { return Cow::Owned(out) };
            let Some(free) = self.tail.get_mut(self.held) else { break };
            *free = byte;
            let candidate = self.tail.get(..=self.held).unwrap_or_default();
            match std::str::from_utf8(candidate) {
                Ok(whole) => {
                    out.push_str(whole);
                    self.held = 0;
                    piece = rest;
                }
                Err(error) if error.error_len().is_none() => {
                    self.held += 1;
                    piece = rest;
                }
                // What was held goes no further, and this byte starts anew.
                Err(_) => {
                    self.replace(&mut out);
                    self.held = 0;
                }
            }
        }
        loop {
            let error = match std::str::from_utf8(piece) {
                Ok(text) if out.is_empty() => return Cow::Borrowed(text),
                Ok(text) => {
                    out.push_str(text);
                    return Cow::Owned(out);
                }
                Err(error) => error,
            };
            let (valid, rest) = piece.split_at_checked(error.valid_up_to()).unwrap_or_default();
            let valid = std::str::from_utf8(valid).unwrap_or_default();
            let Some(invalid) = error.error_len() else {
                for (free, byte) in self.tail.iter_mut().zip(rest) {
                    *free = *byte;
                }
                self.held = rest.len();
                if out.is_empty() {
                    return Cow::Borrowed(valid);
                }
                out.push_str(valid);
                return Cow::Owned(out);
            };
            out.push_str(valid);
            self.replace(&mut out);
            piece = rest.get(invalid..).unwrap_or_default();
        }
    }

    /// Ends the text: U+FFFD if it broke off inside a character, else nothing. The decoder is then at the start of another.
    pub fn finish(&mut self) -> &'static str {
        if std::mem::take(&mut self.held) == 0 {
            return "";
        }
        self.replaced += 1;
        "\u{fffd}"
    }

    /// How many U+FFFD stand for invalid bytes so far.
    pub fn replaced(&self) -> u64 {
        self.replaced
    }

    fn replace(&mut self, out: &mut String) {
        out.push(char::REPLACEMENT_CHARACTER);
        self.replaced += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (String, u64) {
        let mut decoder = Decoder::new();
        let mut out = String::new();
        for piece in pieces {
            out += &decoder.push(piece);
        }
        out += decoder.finish();
        (out, decoder.replaced())
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn every_cut_gives_the_same_text() {
        let texts: &[(&[u8], u64)] = &[
            ("aé€😀z".as_bytes(), 0),
            (b"\xF0\x9F\x98", 1),
            (b"a\xF0\x9F\x98b", 1),
            (b"\xE2\x82\xE2\x82\xAC", 1),
            (b"\xED\xA0\x80", 3),
            (b"\xC0\xAF\x80", 3),
            (b"\xF4\x90\x80\x80", 4),
            (b"\xE2\xFF\xC3", 3),
        ];
        for &(bytes, replaced) in texts {
            let expected = (String::from_utf8_lossy(bytes).into_owned(), replaced);
            assert_eq!(decode([bytes]), expected);
            assert_eq!(decode(bytes.chunks(1)), expected, "{bytes:x?} byte by byte");
            for cut in 0..=bytes.len() {
                let (front, back) = bytes.split_at(cut);
                assert_eq!(decode([front, back]), expected, "{bytes:x?} cut at {cut}");
                assert_eq!(decode([front, &[], back]), expected, "{bytes:x?} cut at {cut}, nothing in between");
            }
        }
    }

    #[test]
    fn whole_text_is_borrowed() {
        let mut decoder = Decoder::new();
        assert!(matches!(decoder.push("é".as_bytes()), Cow::Borrowed("é")));
        assert!(matches!(decoder.push(b"a\xC3"), Cow::Borrowed("a")));
        assert!(matches!(decoder.push(b"\xA9"), Cow::Owned(_)));
        assert!(matches!(decoder.push(b"b"), Cow::Borrowed("b")));
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn is_lossy_decoding_of_the_whole(
            bytes in proptest::collection::vec(proptest::sample::select(b"a\x7F\x80\x9F\xA0\xBF\xC0\xC3\xE0\xE2\xED\xF0\xF4\xF5\xFF".to_vec()), 0..24),
            size in 1..5usize,
        ) {
            proptest::prop_assert_eq!(decode(bytes.chunks(size)).0, String::from_utf8_lossy(&bytes));
        }
    }
}
