//! Regular expressions.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use regex_automata::hybrid::dfa::DFA;
use regex_automata::hybrid::regex::{Cache, Regex};
use regex_automata::nfa::thompson::{NFA, WhichCaptures};
use regex_automata::{Input, MatchKind};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Class, Hir, HirKind};
use tollgate_wire::order;

use super::Reach;
use crate::detect::{CERTAIN, Candidate, Teddy};
use crate::text;

/// Most memory a compiled pattern may take in either direction, and its cache for each, in bytes. What takes more is not compiled any
/// further, so that this bounds the time as well. A cache may be larger where it could not hold a handful of states otherwise.
const LIMIT: usize = 256 << 10;
/// Longest pattern in bytes.
const MAX: usize = 4096;
/// Longest match that a stream waits for, in bytes, where a pattern sets no bound itself.
const UNBOUNDED: usize = 256;
/// Most literals that a pattern is looked for by.
const MAX_LITERALS: usize = 16;

/// A regular expression and the rule it belongs to.
pub(crate) struct Pattern {
    rule: u16,
    reach: Reach,
    /// One of these, without regard to case, is in every match; nothing is known if there are none.
    literals: Vec<Vec<u8>>,
    regex: Regex,
    cache: Mutex<Cache>,
}

impl Pattern {
    /// Compiles a pattern; linear in time by construction, bounded in memory.
    pub fn compile(rule: u16, pattern: &str) -> Result<Self, String> {
        if pattern.len() > MAX {
            return Err(format!("pattern is {} bytes long; at most {MAX} are allowed", pattern.len()));
        }
        let parsed = ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern);
        let hir = parsed.map_err(|error| format!("pattern: {error}"))?;
        let forward = automaton(&hir, false)?;
        let regex = Regex::builder().build_from_dfas(forward, automaton(&hir, true)?);
        let cache = Mutex::new(regex.create_cache());
        let pattern = Self { rule, reach: reach_of(&hir), literals: literals_of(&hir), regex, cache };
        if pattern.first(&mut pattern.cache(), &Input::new("")).is_some() {
            return Err("pattern matches the empty text, so it would be found everywhere".to_owned());
        }
        Ok(pattern)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first match.
    fn first(&self, cache: &mut Cache, input: &Input<'_>) -> Option<Range<usize>> {
        match self.regex.try_search(cache, input) {
            Ok(found) => found.map(|found| found.range()),
            // Only automata that were told to give up on something do; should one, what it did not read is not let through.
            Err(_) => Some(input.get_range()),
        }
    }

    /// The rule it belongs to.
    pub fn rule(&self) -> u16 {
        self.rule
    }

    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Literals, in lower case, of which every match holds one; none if that cannot be told.
    pub fn literals(&self) -> &[Vec<u8>] {
        &self.literals
    }

    /// Appends where it matches from `from` on.
    pub fn find(&self, text: &str, from: usize, out: &mut Vec<Candidate>) {
        let mut at = from;
        let cache = &mut self.cache();
        while at <= text.len()
            && let Some(found) = self.first(cache, &Input::new(text).range(at..))
        {
            // An empty match, as of a bare look-around, has nothing to redact.
            if found.is_empty() {
                at = found.end + 1;
                continue;
            }
            at = found.end;
            let range = text::whole_characters(text, found);
            out.push(Candidate { rule: self.rule, start: range.start, end: range.end, score: CERTAIN });
        }
    }
}

/// What finds the end of a match, or (`reverse`) its start from there: an automaton whose states are made as a text needs them. Other
/// engines would make a module larger by a thirtieth, and find nothing else.
fn automaton(hir: &Hir, reverse: bool) -> Result<DFA, String> {
    let states =
        NFA::config().utf8(false).reverse(reverse).which_captures(WhichCaptures::None).nfa_size_limit(Some(LIMIT));
    let states = NFA::compiler().configure(states).build_from_hir(hir).map_err(|error| match error.size_limit() {
        Some(limit) => format!("pattern takes more than {limit} bytes compiled: use smaller repetitions"),
        None => format!("pattern: {error}"),
    })?;
    let config = DFA::config()
        .match_kind(if reverse { MatchKind::All } else { MatchKind::LeftmostFirst })
        .cache_capacity(LIMIT)
        .skip_cache_capacity_check(true);
    DFA::builder().configure(config).build_from_nfa(states).map_err(|error| format!("pattern: {error}"))
}

/// How far a pattern can reach.
fn reach_of(hir: &Hir) -> Reach {
    let holds = |wanted: &dyn Fn(u8) -> bool| can_match(hir, wanted);
    Reach {
        longest: hir.properties().maximum_len().map_or(UNBOUNDED, |length| length.min(UNBOUNDED)),
        // Blanks beyond ASCII begin with these bytes.
        blanks: holds(&|byte: u8| byte.is_ascii_whitespace() || matches!(byte, 0xc2 | 0xe1..=0xe3)),
        joined_scripts: holds(&|byte: u8| !byte.is_ascii()),
    }
}

/// The literals that matches begin with, or else those that they end with, if they are few and none is short.
fn literals_of(hir: &Hir) -> Vec<Vec<u8>> {
    let extract = |kind| {
        // Both cases of a letter are a class of two; larger ones, such as of digits, end the literal.
        let found = Extractor::new().kind(kind).limit_class(2).extract(hir);
        let mut literals: Vec<_> =
            found.literals()?.iter().map(|literal| literal.as_bytes().to_ascii_lowercase()).collect();
        order::sort_by(&mut literals, |left, right| left < right);
        literals.dedup();
        let usable = literals.len() <= MAX_LITERALS && literals.iter().all(|literal| literal.len() >= Teddy::LEAST);
        usable.then_some(literals)
    };
    extract(ExtractKind::Prefix).or_else(|| extract(ExtractKind::Suffix)).unwrap_or_default()
}

/// Whether a match can hold a byte that is wanted.
fn can_match(hir: &Hir, wanted: &dyn Fn(u8) -> bool) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.iter().any(|&byte| wanted(byte)),
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).any(wanted))
        }
        // Only with Unicode switched on; its classes may hold anything.
        HirKind::Class(Class::Unicode(_)) => true,
        HirKind::Repetition(repetition) => can_match(&repetition.sub, wanted),
        HirKind::Capture(capture) => can_match(&capture.sub, wanted),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(|part| can_match(part, wanted)),
    }
}
