//! What detectors start from where what they look for has no rare byte of its own: words such as `password` in front of one, and the
//! fixed beginnings of keys and tokens.

use std::ops::Range;

use super::registry::Detector;
use super::scan::Sink;
use super::score::CERTAIN;
use super::starts::Starts;
use super::{jwt, money, private_key, secret, token};
use crate::text;

/// Who is asked about a keyword: the text, where the keyword starts and ends, and where findings go.
type AskAround = fn(&str, Range<usize>, &mut Sink<'_>);

/// The keywords in lower case, each with the detectors that want it and the function that looks around it.
const KEYWORDS: &[(&[&str], &[Detector], AskAround)] = &[
    (secret::KEYWORDS, secret::OF_KEYWORDS, secret::at_keyword),
    (money::KEYWORDS, money::OF_KEYWORDS, money::at_keyword),
];

/// How a private key's first line goes on behind its dashes.
const BEGIN: &[u8] = b"BEGIN ";
/// The dashes in front of it.
const DASHES: usize = 5;

/// What a literal makes somebody look for.
#[derive(Debug, Clone, Copy)]
enum Ask {
    /// Whatever the function does; the literal is matched without regard to case.
    Around(AskAround),
    /// A token that begins with it, whose trigger byte is so far behind its start.
    Token(usize),
    Jwt,
    PrivateKey,
}

#[derive(Debug, Clone, Copy)]
struct Literal {
    bytes: &'static [u8],
    ask: Ask,
}

/// The literals that a policy's detectors want.
#[derive(Default)]
pub(super) struct Keywords {
    /// Longer ones first.
    literals: Vec<Literal>,
}

impl Keywords {
    /// Those of the detectors in use.
    pub fn new(uses: impl Fn(Detector) -> bool) -> Self {
        let mut literals = Vec::new();
        for (list, detectors, ask) in KEYWORDS {
            if detectors.iter().any(|&detector| uses(detector)) {
                literals.extend(list.iter().map(|word| Literal { bytes: word.as_bytes(), ask: Ask::Around(*ask) }));
            }
        }
        let tokens = token::prefixes().filter(|&(detector, ..)| uses(detector));
        literals.extend(tokens.map(|(_, bytes, trigger)| Literal { bytes, ask: Ask::Token(trigger) }));
        if uses(Detector::Jwt) {
            literals.push(Literal { bytes: jwt::PREFIX, ask: Ask::Jwt });
        }
        if uses(Detector::PrivateKey) {
            literals.push(Literal { bytes: BEGIN, ask: Ask::PrivateKey });
        }
        literals.sort_by_key(|literal| std::cmp::Reverse(literal.bytes.len()));
        Self { literals }
    }

    /// Adds where they start.
    pub fn add_to(&self, starts: &mut Starts) {
        self.literals.iter().for_each(|literal| starts.insert(literal.bytes));
    }

    /// Asks about the longest literal at `place`, which no letter stands in front of. Where the scan goes on for keywords: one within
    /// another is not asked about.
    pub fn ask(&self, text: &str, place: usize, sink: &mut Sink<'_>) -> usize {
        let bytes = text.as_bytes();
        let there = text::tail(bytes, place);
        let starts = |literal: &&Literal| match (there.get(..literal.bytes.len()), literal.ask) {
            (Some(head), Ask::Around(_)) => head.eq_ignore_ascii_case(literal.bytes),
            (Some(head), _) => head == literal.bytes,
            (None, _) => false,
        };
        let Some(literal) = self.literals.iter().find(starts) else { return place };
        let end = place + literal.bytes.len();
        match literal.ask {
            Ask::Around(ask) => {
                ask(text, place..end, sink);
                return end;
            }
            Ask::Token(trigger) => {
                if let Some((detector, range)) = token::find(bytes, place + trigger) {
                    sink.emit(detector, range, CERTAIN);
                }
            }
            Ask::Jwt => {
                if let Some(range) = jwt::find(bytes, place) {
                    sink.emit(Detector::Jwt, range, CERTAIN);
                }
            }
            Ask::PrivateKey => {
                let begin = place.checked_sub(DASHES);
                if let Some(range) = begin.and_then(|begin| private_key::find(bytes, begin)) {
                    let end = range.end;
                    sink.emit(Detector::PrivateKey, range, CERTAIN);
                    return end;
                }
            }
        }
        place
    }
}
