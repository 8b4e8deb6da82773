//! Lists of words and phrases.

use aho_corasick::automaton::{Automaton, OverlappingState};
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, Input, MatchKind};

use super::{Reach, whole};
use crate::detect::{CERTAIN, Candidate, Starts};
use crate::fold::{Fold, fold, folded};
use crate::policy::{At, Mask};
use crate::text;

/// Longest word or phrase in bytes.
const MAX: usize = 256;

/// A word of a rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WordsOf<'a> {
    pub rule: u16,
    /// Where the rule looks.
    pub mask: Mask,
    pub word: &'a str,
}

/// All words of a policy that are matched alike.
///
/// The automaton is only asked where the first bytes are those of some word: a look at a bit per byte of text, however many words there
/// are, and where words have to stand alone, one per word of the text.
pub(crate) struct Words {
    automaton: NFA,
    /// The first bytes of each word, as far as [`Starts`] looks, where they have to stand alone.
    beginnings: Vec<Box<[u8]>>,
    /// The first two.
    pairs: Pairs,
    /// Words have to stand alone.
    alone: bool,
    /// Some hold characters that are folded, and are to be found in texts that are not folded as well.
    has_folded: bool,
    /// Where their rules look, each place once.
    masks: Vec<Mask>,
    /// Per word: its rule.
    rules: Vec<u16>,
}

impl Words {
    /// Compiles words with their rules; None if there are none.
    pub fn compile(words: &[WordsOf<'_>], case_sensitive: bool, alone: bool) -> Result<Option<Self>, String> {
        if words.is_empty() {
            return Ok(None);
        }
        let mut spellings = Vec::with_capacity(words.len());
        let mut rules = Vec::with_capacity(words.len());
        let mut masks = Vec::new();
        let mut has_folded = false;
        for word in words {
            let plain = folded(word.word);
            if word.word.chars().any(|character| fold(character) != Fold::Keep) {
                has_folded = true;
                if *plain != *word.word {
                    spellings.push(word.word.into());
                    rules.push(word.rule);
                }
            }
            spellings.push(plain);
            rules.push(word.rule);
            if !masks.contains(&word.mask) {
                masks.push(word.mask);
            }
        }
        let automaton = NFA::builder()
            // Every match is reported, so that a longer word that turns out to end within another does not hide a shorter one.
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .ascii_case_insensitive(!case_sensitive)
            .build(spellings.iter().map(|word| word.as_bytes()))
            .map_err(|error| format!("words: {error}"))?;
        let mut pairs = Pairs::new();
        spellings.iter().for_each(|word| pairs.add(word.as_bytes(), case_sensitive));
        let beginnings = match alone {
            true => spellings.iter().map(|word| word.bytes().take(Starts::KEY).collect()).collect(),
            false => Vec::new(),
        };
        Ok(Some(Self { automaton, beginnings, pairs, alone, has_folded, masks, rules }))
    }

    /// Whether a rule of theirs looks there.
    pub fn looks_at(&self, at: At) -> bool {
        self.masks.iter().any(|mask| mask.holds(at))
    }

    /// Whether some hold characters that are folded.
    pub fn has_folded(&self) -> bool {
        self.has_folded
    }

    /// Whether they have to stand alone.
    pub fn alone(&self) -> bool {
        self.alone
    }

    /// Adds where they may start, if they have to stand alone.
    pub fn add_to(&self, starts: &mut Starts) {
        self.beginnings.iter().for_each(|beginning| starts.insert(beginning));
    }

    /// Appends where a word stands, from `from` on.
    pub fn find(&self, text: &str, from: usize, out: &mut Vec<Candidate>) {
        let mut at = from;
        while let Some(start) = self.pairs.next(text.as_bytes(), at) {
            at = start + 1;
            self.find_at(text, start, out);
        }
    }

    /// Appends the words that stand at `start`.
    pub fn find_at(&self, text: &str, start: usize, out: &mut Vec<Candidate>) {
        let bytes = text.as_bytes();
        let joined =
            || text::before(bytes, start).is_ascii_alphanumeric() && text::at(bytes, start).is_ascii_alphanumeric();
        if !self.pairs.holds(text::at(bytes, start), text::at(bytes, start + 1)) || (self.alone && joined()) {
            return;
        }
        let input = Input::new(bytes).span(start..bytes.len()).anchored(Anchored::Yes);
        let mut state = OverlappingState::start();
        // An error is unreachable by construction: the automaton is built for just this kind of search.
        while self.automaton.try_find_overlapping(&input, &mut state).is_ok()
            && let Some(found) = state.get_match()
        {
            // Where one word ends like another, both are reported; the other's turn comes at its own start.
            if found.start() == start
                && (!self.alone || whole(text, start, found.end()))
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
    for word in words {
        if folded(word.trim()).is_empty() {
            return Err("words holds an empty word, which would be found everywhere".to_owned());
        }
        if word.len() > MAX {
            return Err(format!("words holds one of {} bytes; at most {MAX} are allowed", word.len()));
        }
    }
    Ok(())
}

/// How far the words of a rule reach.
pub(crate) fn reach_of_words(words: &[String]) -> Reach {
    let blank = |character: char| character.is_whitespace() || fold(character) == Fold::To(b' ');
    Reach {
        longest: words.iter().map(String::len).max().unwrap_or(0),
        blanks: words.iter().any(|word| word.trim().contains(blank)),
        joined_scripts: words.iter().any(|word| word.contains(|character| character >= '\u{2e80}')),
    }
}
