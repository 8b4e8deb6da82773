//! Lists of words and phrases.

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, Anchored, Input, MatchKind, StartKind};

use super::Reach;
use crate::detect::{CERTAIN, Candidate, Starts};
use crate::text;

/// Longest word or phrase in bytes.
const MAX: usize = 256;
/// Most words in one rule.
const MAX_WORDS: usize = 50_000;

/// All words of a policy that are matched alike.
///
/// A match has to start where a word starts, so the automaton is only asked there, and only where the first bytes are those of some
/// word: a look at a bit per word of text, however many words there are.
pub(crate) struct Words {
    automaton: AhoCorasick,
    /// The first bytes of each word, as far as [`Starts`] looks.
    beginnings: Vec<Vec<u8>>,
    /// The first two.
    pairs: Pairs,
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
        let mut pairs = Pairs::new();
        let mut reach = Reach::default();
        for (_, word) in words {
            pairs.add(word.as_bytes(), case_sensitive);
            let blank = word.contains(char::is_whitespace);
            reach = reach.or(Reach {
                lookahead: if blank { word.len() + 4 } else { 0 },
                joined_scripts: word.contains(|character| character >= '\u{2e80}'),
            });
        }
        let beginnings = words.iter().map(|(_, word)| word.bytes().take(Starts::KEY).collect()).collect();
        Ok(Some(Self { automaton, beginnings, pairs, reach, rules: words.iter().map(|&(rule, _)| rule).collect() }))
    }

    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Adds where they may start.
    pub fn add_to(&self, starts: &mut Starts) {
        self.beginnings.iter().for_each(|beginning| starts.insert(beginning));
    }

    /// Appends the words that stand as a whole at `start`.
    pub fn find(&self, text: &str, start: usize, out: &mut Vec<Candidate>) {
        let bytes = text.as_bytes();
        if !self.pairs.holds(text::at(bytes, start), text::at(bytes, start + 1))
            || (text::before(bytes, start).is_ascii_alphanumeric() && text::at(bytes, start).is_ascii_alphanumeric())
        {
            return;
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
