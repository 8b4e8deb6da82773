//! The decision on a request whose body was read: admitted, downgraded, refused, or to wait.

use std::borrow::Cow;

use tollgate_dialects::refusal::Refusal;
use tollgate_policy::gateway::{OnExceeded, OnUnavailable};
use tollgate_policy::names::fact;
use tollgate_quota::Denied;
use tollgate_tokens::Estimate;

use crate::admission::{Admitted, Wish};
use crate::engine::{Engine, Team};
use crate::exchange::{Exchange, OnBody};
use crate::reply::Reply;
use crate::request::Asked;
use crate::taken::Untaken;
use crate::till::Till;

/// A request that waits for a lease.
#[derive(Debug)]
pub(crate) struct Waiting {
    wish: Wish<'static>,
    body: Vec<u8>,
    /// Where in the store the pool is.
    key: Option<String>,
    /// Tokens of the input as a cheaper model would count them.
    as_cheaper: Option<Estimate>,
}

impl Exchange {
    /// Tries again what [waits](OnBody::Wait). It waits for a second at most, and for one more if that sends it to a cheaper model.
    pub fn on_retry(&mut self, till: &mut Till<'_>, now_ms: u64) -> OnBody {
        let engine = std::rc::Rc::clone(&self.engine);
        let (Some(waiting), Some(team)) = (self.waiting.take(), engine.teams.get(self.team)) else {
            return OnBody::Answer(self.refuse(&Refusal::internal()));
        };
        let Waiting { mut wish, body, as_cheaper, .. } = *waiting;
        if now_ms < wish.since_ms {
            // The clock was set back, and nobody waits until it is there again.
            wish.since_ms = 0;
        }
        match self.decide(&engine, team, wish, Cow::Owned(body), till, now_ms, &|_| as_cheaper.unwrap_or_default()) {
            Ok(verdict) => verdict,
            Err(refusal) => OnBody::Answer(self.refuse(&refusal)),
        }
    }

    /// The store's key of the pools this exchange waits for; `None` if it does not wait, or waits for the worker to be introduced.
    #[must_use]
    pub fn waits_for(&self) -> Option<&str> {
        self.waiting.as_ref()?.key.as_deref()
    }

    /// Whether an operator has stopped meanwhile what this exchange asks for, by the newest configuration: the answer if so. For requests that
    /// [wait](OnBody::Wait).
    pub fn on_stop(&mut self, newest: &Engine) -> Option<Reply> {
        let model = &self.waiting.as_ref()?.wish.model;
        if std::ptr::eq(newest, &*self.engine) {
            return None;
        }
        let name = &self.engine.teams.get(self.team)?.name;
        let team = newest.teams.iter().find(|team| team.name == *name)?;
        let resolved = newest.routes.as_ref().and_then(|routes| routes.resolve(team, model).ok());
        let refusal = team.stopped_by().or_else(|| newest.stopped_by(model, resolved))?;
        self.refuse_for_good();
        Some(self.refuse(&refusal))
    }

    /// Decides. `estimate` says how many tokens of input another model counts.
    #[allow(clippy::too_many_arguments, reason = "a request, its body and everything that is asked about it")]
    pub(crate) fn decide<'a>(
        &mut self,
        engine: &'a Engine,
        team: &'a Team,
        mut wish: Wish<'a>,
        body: Cow<'_, [u8]>,
        till: &mut Till<'_>,
        now_ms: u64,
        estimate: &dyn Fn(&str) -> Estimate,
    ) -> Result<OnBody, Refusal> {
        loop {
            let resolved = engine.routes.as_ref().and_then(|routes| routes.at(team, wish.route?));
            let denied = match self.reserve(team, &wish, resolved, till, now_ms) {
                Ok(admitted) => return self.forward(engine, team, wish, &body, admitted, now_ms),
                Err(Untaken::Wait(key)) => {
                    let as_cheaper = match &team.on_exceeded {
                        OnExceeded::DowngradeTo(cheaper) if wish.downgraded.is_none() => {
                            let routes = engine.routes.as_ref();
                            let resolved = routes.and_then(|routes| routes.resolve(team, cheaper).ok());
                            resolved.map(|resolved| estimate(resolved.counted_as(cheaper)))
                        }
                        _ => None,
                    };
                    let (wish, body) = (wish.into_owned(), body.into_owned());
                    self.waiting = Some(Box::new(Waiting { wish, body, key, as_cheaper }));
                    return Ok(OnBody::Wait);
                }
                Err(Untaken::Denied(denied)) => denied,
            };
            let denied = match (denied, wish.downgraded.take()) {
                (Denied::Exceeded(exceeded), None) => match self.downgrade(engine, team, &mut wish, now_ms, estimate) {
                    true => {
                        wish.downgraded = Some(exceeded);
                        continue;
                    }
                    false => Denied::Exceeded(exceeded),
                },
                // Neither fits: it is told of that which may fit first.
                (Denied::Exceeded(second), Some(first)) => {
                    let wait = |ms: Option<u64>| ms.unwrap_or(u64::MAX);
                    let later = wait(second.retry_after_ms) > wait(first.retry_after_ms);
                    Denied::Exceeded(if later { first } else { second })
                }
                (Denied::Unavailable(_), Some(first)) if team.on_unavailable == OnUnavailable::Deny => {
                    Denied::Exceeded(first)
                }
                (unavailable, first) => {
                    wish.downgraded = first;
                    unavailable
                }
            };
            self.denied(team, &denied, now_ms)?;
            return self.forward(engine, team, wish, &body, Admitted::default(), now_ms);
        }
    }

    /// Turns a request to the cheaper model that the team names, if it may go there.
    fn downgrade<'a>(
        &self,
        engine: &'a Engine,
        team: &'a Team,
        wish: &mut Wish<'a>,
        now_ms: u64,
        estimate: &dyn Fn(&str) -> Estimate,
    ) -> bool {
        let (OnExceeded::DowngradeTo(cheaper), Some(routes), false) = (&team.on_exceeded, &engine.routes, wish.stays)
        else {
            return false;
        };
        let Ok(resolved) = routes.resolve(team, cheaper) else { return false };
        if *cheaper == wish.model || engine.stopped_by(cheaper, Some(resolved)).is_some() {
            return false;
        }
        wish.edits.push(wish.model_span.clone(), cheaper.as_bytes());
        wish.model = Cow::Borrowed(cheaper);
        wish.route = Some(resolved.at);
        wish.input = estimate(resolved.counted_as(cheaper));
        wish.since_ms = now_ms;
        true
    }

    /// Sends it on.
    #[allow(clippy::too_many_arguments, reason = "a request, its body and what was decided")]
    fn forward(
        &mut self,
        engine: &Engine,
        team: &Team,
        wish: Wish<'_>,
        body: &[u8],
        admitted: Admitted,
        now_ms: u64,
    ) -> Result<OnBody, Refusal> {
        let resolved = engine.routes.as_ref().and_then(|routes| routes.at(team, wish.route?));
        let Wish { model, mut edits, bound, hide_usage, input, downgraded, .. } = wish;
        if let Some(cap) = admitted.cap {
            let cap = bound.cap(cap, &mut edits);
            self.facts.add(fact::CLAMPED_TO, cap);
            self.answer.clamped_to = Some(cap);
        }
        let body =
            if edits.is_empty() { None } else { edits.apply(body).map(Some).map_err(|_| Refusal::internal())? };
        if downgraded.is_some() {
            self.facts.add(fact::DOWNGRADED_TO, model.clone().into_owned());
            self.answer.downgraded_to = Some(model.into_owned());
        }
        if let Some(resolved) = resolved {
            self.facts.add(fact::ROUTE, resolved.route.name.clone());
        }
        self.asked = Some(Asked {
            route: resolved.map(|resolved| resolved.index),
            hide_usage,
            input,
            output_bound: admitted.output,
            admitted_ms: now_ms,
            priced: team.counts_usd,
        });
        Ok(OnBody::Forward { body, route: resolved.map(|resolved| resolved.target.to_owned()) })
    }
}

impl Wish<'_> {
    fn into_owned(self) -> Wish<'static> {
        let Self {
            model,
            model_span,
            route,
            input,
            output,
            bound,
            choices,
            generates,
            edits,
            hide_usage,
            stays,
            downgraded,
            since_ms,
        } = self;
        let model = Cow::Owned(model.into_owned());
        Wish {
            model,
            model_span,
            route,
            input,
            output,
            bound,
            choices,
            generates,
            edits,
            hide_usage,
            stays,
            downgraded,
            since_ms,
        }
    }
}
