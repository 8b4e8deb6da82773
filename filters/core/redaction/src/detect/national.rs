//! Numbers that states give to people and companies, each with its check digits.

use super::number::Run;
use super::scan::Sink;
use super::word::Word;

/// Looks at a word of letters and digits.
pub(super) fn in_word(_word: &Word<'_>, _sink: &mut Sink<'_>) {}

/// Looks at a run of digit groups.
pub(super) fn in_run(_run: &Run<'_>, _sink: &mut Sink<'_>) {}
