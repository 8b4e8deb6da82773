//! Keys and tokens that are known by a fixed prefix, an alphabet and a length.

mod shapes;

use std::ops::Range;

use super::registry::Detector;
use super::secret;
use super::starts::Starts;
use crate::text;
use shapes::SHAPES;

/// What a part of a key is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Digits,
    /// Lower-case hexadecimal digits.
    Hex,
    /// Hexadecimal digits of either case.
    AnyHex,
    /// Upper-case letters and digits.
    Upper,
    /// The base32 of RFC 4648: upper-case letters and the digits 2 to 7.
    Base32,
    /// Letters and digits.
    Alnum,
    /// Letters, digits and `_`.
    Word,
    /// Base64url: letters, digits, `-` and `_`.
    Url,
    /// Base64url, `.` and `=`.
    Dotted,
    /// Base64; its padding may follow.
    Base64,
}

impl Class {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'),
            Self::AnyHex => byte.is_ascii_hexdigit(),
            Self::Upper => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            Self::Base32 => byte.is_ascii_uppercase() || matches!(byte, b'2'..=b'7'),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'='),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'),
        }
    }
}

/// A literal, and what follows it.
#[derive(Clone, Copy)]
struct Part {
    lead: &'static [u8],
    class: Class,
    least: u16,
    most: u16,
}

/// A part of exactly so many bytes.
const fn part(lead: &'static [u8], class: Class, length: u16) -> Part {
    Part { lead, class, least: length, most: length }
}

/// A kind of key.
struct Shape {
    detector: Detector,
    /// Its lead is the key's prefix.
    first: Part,
    rest: &'static [Part],
    /// Among what follows the prefix an unbroken run of letters and digits at least this long, if more than 0, and then a digit.
    run: usize,
    /// What follows the prefix in keys that are another's.
    unless: &'static [u8],
}

/// The length without bounds of its own: what is longer is no key but an encoded document.
const MAX: u16 = 255;
/// A key has at least so many different bytes; what has fewer is a row of `x`.
const MIN_DISTINCT: u32 = 5;
/// What stands in for a key behind its prefix; lower case.
const STAND_INS: &[&[u8]] = &[b"xxxx", b"your_", b"your-", b"placeholder"];

impl Shape {
    const fn new(detector: Detector, prefix: &'static [u8], class: Class, length: u16) -> Self {
        let first = part(prefix, class, length);
        Self { detector, first, rest: &[], run: 0, unless: b"" }
    }

    const fn up_to(mut self, most: u16) -> Self {
        self.first.most = most;
        self
    }

    const fn then(self, rest: &'static [Part]) -> Self {
        Self { rest, ..self }
    }

    const fn run(self, run: usize) -> Self {
        Self { run, ..self }
    }

    const fn unless(self, unless: &'static [u8]) -> Self {
        Self { unless, ..self }
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&self.first).chain(self.rest)
    }

    /// Whether a detector in use needs the shape: its own, or that of the secret that stands behind an access key id.
    fn wanted(&self, uses: impl Fn(Detector) -> bool) -> bool {
        uses(self.detector) || (self.detector == Detector::AwsAccessKey && uses(Detector::AwsSecretKey))
    }

    fn list(&self) -> usize {
        list(text::at(self.first.lead, 0), text::at(self.first.lead, 1))
    }

    fn read(&self, text: &[u8], start: usize) -> Option<Range<usize>> {
        let before = text::before(text, start);
        // Within base64 no key begins; to look for one at each of its slashes would take long.
        if before.is_ascii_alphanumeric() || (self.first.class == Class::Base64 && matches!(before, b'+' | b'/')) {
            return None;
        }
        let body = start + self.first.lead.len();
        if !self.unless.is_empty() && text::follows(text, body, self.unless) {
            return None;
        }
        let mut end = start;
        let mut last = self.first;
        let mut length = 0;
        let mut padding = 0;
        for part in self.parts() {
            if !text::follows(text, end, part.lead) {
                return None;
            }
            end += part.lead.len();
            let window = text::slice(text, end..(end + usize::from(part.most)).min(text.len()));
            length = text::count(window, 0, |byte| part.class.has(byte));
            if length < usize::from(part.least) {
                return None;
            }
            let behind = text::slice(text, end + length..(end + length + 2).min(text.len()));
            padding = if part.class == Class::Base64 { text::count(behind, 0, |byte| byte == b'=') } else { 0 };
            end += length + padding;
            last = *part;
        }
        if last.least < last.most && padding == 0 {
            // Punctuation behind the key, such as the dash of a list, is not part of it.
            while length > 0 && !key_end(text::before(text, end)) {
                end -= 1;
                length -= 1;
            }
            if length < usize::from(last.least) {
                return None;
            }
        }
        let next = text::at(text, end);
        let goes_on = next.is_ascii_alphanumeric() || (last.least == last.most && last.class.has(next));
        // The name of a file, `favicon.ico-0123.png`, is none.
        let file = matches!(before, b'.' | b'/') && next == b'.' && text::at(text, end + 1).is_ascii_alphanumeric();
        (!goes_on && !file && self.random(text::slice(text, body..end))).then_some(start..end)
    }

    fn random(&self, key: &[u8]) -> bool {
        let run = self.run == 0
            || (key.iter().any(u8::is_ascii_digit)
                && key.split(|byte| !byte.is_ascii_alphanumeric()).any(|run| run.len() >= self.run));
        let words = !key.iter().any(u8::is_ascii_digit) && secret::wordy(key);
        run && !words
            && distinct(key) >= MIN_DISTINCT
            && !STAND_INS.iter().any(|word| key.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word)))
    }
}

fn key_end(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'='
}

/// How many different ASCII bytes there are.
pub(super) fn distinct(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0u128, |seen, byte| seen | 1 << (byte & 127)).count_ones()
}

/// How many lists of shapes there are, by their first two bytes.
const LISTS: usize = 128;
/// Ends a list.
const END: u8 = u8::MAX;

/// The shapes that a policy uses.
pub(super) struct Tokens {
    /// The first shape of each list.
    first: [u8; LISTS],
    /// The one behind each shape.
    next: [u8; SHAPES.len()],
}

impl Tokens {
    /// Takes up the shapes of the detectors in use.
    pub fn new(uses: impl Fn(Detector) -> bool) -> Self {
        let mut tokens = Self { first: [END; LISTS], next: [END; SHAPES.len()] };
        // From behind, so that each list is in the table's order.
        for (index, shape) in SHAPES.iter().enumerate().rev().filter(|(_, shape)| shape.wanted(&uses)) {
            if let (Some(first), Some(next), Ok(index)) =
                (tokens.first.get_mut(shape.list()), tokens.next.get_mut(index), u8::try_from(index))
            {
                *next = std::mem::replace(first, index);
            }
        }
        tokens
    }

    /// Adds the prefixes of the shapes in use. Each begins with a letter, and no letter stands in front of a key.
    pub fn add_to(&self, starts: &mut Starts) {
        for shape in (0..LISTS).flat_map(|list| self.shapes(list)) {
            starts.insert_before(shape.first.lead, |byte| shape.first.class.has(byte));
        }
    }

    /// The key that starts at `start`.
    pub fn find(&self, text: &[u8], start: usize) -> Option<(Detector, Range<usize>)> {
        let mut shapes = self.shapes(list(text::at(text, start), text::at(text, start + 1)));
        shapes.find_map(|shape| {
            let range = text::follows(text, start, shape.first.lead).then(|| shape.read(text, start))??;
            Some((shape.detector, range))
        })
    }

    fn shapes(&self, list: usize) -> impl Iterator<Item = &'static Shape> {
        let mut index = self.first.get(list).copied().unwrap_or(END);
        std::iter::from_fn(move || {
            let shape = SHAPES.get(usize::from(index))?;
            index = self.next.get(usize::from(index)).copied().unwrap_or(END);
            Some(shape)
        })
    }
}

fn list(first: u8, second: u8) -> usize {
    usize::from(first.wrapping_mul(5) ^ second.wrapping_mul(3)) % LISTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn every_prefix_is_listed_and_begins_with_a_letter() {
        assert!(SHAPES.len() < usize::from(END));
        let tokens = Tokens::new(|_| true);
        assert_eq!((0..LISTS).flat_map(|list| tokens.shapes(list)).count(), SHAPES.len());
        for shape in SHAPES {
            let prefix = String::from_utf8_lossy(shape.first.lead);
            assert!(shape.first.lead.len() >= 3 && shape.first.lead[0].is_ascii_alphabetic(), "{prefix}");
        }
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn every_shape_finds_a_key_of_its_least_and_of_its_greatest_length() {
        let tokens = Tokens::new(|_| true);
        for shape in SHAPES {
            for most in [false, true] {
                let mut key = Vec::new();
                for part in shape.parts() {
                    key.extend_from_slice(part.lead);
                    let length = if most { part.most } else { part.least };
                    let alphabet: Vec<u8> =
                        (b'0'..=b'z').filter(|&byte| byte != b'_' && part.class.has(byte)).collect();
                    key.extend(alphabet.iter().filter(|byte| **byte != b'=').cycle().take(usize::from(length)));
                }
                let text = [b"see ", &key[..], b" here"].concat();
                let found = (0..text.len()).find_map(|start| tokens.find(&text, start));
                let prefix = String::from_utf8_lossy(shape.first.lead);
                assert_eq!(found, Some((shape.detector, 4..4 + key.len())), "{prefix}");
            }
        }
    }
}
