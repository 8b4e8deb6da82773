//! Words that have to stand near a finding.

use std::ops::Range;

use tollgate_policy::redaction::NEAR;

use super::whole;
use crate::fold::folded;
use crate::text;

/// Most words of one rule.
const MAX_WORDS: usize = 100;

/// The words of one rule, of which one has to stand near.
#[derive(Debug)]
pub(crate) struct Near {
    /// In lower case.
    words: Vec<Box<[u8]>>,
}

impl Near {
    /// How far in front of a finding or behind it is looked, in bytes: a word, and the character that ends it.
    pub const WINDOW: usize = NEAR + 4;

    pub fn compile(words: &[String]) -> Result<Self, String> {
        if words.len() > MAX_WORDS {
            return Err(format!("`near` holds {} words; at most {MAX_WORDS} are allowed", words.len()));
        }
        let words: Vec<_> = words.iter().map(|word| folded(word.trim()).into_owned()).collect();
        if words.iter().any(String::is_empty) {
            return Err("`near` holds an empty word, which stands near everything: remove it".to_owned());
        }
        if let Some(long) = words.iter().find(|word| word.len() > NEAR) {
            return Err(format!(
                "`near` holds one of {} bytes, and only {NEAR} bytes around a finding are looked at: shorten it",
                long.len()
            ));
        }
        Ok(Self { words: words.iter().map(|word| word.to_ascii_lowercase().into_bytes().into_boxed_slice()).collect() })
    }

    /// Whether one of them stands as a whole within [`NEAR`] bytes of the range.
    pub fn holds(&self, text: &str, range: &Range<usize>) -> bool {
        // Some dozen places and few words, and only around what a pattern or a word list found.
        let within = |part: Range<usize>| {
            part.clone().any(|start| {
                self.words.iter().any(|word| {
                    let end = start + word.len();
                    end <= part.end
                        && text::slice(text.as_bytes(), start..end).eq_ignore_ascii_case(word)
                        && whole(text, start, end)
                })
            })
        };
        let end = text.len().min(range.end + NEAR);
        within(range.start.saturating_sub(NEAR)..range.start) || within(range.end..end)
    }
}
