//! Words that announce what a number is: `passport`, `driver's licence`, `born`, `account number`.
//!
//! The papers of a person have numbers that look like any other, so the nearest such word decides. They are looked up from the number,
//! all at once ([`super::around`]): texts are full of numbers, and few have such a word near them.

use std::ops::Range;

use super::around::Around;
use super::number::{Run, Separator, Window};
use super::registry::Detector;
use super::scan::Sink;
use super::starts::Starts;
use super::{document, money};
use crate::text;

/// How many digits a number has that a word may announce.
const DIGITS: std::ops::RangeInclusive<usize> = 5..=17;
/// In so many groups at most.
const MAX_GROUPS: usize = 6;
/// How far in front of a number the word may stand, in bytes.
const IN_FRONT: usize = 48;
/// How far behind it, on the same line.
const BEHIND: usize = 20;
/// A word behind a number speaks of what follows it, if within so many bytes there is another number.
const FOLLOWED: usize = 16;

/// What is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Passport,
    Licence,
    Routing,
    Account,
    Birth,
    /// Another date than that of birth.
    Dated,
    /// Another number than those above.
    Other,
}

use Kind::{Account, Birth, Dated, Licence, Other, Passport, Routing};

/// What is announced by which words, in the order of their first bytes. A blank stands for what joins words, or for nothing: `driver s license`
/// is `driver's license`, `drivers_license` and `DriversLicense`.
#[rustfmt::skip]
const PHRASES: &[(&str, Kind)] = &[
    ("aba", Routing), ("account no", Account), ("account nr", Account), ("account num", Account), ("account number", Account),
    ("account #", Account), ("acct", Account), ("acct no", Account), ("acct num", Account), ("acct number", Account), ("acct #", Account),
    ("ajokortti", Licence), ("ablaufdatum", Dated), ("appointment", Dated),
    ("bank account", Account), ("birth", Birth), ("birth date", Birth), ("birth day", Birth), ("born", Birth),
    ("carnet de conducir", Licence), ("carta de condução", Licence), ("carteira de habilitação", Licence), ("cdl", Licence),
    ("checking account", Account), ("cnh", Licence), ("created", Dated),
    ("d o b", Birth), ("data urodzenia", Birth), ("date of birth", Birth), ("datum narození", Birth), ("death", Dated), ("died", Dated),
    ("dl", Licence), ("dl no", Licence), ("dl num", Licence), ("dl number", Licence), ("dln", Licence), ("doğum tarihi", Birth),
    ("doğumlu", Birth), ("driver s lic", Licence), ("driver s licence", Licence), ("driver s license", Licence), ("driver lic", Licence),
    ("driver licence", Licence), ("driver license", Licence), ("driver s permit", Licence), ("driver permit", Licence),
    ("driving licence", Licence), ("driving license", Licence), ("driving permit", Licence), ("due", Dated), ("dvla", Licence),
    ("décédé", Dated), ("décédée", Dated),
    ("ehliyet", Licence), ("expir", Dated), ("expiration", Dated), ("expire", Dated), ("expired", Dated), ("expires", Dated),
    ("expiry", Dated),
    ("fahrerlaubnis", Licence), ("fallecido", Dated), ("fecha de nacimiento", Birth), ("fuehrerschein", Licence),
    ("fuehrerscheinnummer", Licence), ("född", Birth), ("födelsedatum", Birth), ("født", Birth), ("førerkort", Licence),
    ("fødselsdato", Birth), ("führerschein", Licence), ("führerscheinnummer", Licence), ("führerschein nr", Licence),
    ("geb", Birth), ("geboortedatum", Birth), ("geboren", Birth), ("geburtsdatum", Birth), ("geburtstag", Birth), ("gestorben", Dated),
    ("hired", Dated),
    ("imei", Other), ("invoice", Other), ("isbn", Other), ("issued", Dated),
    ("joined", Dated),
    ("kørekort", Licence), ("körkort", Licence),
    ("learner s permit", Licence), ("licence no", Licence), ("licence number", Licence), ("licence #", Licence), ("license no", Licence),
    ("license number", Licence), ("license #", Licence), ("licencia de conducción", Licence), ("licencia de conducir", Licence),
    ("my licence", Licence), ("my license", Licence),
    ("narozen", Birth), ("narozena", Birth), ("nacida", Birth), ("nacido", Birth), ("nacimiento", Birth), ("nació", Birth),
    ("naissance", Birth), ("nascido", Birth), ("nascida", Birth), ("nascimento", Birth), ("nascita", Birth), ("nata a", Birth),
    ("nata il", Birth), ("nato a", Birth), ("nato il", Birth), ("ne le", Birth), ("nee le", Birth), ("né e le", Birth), ("né le", Birth),
    ("née le", Birth), ("née en", Birth), ("numero patente", Licence), ("numéro de permis", Licence),
    ("opgericht", Dated), ("order", Other),
    ("pasaport", Passport), ("pasaporte", Passport), ("paspoort", Passport), ("paspoortnummer", Passport), ("pass nr", Passport),
    ("pass no", Passport), ("passaporte", Passport), ("passaporto", Passport), ("passeport", Passport), ("passnummer", Passport),
    ("passport", Passport), ("paszport", Passport), ("paszportu", Passport), ("patente di guida", Licence), ("permis de conduire", Licence),
    ("permiso de conducir", Licence), ("phone", Other), ("prawa jazdy", Licence), ("prawo jazdy", Licence),
    ("reisepass", Passport), ("reisepassnummer", Passport), ("reisepass nr", Passport),
    ("released", Dated), ("rijbewijs", Licence), ("rijbewijsnummer", Licence), ("routing", Routing), ("routing no", Routing),
    ("routing number", Routing), ("routing transit number", Routing), ("rtn", Routing),
    ("savings account", Account), ("since", Dated), ("ssn", Other), ("syntymäaika", Birth),
    ("syntynyt", Birth),
    ("ticket", Other), ("tracking", Other), ("transit number", Routing), ("travel document", Passport),
    ("updated", Dated), ("urodzona", Birth), ("urodzony", Birth),
    ("valid", Dated),
    ("zip", Other),
    ("útlevél", Passport), ("Водительск", Licence), ("водительск", Licence), ("Дата рождения", Birth), ("дата рождения", Birth), ("Паспорт", Passport),
    ("паспорт", Passport), ("рождения", Birth), ("родилась", Birth), ("родился", Birth), ("تاريخ الميلاد", Birth),
    ("جواز السفر", Passport), ("जन्म तिथि", Birth), ("पासपोर्ट", Passport), ("パスポート", Passport), ("免許", Licence),
    ("出生", Birth), ("护照", Passport), ("旅券", Passport), ("生まれ", Birth), ("生年月日", Birth), ("護照", Passport), ("驾照", Licence),
    ("驾驶证", Licence), ("면허번호", Licence), ("생년월일", Birth), ("여권", Passport), ("운전면허", Licence), ("출생", Birth),
];

/// What a licence number may be of besides driving.
const OTHER_LICENCES: &[&str] = &[
    "medical",
    "nursing",
    "software",
    "business",
    "product",
    "pharmacy",
    "dea",
    "contractor",
    "plate",
    "professional",
];

/// Phrases by the first letter, those of other scripts last: where in [`PHRASES`] each begins.
#[expect(clippy::indexing_slicing, reason = "the compiler runs it")]
const INDEX: [u8; 28] = {
    let mut index = [PHRASES.len() as u8; 28];
    let mut at = PHRASES.len();
    while at > 0 {
        at -= 1;
        index[bucket(PHRASES[at].0.as_bytes()[0])] = at as u8;
    }
    let mut letter = 27;
    while letter > 0 {
        letter -= 1;
        if index[letter] > index[letter + 1] || index[letter] == PHRASES.len() as u8 {
            index[letter] = index[letter + 1];
        }
    }
    index
};

const fn bucket(byte: u8) -> usize {
    if byte.is_ascii_alphabetic() { (byte.to_ascii_lowercase() - b'a') as usize } else { 26 }
}

const _: () = assert!(PHRASES.len() <= u8::MAX as usize, "the index is of bytes");

/// The word that announces a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Announced {
    pub kind: Kind,
    /// No other number stands between.
    pub adjacent: bool,
}

/// A phrase in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Announcement {
    pub start: usize,
    end: usize,
    kind: Kind,
}

/// Adds the beginnings of the phrases.
pub(super) fn add_to(starts: &mut Starts) {
    for (phrase, _) in PHRASES {
        let word = phrase.split(' ').next().unwrap_or_default().as_bytes();
        if word.len() > 1 {
            starts.insert(word);
            continue;
        }
        // What joins words may follow a single letter, or the next word does.
        let next = phrase.as_bytes().get(2).copied();
        for second in b" _-./'()\xe2".iter().copied().chain(next) {
            starts.insert(&[text::at(word, 0), second]);
        }
    }
}

/// What announces the number at `range`: the nearest word in front, or else one behind.
pub(super) fn number(bytes: &[u8], range: &Range<usize>, around: &mut Around) -> Option<Announced> {
    nearest(bytes, range, around, |kind| !matches!(kind, Birth | Dated))
}

/// Whether the date at `range` is announced as one of birth.
pub(super) fn birth(bytes: &[u8], range: &Range<usize>, around: &mut Around) -> bool {
    nearest(bytes, range, around, |kind| matches!(kind, Birth | Dated))
        .is_some_and(|announced| announced.kind == Birth && announced.adjacent)
}

/// Asks about the numbers of a run that a word may announce: every group by itself, groups that dashes join, all that blanks do.
pub(super) fn in_run(run: &Run<'_>, sink: &mut Sink<'_>) {
    if ![Detector::Passport, Detector::DrivingLicence, Detector::UsRoutingNumber, Detector::UsBankAccount]
        .iter()
        .any(|&detector| sink.wants(detector))
    {
        return;
    }
    let mut first = 0;
    while first < run.len() {
        let mut last = first;
        while run.group(last + 1).separator == Separator::Dash {
            last += 1;
        }
        ask(&run.window(first, last), sink);
        first = last + 1;
    }
    let all = run.window(0, run.len());
    if run.len() > 1 && all.uniform() == Some(Separator::Space) {
        ask(&all, sink);
    }
}

fn ask(window: &Window<'_>, sink: &mut Sink<'_>) {
    if !DIGITS.contains(&window.digit_count()) || window.groups.len() > MAX_GROUPS || !window.stands_alone() {
        return;
    }
    let announced = number(window.text, &window.range(), sink.around());
    money::in_window(window, announced, sink);
    document::in_window(window, announced, sink);
}

fn nearest(
    bytes: &[u8],
    range: &Range<usize>,
    around: &mut Around,
    wanted: impl Fn(Kind) -> bool,
) -> Option<Announced> {
    let announcements = around.announcements(bytes, range);
    if announcements.is_empty() {
        return None;
    }
    let digit = |range: Range<usize>| text::slice(bytes, range).iter().any(u8::is_ascii_digit);
    // Of those that start at a place the longest counts.
    let by_start = || announcements.chunk_by(|left, right| left.start == right.start);
    let longest = |phrases: &[Announcement], most: usize| {
        phrases.iter().filter(|phrase| phrase.end <= most).max_by_key(|phrase| phrase.end).copied()
    };
    let of_kind = |phrase: &Announcement| wanted(phrase.kind);
    let starts = |phrases: &[Announcement], part: Range<usize>| {
        phrases.first().is_some_and(|phrase| part.contains(&phrase.start))
    };
    let front = range.start.saturating_sub(IN_FRONT)..range.start;
    let in_front = by_start()
        .rev()
        .filter(|phrases| starts(phrases, front.clone()))
        .find_map(|phrases| longest(phrases, range.start).filter(of_kind));
    if let Some(phrase) = in_front {
        return Some(Announced { kind: phrase.kind, adjacent: !digit(phrase.end..range.start) });
    }
    let line =
        text::count(text::slice(bytes, range.end..(range.end + BEHIND).min(bytes.len())), 0, |byte| byte != b'\n');
    let behind = range.end..range.end + line;
    let phrase = by_start()
        .filter(|phrases| starts(phrases, behind.clone()))
        .find_map(|phrases| longest(phrases, bytes.len()).filter(of_kind))?;
    let next = text::slice(bytes, phrase.end..(phrase.end + FOLLOWED).min(bytes.len()));
    let followed = next.iter().take_while(|&&byte| byte != b'\n').any(u8::is_ascii_digit);
    (!followed).then_some(Announced { kind: phrase.kind, adjacent: true })
}

/// Appends the phrases that start at `start`, in the order of the table.
pub(super) fn find(bytes: &[u8], start: usize, out: &mut Vec<Announcement>) {
    let (before, first) = (text::before(bytes, start), text::at(bytes, start));
    let starts = match first {
        // `userPassport` has a word within.
        b'A'..=b'Z' => !before.is_ascii_uppercase(),
        b'a'..=b'z' => !before.is_ascii_alphabetic(),
        // The first byte of a character.
        _ => first >= 0xc3,
    };
    let letter = bucket(first);
    let (Some(&from), Some(&to), true) = (INDEX.get(letter), INDEX.get(letter + 1), starts) else { return };
    for (phrase, kind) in PHRASES.get(usize::from(from)..usize::from(to)).unwrap_or_default() {
        if let Some(end) = phrase_end(bytes, start, phrase) {
            let other = *kind == Licence && text::word_before(bytes, start, 16, OTHER_LICENCES);
            out.push(Announcement { start, end, kind: if other { Other } else { *kind } });
        }
    }
}

/// Where the phrase ends that starts at `start`.
fn phrase_end(bytes: &[u8], start: usize, phrase: &str) -> Option<usize> {
    let mut at = start;
    for &wanted in phrase.as_bytes() {
        if wanted == b' ' {
            at += joint(bytes, at);
        } else if text::at(bytes, at).eq_ignore_ascii_case(&wanted) {
            at += 1;
        } else {
            return None;
        }
    }
    if text::at(bytes, at).eq_ignore_ascii_case(&b's') {
        at += 1;
    }
    let (last, next) = (text::before(bytes, at), text::at(bytes, at));
    let ends = !next.is_ascii_alphabetic() || (last.is_ascii_lowercase() && next.is_ascii_uppercase()) || last >= 0x80;
    ends.then_some(at)
}

/// How many bytes at `at` join two words: blanks, dashes, an apostrophe.
fn joint(bytes: &[u8], at: usize) -> usize {
    let mut length = 0;
    while length < 3 {
        length += match text::at(bytes, at + length) {
            b' ' | b'_' | b'-' | b'.' | b'/' | b'\'' | b'(' | b')' => 1,
            // The typographic apostrophe.
            0xe2 if text::follows(bytes, at + length, "\u{2019}".as_bytes()) => 3,
            _ => break,
        };
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn phrases_are_found_by_their_first_letter() {
        assert!(PHRASES.is_sorted_by_key(|(phrase, _)| bucket(phrase.as_bytes()[0])));
        for (phrase, kind) in PHRASES {
            let text = format!("{phrase}: 1");
            let mut around = Around::default();
            let found = around.announcements(text.as_bytes(), &(text.len() - 1..text.len()));
            // Others may stand within.
            let longest = found.iter().filter(|other| other.start == 0).max_by_key(|other| other.end);
            assert_eq!(longest.map(|found| (found.kind, found.end)), Some((*kind, phrase.len())), "{phrase}");
            let joined = phrase.replace(' ', "");
            let mut around = Around::default();
            let found = around.announcements(joined.as_bytes(), &(joined.len()..joined.len()));
            assert!(found.iter().any(|found| found.start == 0 && found.end == joined.len()), "{joined}");
        }
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn the_nearest_decides() {
        let kind = |text: &str| {
            let start = text.find("123").unwrap();
            number(text.as_bytes(), &(start..start + 3), &mut Around::default())
                .map(|announced| (announced.kind, announced.adjacent))
        };
        for (text, expected) in [
            ("driver's license 123", Some((Licence, true))),
            ("driver\u{2019}s license: 123", Some((Licence, true))),
            ("\"DriversLicenseNo\": 123", Some((Licence, true))),
            ("drivers_license=123", Some((Licence, true))),
            ("LICENSE NUMBER 123", Some((Licence, true))),
            ("userPassport 123", Some((Passport, true))),
            ("Passports: 9, 123", Some((Passport, false))),
            ("passport or ticket 123", Some((Other, true))),
            ("medical license number 123", Some((Other, true))),
            ("123 is my passport", Some((Passport, true))),
            ("123, passport 456", None),
            ("123\npassport", None),
            ("passports-ish compass 123", Some((Passport, true))),
            ("dobermann pin 123", None),
            ("DLNA 123", None),
            ("born 123", None),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }
}
