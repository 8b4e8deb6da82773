//! What was found out about words not long ago, so that a word is taken apart once and not at every occurrence.

use std::cell::Cell;

use crate::entries::Key;
use crate::pieces::Pieces;

/// How many words are remembered, one for each place; a power of two.
const PLACES: usize = 1 << 11;
/// Bits of what is remembered of a word; the rest of its 64 tells it from others, together with its place.
const COUNT: u32 = 6;
const MISSES: u32 = 8;

thread_local! {
    static WORDS: [Cell<u64>; PLACES] = const { [const { Cell::new(0) }; PLACES] };
}

/// What `find` finds out about the word of this key, or has found before. What does not fit is not remembered.
#[inline]
pub(crate) fn recall(key: Key, bit: u8, find: impl FnOnce() -> Pieces) -> Pieces {
    let hash = key.0 ^ u64::from(bit) << 32;
    WORDS.with(|words| {
        let Some(place) = words.get(hash as usize & (PLACES - 1)) else { return find() };
        let known = place.get();
        let tag = hash >> (COUNT + MISSES) << (COUNT + MISSES);
        if known & !((1 << (COUNT + MISSES)) - 1) == tag && known != tag {
            return Pieces { count: known & ((1 << COUNT) - 1), misses: known >> COUNT & ((1 << MISSES) - 1) };
        }
        let found = find();
        if found.count < 1 << COUNT && found.misses < 1 << MISSES {
            place.set(tag | found.misses << COUNT | found.count);
        }
        found
    })
}
