//! Telephone numbers.

use std::ops::Range;

use super::around;
use super::country;
use super::number::{Group, Run, Separator, Window, value};
use super::registry::Detector;
use super::scan::Sink;
use super::score::{CERTAIN, Context, LIKELY, WEAK};
use crate::text;

/// Most groups of a number as people write it: `+41 (0)96 471 07 95` has six, and a prefix may add one.
const MAX_GROUPS: usize = 8;
/// E.164's 15 digits, two for `00`, one for a trunk zero in parentheses.
const MAX_DIGITS: usize = 18;
/// How far behind a number those words are looked for that only count there, in bytes.
const BEHIND: usize = 12;

/// Words beside which even a bare number is a telephone number.
#[rustfmt::skip]
const CONTEXT: Context = Context::of(&[
    "phone", "phones", "telephone", "tel", "telefon", "telefono", "teléfono", "téléphone", "mobile", "mobil", "handy", "móvil", "portable",
    "cell", "cellphone", "cellular", "celular", "fax", "call", "calls", "calling", "called", "dial", "dialing", "desk", "hotline", "helpline",
    "whatsapp", "signal", "sms", "ring me", "text me", "texting", "voicemail", "landline", "answering", "messages to", "message on",
    "message to", "reach me", "reach us", "reached", "contact number", "my number", "his number", "her number", "their number", "fon",
    "telefonnummer", "rufnummer", "handynummer", "mobilnummer", "rückruf", "telefoon", "telefone", "telemóvel", "tlf", "tlfn", "puhelin",
    "natel", "gsm", "cep", "telefonu", "telefonum", "komórka", "điện thoại", "sđt", "viber", "telegram", "tel no", "ph no", "ph", "mob",
    "msisdn", "電話", "电话", "手机", "手機", "携帯", "联系", "聯絡", "号码", "號碼", "전화", "휴대폰", "연락처", "телефон", "Телефон", "тел", "Тел", "моб",
    "звоните", "позвони", "هاتف", "جوال", "טלפון", "फ़ोन", "फोन", "मोबाइल", "โทร", "τηλ",
]);
/// Words that say the same behind it, as signatures and address books have them.
const WORDS_BEHIND: &[&str] = &["office", "fax", "mobile", "cell", "home", "work", "direct", "phone", "tel", "desk"];
/// Words beside which digits that could be a mobile number are not taken for one.
const MOBILE: Context = Context {
    words: &[],
    against: &[
        "isbn",
        "order",
        "invoice",
        "id",
        "ref",
        "reference",
        "account",
        "acct",
        "item",
        "part",
        "serial",
        "sku",
        "case",
        "ticket",
        "tracking",
        "iban",
        "imei",
        "version",
        "build",
        "hash",
        "ean",
        "upc",
        "gtin",
        "lot",
        "batch",
        "cik",
    ],
};

/// Appends the words that are asked for around numbers.
pub(super) fn add_words(out: &mut Vec<&'static str>) {
    for list in [CONTEXT.words, MOBILE.against, WORDS_BEHIND] {
        around::add(out, list);
    }
}

/// Reports the telephone numbers of a run.
pub(super) fn find(run: &Run<'_>, sink: &mut Sink<'_>) {
    let mut first = 0;
    while first < run.len() {
        let widest = (first + MAX_GROUPS).min(run.len());
        let hit =
            (first..widest).rev().find_map(|last| number(&run.window(first, last), sink).map(|found| (last, found)));
        match hit {
            Some((last, (range, score))) => {
                sink.emit(Detector::Phone, range, score);
                first = last + 1;
            }
            None => first += 1,
        }
    }
}

/// The window as a telephone number, with its sign, opening parenthesis and extension, and how sure that is.
fn number(window: &Window<'_>, sink: &mut Sink<'_>) -> Option<(Range<usize>, u8)> {
    let text = window.text;
    let count = window.digit_count();
    if !(7..=MAX_DIGITS).contains(&count) {
        return None;
    }
    let digits = window.digits::<MAX_DIGITS>()?;
    let digits = digits.as_slice();
    let groups = window.range();
    let opening = opening(window, text);
    let range = opening.start..extension(text, groups.end).unwrap_or(groups.end);
    if !text::stands_alone(text, &range) {
        return None;
    }
    if opening.plus {
        return international(window, digits).then_some((range, CERTAIN));
    }
    if !window.set_apart() {
        return None;
    }
    let several = window.groups.len() > 1;
    let strong = match digits {
        [0, 0, rest @ ..] if several => international(window, rest),
        _ if north_american(window, digits) => true,
        _ if trunk_apart(window, digits) => true,
        _ if trunk_zero(window, digits, opening.parenthesis) => true,
        _ if !opening.parenthesis => false,
        [2..=9, ..] if window.sizes(&[3, 7]) => true,
        _ => window.sizes(&[2, 4, 4]) || window.sizes(&[2, 5, 4]),
    };
    if strong {
        return Some((range, CERTAIN));
    }
    if !weak(window, digits) {
        return None;
    }
    let near = sink.near(text, &range);
    let by_itself = if mobile(window, digits) { MOBILE.weigh(&near, LIKELY) } else { WEAK };
    let score = CONTEXT.weigh(&near, by_itself);
    let score = if score < LIKELY && near.has_behind(WORDS_BEHIND, BEHIND) { LIKELY } else { score };
    (score >= LIKELY).then_some((range, score))
}

/// What stands in front of the first digit and belongs to the number.
struct Opening {
    start: usize,
    plus: bool,
    parenthesis: bool,
}

fn opening(window: &Window<'_>, text: &[u8]) -> Opening {
    let first = window.range().start;
    let mut opening = Opening { start: first, plus: false, parenthesis: false };
    if text::before(text, opening.start) == b'(' {
        opening.parenthesis = true;
        opening.start -= 1;
    }
    if text::before(text, opening.start) == b'+' {
        opening.plus = true;
        opening.start -= 1;
        if !opening.parenthesis && text::before(text, opening.start) == b'(' {
            opening.parenthesis = true;
            opening.start -= 1;
        }
    }
    // A parenthesis around the whole number, or around a remark, is the sentence's: one of the number's closes before another opens.
    let next = window.groups.iter().skip(1).find(|group| group.separator == Separator::Parenthesis);
    let closes_inside = next.is_some_and(|group| text::before(text, group.start) != b'(' && closed(text, group));
    if opening.parenthesis && !closes_inside {
        opening.parenthesis = false;
        opening.start = if opening.plus { first - 1 } else { first };
    }
    opening
}

/// Whether a closing parenthesis is part of the separator in front of the group.
fn closed(text: &[u8], group: &Group) -> bool {
    group.separator == Separator::Parenthesis
        && text::slice(text, group.start.saturating_sub(3)..group.start).contains(&b')')
}

/// A country code and a number of the length its plan has. A trunk zero may be shown in parentheses: `+44 (0)20 7946 0958`.
fn international(window: &Window<'_>, digits: &[u8]) -> bool {
    let Some(plan) = country::plan(digits) else { return false };
    let national = text::tail(digits, plan.code);
    let in_parenthesis = window.groups.iter().any(|group| group.separator == Separator::Parenthesis);
    plan.has(national) || (in_parenthesis && national.first() == Some(&0) && plan.has(text::tail(national, 1)))
}

/// Area code, exchange, line number (North American Numbering Plan), maybe with the 1 in front. In blanks only, which any list of
/// numbers may have, the exchange must be one that exists; with dashes, dots or parentheses made-up numbers are found as well.
fn north_american(window: &Window<'_>, digits: &[u8]) -> bool {
    let grouped = window.sizes(&[3, 3, 4]) || (window.sizes(&[1, 3, 3, 4]) && digits.first() == Some(&1));
    let national = text::tail(digits, digits.len().saturating_sub(10));
    let valid = match window.uniform() {
        Some(Separator::Space) => matches!(national, [2..=9, _, _, 2..=9, ..]),
        Some(Separator::Slash) => false,
        _ => matches!(national, [2..=9, ..]),
    };
    grouped && valid
}

/// A national number with its trunk zero, in groups of one style: most of Europe, Africa, Asia and Oceania. Social security numbers and
/// a postal code in front of another number look alike.
fn trunk_zero(window: &Window<'_>, digits: &[u8], parenthesis: bool) -> bool {
    let [0, 1..=9, ..] = digits else { return false };
    if !(9..=11).contains(&digits.len()) {
        return false;
    }
    let Some((area, rest)) = window.groups.split_first() else { return false };
    let style = if parenthesis { true } else { window.uniform().is_some() };
    let other = window.sizes(&[5, 4]) || (window.sizes(&[3, 2, 4]) && window.uniform() == Some(Separator::Dash));
    let sizes = !other && (2..=5).contains(&area.len()) && rest.iter().all(|group| (2..=8).contains(&group.len()));
    style && sizes && !rest.is_empty() && rest.len() <= 4
}

/// A national number whose trunk prefix is a group by itself, as in Turkey and Russia: `0 532 123 45 67`, `8 (495) 123-45-67`.
fn trunk_apart(window: &Window<'_>, digits: &[u8]) -> bool {
    matches!(digits, [0, 2..=9, ..] | [8, 3 | 4 | 8 | 9, ..])
        && (window.sizes(&[1, 3, 3, 2, 2]) || window.sizes(&[1, 3, 3, 4]) || window.sizes(&[1, 3, 7]))
}

/// What may be a telephone number if a word says so: anything of the right length that is not written like something else.
fn weak(window: &Window<'_>, digits: &[u8]) -> bool {
    let uniform = window.uniform();
    // `495 123-45-67`: the area code behind a blank.
    let area = |group: &Group| group.separator == Separator::Space;
    let dashes = window.groups.iter().skip(2).all(|group| group.separator == Separator::Dash);
    let apart = window.groups.get(1).is_some_and(area) && dashes;
    let style =
        uniform.is_some() || apart || window.groups.iter().any(|group| group.separator == Separator::Parenthesis);
    let lengths = (7..=12).contains(&digits.len());
    let sizes =
        window.groups.len() <= 5 && (window.groups.len() == 1 || window.groups.iter().all(|group| group.len() >= 2));
    let address = uniform == Some(Separator::Dot) && window.groups.len() == 4 && digits.len() < 10;
    let social = uniform == Some(Separator::Dash) && window.sizes(&[3, 2, 4]);
    let postal = window.sizes(&[5, 4]);
    style && lengths && sizes && !address && !social && !postal && !date(window, digits)
}

/// A date, in groups or as eight digits.
fn date(window: &Window<'_>, digits: &[u8]) -> bool {
    let year = |digits: &[u8]| matches!(digits, [1, 9, ..] | [2, 0, ..]);
    let month_and_day = |digits: &[u8]| {
        let first = value(text::slice(digits, 0..2));
        let second = value(text::slice(digits, 2..4));
        (1..=31).contains(&first) && (1..=31).contains(&second) && (first <= 12 || second <= 12)
    };
    if digits.len() != 8 {
        return false;
    }
    let year_first = year(digits) && month_and_day(text::tail(digits, 4));
    let year_last = year(text::tail(digits, 4)) && month_and_day(digits);
    (window.sizes(&[4, 2, 2]) && year_first)
        || (window.sizes(&[2, 2, 4]) && year_last)
        || (window.sizes(&[8]) && year_first)
}

/// A mobile number with its trunk zero and nothing between the digits, as people type it on one: ten digits from 04 to 09 (France, Australia,
/// Belgium, the Netherlands, Switzerland, South Africa, Vietnam, ...), eleven from 01, 05, 07, 08 or 09 (Germany, Korea, Turkey, the United
/// Kingdom, Japan, Nigeria, the Philippines, ...).
fn mobile(window: &Window<'_>, digits: &[u8]) -> bool {
    let issued = match digits {
        [0, 4..=9, _, rest @ ..] => {
            rest.len() == 7 || (rest.len() == 8 && digits.get(1) != Some(&4) && digits.get(1) != Some(&6))
        }
        [0, 1, 0 | 5..=7, rest @ ..] => rest.len() == 8,
        _ => false,
    };
    issued && window.groups.len() == 1
}

/// Where the extension behind a number ends: `x123`, `ext. 123`, `extension 123`, `#123`.
fn extension(text: &[u8], end: usize) -> Option<usize> {
    let blank = |at: usize| at + text::count(text, at, |byte| byte == b' ').min(1);
    let mut at = blank(end);
    if text::at(text, at) == b',' {
        at = blank(at + 1);
    }
    let words: [&[u8]; 5] = [b"extension", b"ext.", b"ext", b"x", b"#"];
    let word = words.iter().find(|word| text::slice(text, at..at + word.len()).eq_ignore_ascii_case(word))?;
    let digits = blank(at + word.len());
    let count = text::count(text, digits, |byte| byte.is_ascii_digit());
    (1..=6).contains(&count).then_some(digits + count)
}
