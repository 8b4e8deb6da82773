//! Whether a value looks like a secret: made by chance, or thought up by somebody as a password.

use crate::detect::score::{LIKELY, WEAK};
use crate::detect::token::distinct;
use crate::text;

/// Least length of a key or token, in bytes.
const MIN_KEY: usize = 10;
/// Least length of a password, in bytes.
const MIN_PASSWORD: usize = 4;

/// For each letter those that follow it in words, a bit each: together they make up 93 % of the pairs in English text and source code, but
/// only 43 % of all pairs there could be.
const PAIRS: [u32; 26] = [
    following(b"abcdefghiklmnprstuvwy"),
    following(b"abcdefilorsu"),
    following(b"abcdefhiklorstu"),
    following(b"abcdefilorsu"),
    following(b"abcdefgiklmnoprstuvwxy"),
    following(b"abcdefilorstu"),
    following(b"aehilnorsu"),
    following(b"aeiortu"),
    following(b"abcdefgklmnoprstvxz"),
    following(b"aeo"),
    following(b"aeiosu"),
    following(b"adeilostuy"),
    following(b"abeimopsu"),
    following(b"acdefgiklnostuvy"),
    following(b"abcdefgiklmnoprstuvw"),
    following(b"aehiloprstu"),
    following(b"u"),
    following(b"abcdegiklmnoprstuvy"),
    following(b"acehiklmopstuy"),
    following(b"acefhilmoprstuy"),
    following(b"abcdefgilmnprst"),
    following(b"aeio"),
    following(b"aeio"),
    following(b"ept"),
    following(b"aenps"),
    following(b"aei"),
];

const fn following(letters: &[u8]) -> u32 {
    let mut set = 0;
    let mut rest = letters;
    while let [letter, behind @ ..] = rest {
        set |= 1 << (*letter - b'a');
        rest = behind;
    }
    set
}

/// Whether a key or token may look like that: no words, no number, no pattern, no place-holder.
pub(super) fn is_random(value: &[u8]) -> bool {
    if value.len() < MIN_KEY || !value.iter().all(u8::is_ascii_graphic) || stands_in(value) || code(value) {
        return false;
    }
    let kinds = Kinds::of(value);
    if kinds.digits == 0 {
        // Letters only: as long and as mixed as no name is.
        return value.len() >= 14
            && kinds.lower > 3
            && kinds.upper > 3
            && kinds.turns * 4 >= value.len()
            && !wordy(value);
    }
    if kinds.lower + kinds.upper == 0 || value.starts_with(b"/") && wordy(value) {
        return false;
    }
    if is_hex(value) {
        return value.len() >= 16 && entropy(value) >= 2.8;
    }
    let classes = kinds.classes();
    let long_enough = value.len() >= 12 || classes >= 3;
    let spread = entropy(value) >= 0.75 * (value.len().min(26) as f32).log2();
    long_enough && spread && !row(value) && !made_of_words(value)
}

/// The score of a password; None if it is none.
pub(super) fn password(value: &[u8]) -> Option<u8> {
    if value.len() < MIN_PASSWORD || distinct(value) < 3 || stands_in(value) {
        return None;
    }
    let kinds = Kinds::of(value);
    let letters = kinds.lower + kinds.upper + kinds.beyond;
    if letters == 0 {
        // A PIN, but no date, range or amount.
        return (value.len() >= 6 && kinds.digits == value.len()).then_some(LIKELY);
    }
    if code(value) {
        return None;
    }
    let strange = value
        .iter()
        .any(|byte| byte.is_ascii_punctuation() && !matches!(byte, b'-' | b'_' | b'.' | b'\'' | b':' | b'/' | b'*'));
    let likely = value.len() >= 6 && (kinds.digits > 0 || strange) && !names(value);
    Some(if likely { LIKELY } else { WEAK })
}

/// How many bytes there are of each kind.
struct Kinds {
    digits: usize,
    lower: usize,
    upper: usize,
    /// Outside of ASCII.
    beyond: usize,
    other: usize,
    /// How often the case changes from a letter to the next.
    turns: usize,
}

impl Kinds {
    fn of(value: &[u8]) -> Self {
        let count = |wanted: fn(&u8) -> bool| value.iter().filter(|byte| wanted(byte)).count();
        let turn = |pair: &[u8]| match pair {
            [left, right] => {
                left.is_ascii_alphabetic()
                    && right.is_ascii_alphabetic()
                    && left.is_ascii_lowercase() != right.is_ascii_lowercase()
            }
            _ => false,
        };
        Self {
            digits: count(u8::is_ascii_digit),
            lower: count(u8::is_ascii_lowercase),
            upper: count(u8::is_ascii_uppercase),
            beyond: count(|byte| !byte.is_ascii()),
            other: count(u8::is_ascii_punctuation),
            turns: value.windows(2).filter(|pair| turn(pair)).count(),
        }
    }

    fn classes(&self) -> usize {
        [self.digits, self.lower, self.upper, self.other].iter().filter(|&&count| count > 0).count()
    }
}

fn is_hex(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b':'))
}

/// Shannon's entropy, in bits per byte.
fn entropy(value: &[u8]) -> f32 {
    let length = value.len() as f32;
    let mut counts = [0u16; 128];
    for byte in value {
        if let Some(count) = counts.get_mut(usize::from(byte & 127)) {
            *count += 1;
        }
    }
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f32::from(count) / length)
        .map(|share| -share * share.log2())
        .sum()
}

/// Whether it is mostly letters, and three quarters and more of their pairs are such as words have; of a value with more than one digit
/// among eight bytes, nine in ten.
pub(in super::super) fn wordy(value: &[u8]) -> bool {
    let mut pairs = 0;
    let mut common = 0;
    for pair in value.windows(2) {
        let [left, right] = pair else { continue };
        if left.is_ascii_alphabetic() && right.is_ascii_alphabetic() {
            pairs += 1;
            let follow = PAIRS.get(usize::from(left.to_ascii_lowercase() - b'a')).copied().unwrap_or_default();
            common += follow >> (right.to_ascii_lowercase() - b'a') & 1;
        }
    }
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let share = if digits * 8 > value.len() { 18 } else { 15 };
    pairs >= 3 && pairs * 2 >= value.len() && common as usize * 20 >= pairs * share
}

/// Whether what stands between punctuation is words, numbers and bits of at most four bytes.
fn made_of_words(value: &[u8]) -> bool {
    wordy(value)
        || value
            .split(u8::is_ascii_punctuation)
            .all(|piece| piece.len() <= 4 || piece.iter().all(u8::is_ascii_digit) || wordy(piece))
}

/// Names such as `must-be-8-chars` and `v1.2.3-rc4`.
fn names(value: &[u8]) -> bool {
    let marks = value.iter().filter(|byte| matches!(byte, b'-' | b'_' | b'.' | b'/' | b':')).count();
    marks >= 2
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':'))
        && made_of_words(value)
}

/// `0123456789abcdef`, `aaaaaaaa`: half of the bytes or more are what their neighbour makes expected.
fn row(value: &[u8]) -> bool {
    let expected = |pair: &&[u8]| matches!(pair, [left, right] if left == right || left.wrapping_add(1) == *right);
    value.windows(2).filter(expected).count() * 2 >= value.len()
}

/// What people write where a secret is to stand; lower case.
const STAND_INS: &[&[u8]] = &[
    b"xxxx",
    b"****",
    b"....",
    b"____",
    b"example",
    b"changeme",
    b"change_me",
    b"change-me",
    b"placeholder",
    b"redacted",
    b"dummy",
    b"your_",
    b"your-",
    b"yourpass",
    b"yourkey",
    b"yourtoken",
    b"yoursecret",
    b"insert",
    b"foobar",
    b"12345abc",
    b"not-a-",
];

/// Whether a value only stands in for one: a variable, a template, a row of `x`, or a word for it.
pub(super) fn stands_in(value: &[u8]) -> bool {
    template(value)
        || value.windows(3).any(|three| three == b"://")
        || [&b"ENC["[..], b"arn:aws"].iter().any(|prefix| value.starts_with(prefix))
        || STAND_INS.iter().any(|word| value.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word)))
}

/// Whether a value is filled in later: `$NAME`, `<name>`, `{{ name }}`, `****`.
pub(in super::super) fn template(value: &[u8]) -> bool {
    match value {
        [b'$', next, ..] if next.is_ascii_alphanumeric() || matches!(next, b'_' | b'(' | b'{') => {
            // A variable's name to the end, but not the `$2b$` of a hash.
            return !value.iter().skip(1).any(|&byte| byte == b'$' || byte == b'/');
        }
        [b'<' | b'[', ..] | [b'{', b'{' | b'%', ..] | [b'#', b'{', ..] => return true,
        [b'%', .., b'%'] | [b'@', .., b'@'] | [b'{', .., b'}'] => return inside_is_name(value),
        _ => {}
    }
    let same = value.len() > 2
        && value.first().is_some_and(|first| b"*xX.-_#?".contains(first) && value.iter().all(|byte| byte == first));
    same || value.starts_with(b"...") || value.windows(2).any(|pair| pair == b"$(") || variable_within(value)
}

fn inside_is_name(value: &[u8]) -> bool {
    text::slice(value, 1..value.len() - 1)
        .iter()
        .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'-'))
}

/// `${NAME}` or `{{ name }}` anywhere.
fn variable_within(value: &[u8]) -> bool {
    (0..value.len()).any(|at| {
        (text::follows(value, at, b"${") || text::follows(value, at, b"{{")) && {
            let name = text::count(value, at + 2, |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'$' | b'|' | b'{')
            });
            let close: &[u8] = if text::follows(value, at, b"{{") { b"}}" } else { b"}" };
            name > 0 && text::follows(value, at + 2 + name, close)
        }
    })
}

/// Whether it reads like source code: a call, an index, a member of something.
fn code(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"(").or(value.strip_prefix(b"@")).or(value.strip_prefix(b"&")).unwrap_or(value);
    let name =
        text::count(value, 0, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'-' | b'>'));
    let next = text::at(value, name);
    let head = text::slice(value, 0..name);
    let call = next == b'(' && !head.iter().any(u8::is_ascii_digit);
    if value.starts_with(b"--") || name >= 3 && (call || matches!(next, b'(' | b'[' | b'{') && wordy(head)) {
        return true;
    }
    // `config.password`, `X25519.KeyPair`: names with dots, no digit in the last.
    name == value.len()
        && value.contains(&b'.')
        && value
            .rsplit(|&byte| byte == b'.')
            .next()
            .is_some_and(|last| last.len() >= 2 && last.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_'))
        && made_of_words(value.rsplit(|&byte| byte == b'.').next().unwrap_or_default())
}
