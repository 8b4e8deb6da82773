//! A request's body: one parse, then model and route, redaction, counting and the reservation, and at most one new body.

use tollgate_dialects::refusal::{Refusal, RefusalKind};
use tollgate_dialects::request::{self, RequestFacts};
use tollgate_policy::gateway::{OnExceeded, OnUnavailable};
use tollgate_policy::names::fact;
use tollgate_policy::redaction::Direction;
use tollgate_quota::{Cost, Denied, Exceeded, Store, Subjects};
use tollgate_tokens::{Estimate, Vocabulary};
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Limits, Tape};

use crate::answer::refusal;
use crate::engine::{Engine, Team};
use crate::exchange::{Exchange, OnBody, rate_limits};
use crate::routing::Resolved;

/// What a request asked for, as far as its answer needs it.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Index of the route.
    pub(crate) route: Option<usize>,
    /// The gateway asked for usage in the stream where the client did not: that event is hidden again.
    pub(crate) hide_usage: bool,
    /// Tokens of the input, estimated.
    pub(crate) input: u64,
    /// When the request was admitted, in milliseconds since 1970.
    pub(crate) admitted_ms: u64,
    /// Whether a quota in US dollars has to be settled.
    pub(crate) priced: bool,
}

impl Exchange {
    pub(crate) fn read_request(
        &mut self,
        engine: &Engine,
        team: &Team,
        body: &[u8],
        store: &mut dyn Store,
        now_ms: u64,
    ) -> Result<OnBody, Refusal> {
        let mut tape = Tape::default();
        let value = tape.parse(body, Limits::default()).map_err(Refusal::not_json)?;
        let asked = request::facts(self.dialect, value)?;
        let mut edits = Edits::default();

        let model = asked.model.decode();
        self.facts.add(fact::REQUEST_MODEL, model.as_ref());
        let mut resolved = engine.routes.as_ref().map(|routes| routes.resolve(team, &model)).transpose()?;

        self.redact(team, body, &asked, &mut edits)?;
        let estimate = estimate(&asked, &model);
        // Reserved is what the truth does not exceed; charged, should it come to that, what is likely.
        let input = estimate.upper_bound;
        let mut output = Output::new(&asked, resolved);
        let mut admitted = self.reserve(team, &model, resolved, input, output.bound, store, now_ms);
        if let (Err(Denied::Exceeded(exceeded)), OnExceeded::DowngradeTo(cheaper)) = (&admitted, &team.on_exceeded) {
            let _ = exceeded;
            if let Some(routes) = &engine.routes {
                resolved = Some(routes.resolve(team, cheaper)?);
                edits.push(asked.model.span(), cheaper.as_bytes());
                self.facts.add(fact::DOWNGRADED_TO, cheaper.as_str());
                self.answer.downgraded_to = Some(cheaper.clone());
                output = Output::new(&asked, resolved);
                admitted = self.reserve(team, cheaper, resolved, input, output.bound, store, now_ms);
            }
        }
        if let Err(Denied::Exceeded(exceeded)) = &admitted {
            // A request that states no bound of its own is given what is left rather than refused.
            if let Some(left) = output.shrunk(exceeded, input) {
                request::cap_output(&asked, left, &mut edits);
                admitted = self.reserve(team, &model, resolved, input, left, store, now_ms);
            }
        }
        self.admit_or_refuse(team, admitted, now_ms)?;

        let hide_usage = engine.counting && request::ask_for_stream_usage(&asked, &mut edits);
        let route = resolved.map(|resolved| resolved.target.to_owned());
        self.asked = Some(Asked {
            route: resolved.and_then(|resolved| engine.routes.as_ref()?.index(&resolved.route.name)),
            hide_usage,
            input: estimate.tokens,
            admitted_ms: now_ms,
            priced: team.counts_usd,
        });
        if let Some(resolved) = resolved {
            self.facts.add(fact::ROUTE, resolved.route.name.as_str());
        }
        let body = if edits.is_empty() { None } else { Some(edits.apply(body).map_err(|_| Refusal::internal())?) };
        Ok(OnBody::Forward { body, route })
    }

    fn redact(&mut self, team: &Team, body: &[u8], asked: &RequestFacts<'_>, edits: &mut Edits) -> Result<(), Refusal> {
        let Some(policy) = team.policy_for(Direction::Request) else { return Ok(()) };
        self.vault.reserve_literals(body);
        for text in &asked.texts {
            policy
                .redact_json_str(&mut self.vault, text.text, text.json_inside, edits, &mut self.report)
                .map_err(refusal)?;
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "these are the facts of one reservation")]
    fn reserve(
        &mut self,
        team: &Team,
        model: &str,
        resolved: Option<Resolved<'_>>,
        input: u64,
        output: u64,
        store: &mut dyn Store,
        now_ms: u64,
    ) -> Result<(), Denied> {
        if team.quota.is_empty() {
            return Ok(());
        }
        let subjects = Subjects { app: self.tag_app.as_deref(), user: self.tag_user.as_deref(), model };
        let micro_usd = resolved.map_or(0, |resolved| resolved.dearest(input, output));
        let cost = Cost { requests: 1, input_tokens: input, output_tokens: output, micro_usd };
        self.reservation = team.quota.reserve(store, &subjects, &cost, now_ms)?;
        Ok(())
    }

    fn admit_or_refuse(&mut self, team: &Team, admitted: Result<(), Denied>, now_ms: u64) -> Result<(), Refusal> {
        match admitted {
            Ok(()) => Ok(()),
            Err(Denied::Unavailable(_)) if team.on_unavailable == OnUnavailable::Allow => {
                self.facts.add(fact::QUOTA, "unavailable");
                Ok(())
            }
            Err(Denied::Unavailable(why)) => Err(Refusal::new(
                503,
                RefusalKind::Overloaded,
                format!("the use of this team cannot be counted: {why}"),
            )),
            Err(Denied::Exceeded(exceeded)) => {
                self.refusal_headers = rate_limits(self.dialect, &exceeded.standings, Some(&exceeded.standing), now_ms);
                self.refusal_headers.extend(tollgate_quota::headers::retry_after(&exceeded));
                Err(Refusal::new(429, RefusalKind::RateLimited, exceeded.to_string()))
            }
        }
    }
}

/// How much output a request may cause.
struct Output {
    bound: u64,
    stated: bool,
}

impl Output {
    fn new(asked: &RequestFacts<'_>, resolved: Option<Resolved<'_>>) -> Self {
        let most = resolved.as_ref().map_or(crate::routing::UNSTATED_OUTPUT, Resolved::max_output_tokens);
        let stated = asked.max_output_tokens;
        let bound = stated.unwrap_or(most).saturating_mul(asked.choices.max(1));
        Self { bound, stated: stated.is_some() }
    }

    /// What is left for the output of a request that does not fit, if it stated no bound and anything is left.
    fn shrunk(&self, exceeded: &Exceeded, input: u64) -> Option<u64> {
        use tollgate_policy::quota::Unit;
        if self.stated {
            return None;
        }
        let mut left = self.bound;
        for standing in &exceeded.standings {
            left = match standing.unit {
                Unit::Tokens => left.min(standing.remaining.saturating_sub(input)),
                Unit::OutputTokens => left.min(standing.remaining),
                Unit::InputTokens | Unit::Requests | Unit::Usd => left,
            };
        }
        (left > 0 && left < self.bound).then_some(left)
    }
}

/// Tokens of the input: the texts, and what each message and request adds.
fn estimate(asked: &RequestFacts<'_>, model: &str) -> Estimate {
    let vocabulary = Vocabulary::of_model(model);
    let texts: Estimate =
        asked.texts.iter().map(|text| tollgate_tokens::estimate(&text.text.decode(), vocabulary)).sum();
    texts + frame(asked, vocabulary)
}

/// What messages, tools and media cost beside their texts.
fn frame(asked: &RequestFacts<'_>, vocabulary: Vocabulary) -> Estimate {
    use tollgate_tokens::request::{image, message, reply, tool, tools};
    let count = |field: &str| asked.body.get(field).map_or(0, |list| list.len());
    let mut frame = reply(vocabulary);
    frame += (0..count("messages")).map(|_| message(vocabulary)).sum();
    frame += (0..asked.media).map(|_| image(vocabulary, None, false)).sum();
    if count("tools") > 0 {
        frame += tools(vocabulary);
        frame += (0..count("tools")).map(|_| tool()).sum();
    }
    frame
}
