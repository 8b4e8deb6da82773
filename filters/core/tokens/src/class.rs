//! What kind of character a character is, as far as its price in tokens goes.

/// Number of kinds: see [`kind`].
pub const KINDS: usize = 128;
/// Number of letters: see [`letter`].
pub const LETTERS: usize = 32;

/// Any of `a` to `z`; which one is told by [`letter`].
pub const LOWER: u8 = 0;
/// A space.
pub const SPACE: u8 = 59;
/// The second space in a row.
pub const SPACE_AGAIN: u8 = 124;
/// Any further one: vocabularies hold long runs as one token.
pub const SPACE_RUN: u8 = 125;
/// The third of the same punctuation mark in a row, and any further one, as in a ruled line.
pub const MARK_RUN: u8 = 126;
/// What stands before the first character.
pub const START: u8 = 127;

const UPPER: u8 = 1; // 26 of them
const PUNCTUATION: u8 = 27; // 32 of them
const NEWLINE: u8 = 60;
const RETURN: u8 = 61;
const TAB: u8 = 62;
/// A decimal digit of ASCII.
pub const DIGIT: u8 = 63;
const CONTROL: u8 = 64;
const CYRILLIC: u8 = 65; // 32 small letters, then the rest of the small ones, then the capitals
const CYRILLIC_MORE: u8 = 97;
const CYRILLIC_UPPER: u8 = 98;
const OTHERS: u8 = 99; // see `beyond_ascii`

/// The kind of a character, below [`KINDS`]: one for each ASCII capital, punctuation mark and small Cyrillic letter,
/// one for each script or group of scripts else.
#[inline]
#[must_use]
pub fn kind(c: char) -> u8 {
    match ASCII.get(c as usize) {
        Some(&(kind, _)) => kind,
        None => beyond_ascii(c),
    }
}

/// Kinds and letters of ASCII, looked up because this is the hot path of counting.
static ASCII: [(u8, u8); 128] = {
    let mut table = [(0, 0); 128];
    let mut code = 0u8;
    // Evaluated by the compiler, where an index out of bounds is an error of the build.
    #[allow(clippy::indexing_slicing)]
    while code < 128 {
        table[code as usize] = (ascii_kind(code as char), ascii_letter(code as char));
        code += 1;
    }
    table
};

const fn ascii_kind(c: char) -> u8 {
    match c {
        'a'..='z' => LOWER,
        'A'..='Z' => UPPER + (c as u8 - b'A'),
        ' ' => SPACE,
        '0'..='9' => DIGIT,
        '!'..='/' => PUNCTUATION + (c as u8 - b'!'),
        ':'..='@' => PUNCTUATION + 15 + (c as u8 - b':'),
        '['..='`' => PUNCTUATION + 22 + (c as u8 - b'['),
        '{'..='~' => PUNCTUATION + 28 + (c as u8 - b'{'),
        '\n' => NEWLINE,
        '\r' => RETURN,
        '\t' => TAB,
        _ => CONTROL,
    }
}

/// The kind that a byte of ASCII stands for in [`crate::block`]: its own, or that of a run.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) const fn kind_of_code(code: u8) -> u8 {
    match code {
        crate::block::SPACE_AGAIN => SPACE_AGAIN,
        crate::block::SPACE_RUN => SPACE_RUN,
        crate::block::MARK_RUN => MARK_RUN,
        _ => ascii_kind(code as char),
    }
}

/// The byte of ASCII that stands for a kind in [`crate::block`]; 0 where none does.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
pub(crate) fn code_of_kind(kind: u8) -> u8 {
    static CODES: [u8; KINDS] = {
        let mut codes = [0; KINDS];
        let mut code = 1;
        // Evaluated by the compiler, where an index out of bounds is an error of the build.
        #[allow(clippy::indexing_slicing)]
        while code < 128 {
            let kind = kind_of_code(code);
            if kind != CONTROL && (kind != LOWER || code == b'a') {
                codes[kind as usize] = code;
            }
            code += 1;
        }
        codes
    };
    CODES.get(usize::from(kind)).copied().unwrap_or(0)
}

/// Grouped by script, and within the rest by the number of UTF-8 bytes, which is what a vocabulary falls back to.
fn beyond_ascii(c: char) -> u8 {
    match c as u32 {
        // First what whole texts are made of.
        0x4e00..=0x9fff => OTHERS + 15,
        0x3041..=0x309f => OTHERS + 13,
        0xac00..=0xd7a3 => OTHERS + 12,
        code @ 0x430..=0x44f => CYRILLIC + (code - 0x430) as u8,
        0x450..=0x45f | 0x490..=0x4ff => CYRILLIC_MORE,
        0x400..=0x42f => CYRILLIC_UPPER,
        0xd7 | 0xf7 | 0x80..=0xbf => OTHERS,
        0xc0..=0xff => OTHERS + 1,
        0x100..=0x17f => OTHERS + 2,
        0x1e00..=0x1eff => OTHERS + 3,
        0x180..=0x2af => OTHERS + 4,
        0x370..=0x3ff | 0x1f00..=0x1fff => OTHERS + 5,
        0x530..=0x58f | 0x10a0..=0x10ff => OTHERS + 6,
        0x590..=0x5ff => OTHERS + 7,
        0x600..=0x6ff => OTHERS + 8,
        0x900..=0x97f => OTHERS + 9,
        0x980..=0xdff => OTHERS + 10,
        0xe80..=0xeff | 0x1000..=0x109f | 0x1780..=0x17ff => OTHERS + 11,
        0x30a0..=0x30ff => OTHERS + 14,
        0xe00..=0xe7f => OTHERS + 16,
        0x3000..=0x303f | 0xff00..=0xffef => OTHERS + 17,
        0x2000..=0x206f => OTHERS + 18,
        0x20a0..=0x2bff => OTHERS + 19,
        0x300..=0x36f | 0xfe00..=0xfe0f => OTHERS + 20,
        0x1f000..=0x1faff => OTHERS + 21,
        0x80..=0x7ff => OTHERS + 22,
        0x800..=0xffff => OTHERS + 23,
        _ => OTHERS + 24,
    }
}

/// Whether a kind is a mark of ASCII punctuation.
#[inline]
#[must_use]
pub fn is_mark(kind: u8) -> bool {
    (PUNCTUATION..PUNCTUATION + 32).contains(&kind)
}

/// How far the estimate of a kind can be trusted; each has a margin of its own in the upper bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// ASCII.
    Ascii = 0,
    /// Latin letters beyond ASCII, common punctuation.
    Latin = 1,
    /// Cyrillic, Greek, Hebrew, Arabic, Devanagari, Thai.
    Alphabetic = 2,
    /// Chinese, Japanese, Korean.
    Cjk = 3,
    /// Whatever the calibration saw too little of: bounded by its bytes alone.
    Rare = 4,
}

/// The trust in the price of a kind.
#[inline]
#[must_use]
pub fn trust(kind: u8) -> Trust {
    match kind {
        ..CYRILLIC | SPACE_AGAIN..=START => Trust::Ascii,
        CYRILLIC..OTHERS => Trust::Alphabetic,
        _ => match kind - OTHERS {
            0..=3 | 18 => Trust::Latin,
            5 | 7..=9 | 16 => Trust::Alphabetic,
            12..=15 | 17 => Trust::Cjk,
            _ => Trust::Rare,
        },
    }
}

/// The letter of a character, below [`LETTERS`], case folded: `a` to `z`, then space, letters of other alphabets, the
/// other white space and the start, punctuation, digits, and `_`, which binds words as none of the others does.
#[inline]
#[must_use]
pub fn letter(c: char) -> u8 {
    ASCII.get(c as usize).map_or(27, |&(_, letter)| letter)
}

const fn ascii_letter(c: char) -> u8 {
    match c {
        'a'..='z' => c as u8 - b'a',
        'A'..='Z' => c as u8 - b'A',
        ' ' => 26,
        '_' => 31,
        '0'..='9' => 30,
        '!'..='~' => 29,
        _ => 28,
    }
}
