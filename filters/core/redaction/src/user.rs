//! The user's own rules: patterns and word lists.

mod gate;
mod pattern;
mod words;

pub(crate) use gate::Patterns;
pub(crate) use pattern::Pattern;
pub(crate) use words::{Words, check_words};

/// How far the matches of rules may reach across the places where a stream can be cut.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reach {
    /// The longest match that can hold a blank, and the character that a look-around sees behind it, in bytes; 0 if there is none.
    pub lookahead: usize,
    /// Matches can hold characters of scripts that are written without blanks.
    pub joined_scripts: bool,
}

impl Reach {
    /// What covers both.
    pub fn or(self, other: Self) -> Self {
        Self {
            lookahead: self.lookahead.max(other.lookahead),
            joined_scripts: self.joined_scripts || other.joined_scripts,
        }
    }
}
