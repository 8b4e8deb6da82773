//! Numbers that states give to people and companies, each with what its issuer lets one verify.
//!
//! Each number is an [`Id`]: how it is written, the rules it keeps, and the words that announce it. One reader goes over the words and
//! groups of digits that stand together ([`phrase`]), looks the way they are written up in an index of all numbers ([`shape`]), and asks
//! the rules of those that are written so ([`rule`]). VAT numbers start with their country's letters and are read by [`vat`].
//!
//! What counts without a word beside it, which is what the grades in the tables stand for:
//!
//! | evidence | grade | example |
//! |---|---|---|
//! | two check digits or a strong check, and a date or a prefix; a structure that nothing else has | [`CERTAIN`] | `fr-nir`, `it-fiscal-code`, `no-fodselsnummer`, `ch-ahv` |
//! | a check digit and the customary separators or letters; a date and such | [`LIKELY`] | `es-nif`, `ie-pps`, `pl-nip` as 3-3-2-2, `dk-cpr` with its dash and check |
//! | a check digit and a date that exists in bare digits, or one and separators that order numbers have too: 1 in 10 to 1 in 200 of them | [`FAIR`], does not count | `pl-pesel`, `bg-egn`, `in-aadhaar` as 4-4-4 |
//! | two check digits, or one and a prefix, in bare digits: about 1 in 100; separators that other things have as well | [`POOR`], does not count | `br-cpf`, `tr-tckn`, `ca-sin` with blanks |
//! | one check digit in bare digits: 1 in 10 | [`WEAK`], does not count | `uk-nhs`, `nl-bsn`, `il-id` |
//!
//! A word that announces the number, in front of it or behind it on the same line, makes any of them [`LIKELY`]. A word for something
//! else right in front, such as `phone` or `order`, makes what is less than that [`WEAK`]. Letters that a
//! hash or a token may have as well, hexadecimal ones in lower case or of both cases, make it [`POOR`] at most unless it is [`CERTAIN`].

mod americas;
mod asia;
mod check;
mod east;
mod europe;
mod medical;
mod north;
mod phrase;
mod rule;
mod shape;
mod vat;

use std::ops::Range;

use self::phrase::Phrase;
use self::rule::Rule;
use super::around;
use super::number::{Run, Separator};
use super::registry::Detector;
use super::scan::Sink;
use super::score::{CERTAIN, LIKELY, WEAK};
use super::word::Word;
use crate::text;

/// A date and a check digit in bare digits. Does not count unless a rule asks for it: a text with a hundred order numbers has one.
const FAIR: u8 = 45;
/// What is right in about one of a hundred random numbers. Does not count unless a rule asks for it.
const POOR: u8 = 40;

/// A number that a state gives.
struct Id {
    detector: Detector,
    /// How it is written, each with the grade that it has so. See [`shape`] for the letters.
    shapes: &'static [(&'static str, u8)],
    /// What it keeps, all of them.
    rules: &'static [Rule],
    /// What announces it, in lower case.
    words: &'static [&'static str],
}

/// All numbers.
const LISTS: [&[Id]; 7] = [americas::IDS, europe::IDS, east::IDS, north::IDS, asia::IDS, vat::IDS, medical::IDS];

/// Words that announce any of them.
const COMMON: &[&str] = &[
    "national id",
    "nationalid",
    "national identity",
    "national identification",
    "identification number",
    "identity number",
    "identity card",
    "id card",
    "personal id",
    "personal number",
    "personal code",
    "citizen id",
    "tax id",
    "taxid",
    "tax number",
    "tax no",
    "taxpayer",
    "tin",
];

/// Words for numbers of other kinds.
const OTHER: &[&str] = &[
    "phone",
    "telephone",
    "tel",
    "mobile",
    "cell",
    "fax",
    "call",
    "order",
    "invoice",
    "tracking",
    "timestamp",
    "amount",
    "total",
    "isbn",
    "issn",
    "ean",
    "sku",
    "build",
    "commit",
    "ticket",
    "telefon",
    "rechnung",
    "bestellung",
    "commande",
    "facture",
    "pedido",
    "factura",
];
/// How far in front of a number they count, in bytes.
const OTHER_WINDOW: usize = 20;

/// The least digits that are worth a look: those of a British national insurance number.
const MIN_DIGITS: usize = 6;
/// The longest word of letters in front of a group that may belong to it, in bytes, as in `CHE-123.456.788`.
const MAX_LETTERS: usize = 4;

/// The detectors that ask here.
pub(super) fn detectors() -> impl Iterator<Item = Detector> {
    LISTS.into_iter().flatten().map(|id| id.detector)
}

/// Appends the words that are asked for around numbers.
pub(super) fn add_words(out: &mut Vec<&'static str>) {
    around::add(out, COMMON);
    around::add(out, OTHER);
    LISTS.iter().flat_map(|list| list.iter()).for_each(|id| around::add(out, id.words));
}

/// Whether a word may be a part of a number: a few letters at its end.
pub(super) fn is_part(word: &[u8]) -> bool {
    let letters = word.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    (1..=MAX_LETTERS).contains(&letters)
}

/// Looks at a word of letters and digits, and what goes on behind it.
pub(super) fn in_word(word: &Word<'_>, sink: &mut Sink<'_>) {
    if sink.wants_national() {
        look_from(word.text(), word.start, sink);
    }
}

/// Looks at a run of digit groups.
pub(super) fn in_run(run: &Run<'_>, sink: &mut Sink<'_>) {
    let bytes = run.text();
    // A Brazilian company's number may go on in letters: `12.ABC.345/01DE-35`.
    let lettered = || text::at(bytes, run.resume) == b'.' && text::at(bytes, run.resume + 1).is_ascii_uppercase();
    let digits = || run.groups().iter().map(|group| group.len()).sum::<usize>();
    if !sink.wants_national() || (digits() < MIN_DIGITS && !lettered()) {
        return;
    }
    for (index, group) in run.groups().iter().enumerate() {
        if index > 0 {
            // Behind a dash or a dot and more digits no number starts.
            let joined = matches!(group.separator, Separator::Dash | Separator::Dot)
                && matches!(text::before(bytes, group.start), b'-' | b'.');
            if !joined {
                look_at(bytes, group.start, sink);
            }
        } else if !text::before(bytes, group.start).is_ascii_alphanumeric()
            && !text::at(bytes, group.end).is_ascii_alphabetic()
        {
            look_from(bytes, group.start, sink);
        }
    }
}

/// Looks at the two digits at `start` that a dot and a letter follow: a Brazilian company's number, as `12.ABC.345/01DE-35`.
pub(super) fn at_company(bytes: &[u8], start: usize, sink: &mut Sink<'_>) {
    if text::at(bytes, start + 2) == b'.' && !text::before(bytes, start).is_ascii_alphanumeric() {
        look_from(bytes, start, sink);
    }
}

/// Looks from `start` on, and from the short words of letters in front of it.
fn look_from(bytes: &[u8], start: usize, sink: &mut Sink<'_>) {
    look_at(bytes, start, sink);
    let mut start = start;
    for _ in 0..2 {
        let Some(end) = start.checked_sub(1).filter(|&at| matches!(text::at(bytes, at), b' ' | b'-' | b'.')) else {
            return;
        };
        let head = text::slice(bytes, end.saturating_sub(MAX_LETTERS)..end);
        let letters = head.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
        start = end - letters;
        if letters == 0 || text::before(bytes, start).is_ascii_alphanumeric() {
            return;
        }
        look_at(bytes, start, sink);
    }
}

/// Reports every number that starts at `start`.
fn look_at(bytes: &[u8], start: usize, sink: &mut Sink<'_>) {
    phrase::read(bytes, start, |phrase| {
        let number = phrase.compact();
        // A single digit all over is what people write for no number.
        if number.iter().all(|byte| number.first() == Some(byte)) {
            return;
        }
        let range = phrase.range();
        for (id, grade) in shape::matching(phrase) {
            let Some(least) = sink.least(id.detector) else { continue };
            let score = weigh(doubted(phrase, grade), id.words, bytes, &range, sink);
            if score >= least && id.rules.iter().all(|rule| rule.kept(number)) {
                sink.emit(id.detector, range.clone(), score);
            }
        }
        if sink.wants(Detector::VatId)
            && let Some(grade) = vat::prefixed(phrase)
        {
            let score = weigh(grade, vat::WORDS, bytes, &range, sink);
            sink.emit(Detector::VatId, range, score);
        }
    });
}

/// What the words around a number say to its grade, of which `words` announce it.
fn weigh(grade: u8, words: &[&str], bytes: &[u8], range: &Range<usize>, sink: &mut Sink<'_>) -> u8 {
    if grade >= LIKELY {
        return grade;
    }
    let near = sink.near(bytes, range);
    if !near.any() {
        grade
    } else if near.has(words) || near.has(COMMON) {
        LIKELY
    } else if near.has_within(OTHER, OTHER_WINDOW) {
        WEAK
    } else {
        grade
    }
}

/// The grade of what may be something else. Words in lower case stand in front of numbers, tokens have letters and digits in any order,
/// and many numbers of ten digits are times.
fn doubted(phrase: &Phrase, grade: u8) -> u8 {
    let seconds = grade == FAIR && phrase.compact().len() == 10 && in_seconds(phrase.compact());
    let doubtful = seconds || phrase.like_a_token() || (phrase.has_lower_case() && phrase.has_parts());
    if doubtful && grade < CERTAIN { grade.min(POOR) } else { grade }
}

/// Whether a number reads as a time since 1970 of the years 2017 to 2030, in seconds or parts of them.
fn in_seconds(number: &[u8]) -> bool {
    matches!(number, [b'1', b'5'..=b'8', ..])
}
