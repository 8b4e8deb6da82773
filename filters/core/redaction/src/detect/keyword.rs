//! Words that a detector starts from where what it looks for has no beginning of its own: `password` in front of one, `SWIFT` in front
//! of a bank's code.

use std::cmp::Reverse;
use std::ops::Range;

use super::registry::Detector;
use super::scan::Sink;
use super::teddy::Teddy;
use super::{money, secret, web};
use crate::text;
use tollgate_wire::order::sort_by;

/// Who is asked about a keyword: the text, where the keyword starts and ends, and where findings go.
type Ask = fn(&str, Range<usize>, &mut Sink<'_>);

/// The keywords in lower case, each with the detectors that want it, the function that looks around it, and whether that wants to know
/// of those within words, too.
const KEYWORDS: &[(&[&str], &[Detector], Ask, bool)] = &[
    (secret::KEYWORDS, secret::OF_KEYWORDS, secret::at_keyword, true),
    (money::KEYWORDS, money::OF_KEYWORDS, money::at_keyword, false),
    (web::KEYWORDS, web::OF_KEYWORDS, web::at_keyword, false),
];

/// How far in front of the text asked about keywords are looked for, in bytes: what one announces may stand behind a blank, where a
/// stream is cut. No more than that is kept of a stream.
const REACH: usize = 64;

/// The keywords that a policy's detectors want.
#[derive(Default)]
pub(super) struct Keywords {
    literals: Teddy,
    /// Per literal.
    words: Vec<Keyword>,
}

struct Keyword {
    length: usize,
    ask: Ask,
    within: bool,
}

impl Keywords {
    /// Those of the detectors in use.
    pub fn new(uses: impl Fn(Detector) -> bool) -> Self {
        let (mut literals, mut words) = (Vec::new(), Vec::new());
        for &(list, detectors, ask, within) in KEYWORDS {
            if detectors.iter().any(|&detector| uses(detector)) {
                literals.extend(list.iter().map(|word| word.as_bytes().to_vec()));
                words.extend(list.iter().map(|word| Keyword { length: word.len(), ask, within }));
            }
        }
        Self { literals: Teddy::new(literals), words }
    }

    /// Asks about every keyword that what it announces may stand behind `from`, in order of place. It starts a word, no letter stands in
    /// front of it, unless those within words count. Of those that overlap the first counts, and then the longest.
    pub fn scan(&self, text: &str, from: usize, sink: &mut Sink<'_>) {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        self.literals.find(bytes, from.saturating_sub(REACH), |index, start| {
            if let Some(word) = self.words.get(index) {
                found.push((start, Reverse(word.length), index));
            }
        });
        sort_by(&mut found, |left, right| left < right);
        let mut clear = 0;
        for (start, Reverse(length), index) in found {
            if start < clear {
                continue;
            }
            clear = start + length;
            if let Some(word) = self.words.get(index)
                && (word.within || !text::before(bytes, start).is_ascii_alphabetic())
            {
                (word.ask)(text, start..clear, sink);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn every_keyword_can_be_found_and_is_in_lower_case() {
        for (list, ..) in KEYWORDS {
            for word in *list {
                assert!(word.len() >= Teddy::LEAST, "{word}");
                assert_eq!(*word, word.to_ascii_lowercase());
            }
        }
    }
}
