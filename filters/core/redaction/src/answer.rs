//! What happens to a text of an answer: placeholders become originals again, and the rules are applied to the rest.

use std::borrow::Cow;
use std::ops::Range;

use crate::detect::Candidate;
use crate::policy::{Policy, RedactError, Store};
use crate::report::Report;
use crate::text;
use crate::vault::{Probe, Vault};

/// A placeholder in a text, and its original.
pub(crate) struct Placed<'v> {
    pub range: Range<usize>,
    pub original: Cow<'v, str>,
}

/// Appends the placeholders from `from` on. Returns where a text begins that is cut off and may still become one; the text's length
/// if none is.
pub(crate) fn placeholders<'v>(vault: &'v Vault, text: &str, from: usize, mut found: impl FnMut(Placed<'v>)) -> usize {
    let bytes = text.as_bytes();
    if vault.is_empty() {
        return bytes.len();
    }
    let mut at = from;
    while let Some(open) = memchr::memchr3(b'<', b'&', b'\\', text::tail(bytes, at)) {
        let start = at + open;
        match vault.probe(text::tail(bytes, start)) {
            Probe::Placeholder(length, original) => {
                at = start + length;
                found(Placed { range: start..at, original });
            }
            Probe::Unfinished => return start,
            Probe::Other => at = start + 1,
        }
    }
    bytes.len()
}

/// Why a range of an answer is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// A rule wants it.
    Found,
    /// It is a placeholder, and this its original.
    Restored,
}

/// Works out what becomes of a text from `from` on: calls `replace` in order for each range that does not stay as it is. `candidates` is what the
/// policy finds in it. The rules see the model's words, with placeholders in them, not the originals: what the client sent is not
/// taken from it. A placeholder counts as a finding of an `allow` rule.
pub(crate) fn answer(
    rules: Option<(&Policy, Vec<Candidate>)>,
    vault: &Vault,
    text: &str,
    from: usize,
    report: &mut Report,
    mut replace: impl FnMut(Why, Range<usize>, &str),
) -> Result<(), RedactError> {
    let mut placed = Vec::new();
    placeholders(vault, text, from, |place| placed.push(place));
    let mut restored = placed.iter().peekable();
    if let Some((policy, candidates)) = rules
        && !candidates.is_empty()
    {
        let findings = policy.settle(candidates, placed.iter().map(|place| place.range.clone()));
        policy.act(text, &findings, &mut Store::Nowhere, report, |range, replacement| {
            while let Some(place) = restored.next_if(|place| place.range.end <= range.start) {
                replace(Why::Restored, place.range.clone(), &place.original);
            }
            // Those within a longer finding go with it.
            while restored.next_if(|place| place.range.start < range.end).is_some() {}
            replace(Why::Found, range, replacement);
        })?;
    }
    restored.for_each(|place| replace(Why::Restored, place.range.clone(), &place.original));
    Ok(())
}
