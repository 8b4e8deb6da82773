//! A lane of text.

use std::ops::Range;

use tollgate_policy::redaction::Direction;

use super::Context;
use crate::answer::{Why, answer, placeholders};
use crate::json::number_around;
use crate::policy::{At, Policy, RedactError};
use crate::segment::{Cut, Segmenter, floor};

/// How much of the text in front of a segment is kept for detectors that look for context, in bytes.
const CONTEXT: usize = 64;

/// A lane of text. Without rules only the start of a placeholder is held; with rules the segment at hand, and some context.
#[derive(Default)]
pub(super) struct PlainLane {
    held: String,
    segmenter: Segmenter,
    /// The text stands outside the strings of JSON: numbers in which something is found become strings.
    bare: bool,
}

impl PlainLane {
    /// For text outside the strings of JSON.
    pub fn bare() -> Self {
        Self { bare: true, ..Self::default() }
    }

    pub fn push(&mut self, context: &mut Context<'_>, text: &str, out: &mut String) -> Result<(), RedactError> {
        let Some(policy) = context.policy else {
            self.restore(context, text, out);
            return Ok(());
        };
        self.held.push_str(text);
        let needs = policy.needs();
        while let Some(cut) = self.segmenter.next(&self.held, needs) {
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
            &joined
        };
        let mut copied = 0;
        let certain = placeholders(context.vault, text, 0, |place| {
            out.push_str(text.get(copied..place.range.start).unwrap_or_default());
            out.push_str(place.original);
            copied = place.range.end;
        });
        out.push_str(text.get(copied..certain).unwrap_or_default());
        self.held.push_str(text.get(certain..).unwrap_or_default());
    }

    /// Writes the segment up to the cut, unless something lies across.
    fn decide(
        &mut self,
        policy: &Policy,
        cut: Cut,
        context: &mut Context<'_>,
        out: &mut String,
    ) -> Result<(), RedactError> {
        let start = self.segmenter.start();
        let known = self.held.get(..floor(&self.held, cut.known)).unwrap_or_default();
        let mut candidates =
            policy.candidates(known, start, At { direction: Direction::Response, place: context.place });
        if !cut.forced && candidates.iter().any(|candidate| candidate.start < cut.at && candidate.end > cut.at) {
            return Ok(());
        }
        candidates.retain(|candidate| candidate.end <= cut.at);
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
        let keep = floor(&self.held, cut.at.saturating_sub(CONTEXT));
        self.held.drain(..keep);
        self.segmenter.shift(keep);
        Ok(())
    }
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
