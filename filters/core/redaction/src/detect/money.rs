//! Bank identifiers and addresses of cryptocurrencies.

mod bic;
mod crypto;
mod us_bank;

use super::announced::Announced;
use super::number::Window;
use super::registry::Detector;
use super::scan::Sink;
use super::word::Word;

pub(super) use bic::{KEYWORDS, at_keyword};
pub(super) use crypto::CONTEXT;

/// The detectors that want [`at_keyword`] asked.
pub(super) const OF_KEYWORDS: &[Detector] = &[Detector::Bic];

/// Looks at a word of letters and digits.
pub(super) fn in_word(word: &Word<'_>, sink: &mut Sink<'_>) {
    if sink.wants(Detector::CryptoAddress) {
        crypto::in_word(word, sink);
    }
}

/// Looks at digits, and what announces them.
pub(super) fn in_window(window: &Window<'_>, announced: Option<Announced>, sink: &mut Sink<'_>) {
    us_bank::in_window(window, announced, sink);
}
