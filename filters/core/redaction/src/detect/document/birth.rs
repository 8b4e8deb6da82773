//! Dates of birth: dates that a word announces as such.

use std::ops::Range;

use crate::detect::announced;
use crate::detect::number::{Group, Run, Separator, Window, value};
use crate::detect::registry::Detector;
use crate::detect::scan::Sink;
use crate::detect::score::LIKELY;
use crate::detect::word::Word;
use crate::text;

/// Years of birth. There is no clock here: the end is far enough.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2049;

/// What months start with in the languages that the announcing words are in, lower case.
#[rustfmt::skip]
const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    "mär", "maer", "mrz", "mai", "okt", "dez", "fév", "fev", "avr", "juin", "juil", "aoû", "aou", "déc",
    "ene", "abr", "ago", "dic", "gen", "mag", "giu", "lug", "set", "ott", "out", "mrt", "mei", "maj", "maa", "elo", "tam", "hel", "huh", "tou",
    "kes", "hei", "syy", "lok", "jou", "sty", "lut", "kwi", "cze", "lip", "sie", "wrz", "paź", "lis", "gru", "oca", "şub", "nis", "haz",
    "tem", "ağu", "eyl", "eki", "kas", "ara",
    "янв", "фев", "мар", "апр", "мая", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек",
];
/// The longest word of a month, in bytes.
const MONTH: usize = 18;
/// How far in front of the year a date may start, in bytes.
const REACH: usize = 32;

/// Looks at a run of digit groups.
pub(super) fn in_run(run: &Run<'_>, sink: &mut Sink<'_>) {
    for first in 0..run.len() {
        let window = run.window(first, first);
        if !matches!(window.digit_count(), 1 | 2 | 4 | 8) {
            continue;
        }
        let bytes = window.text;
        let found =
            numeric(run, first).or_else(|| named(bytes, window.range())).or_else(|| eastern(bytes, window.range()));
        if let Some(range) = found
            && set_apart(bytes, &range)
            && announced::birth(bytes, &range, sink.around())
        {
            sink.emit(Detector::DateOfBirth, range, LIKELY);
        }
    }
}

/// Whether it stands alone, or in front of a time (`1985-03-12T00:00:00Z`).
fn set_apart(bytes: &[u8], range: &Range<usize>) -> bool {
    let time = text::at(bytes, range.end) == b'T' && text::at(bytes, range.end + 1).is_ascii_digit();
    let behind = time || !text::at(bytes, range.end).is_ascii_alphanumeric();
    behind && !text::before(bytes, range.start).is_ascii_alphanumeric()
}

/// `12MAR1985`.
pub(super) fn in_word(word: &Word<'_>, sink: &mut Sink<'_>) {
    let bytes = word.bytes();
    if !(8..=9).contains(&bytes.len()) {
        return;
    }
    let (day, rest) = bytes.split_at(text::count(bytes, 0, |byte| byte.is_ascii_digit()).min(2));
    if is_day(day)
        && is_month(text::slice(rest, 0..3))
        && rest.len() == 7
        && is_year(text::tail(rest, 3))
        && announced::birth(word.text(), &word.range(), sink.around())
    {
        sink.emit(Detector::DateOfBirth, word.range(), LIKELY);
    }
}

/// Three numbers, or eight digits.
fn numeric(run: &Run<'_>, first: usize) -> Option<Range<usize>> {
    let window = run.window(first, first + 2);
    if window.groups.len() == 3 && triple(&window) && window.set_apart() {
        return Some(window.range());
    }
    let window = run.window(first, first);
    let digits = window.digits::<8>()?;
    let digits = digits.as_slice();
    let part = |from: usize, to: usize| value(text::slice(digits, from..to));
    let date = digits.len() == 8
        && (date(part(0, 4), part(4, 6), part(6, 8))
            || date(part(4, 8), part(2, 4), part(0, 2))
            || date(part(4, 8), part(0, 2), part(2, 4)));
    (date && window.set_apart()).then(|| window.range())
}

fn triple(window: &Window<'_>) -> bool {
    let [a, b, c] = window.groups else { return false };
    if !matches!(window.uniform(), Some(Separator::Dash | Separator::Dot | Separator::Slash | Separator::Space)) {
        return false;
    }
    let part = |group: &Group| text::decimal(text::slice(window.text, group.start..group.end));
    match (a.len(), b.len(), c.len()) {
        (4, 1 | 2, 1 | 2) => date(part(a), part(b), part(c)),
        (1 | 2, 1 | 2, 4) => date(part(c), part(b), part(a)) || date(part(c), part(a), part(b)),
        // The century is left out, and then blanks say too little.
        (1 | 2, 1 | 2, 2) if window.uniform() != Some(Separator::Space) => {
            date(2000, part(b), part(a)) || date(2000, part(a), part(b)) || date(2000, part(b), part(c))
        }
        _ => false,
    }
}

/// Whether there is such a day; 29 February in any year.
fn date(year: u32, month: u32, day: u32) -> bool {
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    };
    YEARS.contains(&year) && (1..=days).contains(&day)
}

/// A day, a month's name and the year at `year`, or the month first.
fn named(bytes: &[u8], year: Range<usize>) -> Option<Range<usize>> {
    if !is_year(text::slice(bytes, year.clone())) {
        return None;
    }
    let limit = year.start.saturating_sub(REACH);
    let head = text::slice(bytes, limit..year.start);
    let end = trimmed(head);
    if end == head.len() {
        return None;
    }
    let (head, _) = head.split_at(end);
    // `12 March 1985`, or `March 12, 1985`.
    let start = month_before(head)
        .and_then(|month| day_before(text::slice(head, 0..trimmed(text::slice(head, 0..month)))))
        .or_else(|| {
            day_before(head).and_then(|day| month_before(text::slice(head, 0..trimmed(text::slice(head, 0..day)))))
        })?;
    Some(limit + start..year.end)
}

/// How much is left without what joins the parts of a date: blanks, commas, dots, dashes, `of` and `de`.
fn trimmed(mut part: &[u8]) -> usize {
    loop {
        let before = part.len();
        for joint in [&b" "[..], b",", b".", b"-", b"/", b" of", b" de", b" del"] {
            part = part.strip_suffix(joint).unwrap_or(part);
        }
        if part.len() == before {
            return before;
        }
    }
}

/// Where the month's name starts that ends the text.
fn month_before(head: &[u8]) -> Option<usize> {
    let length = head.iter().rev().take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
    let start = head.len() - length;
    ((3..=MONTH).contains(&length) && is_month(text::tail(head, start))).then_some(start)
}

/// Where the day starts that ends the text, maybe with the ending of an ordinal: `12th`, `1er`, `1º`.
fn day_before(head: &[u8]) -> Option<usize> {
    let endings = ["st", "nd", "rd", "th", "er", "e", "º", "°"];
    let ending = endings.iter().find(|ending| head.ends_with(ending.as_bytes())).map_or(0, |ending| ending.len());
    let head = text::slice(head, 0..head.len() - ending);
    let start = head.len() - head.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    is_day(text::tail(head, start)).then_some(start)
}

fn is_day(digits: &[u8]) -> bool {
    matches!(digits.len(), 1 | 2) && (1..=31).contains(&text::decimal(digits))
}

fn is_year(digits: &[u8]) -> bool {
    digits.len() == 4 && digits.iter().all(u8::is_ascii_digit) && YEARS.contains(&text::decimal(digits))
}

/// Whether a word is a month, maybe with a comma or a dot behind it.
pub(in crate::detect) fn ends_in_month(word: &[u8]) -> bool {
    let word = text::slice(word, 0..trimmed(word));
    month_before(word).is_some()
}

fn is_month(word: &[u8]) -> bool {
    MONTHS.iter().any(|month| text::slice(word, 0..month.len()).eq_ignore_ascii_case(month.as_bytes()))
}

/// `1985年3月12日`, `1985년 3월 12일`, from its year.
fn eastern(bytes: &[u8], year: Range<usize>) -> Option<Range<usize>> {
    if !is_year(text::slice(bytes, year.clone())) {
        return None;
    }
    let mut at = year.end;
    for (marks, numbered) in [(["年", "년"], true), (["月", "월"], true), (["日", "일"], false)] {
        at += text::count(bytes, at, |byte| byte == b' ').min(1);
        at += marks.iter().find(|mark| text::follows(bytes, at, mark.as_bytes()))?.len();
        if numbered {
            at += text::count(bytes, at, |byte| byte == b' ').min(1);
            let digits = text::count(bytes, at, |byte| byte.is_ascii_digit());
            if !is_day(text::slice(bytes, at..at + digits)) {
                return None;
            }
            at += digits;
        }
    }
    Some(year.start..at)
}
