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
    /// The places that want a digit, and those that want a letter, the first in the lowest bit.
    digits: u32,
    letters: u32,
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
    let mut entries = [Entry { key: 0, list: 0, id: 0, shape: 0, digits: 0, letters: 0 }; COUNT];
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
                let text = LISTS[list][id].shapes[shape].0;
                entries[place] = Entry {
                    key,
                    list: list as u8,
                    id: id as u8,
                    shape: shape as u8,
                    digits: places(text, b'9'),
                    letters: places(text, b'A'),
                };
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

/// The places of a shape that have this class.
#[expect(clippy::indexing_slicing, reason = "runs at compile time")]
const fn places(shape: &str, class: u8) -> u32 {
    let shape = shape.as_bytes();
    let (mut places, mut bit, mut at) = (0, 1, 0);
    while at < shape.len() {
        if matches!(shape[at], b'9' | b'A' | b'X') {
            places |= if shape[at] == class { bit } else { 0 };
            bit <<= 1;
        }
        at += 1;
    }
    places
}

/// The numbers that are written like the phrase, each with the grade it has so.
pub(super) fn matching(phrase: &Phrase) -> impl Iterator<Item = (&'static Id, u8)> {
    let (key, digits) = (phrase.key(), phrase.digits());
    let first = INDEX.partition_point(|entry| entry.key < key);
    let alike = INDEX.iter().skip(first).take_while(move |entry| entry.key == key);
    alike.filter(move |entry| entry.digits & !digits == 0 && entry.letters & digits == 0).filter_map(|entry| {
        let id = LISTS.get(usize::from(entry.list))?.get(usize::from(entry.id))?;
        id.shapes.get(usize::from(entry.shape)).map(|(_, grade)| (id, *grade))
    })
}
