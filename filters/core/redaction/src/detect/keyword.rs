//! Words that a detector starts from where what it looks for has no rare byte of its own: `password` in front of one, `SWIFT` in front
//! of a bank's code.

use aho_corasick::{AhoCorasick, MatchKind};

use super::registry::Detector;
use super::scan::Sink;
use super::{money, secret, web};
use crate::text;

/// Who is asked about a keyword: the text, where the keyword starts and ends, and where findings go.
type Ask = fn(&str, std::ops::Range<usize>, &mut Sink<'_>);

/// How far behind a keyword a finding may start, in bytes: so much of a stream is kept.
const REACH: usize = 64;

/// The keywords in lower case, each with the detectors that want it and the function that looks around it.
const KEYWORDS: &[(&[&str], &[Detector], Ask)] = &[
    (secret::KEYWORDS, secret::OF_KEYWORDS, secret::at_keyword),
    (money::KEYWORDS, money::OF_KEYWORDS, money::at_keyword),
    (web::KEYWORDS, web::OF_KEYWORDS, web::at_keyword),
];

/// The keywords that a policy's detectors want.
pub(super) struct Keywords {
    automaton: AhoCorasick,
    asks: Vec<Ask>,
}

impl Keywords {
    /// None if no detector in use wants any.
    pub fn new(uses: impl Fn(Detector) -> bool) -> Option<Self> {
        let mut words = Vec::new();
        let mut asks = Vec::new();
        for (list, detectors, ask) in KEYWORDS {
            if detectors.iter().any(|&detector| uses(detector)) {
                words.extend_from_slice(list);
                asks.extend(list.iter().map(|_| *ask));
            }
        }
        if words.is_empty() {
            return None;
        }
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest);
        builder.build(words).ok().map(|automaton| Self { automaton, asks })
    }

    /// Asks about every keyword that starts a word (no letter stands in front of it), also those shortly in front of `from`: what they
    /// announce may come behind it.
    pub fn scan(&self, text: &str, from: usize, sink: &mut Sink<'_>) {
        let bytes = text.as_bytes();
        let from = from.saturating_sub(REACH);
        for found in self.automaton.find_iter(text::tail(bytes, from)) {
            let range = from + found.start()..from + found.end();
            if !text::before(bytes, range.start).is_ascii_alphabetic()
                && let Some(ask) = self.asks.get(found.pattern().as_usize())
            {
                ask(text, range, sink);
            }
        }
    }
}
