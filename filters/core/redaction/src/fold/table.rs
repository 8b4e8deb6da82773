//! What single characters stand for.

/// What becomes of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    /// It stays.
    Keep,
    /// It is invisible.
    Gone,
    /// It stands for this one of ASCII.
    To(u8),
    /// It stands for this one beside letters or digits, and is the punctuation of a sentence otherwise.
    Beside(u8),
}

/// Zeros of the scripts whose digits stand in order behind their zero: general category Nd of Unicode 17, mathematical and
/// full-width digits excepted.
const ZEROS: &[u32] = &[
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
    0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136,
    0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0,
    0x11c50, 0x11d50, 0x11da0, 0x11de0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1e140,
    0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
];

/// Letters of the mathematical alphabets that have been encoded before the others, and are missing among them (Unicode,
/// "Letterlike Symbols").
const LETTERLIKE: &[(char, u8)] = &[
    ('\u{2102}', b'C'),
    ('\u{210a}', b'g'),
    ('\u{210b}', b'H'),
    ('\u{210c}', b'H'),
    ('\u{210d}', b'H'),
    ('\u{210e}', b'h'),
    ('\u{2110}', b'I'),
    ('\u{2111}', b'I'),
    ('\u{2112}', b'L'),
    ('\u{2115}', b'N'),
    ('\u{2119}', b'P'),
    ('\u{211a}', b'Q'),
    ('\u{211b}', b'R'),
    ('\u{211c}', b'R'),
    ('\u{211d}', b'R'),
    ('\u{2124}', b'Z'),
    ('\u{2128}', b'Z'),
    ('\u{212a}', b'K'),
    ('\u{212c}', b'B'),
    ('\u{212d}', b'C'),
    ('\u{212f}', b'e'),
    ('\u{2130}', b'E'),
    ('\u{2131}', b'F'),
    ('\u{2133}', b'M'),
    ('\u{2134}', b'o'),
];

/// Small forms of punctuation (U+FE50 to U+FE6B), by their place; a blank where there is none.
const SMALL: &[u8; 28] = b", . ;:?!-(){}  #&*+-<>= \\$%@";

/// What a character beyond ASCII stands for.
pub(crate) fn fold(character: char) -> Fold {
    match character {
        // No-break space, and those of other widths.
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Fold::To(b' '),
        '\u{2028}' | '\u{2029}' => Fold::To(b'\n'),
        // Hyphens, the figure dash and the en dash; hyphen bullet apart, the minus sign.
        '\u{2010}'..='\u{2013}' | '\u{2212}' => Fold::To(b'-'),
        // The em dash and the horizontal bar.
        '\u{2014}' | '\u{2015}' => Fold::Beside(b'-'),
        // `Default_Ignorable_Code_Point`: soft hyphen, joiners, marks of direction, variation selectors, fillers, tags.
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' => Fold::Gone,
        '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => Fold::Gone,
        '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' => Fold::Gone,
        '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => Fold::Gone,
        '\u{ff01}'..='\u{ff5e}' => full_width(character),
        '\u{fe50}'..='\u{fe6b}' => match SMALL.get(character as usize - 0xfe50) {
            Some(&ascii) if ascii != b' ' => Fold::To(ascii),
            _ => Fold::Keep,
        },
        // Mathematical letters, in alphabets of 52, and digits.
        '\u{1d400}'..='\u{1d6a3}' => match (character as u32 - 0x1d400) % 52 {
            place @ 0..26 => Fold::To(b'A' + place as u8),
            place => Fold::To(b'a' + (place - 26) as u8),
        },
        '\u{1d7ce}'..='\u{1d7ff}' => Fold::To(b'0' + ((character as u32 - 0x1d7ce) % 10) as u8),
        '\u{2100}'..='\u{213f}' => letterlike(character),
        _ => digit(character),
    }
}

/// ASCII's printable characters, as wide as Chinese ones.
fn full_width(character: char) -> Fold {
    let ascii = (character as u32 - 0xff01) as u8 + b'!';
    match ascii {
        b'!' | b'(' | b')' | b',' | b':' | b';' | b'?' => Fold::Beside(ascii),
        _ => Fold::To(ascii),
    }
}

fn letterlike(character: char) -> Fold {
    let place = LETTERLIKE.binary_search_by_key(&character, |&(letter, _)| letter).ok();
    place.and_then(|place| LETTERLIKE.get(place)).map_or(Fold::Keep, |&(_, ascii)| Fold::To(ascii))
}

fn digit(character: char) -> Fold {
    let code = character as u32;
    // Han, Kana and Hangul have none of their own.
    if matches!(code, 0x2e80..0xa620 | 0xac00..0x104a0) {
        return Fold::Keep;
    }
    let place = ZEROS.partition_point(|&zero| zero <= code);
    let zero = place.checked_sub(1).and_then(|place| ZEROS.get(place));
    match zero.map(|zero| code - zero) {
        Some(value @ 0..10) => Fold::To(b'0' + value as u8),
        _ => Fold::Keep,
    }
}
