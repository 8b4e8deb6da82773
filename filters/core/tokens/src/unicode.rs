//! What class a character is of, as the vocabularies' patterns tell them apart.

use std::sync::OnceLock;

/// A class of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Punctuation, symbols, controls, what is not assigned.
    Other,
    /// `\p{Lu}`, `\p{Lt}`.
    Upper,
    /// `\p{Ll}`.
    Lower,
    /// `\p{Lm}`, `\p{Lo}`: letters without case.
    Letter,
    /// `\p{M}`.
    Mark,
    /// `\p{N}`.
    Number,
    /// `\s`, but for line ends.
    Space,
    /// Carriage return and line feed.
    Newline,
}

impl Class {
    const fn of_number(number: u8) -> Self {
        match number {
            1 => Self::Upper,
            2 => Self::Lower,
            3 => Self::Letter,
            4 => Self::Mark,
            5 => Self::Number,
            6 => Self::Space,
            _ => Self::Other,
        }
    }
}

/// The class of a byte of ASCII; [`Class::Other`] for all others.
#[inline]
pub(crate) const fn ascii(byte: u8) -> Class {
    match byte {
        b'a'..=b'z' => Class::Lower,
        b'A'..=b'Z' => Class::Upper,
        b'0'..=b'9' => Class::Number,
        b'\r' | b'\n' => Class::Newline,
        b' ' | b'\t' | 0x0b | 0x0c => Class::Space,
        _ => Class::Other,
    }
}

/// The class of any character.
#[inline]
pub(crate) fn class(c: char) -> Class {
    match c as u32 {
        code @ ..0x80 => ascii(code as u8),
        code @ ..UNPACKED => classes().get(code as usize).copied().unwrap_or(Class::Other),
        // Rare ideographs, unassigned code points between them.
        UNPACKED..0x4_0000 => Class::Letter,
        0xe_0100..=0xe_01ef => Class::Mark,
        _ => Class::Other,
    }
}

/// As far as the packed table reaches.
const UNPACKED: u32 = 0x2_0000;

/// The packed table unpacked, when the first text beyond ASCII comes: a byte for each character.
fn classes() -> &'static [Class] {
    static CLASSES: OnceLock<Vec<Class>> = OnceLock::new();
    CLASSES.get_or_init(|| {
        let mut classes = Vec::with_capacity(UNPACKED as usize);
        // As `examples/vocabularies.rs` packs them.
        let mut packed = include_bytes!("tables/classes.bin").iter().copied();
        while let Some(byte) = packed.next() {
            let mut length = usize::from(byte & 31);
            if length == 0 {
                length = (0..3).map(|place| usize::from(packed.next().unwrap_or(0)) << (8 * place)).sum();
            }
            classes.resize(classes.len() + length, Class::of_number(byte >> 5));
        }
        classes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn characters_are_of_unicodes_classes() {
        for (characters, class_of_all) in [
            ("AZÀЖΩǅ", Class::Upper),
            ("azßж𝒶", Class::Lower),
            ("あ漢한ªʰไअ𠀀", Class::Letter),
            ("\u{301}\u{94d}\u{93e}\u{fe0f}\u{e0100}", Class::Mark),
            ("09²Ⅷ٣०", Class::Number),
            (" \t\u{b}\u{c}\u{85}\u{a0}\u{2003}\u{3000}", Class::Space),
            ("\r\n", Class::Newline),
            ("!_$\u{0}\u{7f}。，€😀\u{200d}\u{e000}\u{10ffff}", Class::Other),
        ] {
            for c in characters.chars() {
                assert_eq!(class(c), class_of_all, "{c:?}");
            }
        }
        assert_eq!(classes().len(), UNPACKED as usize);
    }
}
