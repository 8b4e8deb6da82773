//! The texts of a streamed answer, each delivered in pieces of its own.

use tollgate_dialects::stream::Lane;
use tollgate_redaction::{Policy, RedactError, Report, ResponseFilter, Vault};

/// What a lane's text is held against: one team's policy and one request's vault.
pub(super) struct Rules<'a> {
    pub(super) policy: &'a Policy,
    pub(super) vault: &'a Vault,
    pub(super) report: &'a mut Report,
}

/// How many texts of an answer may go on at once. APIs allow 128 choices, and each has a few texts and calls; every piece looks for its own
/// among them, so that many more would keep a worker busy for long.
const MAX_LANES: usize = 1024;

/// One filter per lane, made when its first piece arrives.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: Vec<(Lane, ResponseFilter)>,
}

impl Lanes {
    /// Whether a piece of this lane can be taken.
    pub(super) fn has_room(&self, lane: Lane) -> bool {
        self.lanes.len() < MAX_LANES || self.lanes.iter().any(|(other, _)| *other == lane)
    }

    /// Runs a piece of a lane through its filter and appends what may go out now.
    pub(super) fn push(
        &mut self,
        rules: &mut Rules<'_>,
        lane: Lane,
        text: &str,
        out: &mut String,
    ) -> Result<(), RedactError> {
        let known = self.lanes.iter().position(|(other, _)| *other == lane);
        let at = known.unwrap_or_else(|| {
            self.lanes.push((lane, ResponseFilter::new(lane.place(), lane.json_inside())));
            self.lanes.len() - 1
        });
        match self.lanes.get_mut(at) {
            Some((_, filter)) => filter.push(rules.policy, rules.vault, text, out, rules.report),
            None => Ok(()),
        }
    }

    /// Ends the lanes that `ends` says: what each still held back.
    pub(super) fn finish(
        &mut self,
        rules: &mut Rules<'_>,
        ends: impl Fn(Lane) -> bool,
    ) -> Result<Vec<(Lane, String)>, RedactError> {
        let mut rest = Vec::new();
        let mut going_on = Vec::with_capacity(self.lanes.len());
        for (lane, mut filter) in self.lanes.drain(..) {
            if !ends(lane) {
                going_on.push((lane, filter));
                continue;
            }
            let mut out = String::new();
            filter.finish(rules.policy, rules.vault, &mut out, rules.report)?;
            if !out.is_empty() {
                rest.push((lane, out));
            }
        }
        self.lanes = going_on;
        Ok(rest)
    }

    /// Whether any lane holds something back.
    pub(super) fn is_holding(&self) -> bool {
        self.lanes.iter().any(|(_, filter)| filter.is_holding())
    }
}
