//! How numbers are written, and the index of all numbers by it.
//!
//! A shape is spelled with `9` for a digit, `A` for a letter, `X` for either, and the separators themselves: `999.999.999-99`. Its key is
//! the separators and lengths of its parts; numbers of one key are told apart letter by letter, then by their rules.

use super::phrase::Phrase;
use super::{Id, LISTS};

/// What stands in front of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing: the first.
    Start,
    Space,
    Dash,
    Dot,
    Slash,
    /// In front of the serial of a Swede or Finn of over a hundred years.
    Plus,
    /// One that closes behind a single character.
    Parenthesis,
}

/// The key with another part: a byte each, its length in the lower five bits.
pub(super) const fn extend(key: u64, mark: Mark, length: usize) -> u64 {
    key << 8 | (mark as u64) << 5 | (length as u64 & 31)
}

/// A way of writing: its key, and the places of the number in [`LISTS`] and of the shape in the number.
#[derive(Clone, Copy)]
struct Entry {
    key: u64,
    list: u8,
    id: u8,
    shape: u8,
}

/// How many ways of writing there are.
#[expect(clippy::indexing_slicing, reason = "runs at compile time")]
const COUNT: usize = {
    let mut count = 0;
    let mut list = 0;
    while list < LISTS.len() {
        let mut id = 0;
        while id < LISTS[list].len() {
            count += LISTS[list][id].shapes.len();
            id += 1;
        }
        list += 1;
    }
    count
};

/// All ways of writing, by key and then in the order of the lists.
static INDEX: [Entry; COUNT] = index();

#[expect(clippy::indexing_slicing, reason = "runs at compile time")]
const fn index() -> [Entry; COUNT] {
    let mut entries = [Entry { key: 0, list: 0, id: 0, shape: 0 }; COUNT];
    let mut count = 0;
    let mut list = 0;
    while list < LISTS.len() {
        let mut id = 0;
        while id < LISTS[list].len() {
            let mut shape = 0;
            while shape < LISTS[list][id].shapes.len() {
                let key = key(LISTS[list][id].shapes[shape].0);
                let mut place = count;
                while place > 0 && entries[place - 1].key > key {
                    entries[place] = entries[place - 1];
                    place -= 1;
                }
                entries[place] = Entry { key, list: list as u8, id: id as u8, shape: shape as u8 };
                count += 1;
                shape += 1;
            }
            id += 1;
        }
        list += 1;
    }
    entries
}

/// The key of a shape.
#[expect(clippy::indexing_slicing, reason = "runs at compile time")]
const fn key(shape: &str) -> u64 {
    let shape = shape.as_bytes();
    let mut key = 0;
    let mut mark = Mark::Start;
    let mut length = 0;
    let mut at = 0;
    while at < shape.len() {
        let next = match shape[at] {
            b' ' => Mark::Space,
            b'-' => Mark::Dash,
            b'.' => Mark::Dot,
            b'/' => Mark::Slash,
            b'+' => Mark::Plus,
            b'(' => Mark::Parenthesis,
            b')' => Mark::Start,
            _ => {
                length += 1;
                at += 1;
                continue;
            }
        };
        key = extend(key, mark, length);
        mark = next;
        length = 0;
        at += 1;
    }
    if length == 0 { key } else { extend(key, mark, length) }
}

/// The numbers whose parts are like the phrase's, each with the shape and the grade it has so.
pub(super) fn matching(phrase: &Phrase) -> impl Iterator<Item = (&'static Id, &'static str, u8)> {
    let key = phrase.key();
    let first = INDEX.partition_point(|entry| entry.key < key);
    INDEX.iter().skip(first).take_while(move |entry| entry.key == key).filter_map(|entry| {
        let id = LISTS.get(usize::from(entry.list))?.get(usize::from(entry.id))?;
        let (shape, grade) = id.shapes.get(usize::from(entry.shape))?;
        Some((id, *shape, *grade))
    })
}

/// Whether letters and digits are where the shape wants them.
pub(super) fn fits(shape: &str, phrase: &Phrase) -> bool {
    let classes = shape.bytes().filter(u8::is_ascii_alphanumeric);
    classes.zip(phrase.compact()).all(|(class, byte)| match class {
        b'9' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_alphabetic(),
        _ => true,
    })
}
