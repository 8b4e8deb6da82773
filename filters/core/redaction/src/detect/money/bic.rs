//! Business identifier codes of banks (ISO 9362), behind a word that announces them or beside an IBAN.

use std::ops::Range;

use crate::detect::iban;
use crate::detect::registry::Detector;
use crate::detect::scan::Sink;
use crate::detect::score::LIKELY;
use crate::text;

/// Where [`at_keyword`] is asked.
pub(in crate::detect) const KEYWORDS: &[&str] = &["bic", "swift", "iban"];

/// How far behind the keyword, or behind the IBAN, the code may stand, in bytes.
const WINDOW: usize = 24;

/// How far behind the keyword's start in any case: less of a stream is not kept.
const REACH: usize = 64;

/// Words that may stand between, lower case.
const BETWEEN: &[&[u8]] = &[
    b"code", b"codes", b"bic", b"swift", b"is", b"no", b"number", b"nr", b"id", b"address", b"and", b"or", b"the",
    b"bank", b"lautet", b"est", b"es",
];

/// Countries and territories of ISO 3166-1, and Kosovo as SWIFT has it.
const COUNTRIES: &[u8] = b"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ\
    DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZ\
    LALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURW\
    SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

/// Looks for the code that the keyword announces.
pub(in crate::detect) fn at_keyword(text: &str, keyword: Range<usize>, sink: &mut Sink<'_>) {
    let bytes = text.as_bytes();
    let furthest = keyword.start + REACH;
    let mut at = keyword.end;
    if text::slice(bytes, keyword).eq_ignore_ascii_case(b"iban") {
        let gap = text::count(text::slice(bytes, at..(at + WINDOW).min(bytes.len())), 0, |byte| !byte.is_ascii_digit());
        match iban::find(bytes, at + gap) {
            Some(range) => at = range.end,
            None => return,
        }
    } else if !ends(bytes, at) {
        return;
    }
    // Where names and values are set apart, lower case is taken as well.
    let mut assigned = false;
    let limit = (at + WINDOW).min(furthest);
    while at < limit {
        let length = text::count(bytes, at, |byte| byte.is_ascii_alphanumeric());
        if length == 0 {
            match text::at(bytes, at) {
                b':' | b'=' => assigned = true,
                b' ' | b'"' | b'\'' | b'#' | b'-' | b'_' | b'/' | b'(' | b')' | b'[' | b'*' | b',' | b';' | b'\t'
                | b'.' | b'>' | b'|' | b'\n' => {}
                _ => return,
            }
            at += 1;
            continue;
        }
        let range = at..at + length;
        let word = text::slice(bytes, range.clone());
        let between =
            BETWEEN.iter().any(|known| word.eq_ignore_ascii_case(known)) || word.eq_ignore_ascii_case(b"iban");
        if !between {
            if code(word) && (assigned || !word.iter().any(u8::is_ascii_lowercase)) {
                sink.emit(Detector::Bic, range, LIKELY);
            }
            return;
        }
        at += length;
    }
}

/// Whether the keyword ends where it does, and not in the middle of `bicycle`; `swiftCode` has a word within.
fn ends(bytes: &[u8], at: usize) -> bool {
    let (last, next) = (text::before(bytes, at), text::at(bytes, at));
    !next.is_ascii_alphabetic() || (last.is_ascii_lowercase() && next.is_ascii_uppercase())
}

/// Bank, country, location, and maybe the branch. Letters in front, as all codes have that are in use.
fn code(word: &[u8]) -> bool {
    let country = [text::at(word, 4).to_ascii_uppercase(), text::at(word, 5).to_ascii_uppercase()];
    matches!(word.len(), 8 | 11)
        && text::slice(word, 0..6).iter().all(u8::is_ascii_alphabetic)
        && COUNTRIES.chunks_exact(2).any(|known| known == country)
}
