//! Secrets without a fixed prefix.

use std::ops::Range;

use super::registry::Detector;
use super::scan::Sink;
use super::word::Word;

/// Looks at a word of letters and digits.
pub(super) fn in_word(_word: &Word<'_>, _sink: &mut Sink<'_>) {}

/// Where [`at_keyword`] is asked.
pub(super) const KEYWORDS: &[&str] = &[];
/// The detectors that want it asked.
pub(super) const OF_KEYWORDS: &[Detector] = &[];

/// Looks for what a keyword such as `password` announces.
pub(super) fn at_keyword(_text: &str, _keyword: Range<usize>, _sink: &mut Sink<'_>) {}
