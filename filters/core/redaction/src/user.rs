//! The user's own rules: patterns and word lists, and what narrows rules down.

mod except;
mod gate;
mod near;
mod pattern;
mod words;

pub(crate) use except::Except;
pub(crate) use gate::Patterns;
pub(crate) use near::Near;
pub(crate) use pattern::Pattern;
pub(crate) use words::{Words, WordsOf, check_words, reach_of_words};

/// How far the matches of rules may reach across the places where a stream can be cut.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reach {
    /// The longest match, in bytes.
    pub longest: usize,
    /// Matches can hold blanks.
    pub blanks: bool,
    /// Matches can hold characters of scripts that are written without blanks.
    pub joined_scripts: bool,
}

/// Whether a match neither starts nor ends within a word. Letters and digits of every script and the underscore make words.
fn whole(text: &str, start: usize, end: usize) -> bool {
    let word =
        |character: Option<char>| character.is_some_and(|character| character.is_alphanumeric() || character == '_');
    let joined = |left, right| word(left) && word(right);
    !joined(crate::text::char_before(text, start), crate::text::char_at(text, start))
        && !joined(crate::text::char_before(text, end), crate::text::char_at(text, end))
}
