//! The built-in detectors: what each finds, and the one pass that runs them all.
//!
//! A text is scanned once for trigger bytes - `@`, the first digit of a number, the `-` of `sk-`, the `J` of `eyJ` - and only there a
//! detector looks around, verifies what it sees by its own rules (check digits, prefixes, lengths, context words) and reports it or
//! not. Triggers are chosen to be rare in prose, so that most of a text is only looked at by the trigger table. The price: a
//! detector whose trigger were a common letter would slow every text down; such a detector needs a rarer byte to start from.

mod byteset;
mod card;
mod country;
mod email;
mod iban;
mod ip;
mod jwt;
mod number;
mod phone;
mod private_key;
mod registry;
mod scan;
mod ssn;
mod token;
mod url;

#[cfg(test)]
mod tests;

pub(crate) use registry::{DETECTOR_COUNT, by_name};
pub use registry::{DetectorInfo, detectors};
pub(crate) use scan::{Candidate, Scanner};
