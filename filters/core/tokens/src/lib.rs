//! Token counts before a provider has told the truth: an estimate with a published margin, and an upper bound.
//!
//! A text is cut as the vocabularies' own patterns cut it, and each part is looked up in a table that knows which strings
//! are entries, and is wrong about one in 128 of those that are not. What is no entry is cut into the longest pieces that
//! are. The price of not having the vocabulary itself, a quarter of a megabyte instead of four, is stated in
//! `docs/tokens.md`, by kind of text.
//!
//! Texts may come in pieces: any cut gives the same result.
//!
//! ```
//! use tollgate_tokens::{Counter, Vocabulary, estimate};
//!
//! let vocabulary = Vocabulary::of_model("gpt-4o-mini");
//! let whole = estimate("How many tokens does this sentence have?", vocabulary);
//! let mut counter = Counter::new(vocabulary);
//! counter.push("How many tok");
//! counter.push("ens does this sentence have?");
//! assert_eq!(counter.finish(), whole);
//! assert!(whole.tokens == 8 && whole.upper_bound >= 8);
//! ```

mod ascii;
mod counter;
#[doc(hidden)]
pub mod entries;
pub mod image;
mod known;
mod pieces;
mod pretoken;
mod repeats;
pub mod request;
mod unicode;
mod vocabulary;

#[cfg(test)]
mod tests;

pub use counter::{Counter, Estimate, estimate};
pub use vocabulary::Vocabulary;
