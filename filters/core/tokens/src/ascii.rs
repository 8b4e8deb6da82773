//! The pretokens that most of most texts is made of, found and hashed eight bytes at a time: ASCII words, up to three
//! digits. What this has no answer to, [`crate::pretoken`] has; what both have is the same.

use crate::entries::{Hasher, Key, LONGEST, word};
use crate::pretoken::Pattern;
use crate::unicode::{Class, ascii};

const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = 0x80 * ONES;
/// Makes small letters of capitals, and letters of nothing else.
const SMALL: u64 = 0x20 * ONES;

/// A pretoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Simple {
    /// A word of this length, what leads it included, at most [`LONGEST`].
    Word(usize, Key),
    /// What is always an entry: up to three digits, a mark or a blank alone.
    Entry(usize),
}

/// The pretoken that a text begins with, if it is a simple one.
#[inline]
pub(crate) fn simple(text: &[u8], pattern: Pattern) -> Option<Simple> {
    let eight = word(text);
    let first = eight as u8;
    let leads = match LEADS.get(usize::from(first)) {
        Some(Leads::Itself) => 0,
        Some(Leads::Word) if pattern == Pattern::O200k || first != b'\'' => 0x80,
        Some(Leads::Digits) => return digits(text),
        Some(Leads::Newline) => return newline(text),
        _ => return None,
    };
    // A word of `o200k` may begin with a capital, one of `cl100k` may have them anywhere.
    let fold = match (pattern, leads) {
        (Pattern::Cl100k, _) => SMALL,
        (Pattern::O200k, 0) => 0x20,
        (Pattern::O200k, _) => 0x2000,
    };
    let mut length = count(small(eight | fold) | leads);
    let mut hasher = Hasher::default();
    let (mut last, mut at) = (eight, 0);
    while length == at + 8 {
        let next = word(text.get(length..)?);
        let more = count(small(if pattern == Pattern::Cl100k { next | SMALL } else { next }));
        if more == 0 {
            break;
        }
        if length + more > LONGEST {
            return None;
        }
        (hasher, last, at) = (hasher.with(last), next, length);
        length += more;
    }
    if leads != 0 && length == 1 {
        return alone(text, pattern);
    }
    if let Some(&behind) = text.get(length) {
        // Capitals in a row, contractions, letters beyond ASCII.
        let unclear = match pattern {
            Pattern::O200k => {
                behind == b'\''
                    || behind.is_ascii_uppercase() && text.get(length - 1).is_some_and(u8::is_ascii_uppercase)
            }
            Pattern::Cl100k => false,
        };
        if unclear || !behind.is_ascii() {
            return None;
        }
    }
    let last = last & u64::MAX >> (64 - 8 * (length - at));
    Some(Simple::Word(length, hasher.end(last, length)))
}

/// What could lead a word and does not: a mark or a blank alone, a run of either.
#[inline]
fn alone(text: &[u8], pattern: Pattern) -> Option<Simple> {
    let (first, second) = (*text.first()?, *text.get(1)?);
    match (ascii(first), ascii(second)) {
        (_, Class::Number) | (Class::Other, Class::Space) => Some(Simple::Entry(1)),
        (class, Class::Other) if second.is_ascii() => {
            // No other white space than a blank leads punctuation.
            if class == Class::Space && first != b' ' { Some(Simple::Entry(1)) } else { marks(text, pattern) }
        }
        (Class::Other, Class::Newline) => marks(text, pattern),
        (Class::Space, Class::Space) => {
            // The last blank leads what follows.
            let length = blanks(text)?;
            (length > 1).then(|| text.get(..length - 1)).flatten().map(hashed)
        }
        _ => None,
    }
}

/// Punctuation, which one blank may lead, with the line ends behind it.
fn marks(text: &[u8], pattern: Pattern) -> Option<Simple> {
    let mut bytes = text
        .iter()
        .enumerate()
        .take(LONGEST + 1)
        .skip(1)
        .skip_while(|(_, byte)| byte.is_ascii() && ascii(**byte) == Class::Other);
    let trails = |byte: u8| ascii(byte) == Class::Newline || byte == b'/' && pattern == Pattern::O200k;
    let (length, behind) = bytes.find(|(_, byte)| !trails(**byte))?;
    (behind.is_ascii() && length <= LONGEST).then(|| text.get(..length).map(hashed)).flatten()
}

/// One line end, with nothing but blanks between it and what follows.
fn newline(text: &[u8]) -> Option<Simple> {
    blanks(text.get(1..)?).map(|_| Simple::Entry(1))
}

/// How many blanks there are before what is neither white space nor beyond ASCII.
#[inline]
fn blanks(text: &[u8]) -> Option<usize> {
    let (length, behind) = text.iter().enumerate().take(LONGEST + 1).find(|(_, byte)| **byte != b' ')?;
    (behind.is_ascii() && !matches!(ascii(*behind), Class::Space | Class::Newline)).then_some(length)
}

fn hashed(pretoken: &[u8]) -> Simple {
    Simple::Word(pretoken.len(), Key::of(pretoken))
}

#[inline]
fn digits(text: &[u8]) -> Option<Simple> {
    let length = text.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    // There are numbers beyond ASCII.
    let ends = length == 3 || text.get(length).is_none_or(u8::is_ascii);
    ends.then_some(Simple::Entry(length))
}

/// The high bit of each byte that is a small letter.
#[inline]
fn small(eight: u64) -> u64 {
    let low = eight & !HIGH;
    let from_a = low + (0x80 - b'a' as u64) * ONES;
    let beyond_z = low + (0x80 - b'z' as u64 - 1) * ONES;
    from_a & !beyond_z & !eight & HIGH
}

/// How many bytes have their high bit set, up to the first that has not.
#[inline]
fn count(marks: u64) -> usize {
    ((!marks & HIGH).trailing_zeros() / 8) as usize
}

/// What a byte may begin.
#[derive(Clone, Copy)]
enum Leads {
    Nothing,
    Itself,
    Word,
    Digits,
    Newline,
}

static LEADS: [Leads; 128] = {
    let mut leads = [Leads::Nothing; 128];
    let mut byte = 0;
    // Evaluated by the compiler, where an index out of bounds is an error of the build.
    #[allow(clippy::indexing_slicing)]
    while byte < 128 {
        leads[byte] = match ascii(byte as u8) {
            Class::Upper | Class::Lower => Leads::Itself,
            Class::Other | Class::Space => Leads::Word,
            Class::Number => Leads::Digits,
            Class::Newline => Leads::Newline,
            Class::Letter | Class::Mark => Leads::Nothing,
        };
        byte += 1;
    }
    leads
};
