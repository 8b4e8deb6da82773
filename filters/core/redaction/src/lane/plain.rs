//! A lane of text.

use std::ops::Range;

use tollgate_policy::redaction::Direction;

use super::Context;
use crate::answer::{Why, answer, placeholders};
use crate::fold::{Fold, fold};
use crate::json::number_around;
use crate::policy::{At, Policy, RedactError};
use crate::segment::{Cut, Segmenter, floor};
use crate::text;
use crate::wipe::Wiped;

/// How much of the text in front of a segment is kept for rules that look for context, in bytes of the folded text.
const CONTEXT: usize = 64;
/// And at most, in bytes of the text as it is, however many invisible characters it holds.
const MOST_CONTEXT: usize = 1024;

/// A lane of text. Without rules only the start of a placeholder is held; with rules the segment at hand, and some context.
#[derive(Default)]
pub(super) struct PlainLane {
    held: Wiped,
    segmenter: Segmenter,
    /// The text stands outside the strings of JSON: numbers in which something is found become strings.
    bare: bool,
    /// So many bytes in front are the key in front of the text, which is no part of it.
    foreign: usize,
}

impl PlainLane {
    /// For text outside the strings of JSON.
    pub fn bare() -> Self {
        Self { bare: true, ..Self::default() }
    }

    /// Puts the key in front of a text that begins now.
    pub fn begin(&mut self, context: &Context<'_>, key: &str) {
        if context.policy.is_some() && self.held.is_empty() {
            self.held.push_str(key);
            self.foreign = key.len();
            self.segmenter.skip(key.len());
        }
    }

    pub fn push(&mut self, context: &mut Context<'_>, text: &str, out: &mut String) -> Result<(), RedactError> {
        let Some(policy) = context.policy else {
            self.restore(context, text, out);
            return Ok(());
        };
        self.held.push_str(text);
        let needs = policy.needs(at(context));
        while let Some(cut) = self.segmenter.next(&self.held, &needs) {
            self.decide(policy, cut, context, out)?;
        }
        Ok(())
    }

    pub fn finish(&mut self, context: &mut Context<'_>, out: &mut String) -> Result<(), RedactError> {
        if let Some(policy) = context.policy {
            let end = self.held.len();
            self.decide(policy, Cut { at: end, known: end, forced: true }, context, out)?;
        } else {
            out.push_str(&self.held);
        }
        self.held.clear();
        self.foreign = 0;
        self.segmenter = Segmenter::default();
        Ok(())
    }

    pub fn is_holding(&self) -> bool {
        self.held.len() > self.segmenter.start()
    }

    fn restore(&mut self, context: &Context<'_>, text: &str, out: &mut String) {
        let joined;
        let text = if self.held.is_empty() {
            text
        } else {
            self.held.push_str(text);
            joined = std::mem::take(&mut self.held);
            joined.as_str()
        };
        let mut copied = 0;
        let certain = placeholders(context.vault, text, 0, |place| {
            out.push_str(text.get(copied..place.range.start).unwrap_or_default());
            out.push_str(&place.original);
            copied = place.range.end;
        });
        out.push_str(text.get(copied..certain).unwrap_or_default());
        self.held.push_str(text.get(certain..).unwrap_or_default());
    }

    /// Writes the segment up to the cut, unless something lies across.
    fn decide(
        &mut self,
        policy: &Policy,
        mut cut: Cut,
        context: &mut Context<'_>,
        out: &mut String,
    ) -> Result<(), RedactError> {
        let start = self.segmenter.start();
        let known = self.held.get(..cut.known).unwrap_or_default();
        let mut candidates = policy.candidates(known, start, self.foreign, at(context));
        if candidates.iter().any(|candidate| candidate.start < cut.at && candidate.end > cut.at) && !cut.forced {
            return Ok(());
        }
        if cut.forced && cut.at < cut.known {
            let mut spans: Vec<_> = candidates.iter().map(|candidate| candidate.start..candidate.end).collect();
            placeholders(context.vault, known, start, |place| spans.push(place.range));
            cut.at = beside(&spans, start, cut);
        }
        candidates.retain_mut(|candidate| {
            // Of a finding that no segment has room for, this part at least.
            candidate.end = candidate.end.min(cut.at);
            candidate.start < cut.at
        });
        let segment = known.get(..cut.at).unwrap_or_default();
        let mut writer = Writer { text: segment, copied: start, out, bare: self.bare, quote: None };
        answer(
            Some((policy, candidates)),
            context.vault,
            segment,
            start,
            context.report,
            |why, range, replacement| {
                writer.replace(why, range, replacement);
            },
        )?;
        writer.finish();
        self.segmenter.accept(&cut);
        let keep = context_start(&self.held, cut.at);
        self.held.drain(..keep);
        self.foreign = self.foreign.saturating_sub(keep);
        self.segmenter.shift(keep);
        Ok(())
    }
}

fn at(context: &Context<'_>) -> At {
    At { direction: Direction::Response, place: context.place }
}

/// A place for a forced cut that lies in none of the spans: in front of what lies across, or else at the end of what is known.
fn beside(spans: &[Range<usize>], start: usize, cut: Cut) -> usize {
    let mut at = cut.at;
    while let Some(first) = spans.iter().filter(|span| span.start < at && span.end > at).map(|span| span.start).min() {
        if first <= start {
            return cut.known;
        }
        at = first;
    }
    at
}

/// Where the context of what starts at `end` begins.
fn context_start(held: &str, end: usize) -> usize {
    let plain = end.saturating_sub(CONTEXT);
    if text::slice(held.as_bytes(), plain..end).is_ascii() {
        return plain;
    }
    let mut count = 0;
    let mut start = end;
    for character in held.get(..end).unwrap_or_default().chars().rev() {
        count += match fold(character) {
            Fold::Gone => 0,
            Fold::To(_) | Fold::Beside(_) => 1,
            Fold::Keep => character.len_utf8(),
        };
        if count > CONTEXT || end - start > MOST_CONTEXT {
            break;
        }
        start -= character.len_utf8();
    }
    floor(held, start)
}

/// Copies a segment with its replacements.
struct Writer<'w> {
    text: &'w str,
    copied: usize,
    out: &'w mut String,
    bare: bool,
    /// Where a number ends that got its opening quote.
    quote: Option<usize>,
}

impl Writer<'_> {
    fn replace(&mut self, why: Why, range: Range<usize>, replacement: &str) {
        if self.quote.is_none_or(|end| end <= range.start) {
            self.close();
            if self.bare && why == Why::Found {
                let number = number_around(self.text, &range);
                self.copy(number.start.max(self.copied));
                self.out.push('"');
                self.quote = Some(number.end);
            }
        }
        self.copy(range.start);
        self.out.push_str(replacement);
        self.copied = range.end;
    }

    fn copy(&mut self, to: usize) {
        self.out.push_str(self.text.get(self.copied..to).unwrap_or_default());
        self.copied = to;
    }

    fn close(&mut self) {
        if let Some(end) = self.quote.take() {
            self.copy(end);
            self.out.push('"');
        }
    }

    fn finish(mut self) {
        self.close();
        self.copy(self.text.len());
    }
}
