//! Words and groups of digits that stand together, read as one number.

use std::ops::Range;

use super::shape::{self, Mark};
use crate::detect::number::{Separator, single};
use crate::text;

/// Longest number looked at, in letters and digits: the Mexican CURP and the Chinese resident id.
pub(super) const MAX: usize = 18;
/// The fewest letters and digits of a number: a doctor's in Britain.
const MIN: usize = 7;
/// Most parts of a number: the French one has seven.
const MAX_PARTS: usize = 7;
/// Most letters in a row that go on a number with a separator in front. A longer word ends it.
const MAX_LETTERS: usize = 4;

/// Letters and digits from a place on, as far as read.
pub(super) struct Phrase {
    start: usize,
    end: usize,
    letters: [u8; MAX],
    length: usize,
    digits: u32,
    /// How it is written; see [`shape`].
    key: u64,
    /// The separators that it holds.
    space: bool,
    slash: bool,
    parts: usize,
    lower_case: bool,
    upper_case: bool,
}

impl Phrase {
    /// Where it stands.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Its letters, in upper case, and digits, without what separates them.
    pub fn compact(&self) -> &[u8] {
        self.letters.get(..self.length).unwrap_or_default()
    }

    /// The places of its digits, the first in the lowest bit.
    pub fn digits(&self) -> u32 {
        self.digits
    }

    /// How it is written; see [`shape`].
    pub fn key(&self) -> u64 {
        self.key
    }

    /// Whether its letters are not all in upper case.
    pub fn has_lower_case(&self) -> bool {
        self.lower_case
    }

    /// Whether its letters may be those of a hash or a token: hexadecimal ones, or of both cases.
    pub fn like_a_token(&self) -> bool {
        let letters = || self.compact().iter().filter(|byte| byte.is_ascii_alphabetic());
        self.lower_case && (self.upper_case || letters().all(|letter| *letter <= b'F'))
    }

    /// Whether it has several parts.
    pub fn has_parts(&self) -> bool {
        self.parts > 1
    }

    /// Whether the number ends where the phrase does: nothing joins it to more digits.
    fn ends(&self, bytes: &[u8]) -> bool {
        let tail = text::tail(bytes, self.end + 1);
        let tail = text::slice(tail, 0..text::count(tail, 0, |byte| byte.is_ascii_alphanumeric()).min(MAX));
        let joined = match text::at(bytes, self.end) {
            byte @ (b'-' | b'.' | b'+') => goes_on(byte, tail),
            b' ' => self.space && goes_on(b' ', tail),
            b'/' => self.slash && goes_on(b'/', tail),
            byte => byte.is_ascii_alphanumeric(),
        };
        !joined
    }

    /// Appends a part; false if there is no room.
    fn append(&mut self, mark: Mark, part: &[u8]) -> bool {
        let Some(room) = self.letters.get_mut(self.length..self.length + part.len()) else { return false };
        for ((place, &byte), bit) in room.iter_mut().zip(part).zip(self.length..) {
            *place = byte.to_ascii_uppercase();
            self.digits |= u32::from(byte.is_ascii_digit()) << bit;
            self.lower_case |= byte.is_ascii_lowercase();
            self.upper_case |= byte.is_ascii_uppercase();
        }
        self.length += part.len();
        self.key = shape::extend(self.key, mark, part.len());
        self.parts += 1;
        self.space |= mark == Mark::Space;
        self.slash |= mark == Mark::Slash;
        self.parts <= MAX_PARTS
    }
}

/// Whether a word beside a separator has the digits of a longer number. A blank also parts a number from a word such as `4th`.
fn goes_on(separator: u8, word: &[u8]) -> bool {
    let mut digits = word.iter().map(u8::is_ascii_digit);
    if separator == b' ' { !word.is_empty() && digits.all(|digit| digit) } else { digits.any(|digit| digit) }
}

/// What stands in front of a number.
struct Front {
    /// A sign, dash or dot that joins it to more digits, or a letter or digit.
    joined: bool,
    /// Digits and a blank: what goes on in groups set apart by blanks is part of a longer number.
    space: bool,
    /// The same with a slash.
    slash: bool,
}

impl Front {
    fn read(bytes: &[u8], start: usize) -> Self {
        let before = text::before(bytes, start);
        let end = start.saturating_sub(1);
        let head = text::slice(bytes, end.saturating_sub(MAX)..end);
        let count = head.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let digits = goes_on(before, text::tail(head, head.len() - count));
        let sign = before == b'+' && text::at(bytes, start).is_ascii_digit();
        Self {
            joined: sign || before.is_ascii_alphanumeric() || (digits && matches!(before, b'-' | b'.' | b'+')),
            space: digits && before == b' ',
            slash: digits && before == b'/',
        }
    }
}

/// Reads on from `start`, and shows the phrase wherever a number may end, if one may start there.
pub(super) fn read(bytes: &[u8], start: usize, mut show: impl FnMut(&Phrase)) {
    let front = Front::read(bytes, start);
    if front.joined {
        return;
    }
    let mut phrase = Phrase {
        start,
        end: start,
        letters: [0; MAX],
        length: 0,
        digits: 0,
        key: 0,
        space: false,
        slash: false,
        parts: 0,
        lower_case: false,
        upper_case: false,
    };
    let mut mark = Mark::Start;
    let mut at = start;
    loop {
        let length = text::slice(bytes, at..(at + MAX + 1).min(bytes.len()))
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        let part = text::slice(bytes, at..at + length);
        let word = length > MAX_LETTERS && part.iter().all(u8::is_ascii_alphabetic);
        if length == 0 || word && mark != Mark::Start || !phrase.append(mark, part) {
            return;
        }
        phrase.end = at + length;
        if mark == Mark::Parenthesis {
            phrase.end += 1;
        }
        if phrase.length >= MIN && phrase.ends(bytes) {
            show(&phrase);
        }
        if mark == Mark::Parenthesis {
            return;
        }
        let Some((next, width)) = mark_at(bytes, phrase.end) else { return };
        if (next == Mark::Space && front.space) || (next == Mark::Slash && front.slash) {
            return;
        }
        mark = next;
        at = phrase.end + width;
    }
}

/// What sets the next part apart, and its length. A parenthesis has to close behind a single letter or digit.
fn mark_at(bytes: &[u8], at: usize) -> Option<(Mark, usize)> {
    match text::at(bytes, at) {
        b'+' => return Some((Mark::Plus, 1)),
        b'(' if text::at(bytes, at + 2) == b')' => return Some((Mark::Parenthesis, 1)),
        _ => {}
    }
    let (separator, width) = single(bytes, at);
    let mark = match separator? {
        Separator::Space => Mark::Space,
        Separator::Dash => Mark::Dash,
        Separator::Dot => Mark::Dot,
        Separator::Slash => Mark::Slash,
        Separator::Start | Separator::Parenthesis => return None,
    };
    Some((mark, width))
}
