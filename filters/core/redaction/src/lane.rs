//! One lane of a streamed answer: text in pieces in, text out, the same for every way of cutting it.

mod json;
mod plain;

use tollgate_policy::redaction::{Direction, Place};

use crate::policy::{At, Policy, RedactError};
use crate::report::Report;
use crate::vault::Vault;
use json::JsonLane;
use plain::PlainLane;

/// A lane, of plain text or of JSON text.
pub(crate) struct Lane {
    place: Place,
    kind: Kind,
    blocked: Option<RedactError>,
}

enum Kind {
    Plain(PlainLane),
    Json(Box<JsonLane>),
}

/// What a lane needs to know from outside.
pub(crate) struct Context<'c> {
    /// The rules, if any apply.
    pub policy: Option<&'c Policy>,
    pub vault: &'c Vault,
    pub place: Place,
    pub report: &'c mut Report,
}

impl Lane {
    pub fn new(place: Place, json: bool) -> Self {
        let kind = if json { Kind::Json(Box::default()) } else { Kind::Plain(PlainLane::default()) };
        Self { place, kind, blocked: None }
    }

    pub fn push(
        &mut self,
        policy: &Policy,
        vault: &Vault,
        text: &str,
        out: &mut String,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        let policy = self.rules(policy);
        let mut context = Context { policy, vault, place: self.place, report };
        self.guarded(|kind| match kind {
            Kind::Plain(lane) => lane.push(&mut context, text, out),
            Kind::Json(lane) => lane.push(&mut context, text, out),
        })
    }

    pub fn finish(
        &mut self,
        policy: &Policy,
        vault: &Vault,
        out: &mut String,
        report: &mut Report,
    ) -> Result<(), RedactError> {
        let policy = self.rules(policy);
        let mut context = Context { policy, vault, place: self.place, report };
        self.guarded(|kind| match kind {
            Kind::Plain(lane) => lane.finish(&mut context, out),
            Kind::Json(lane) => lane.finish(&mut context, out),
        })
    }

    /// The policy, if a rule of it looks at this lane.
    fn rules<'p>(&self, policy: &'p Policy) -> Option<&'p Policy> {
        policy.looks_at(At { direction: Direction::Response, place: self.place }).then_some(policy)
    }

    /// Once blocked, always blocked.
    fn guarded(&mut self, step: impl FnOnce(&mut Kind) -> Result<(), RedactError>) -> Result<(), RedactError> {
        if let Some(error) = &self.blocked {
            return Err(error.clone());
        }
        step(&mut self.kind).inspect_err(|error| self.blocked = Some(error.clone()))
    }

    pub fn is_holding(&self) -> bool {
        match &self.kind {
            Kind::Plain(lane) => lane.is_holding(),
            Kind::Json(lane) => lane.is_holding(),
        }
    }
}

impl Default for Lane {
    fn default() -> Self {
        Self::new(Place::ASSISTANT, false)
    }
}

/// Without the text.
impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lane")
            .field("holding", &self.is_holding())
            .field("blocked", &self.blocked)
            .finish_non_exhaustive()
    }
}
