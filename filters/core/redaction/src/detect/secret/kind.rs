//! What an identifier says that its value is.

use std::ops::Range;

use crate::text;

/// What an identifier announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Something a person has thought up.
    Password,
    /// Something made by chance.
    Key,
}

/// Words behind a keyword, a blank between them, that make it another thing: the name of a secret, the length of a token.
const BEHIND: &str = "algorithm alias arn attempts audience board bytes chars class code column count curve dir down enabled endpoint \
    event expiration expires expiry expression field file filename fingerprint format frame function hint host id \
    identifier ids index input iterations label left len length level limit limits max mesh meshing min mode name \
    names page pair params path policy port prefix press pressed purpose rate regex region reset results right ring \
    rotation route selector server service signature signatures size source spec stone store storetype suffix table \
    through thumbprint timeout title ttl type types up uri url usage user username validator validators vault \
    version word words";

/// Words in front of a keyword that make it another thing: the key of a table, what is public anyway.
const FRONT: &str = "authenticity bucket cache completion continuation csrf don foreign hash hot idx input issuer lookup max min mon \
    natural next num object output page partition primary prompt pub public publishable row schema sequence site \
    sitekey sort stop total translation tur xsrf";

/// Words in front of `key` that make it a secret.
const KEYS_OF: &[&str] = &[
    "access",
    "account",
    "api",
    "auth",
    "client",
    "encryption",
    "license",
    "master",
    "private",
    "secret",
    "service",
    "shared",
    "signing",
    "storage",
    "subscription",
];

/// Words of which a keyword may be the end or the start, so that it need not stand alone.
const JOINED: &[&str] = &["pass", "pwd", "secret", "token", "apikey", "key"];

/// What the identifier around a keyword announces, if its value is a secret.
pub(super) fn kind(text: &[u8], identifier: &Range<usize>, keyword: &Range<usize>) -> Option<Kind> {
    let word = text::slice(text, keyword.clone());
    let front = text::slice(text, identifier.start..keyword.start);
    let behind = text::slice(text, keyword.end.min(identifier.end)..identifier.end);
    // `key` alone is of a map, but for the words that stand in front of it in a sentence.
    let alone = identifier == keyword && word.eq_ignore_ascii_case(b"key");
    if alone && !text::word_before(text, keyword.start, 14, KEYS_OF) {
        return None;
    }
    if !begins(front, word) || last_word(front).is_some_and(|last| listed(FRONT, last)) {
        return None;
    }
    let (kind, rest) = if starts(word, "pass") {
        (Kind::Password, pass(behind)?)
    } else if starts(word, "auth") {
        (Kind::Key, auth(behind)?)
    } else if key_word(word) {
        (Kind::Key, plural(behind))
    } else {
        (Kind::Password, behind)
    };
    let another = words_of(rest).next().into_iter().chain(last_word(rest)).any(|word| listed(BEHIND, word));
    (boundary(word, rest) && !another).then_some(kind)
}

/// Whether a keyword may begin where it does: at a word's start, at a hump of camel case, or within a word for keywords that are never
/// part of others.
fn begins(front: &[u8], word: &[u8]) -> bool {
    let before = text::before(front, front.len());
    if !before.is_ascii_alphabetic() || !word.first().is_some_and(u8::is_ascii_alphabetic) {
        return true;
    }
    let hump = before.is_ascii_lowercase() && word.first().is_some_and(u8::is_ascii_uppercase);
    let glued = JOINED.iter().any(|joined| starts(word, joined)) && !ends_in(front, b"com") && !ends_in(front, b"by");
    hump || glued
}

/// Whether what follows a keyword in its identifier is a word of its own.
fn boundary(word: &[u8], rest: &[u8]) -> bool {
    let Some(next) = rest.first() else { return true };
    let small = word.last().is_some_and(u8::is_ascii_lowercase) || !word.last().is_some_and(u8::is_ascii_alphabetic);
    !next.is_ascii_alphabetic() || (small && next.is_ascii_uppercase())
}

/// What follows the rest of `password`, `passwd`, `passphrase` and so on in an identifier. None if it is another word: `passage`.
fn pass(behind: &[u8]) -> Option<&[u8]> {
    const REST: &[&str] = &["phrase", "words", "word", "woord", "wort", "wrd", "code", "wd", "w", "e", ""];
    let rest = REST.iter().find(|rest| starts(behind, rest))?;
    let behind = text::tail(behind, rest.len());
    // `passes`, `passed`, `passing` and `passive` are no passwords.
    let letter = behind.first().is_some_and(u8::is_ascii_lowercase);
    // And `passValue` is a function.
    let verb = rest.is_empty() && behind.first().is_some_and(u8::is_ascii_uppercase);
    (!verb && (!letter || (!rest.is_empty() && *rest != "e"))).then_some(behind)
}

/// Without the `s` of `tokens`, which is not that of `secretString`.
fn plural(behind: &[u8]) -> &[u8] {
    match behind {
        [b's' | b'S', next, ..] if next.is_ascii_lowercase() => behind,
        [b's' | b'S', rest @ ..] => rest,
        _ => behind,
    }
}

/// What follows the rest of `authorization` and `authentication`; None if it is another word, such as `author`.
fn auth(behind: &[u8]) -> Option<&[u8]> {
    let rest = ["orization", "entication", ""].iter().find(|rest| starts(behind, rest))?;
    let behind = text::tail(behind, rest.len());
    (!behind.first().is_some_and(u8::is_ascii_lowercase)).then_some(behind)
}

/// Whether a keyword is of keys and tokens, not of passwords.
fn key_word(word: &[u8]) -> bool {
    const KEYS: &[&str] = &["key", "secret", "token", "auth", "credential", "creds"];
    KEYS.iter().any(|key| word.len() >= key.len() && (starts(word, key) || ends_in(word, key.as_bytes())))
        || starts(word, "_pat")
}

fn starts(text: &[u8], word: &str) -> bool {
    text::slice(text, 0..word.len()).eq_ignore_ascii_case(word.as_bytes()) && text.len() >= word.len()
}

fn ends_in(text: &[u8], word: &[u8]) -> bool {
    text.len() >= word.len() && text::tail(text, text.len() - word.len()).eq_ignore_ascii_case(word)
}

fn listed(list: &str, word: &[u8]) -> bool {
    list.split(' ').any(|listed| word.eq_ignore_ascii_case(listed.as_bytes()))
}

fn last_word(identifier: &[u8]) -> Option<&[u8]> {
    words_of(identifier).last()
}

/// The words of an identifier: between punctuation, and at the humps of camel case.
fn words_of(identifier: &[u8]) -> impl Iterator<Item = &[u8]> {
    identifier
        .split(|byte| !byte.is_ascii_alphabetic())
        .flat_map(|piece| piece.chunk_by(|left, right| !(left.is_ascii_lowercase() && right.is_ascii_uppercase())))
        .filter(|word| !word.is_empty())
}
