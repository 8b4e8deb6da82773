//! Token counts before a provider has told the truth: an estimate with a published margin, and an upper bound.
//!
//! There is no vocabulary in here. A text is walked once, and each character is charged the share of a token that
//! characters of its kind began, in texts of many kinds and languages, after the same two letters or the same kind of
//! character: small ASCII letters by themselves and the two before them (which tells English from German from a
//! random key), everything else by kind and the kind before it. Digits are counted as the vocabularies split them, in
//! groups of three. The price of this is stated in the crate's README, by kind of text.
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
//! assert!(whole.tokens.abs_diff(8) <= 1 && whole.upper_bound >= 8);
//! ```

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod block;
#[doc(hidden)]
pub mod class;
mod counter;
pub mod request;
#[doc(hidden)]
pub mod slots;
mod tables;
mod vocabulary;

#[cfg(test)]
mod tests;

pub use counter::{Counter, Estimate, estimate};
pub use vocabulary::Vocabulary;
