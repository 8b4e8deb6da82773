//! Texts as their readers see them: written with full-width letters, other scripts' digits, spaces, dashes and invisible characters,
//! and looked at in plain ASCII.
//!
//! What is folded: everything that [`fold`] names. What is not: HTML entities (`&#64;`), percent-encoding, base64, letters of other
//! scripts that look like Latin ones, numbers in words. JSON's escapes are decoded before a text gets here.
//!
//! A text without such a character is not copied; looking for one takes a comparison per block of bytes. Punctuation of East Asian
//! sentences and the em dash, of which whole languages are full, count only where they may stand within a number or a key.

mod table;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use table::{Fold, fold};

use crate::text;
use crate::wipe::Wiped;

/// How far around a place a finding is looked for again that may have got lost there, in bytes.
const AROUND: usize = 512;

/// A folded text, and the way back to the original's offsets.
pub(crate) struct Folded {
    text: Wiped,
    /// Ascending; the first starts at 0.
    runs: Vec<Run>,
    /// Where something is in one word now that was not before, in the original, with what is around it; ascending.
    joins: Vec<Range<usize>>,
    /// A character was left out behind one of ASCII.
    gap: bool,
}

/// From `folded` on, up to the next run, each byte stands for `width` bytes of the original from `original` on. Invisible characters lie
/// between runs.
#[derive(Debug, Clone, Copy)]
struct Run {
    folded: usize,
    original: usize,
    width: usize,
}

/// A character that is folded.
struct Change {
    at: usize,
    width: usize,
    /// What it becomes; nothing if it is invisible.
    to: Option<u8>,
}

impl Folded {
    /// Folds a text; None if there is nothing to fold in it.
    pub fn of(text: &str) -> Option<Self> {
        let mut next = Some(find(text, 0)?);
        let mut folded = Self {
            text: Wiped::with_capacity(text.len()),
            runs: vec![Run { folded: 0, original: 0, width: 1 }],
            joins: Vec::new(),
            gap: false,
        };
        let mut copied = 0;
        while let Some(change) = next {
            folded.copy(text, copied..change.at);
            folded.change(&change);
            copied = change.at + change.width;
            next = find(text, copied);
        }
        folded.copy(text, copied..text.len());
        Some(folded)
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The parts of the original where something is in one word now that was not before, so that a finding may have got lost: `a`,
    /// a zero-width space, `4111…` are two words in the original, and one in here. They overlap no other.
    pub fn joins(&self) -> &[Range<usize>] {
        &self.joins
    }

    fn join(&mut self, original: usize) {
        let part = original.saturating_sub(AROUND)..original + AROUND;
        match self.joins.last_mut() {
            Some(last) if last.end >= part.start => last.end = part.end,
            _ => self.joins.push(part),
        }
    }

    /// Where the text from `original` on begins in here.
    pub fn offset(&self, original: usize) -> usize {
        let index = self.runs.partition_point(|run| run.original <= original);
        let within = match self.runs.get(index.wrapping_sub(1)) {
            Some(run) => run.folded + (original - run.original).div_ceil(run.width),
            None => 0,
        };
        let next = self.runs.get(index).map_or(self.text.len(), |next| next.folded);
        within.min(next)
    }

    /// The range of the original's that stands behind a range of this text: whole characters, invisible ones between them
    /// included.
    pub fn original(&self, range: Range<usize>) -> Range<usize> {
        let run = |index: usize| self.runs.get(index.saturating_sub(1)).copied();
        let first = run(self.runs.partition_point(|run| run.folded <= range.start));
        let last = run(self.runs.partition_point(|run| run.folded < range.end));
        let place = |run: Option<Run>, at: usize| {
            run.map_or(at, |run| run.original + at.saturating_sub(run.folded) * run.width)
        };
        place(first, range.start)..place(last, range.end)
    }

    fn copy(&mut self, text: &str, range: Range<usize>) {
        let Some(part) = text.get(range.clone()).filter(|part| !part.is_empty()) else { return };
        self.run(range.start, 1);
        if self.gap && part.as_bytes().first().is_some_and(u8::is_ascii_graphic) {
            self.join(range.start);
        }
        self.gap = false;
        self.text.push_str(part);
    }

    fn change(&mut self, change: &Change) {
        let Some(to) = change.to else {
            self.gap |= self.text.as_bytes().last().is_some_and(u8::is_ascii_graphic);
            return;
        };
        self.run(change.at, change.width);
        // What parts words in the original parts them in here.
        if self.gap || !matches!(to, b' ' | b'\n' | b',' | b'!' | b'?' | b';' | b'(' | b')') {
            self.join(change.at);
        }
        self.gap = false;
        self.text.push(char::from(to));
    }

    /// Goes on with characters of this width, `original` being where the first stands.
    fn run(&mut self, original: usize, width: usize) {
        let folded = self.text.len();
        let Some(last) = self.runs.last_mut() else { return };
        if last.width == width && last.original + (folded - last.folded) * width == original {
            return;
        }
        let run = Run { folded, original, width };
        if last.folded == folded {
            *last = run;
        } else {
            self.runs.push(run);
        }
    }
}

/// The folded text, for what is compared with folded texts.
pub(crate) fn folded(text: &str) -> Cow<'_, str> {
    Folded::of(text).map_or(Cow::Borrowed(text), |folded| Cow::Owned(folded.text().to_owned()))
}

/// Bytes looked at together.
const BLOCK: usize = 32;

/// The first character at or behind `from` that is folded.
fn find(text: &str, from: usize) -> Option<Change> {
    let bytes = text.as_bytes();
    let (blocks, tail) = text::tail(bytes, from).as_chunks::<BLOCK>();
    let mut at = from;
    for block in blocks {
        // Two passes without a branch, which compilers make vectors of.
        if !block.is_ascii() && block.iter().fold(false, |any, &byte| any | leads(byte)) {
            let found = find_in(text, at, block);
            if found.is_some() {
                return found;
            }
        }
        at += BLOCK;
    }
    find_in(text, at, tail)
}

fn find_in(text: &str, start: usize, part: &[u8]) -> Option<Change> {
    let mut places = part.iter().enumerate().filter(|&(_, &byte)| LEADS.get(usize::from(byte)) == Some(&true));
    places.find_map(|(at, _)| change_at(text, start + at))
}

/// Whether a character that is folded may begin with this byte of UTF-8. The syllables of Chinese and Korean begin with others.
#[inline]
const fn leads(byte: u8) -> bool {
    let in_two = (byte == 0xc2) | (byte == 0xcd) | (byte == 0xd8) | (byte == 0xd9) | (byte == 0xdb) | (byte == 0xdf);
    let in_three = (byte >= 0xe0) & (byte <= 0xe3) | (byte == 0xea) | (byte == 0xef);
    in_two | in_three | (byte == 0xf0) | (byte == 0xf3)
}

/// [`leads`], for one byte at a time.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static LEADS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = leads(byte as u8);
        byte += 1;
    }
    table
};

/// Whether what begins with these bytes may be folded: turns away what whole languages are written in (quotation marks, Kana,
/// `。`, most letters of India) before it is decoded.
fn may_fold(bytes: &[u8]) -> bool {
    match *bytes {
        [0xc2, second, ..] => matches!(second, 0xa0 | 0xad),
        [0xd8, second, ..] => second == 0x9c,
        [0xd9, second, ..] => matches!(second, 0xa0..=0xa9),
        // Digits have one of these low bytes in every script of this block.
        [0xe0, _, third, ..] => matches!(third, 0x90..=0x99 | 0xa0..=0xaf),
        [0xe2, 0x80, third, ..] => !matches!(third, 0x96..=0xa7 | 0xb0..),
        [0xe2, second, ..] => matches!(second, 0x81 | 0x84 | 0x88),
        [0xe3, second, third, ..] => matches!((second, third), (0x80, 0x80) | (0x85, 0xa4)),
        [0xea, second, ..] => second < 0xb0,
        _ => true,
    }
}

/// What becomes of the character at `at`, if it is folded.
fn change_at(text: &str, at: usize) -> Option<Change> {
    if !may_fold(text::tail(text.as_bytes(), at)) {
        return None;
    }
    let character = text::char_at(text, at)?;
    let width = character.len_utf8();
    let to = match fold(character) {
        Fold::Keep => return None,
        Fold::Gone => None,
        Fold::To(ascii) => Some(ascii),
        Fold::Beside(ascii) => {
            let near = [text::char_before(text, at), text::char_at(text, at + width)];
            if !near.into_iter().flatten().any(|neighbour| joined(ascii, neighbour)) {
                return None;
            }
            Some(ascii)
        }
    };
    Some(Change { at, width, to })
}

/// Whether punctuation beside such a character may belong to a number or a key. A dash between words of letters parts sentences.
fn joined(punctuation: u8, neighbour: char) -> bool {
    let counts = |byte: u8| byte.is_ascii_digit() || (punctuation != b'-' && byte.is_ascii_alphanumeric());
    match u8::try_from(neighbour) {
        Ok(byte) if byte.is_ascii() => counts(byte),
        _ => match fold(neighbour) {
            Fold::To(byte) => counts(byte),
            Fold::Gone => true,
            Fold::Keep | Fold::Beside(_) => false,
        },
    }
}
