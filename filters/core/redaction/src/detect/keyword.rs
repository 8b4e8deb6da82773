//! Words that a detector starts from where what it looks for has no rare byte of its own: `password` in front of one, `SWIFT` in front
//! of a bank's code.

use aho_corasick::{AhoCorasick, MatchKind};

use super::registry::Detector;
use super::scan::Sink;
use super::{money, secret, web};
use crate::text;

/// Who is asked about a keyword: the text, where the keyword starts and ends, and where findings go.
type Ask = fn(&str, std::ops::Range<usize>, &mut Sink<'_>);

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
pub(super) struct Keywords {
    automaton: AhoCorasick,
    asks: Vec<(Ask, bool)>,
}

impl Keywords {
    /// None if no detector in use wants any.
    pub fn new(uses: impl Fn(Detector) -> bool) -> Option<Self> {
        let mut words = Vec::new();
        let mut asks = Vec::new();
        for (list, detectors, ask, within) in KEYWORDS {
            if detectors.iter().any(|&detector| uses(detector)) {
                words.extend_from_slice(list);
                asks.extend(list.iter().map(|_| (*ask, *within)));
            }
        }
        if words.is_empty() {
            return None;
        }
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest);
        builder.build(words).ok().map(|automaton| Self { automaton, asks })
    }

    /// Asks about every keyword that what it announces may stand behind `from`. It starts a word, no letter stands in front of it, unless
    /// those within words count.
    pub fn scan(&self, text: &str, from: usize, sink: &mut Sink<'_>) {
        let bytes = text.as_bytes();
        let from = from.saturating_sub(REACH);
        for found in self.automaton.find_iter(text::tail(bytes, from)) {
            let range = from + found.start()..from + found.end();
            if let Some((ask, within)) = self.asks.get(found.pattern().as_usize())
                && (*within || !text::before(bytes, range.start).is_ascii_alphabetic())
            {
                ask(text, range, sink);
            }
        }
    }
}
