//! The built-in detectors: what each finds, and the one pass that runs them all.
//!
//! A text is looked at once, in blocks, by what kinds of bytes stand where: an `@`, the first digit of a number that is long enough, the
//! first letters of a word that a key may begin with. Only there a detector looks around, verifies what it sees by its own rules
//! (check digits, prefixes, lengths, context words) and reports it or not. Places are chosen to be rare in prose, so that most of a text
//! is only looked at block by block. The price: a detector that had to start at every word would slow every text down; such a
//! detector needs a keyword to start from, and those are looked for in a pass of their own.

mod announced;
mod around;
mod base64;
mod block;
mod card;
mod catalogue;
mod country;
mod document;
mod email;
mod fixed;
mod iban;
mod ip;
mod jwt;
mod keyword;
mod mac;
mod money;
mod national;
mod number;
mod phone;
mod private_key;
mod registry;
mod scan;
mod score;
mod secret;
mod ssn;
mod starts;
mod teddy;
mod token;
mod url;
mod web;
mod word;

#[cfg(test)]
mod tests;

pub use catalogue::{DetectorInfo, detectors, families};
pub use registry::groups;
pub(crate) use registry::{DETECTOR_COUNT, entry, named, names};
pub(crate) use scan::{Candidate, Look, Scanner, Use, opens_a_number};
pub(crate) use score::CERTAIN;
pub(crate) use starts::Starts;
pub(crate) use teddy::Teddy;
