//! Admission: how much a request may cost, whether that fits, how much of it does, and what it is told if none.

use std::borrow::Cow;
use std::ops::Range;

use tollgate_dialects::refusal::{Refusal, RefusalKind};
use tollgate_dialects::request::OutputBound;
use tollgate_policy::gateway::OnUnavailable;
use tollgate_policy::names::{LIMITS_OF_ALL, LIMITS_OF_REQUESTS, LIMITS_OF_TOKENS, fact};
use tollgate_policy::quota::Unit;
use tollgate_quota::{Cost, Denied, Exceeded, Standing, Subjects};
use tollgate_tokens::Estimate;
use tollgate_wire::edit::Edits;

use crate::engine::Team;
use crate::exchange::{Exchange, rate_limits};
use crate::routing::{Resolved, UNSTATED_OUTPUT};
use crate::taken::{Counter, Untaken};
use crate::till::Till;

/// A request that states no bound on its output is given a share of what is left rather than all of it, so that others fit beside it: one
/// part in so many, but not less than [`UNSTATED_OUTPUT`].
const SHARES: u64 = 16;

/// So often a request is made smaller before it is refused: more often than a team has quotas that clamp, unless others are quicker each time.
const MOST_CUTS: usize = 8;

/// A request whose body was read: what the quotas must know of it, and what its new body is made of. Nothing in it points into the body, so
/// that it can wait.
#[derive(Debug)]
pub(crate) struct Wish<'a> {
    /// The model, as the client named it or as a downgrade put it in its place.
    pub(crate) model: Cow<'a, str>,
    /// Where it stands in the body.
    pub(crate) model_span: Range<usize>,
    /// The place of its route among the team's.
    pub(crate) route: Option<usize>,
    /// Tokens of the input.
    pub(crate) input: Estimate,
    /// The most output tokens the client wants of each choice, if it says so, and where it does.
    pub(crate) output: Option<u64>,
    pub(crate) bound: OutputBound,
    pub(crate) choices: u64,
    /// Whether there is any output to count.
    pub(crate) generates: bool,
    pub(crate) edits: Edits,
    /// The gateway asks for usage in the stream where the client did not.
    pub(crate) hide_usage: bool,
    /// Where a finding has sent a request it stays: a cheaper route may be one that must not see it.
    pub(crate) stays: bool,
    /// Why the model it asked for was too dear, where it goes to a cheaper one.
    pub(crate) downgraded: Option<Box<Exceeded>>,
    /// When it came, or was downgraded.
    pub(crate) since_ms: u64,
}

/// What an admitted request may cause.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Admitted {
    /// The most output tokens, as reserved, over all choices.
    pub(crate) output: u64,
    /// The bound per choice that must be written into the request, because it allows more than fits.
    pub(crate) cap: Option<u64>,
}

impl Exchange {
    /// Of what the answer's rate-limit headers will be the gateway's own, for [`tollgate_policy::names::LIMITS_HEADER`]; `None` also where
    /// nobody would read it.
    #[must_use]
    pub fn limits_told(&self) -> Option<&'static str> {
        if !self.engine.translated {
            return None;
        }
        match tollgate_quota::headers::families(self.taken.standings()) {
            (true, true) => Some(LIMITS_OF_ALL),
            (true, false) => Some(LIMITS_OF_REQUESTS),
            (false, true) => Some(LIMITS_OF_TOKENS),
            (false, false) => None,
        }
    }

    /// Takes what the request may cost at most, less where that does not fit and less will do.
    pub(crate) fn reserve(
        &mut self,
        team: &Team,
        wish: &Wish<'_>,
        resolved: Option<Resolved<'_>>,
        till: &mut Till<'_>,
        now_ms: u64,
    ) -> Result<Admitted, Untaken> {
        let choices = wish.choices.max(1);
        let most = resolved.map_or(UNSTATED_OUTPUT, |resolved| resolved.max_output_tokens());
        let unstated = wish.generates && wish.output.is_none();
        let mut each = if wish.generates { wish.output.unwrap_or(most) } else { 0 };
        let mut cap = None;
        // A model that the client did not choose may make less than it asked for, and would refuse.
        let makes = resolved.filter(|_| wish.downgraded.is_some()).and_then(|resolved| resolved.makes_surely());
        if let Some(makes) = makes.filter(|makes| *makes < each) {
            (each, cap) = (makes, Some(makes));
        }
        if team.quota.is_empty() {
            return Ok(Admitted { output: each.saturating_mul(choices), cap });
        }
        let subjects = Subjects {
            app: self.tags.app.as_deref(),
            user: self.tags.user.as_deref(),
            model: &wish.model,
            class: self.tags.class.as_deref(),
        };
        let counter = Counter::new(&team.quota, subjects, self.engine.leases, wish.since_ms, now_ms);
        if unstated && team.bounds_output {
            let standings = counter.headroom(till)?;
            let room = standings.iter().map(|standing| fits(standing.unit, standing.remaining, wish, resolved)).min();
            let room = room.unwrap_or(u64::MAX);
            let share = (room / SHARES).max(UNSTATED_OUTPUT).min(room) / choices;
            if share < each {
                // Nothing left at all is left to the reservation to refuse, which says of which quota.
                each = share.max(wish.bound.least);
                cap = Some(each);
            }
        }
        let cost = |each: u64| {
            let output_tokens = each.saturating_mul(choices);
            let micro_usd = resolved.map_or(0, |resolved| resolved.dearest(wish.input.upper_bound, output_tokens));
            Cost { requests: 1, input_tokens: wish.input.upper_bound, output_tokens, micro_usd }
        };
        let least = wish.bound.least.min(each);
        let mut cuts = 0;
        loop {
            let exceeded = match counter.take(till, &cost(each), &cost(least), unstated) {
                Ok(taken) => {
                    self.taken = taken;
                    return Ok(Admitted { output: each.saturating_mul(choices), cap });
                }
                Err(Untaken::Denied(Denied::Exceeded(exceeded))) => exceeded,
                Err(untaken) => return Err(untaken),
            };
            let Standing { unit, clamp, .. } = exceeded.standing;
            let fitting = fits(unit, exceeded.room, wish, resolved) / choices;
            let shrinks = wish.generates && exceeded.shed.is_none() && (clamp || unstated);
            if !shrinks || fitting < least || fitting >= each || cuts == MOST_CUTS {
                return Err(Untaken::Denied(Denied::Exceeded(exceeded)));
            }
            (each, cap) = (fitting, Some(fitting));
            cuts += 1;
        }
    }

    /// What a request is told that is not admitted; `Ok` where the policy lets it pass uncounted.
    pub(crate) fn denied(&mut self, team: &Team, denied: &Denied, now_ms: u64) -> Result<(), Refusal> {
        match denied {
            Denied::Unavailable(_) if team.on_unavailable == OnUnavailable::Allow => {
                self.facts.add(fact::QUOTA, "unavailable");
                Ok(())
            }
            Denied::Unavailable(why) => {
                let message = format!("the use of this team cannot be counted: {why}");
                Err(Refusal::new(503, RefusalKind::Overloaded, message))
            }
            Denied::Exceeded(exceeded) => {
                self.refusal_headers = rate_limits(self.dialect, &exceeded.standings, Some(&exceeded.standing), now_ms);
                self.refusal_headers.extend(tollgate_quota::headers::retry_after(exceeded));
                if exceeded.can_never_fit() {
                    self.refuse_for_good();
                }
                Err(Refusal::new(429, RefusalKind::RateLimited, exceeded.to_string()))
            }
        }
    }
}

/// How many output tokens fit into so much of a quota.
fn fits(unit: Unit, left: u64, wish: &Wish<'_>, resolved: Option<Resolved<'_>>) -> u64 {
    let input = wish.input.upper_bound;
    match unit {
        Unit::Tokens => left.saturating_sub(input),
        Unit::OutputTokens => left,
        Unit::Usd => resolved.map_or(u64::MAX, |resolved| resolved.affordable(input, left)),
        Unit::InputTokens | Unit::Requests | Unit::InFlight => u64::MAX,
    }
}
