//! Lists of words and phrases.

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, Anchored, Input, MatchKind, StartKind};

use super::Reach;
use crate::detect::{CERTAIN, Candidate};
use crate::text;

/// Longest word or phrase in bytes.
const MAX: usize = 256;
/// Most words in one rule.
const MAX_WORDS: usize = 50_000;

/// All words of a policy that are matched alike.
///
/// A match has to start where a word starts, so the automaton is only asked there, and only where the first two bytes are those of some
/// word: a look at a bit per byte of text, however many words there are.
pub(crate) struct Words {
    automaton: AhoCorasick,
    starts: Pairs,
    reach: Reach,
    /// Per word: its rule.
    rules: Vec<u16>,
}

impl Words {
    /// Compiles words with their rules; None if there are none.
    pub fn compile(words: &[(u16, &str)], case_sensitive: bool) -> Result<Option<Self>, String> {
        if words.is_empty() {
            return Ok(None);
        }
        let automaton = AhoCorasickBuilder::new()
            // Every match is reported, so that a longer word that turns out to end within another does not hide a shorter one.
            .match_kind(MatchKind::Standard)
            .start_kind(StartKind::Anchored)
            .ascii_case_insensitive(!case_sensitive)
            .build(words.iter().map(|(_, word)| word))
            .map_err(|error| format!("words: {error}"))?;
        let mut starts = Pairs::new();
        let mut reach = Reach::default();
        for (_, word) in words {
            starts.add(word.as_bytes(), case_sensitive);
            let blank = word.contains(char::is_whitespace);
            reach = reach.or(Reach {
                lookahead: if blank { word.len() + 4 } else { 0 },
                joined_scripts: word.contains(|character| character >= '\u{2e80}'),
            });
        }
        Ok(Some(Self { automaton, starts, reach, rules: words.iter().map(|&(rule, _)| rule).collect() }))
    }

    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Appends where a word stands as a whole, from `from` on.
    pub fn find(&self, text: &str, from: usize, out: &mut Vec<Candidate>) {
        let bytes = text.as_bytes();
        let mut at = from;
        while let Some(start) = self.starts.next(bytes, at) {
            at = start + 1;
            if text::before(bytes, start).is_ascii_alphanumeric() && text::at(bytes, start).is_ascii_alphanumeric() {
                continue;
            }
            let input = Input::new(bytes).span(start..bytes.len()).anchored(Anchored::Yes);
            let mut state = OverlappingState::start();
            // An error is unreachable by construction: the automaton is built for just this kind of search.
            while self.automaton.try_find_overlapping(input.clone(), &mut state).is_ok()
                && let Some(found) = state.get_match()
            {
                // Where one word ends like another, both are reported; the other's turn comes at its own start.
                if found.start() == start
                    && whole(text, start, found.end())
                    && let Some(&rule) = self.rules.get(found.pattern().as_usize())
                {
                    out.push(Candidate { rule, start, end: found.end(), score: CERTAIN });
                }
            }
        }
    }
}

/// A set of pairs of bytes.
struct Pairs {
    bits: Box<[u64; 1024]>,
}

impl Pairs {
    fn new() -> Self {
        Self { bits: Box::new([0; 1024]) }
    }

    /// Adds the first two bytes of a word, in both cases unless that matters; with any second byte if it has one only.
    fn add(&mut self, word: &[u8], case_sensitive: bool) {
        let cases = |byte: u8| {
            if case_sensitive { [byte, byte] } else { [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] }
        };
        let Some(&first) = word.first() else { return };
        for first in cases(first) {
            match word.get(1) {
                Some(&second) => cases(second).iter().for_each(|&second| self.insert(first, second)),
                None => (0..=255).for_each(|second| self.insert(first, second)),
            }
        }
    }

    fn insert(&mut self, first: u8, second: u8) {
        if let Some(word) = self.bits.get_mut(usize::from(first) << 2 | usize::from(second) >> 6) {
            *word |= 1 << (second & 63);
        }
    }

    #[inline]
    fn holds(&self, first: u8, second: u8) -> bool {
        let word = self.bits.get(usize::from(first) << 2 | usize::from(second) >> 6).copied().unwrap_or(0);
        word >> (second & 63) & 1 == 1
    }

    /// The next place at or behind `from` where one of them stands.
    #[inline]
    fn next(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let rest = text::tail(bytes, from);
        let place = rest.windows(2).position(|pair| matches!(pair, &[first, second] if self.holds(first, second)));
        // The last byte stands for a word of one byte, whose second may be any; 0 is one of them.
        let last = || rest.last().filter(|&&last| self.holds(last, 0)).map(|_| rest.len() - 1);
        place.or_else(last).map(|place| from + place)
    }
}

/// Checks a word list.
pub(crate) fn check_words(words: &[String]) -> Result<(), String> {
    if words.len() > MAX_WORDS {
        return Err(format!("{} words; at most {MAX_WORDS} are allowed in one rule", words.len()));
    }
    for word in words {
        if word.trim().is_empty() {
            return Err("words holds an empty word, which would be found everywhere".to_owned());
        }
        if word.len() > MAX {
            return Err(format!("words holds one of {} bytes; at most {MAX} are allowed", word.len()));
        }
    }
    Ok(())
}

/// Whether a match neither starts nor ends within a word. Letters and digits of every script and the underscore make words.
fn whole(text: &str, start: usize, end: usize) -> bool {
    let word =
        |character: Option<char>| character.is_some_and(|character| character.is_alphanumeric() || character == '_');
    let joined = |left, right| word(left) && word(right);
    !joined(text::char_before(text, start), text::char_at(text, start))
        && !joined(text::char_before(text, end), text::char_at(text, end))
}
