//! VAT numbers: the letters of a country, and a number with the country's check digits.
//!
//! The formats are those of the European Commission's VIES; Northern Ireland has `XI`, Greece `EL`. Switzerland and Norway have theirs.

mod checks;

use self::checks::{at, be, bg, cy, cz, fr, gb, ie, it, lt, lv, nl, no, ro, si};
use super::check::{es_company, es_person, luhn, modulo, value};
use super::phrase::Phrase;
use super::rule::Rule::{self, Also, At, Lacks, Leaves, Luhn, Mod1110, Sum};
use super::{CERTAIN, Id, LIKELY, WEAK};
use crate::detect::registry::Detector;
use crate::text;

/// What announces one.
pub(super) const WORDS: &[&str] = &[
    "vat",
    "vatin",
    "vat id",
    "ust",
    "ust-id",
    "ust-idnr",
    "ustid",
    "ustidnr",
    "umsatzsteuer",
    "mwst",
    "uid",
    "tva",
    "iva",
    "p.iva",
    "p. iva",
    "piva",
    "partita iva",
    "btw",
    "moms",
    "alv",
    "mva",
    "cvr",
    "afm",
    "ΑΦΜ",
    "dph",
    "dič",
    "dic",
    "pdv",
    "oib",
    "ddv",
    "pvm",
    "pvn",
    "káfa",
    "adószám",
    "adoszam",
    "nip",
    "cif",
    "nif",
    "contribuinte",
    "y-tunnus",
    "kmkr",
    "ДДС",
    "cui",
    "org nr",
    "org.nr",
    "siren",
    "tax id",
];

/// A country's letters, and a way its numbers are built.
struct Country {
    prefix: &'static [u8],
    /// Letters and digits behind the prefix.
    lengths: &'static [u8],
    rules: &'static [Rule],
    /// With the prefix in upper case.
    grade: u8,
}

const fn country(prefix: &'static [u8], lengths: &'static [u8], rules: &'static [Rule], grade: u8) -> Country {
    Country { prefix, lengths, rules, grade }
}

const GREEK: &[Rule] = &[Leaves(&[3, 7, 9, 10, 5, 8, 4, 2])];
const BRITISH: &[Rule] = &[Also(gb)];

static COUNTRIES: &[Country] = &[
    country(b"AT", &[9], &[At(0, b"U"), Also(at)], CERTAIN),
    country(b"BE", &[9, 10], &[Also(be)], CERTAIN),
    country(b"BG", &[9, 10], &[Also(bg)], LIKELY),
    country(b"CHE", &[9], &[Sum { weights: &[5, 4, 3, 2, 7, 6, 5, 4, 1], modulus: 11, remainder: 0 }], CERTAIN),
    country(b"CY", &[9], &[Also(cy)], CERTAIN),
    country(b"CZ", &[8, 9, 10], &[Also(cz)], LIKELY),
    country(b"DE", &[9], &[At(0, b"123456789"), Mod1110], LIKELY),
    country(
        b"DK",
        &[8],
        &[At(0, b"123456789"), Sum { weights: &[2, 7, 6, 5, 4, 3, 2, 1], modulus: 11, remainder: 0 }],
        LIKELY,
    ),
    country(b"EE", &[9], &[Sum { weights: &[3, 7, 1, 3, 7, 1, 3, 7, 1], modulus: 10, remainder: 0 }], LIKELY),
    country(b"EL", &[9], GREEK, LIKELY),
    country(b"ES", &[9], &[Also(|number| es_person(number) || es_company(number))], LIKELY),
    country(b"FI", &[8], &[Sum { weights: &[7, 9, 10, 5, 8, 4, 2, 1], modulus: 11, remainder: 0 }], LIKELY),
    country(b"FR", &[11], &[Also(fr)], CERTAIN),
    country(b"GB", &[9, 12], BRITISH, CERTAIN),
    country(b"GR", &[9], GREEK, LIKELY),
    country(b"HR", &[11], &[Mod1110], LIKELY),
    country(b"HU", &[8], &[Sum { weights: &[9, 7, 3, 1, 9, 7, 3, 1], modulus: 10, remainder: 0 }], LIKELY),
    country(b"IE", &[8, 9], &[Also(ie)], CERTAIN),
    country(b"IT", &[11], &[Also(it), Luhn], LIKELY),
    country(b"LT", &[9, 12], &[Also(lt)], LIKELY),
    country(b"LU", &[8], &[Also(|number| value(number, 0, 6) % 89 == value(number, 6, 2))], CERTAIN),
    country(b"LV", &[11], &[Also(lv)], LIKELY),
    country(
        b"MT",
        &[8],
        &[At(0, b"123456789"), Sum { weights: &[3, 4, 6, 7, 8, 9, 10, 1], modulus: 37, remainder: 0 }],
        CERTAIN,
    ),
    country(b"NL", &[12], &[Also(nl)], CERTAIN),
    country(b"NO", &[12], &[Also(|number| number.ends_with(b"MVA") && no(number))], CERTAIN),
    country(b"NO", &[9], &[Also(no)], WEAK),
    country(b"PL", &[10], &[Sum { weights: &[6, 5, 7, 2, 3, 4, 5, 6, 7, 10], modulus: 11, remainder: 0 }], LIKELY),
    country(b"PT", &[9], &[At(0, b"123456789"), Lacks(&[9, 8, 7, 6, 5, 4, 3, 2])], LIKELY),
    country(b"RO", &[6, 7, 8, 9, 10], &[At(0, b"123456789"), Also(ro)], LIKELY),
    country(b"SE", &[12], &[Also(|number| number.ends_with(b"01") && luhn(text::slice(number, 0..10)) == 0)], CERTAIN),
    country(b"SI", &[8], &[At(0, b"123456789"), Also(si)], LIKELY),
    country(b"SK", &[10], &[Also(|number| modulo(number, 11) == 0)], LIKELY),
    country(b"XI", &[9, 12], BRITISH, CERTAIN),
];

/// Numbers without their prefix.
pub(super) const IDS: &[Id] = &[Id {
    detector: Detector::VatId,
    shapes: &[
        ("99999999", WEAK),
        ("9999999-9", WEAK),
        ("999999999", WEAK),
        ("999 9999 99", WEAK),
        ("999 999 999", WEAK),
        ("999.999.999", WEAK),
        ("9999999999", WEAK),
        ("999-999-99-99", WEAK),
        ("9999.999.999", WEAK),
        ("99999999999", WEAK),
        ("99 999 999 999", WEAK),
        ("A9999999X", WEAK),
        ("999999999A99", WEAK),
        ("9999.99.999.A99", WEAK),
    ],
    rules: &[Also(bare)],
    words: WORDS,
}];

/// How sure it is that the phrase is a VAT number with its prefix; None if it is not.
pub(super) fn prefixed(phrase: &Phrase) -> Option<u8> {
    let all = phrase.compact();
    if !all.first()?.is_ascii_alphabetic() || !all.get(1)?.is_ascii_alphabetic() {
        return None;
    }
    let grade = COUNTRIES.iter().filter(|country| all.starts_with(country.prefix)).find_map(|country| {
        let number = text::tail(all, country.prefix.len());
        valid(country, number).then_some(country.grade)
    })?;
    // `de 123456788` in Spanish or French: a number behind a word.
    Some(if phrase.has_lower_case() && phrase.has_parts() { WEAK } else { grade })
}

/// Whether a number without its prefix is right in some country. Beside [`WORDS`] that will do.
fn bare(number: &[u8]) -> bool {
    COUNTRIES.iter().any(|country| valid(country, number))
}

fn valid(country: &Country, number: &[u8]) -> bool {
    let shaped = country.lengths.iter().any(|&length| usize::from(length) == number.len());
    // Letters are left to the countries that have them.
    let lettered = matches!(country.prefix, b"AT" | b"CY" | b"ES" | b"FR" | b"IE" | b"NL" | b"NO");
    shaped
        && (lettered || number.iter().all(u8::is_ascii_digit))
        && number.iter().any(|byte| number.first() != Some(byte))
        && country.rules.iter().all(|rule| rule.kept(number))
}
