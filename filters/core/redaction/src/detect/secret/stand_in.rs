//! What stands where a secret is to stand: variables, templates, calls, examples.

use super::words::{made_of_words, wordy};
use crate::text;

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
pub(super) fn code(value: &[u8]) -> bool {
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
