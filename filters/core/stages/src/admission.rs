//! Admission: how much a request may cost, whether that fits, and what it is told if not.

use tollgate_dialects::refusal::{Refusal, RefusalKind};
use tollgate_dialects::request::RequestFacts;
use tollgate_policy::gateway::OnUnavailable;
use tollgate_policy::names::{LIMITS_OF_ALL, LIMITS_OF_REQUESTS, LIMITS_OF_TOKENS, fact};
use tollgate_policy::quota::Unit;
use tollgate_quota::{Cost, Denied, Standing, Store, Subjects};

use crate::engine::Team;
use crate::exchange::{Exchange, rate_limits};
use crate::routing::{Resolved, UNSTATED_OUTPUT};

/// A request that states no bound on its output is given a share of what is left rather than all of it, so that others fit beside it: one
/// part in so many, but not less than [`UNSTATED_OUTPUT`].
const SHARES: u64 = 16;

/// A request as the quotas see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    pub(crate) asked: &'a RequestFacts<'a>,
    /// The model, as the client named it or as a downgrade put it in its place.
    pub(crate) model: &'a str,
    pub(crate) resolved: Option<Resolved<'a>>,
    /// Tokens of the input that the truth does not exceed.
    pub(crate) input: u64,
}

/// What an admitted request may cause.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Admitted {
    /// The most output tokens, as reserved, over all choices.
    pub(crate) output: u64,
    /// The bound per choice that must be written into the request, because the client stated none and the provider's is higher.
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
        match tollgate_quota::headers::families(self.reservation.standings()) {
            (true, true) => Some(LIMITS_OF_ALL),
            (true, false) => Some(LIMITS_OF_REQUESTS),
            (false, true) => Some(LIMITS_OF_TOKENS),
            (false, false) => None,
        }
    }

    /// Reserves what the request may cost at most.
    pub(crate) fn reserve(
        &mut self,
        team: &Team,
        wish: &Wish<'_>,
        store: &mut dyn Store,
        now_ms: u64,
    ) -> Result<Admitted, Denied> {
        let choices = wish.asked.choices.max(1);
        let most = wish.resolved.map_or(UNSTATED_OUTPUT, |resolved| resolved.max_output_tokens());
        let mut admitted =
            Admitted { output: wish.asked.max_output_tokens.unwrap_or(most).saturating_mul(choices), cap: None };
        if team.quota.is_empty() {
            return Ok(admitted);
        }
        let subjects = Subjects { app: self.tag_app.as_deref(), user: self.tag_user.as_deref(), model: wish.model };
        if wish.asked.max_output_tokens.is_none() && team.bounds_output {
            let room = room(&team.quota.headroom(store, &subjects, now_ms)?, wish);
            let share = (room / SHARES).max(UNSTATED_OUTPUT).min(room) / choices;
            if share < most {
                // Nothing left at all is left to the reservation to refuse, which says of which quota.
                admitted = Admitted { output: share.max(1).saturating_mul(choices), cap: Some(share.max(1)) };
            }
        }
        let micro_usd = wish.resolved.map_or(0, |resolved| resolved.dearest(wish.input, admitted.output));
        let cost = Cost { requests: 1, input_tokens: wish.input, output_tokens: admitted.output, micro_usd };
        self.reservation = team.quota.reserve(store, &subjects, &cost, now_ms)?;
        Ok(admitted)
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
                    // Both SDKs would try again by themselves.
                    self.refusal_headers.push(("x-should-retry", "false".to_owned()));
                }
                Err(Refusal::new(429, RefusalKind::RateLimited, exceeded.to_string()))
            }
        }
    }
}

/// How many output tokens fit into what is left of the tightest quota.
fn room(standings: &[Standing], wish: &Wish<'_>) -> u64 {
    let fits = |standing: &Standing| match standing.unit {
        Unit::Tokens => standing.remaining.saturating_sub(wish.input),
        Unit::OutputTokens => standing.remaining,
        Unit::Usd => wish.resolved.map_or(u64::MAX, |resolved| resolved.affordable(wish.input, standing.remaining)),
        Unit::InputTokens | Unit::Requests | Unit::InFlight => u64::MAX,
    };
    standings.iter().map(fits).min().unwrap_or(u64::MAX)
}
