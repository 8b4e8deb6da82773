//! Where rules apply in a text.

use std::ops::Range;

use tollgate_policy::redaction::{Action, Direction, Place};

use super::{At, Policy, Rule};
use crate::detect::{CERTAIN, Candidate, Look};
use crate::finding::{self, Finding, Rank, RuleId};
use crate::fold::Folded;
use crate::segment::floor;
use crate::text;
use crate::user::Words;
use tollgate_wire::order::sort_by_key;

/// Stands for the rule of what must be left alone for a reason other than a rule. No rule has this index.
const SHIELD: u16 = u16::MAX;

/// Who is asked about a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Everyone,
    /// The patterns, and the words that hold characters which are folded.
    Patterns,
    /// The detectors, and the words that stand alone.
    Scanner,
}

impl Policy {
    /// Finds what the rules name, in order of place; `out` is emptied first. Those that are acted on do not overlap, and neither do those
    /// of rules in shadow mode; the former may overlap the latter. What an `allow` rule shields is among it. Nothing if the
    /// rules do not look this way.
    pub fn find(&self, text: &str, direction: Direction, place: Place, out: &mut Vec<Finding>) {
        out.clear();
        out.append(&mut self.settle(self.candidates(text, 0, 0, At { direction, place }), std::iter::empty()));
    }

    /// Settles overlaps among candidates and shields; the latter keep rules away like an `allow` rule, and are not among the findings.
    /// What rules in shadow mode find is settled by itself: it takes nothing from the others.
    pub(crate) fn settle(
        &self,
        candidates: Vec<Candidate>,
        shields: impl Iterator<Item = Range<usize>>,
    ) -> Vec<Finding> {
        if candidates.is_empty() {
            return Vec::new();
        }
        let shield =
            |range: Range<usize>| Candidate { rule: SHIELD, start: range.start, end: range.end, score: CERTAIN };
        let shields: Vec<_> = shields.map(shield).collect();
        if !self.has_shadow_rules {
            return self.winners(candidates, shields);
        }
        let in_shadow = |candidate: &Candidate| self.rule_at(candidate.rule).is_some_and(|rule| rule.shadow);
        let (shadow, enforced) = candidates.into_iter().partition(in_shadow);
        let mut findings = self.winners(enforced, shields.clone());
        findings.append(&mut self.winners(shadow, shields));
        sort_by_key(&mut findings, |finding| (finding.start, finding.shadow, finding.rule));
        findings
    }

    fn winners(&self, mut candidates: Vec<Candidate>, mut shields: Vec<Candidate>) -> Vec<Finding> {
        candidates.append(&mut shields);
        finding::settle(&mut candidates, |rule| match self.rule_at(rule) {
            Some(rule) => Rank { allows: rule.action == Action::Allow, priority: rule.priority },
            None => Rank { allows: true, priority: i32::MAX },
        });
        let finding = |candidate: Candidate| {
            let rule = self.rule_at(candidate.rule)?;
            Some(Finding {
                rule: RuleId(candidate.rule),
                start: candidate.start,
                end: candidate.end,
                score: candidate.score,
                action: rule.action,
                shadow: rule.shadow,
            })
        };
        candidates.into_iter().filter_map(finding).collect()
    }

    /// Where rules that look there apply from `from` on, overlaps and all; the text in front is context only. Its first `foreign` bytes
    /// are no part of the text but tell what it is: a pattern may want to know where the text begins, and is asked without them as well.
    pub(crate) fn candidates(&self, text: &str, from: usize, foreign: usize, at: At) -> Vec<Candidate> {
        let mut found = Vec::new();
        if !self.looks_at(at) {
            return found;
        }
        self.ask_folded(Ask::Everyone, text, from, at, &mut found);
        if let (Some(own), Some(from), true) = (text.get(foreign..), from.checked_sub(foreign), foreign > 0) {
            let known = found.len();
            self.ask_folded(Ask::Patterns, own, from, at, &mut found);
            for candidate in found.iter_mut().skip(known) {
                candidate.start += foreign;
                candidate.end += foreign;
            }
        }
        found
    }

    fn ask_folded(&self, ask: Ask, text: &str, from: usize, at: At, out: &mut Vec<Candidate>) {
        let Some(folded) = Folded::of(text) else {
            self.ask(ask, text, from, at, out);
            return;
        };
        let known = out.len();
        self.ask(ask, folded.text(), folded.offset(from), at, out);
        for candidate in out.iter_mut().skip(known) {
            let range = folded.original(candidate.start..candidate.end);
            (candidate.start, candidate.end) = (range.start, range.end);
        }
        // A pattern may name characters that are gone by now.
        self.ask(Ask::Patterns, text, from, at, out);
        for part in folded.joins().iter().filter(|part| ask == Ask::Everyone && part.end > from) {
            let end = floor(text, part.end);
            let known = out.len();
            self.ask(Ask::Scanner, text.get(..end).unwrap_or_default(), floor(text, part.start).max(from), at, out);
            // What ends where the part does may go on.
            let mut place = 0;
            out.retain(|candidate| {
                place += 1;
                place <= known || candidate.end < end || end == text.len()
            });
        }
    }

    fn ask(&self, ask: Ask, text: &str, from: usize, at: At, out: &mut Vec<Candidate>) {
        let mut found = Vec::new();
        let mut detected = Vec::new();
        let everyone = ask != Ask::Patterns;
        if let Some(scanner) = self.scanner(at.direction) {
            let detectors = everyone && self.detector_masks.iter().any(|mask| mask.holds(at));
            let words = |words: &Words| words.looks_at(at) && (everyone || words.has_folded());
            scanner.scan(text, from, Look { detectors, words: &words }, &mut detected, &mut found);
        }
        detected.iter().for_each(|candidate| self.rules_of_detector(candidate, &mut found));
        if ask == Ask::Scanner {
            return self.take(found, text, at, out);
        }
        let looks = |rule: u16| self.rule_at(rule).is_some_and(|rule| rule.mask.holds(at));
        self.patterns.find(text, from, looks, &mut found);
        for words in &self.words {
            if words.looks_at(at) && (everyone || words.has_folded()) {
                words.find(text, from, &mut found);
            }
        }
        self.take(found, text, at, out);
    }

    /// Appends those that count.
    fn take(&self, mut found: Vec<Candidate>, text: &str, at: At, out: &mut Vec<Candidate>) {
        found.retain(|candidate| {
            self.rule_at(candidate.rule).is_some_and(|rule| self.counts(rule, candidate, text, at))
        });
        out.append(&mut found);
    }

    /// The candidates of a detector's rules; `found` has the detector's index for a rule.
    fn rules_of_detector(&self, found: &Candidate, out: &mut Vec<Candidate>) {
        let users = self.detectors.get(usize::from(found.rule)).map_or(&[][..], Vec::as_slice);
        let content = users.iter().filter(|user| found.score >= user.min_score);
        out.extend(content.map(|user| Candidate { rule: user.rule, ..*found }));
    }

    /// Whether a rule's candidate counts: the rule looks there, a word stands near that it wants, and the value is none of its
    /// exceptions, nor a mask or placeholder that was put there before.
    fn counts(&self, rule: &Rule, candidate: &Candidate, text: &str, at: At) -> bool {
        let range = candidate.start..candidate.end;
        rule.mask.holds(at)
            && rule.near.as_ref().is_none_or(|near| near.holds(text, &range))
            && !rule.except.as_ref().is_some_and(|except| except.holds(text::slice(text.as_bytes(), range.clone())))
            && !self.is_own_mark(text.as_bytes(), &range)
    }

    /// Whether a range lies in the label of `[LABEL]`, `[LABEL:digest]` or `<LABEL_1>`, so that a rule whose name is one of its own words
    /// does not find what it wrote itself.
    fn is_own_mark(&self, text: &[u8], range: &Range<usize>) -> bool {
        let part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        if !text::slice(text, range.clone()).iter().all(|&byte| part(byte)) {
            return false;
        }
        let head = text::slice(text, range.start.saturating_sub(crate::label::MAX)..range.start);
        let start = range.start - head.iter().rev().take_while(|&&byte| part(byte)).count();
        let end = range.end + text::count(text, range.end, part);
        let word = text::slice(text, start..end);
        let writes = |rule: &Rule| !matches!(rule.action, Action::Allow | Action::Block);
        let own = |label: &[u8]| self.rules.iter().any(|rule| writes(rule) && rule.label.as_bytes() == label);
        match (text::before(text, start), text::at(text, end)) {
            (b'[', b']' | b':') => own(word),
            (b'<', b'>') => {
                let underscore = memchr::memrchr(b'_', word).unwrap_or(0);
                let number = text::tail(word, underscore + 1);
                start + underscore >= range.end
                    && !number.is_empty()
                    && number.iter().all(u8::is_ascii_digit)
                    && own(text::slice(word, 0..underscore))
            }
            _ => false,
        }
    }
}
