//! Papers of a person: passports, driving licences, dates of birth. Their patterns are weak, so words beside them decide.

use super::number::Run;
use super::scan::Sink;
use super::word::Word;

/// Looks at a word of letters and digits.
pub(super) fn in_word(_word: &Word<'_>, _sink: &mut Sink<'_>) {}

/// Looks at a run of digit groups.
pub(super) fn in_run(_run: &Run<'_>, _sink: &mut Sink<'_>) {}
