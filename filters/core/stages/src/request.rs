//! A request's body: one parse, then model and route, redaction and counting.

use std::borrow::Cow;

use tollgate_dialects::endpoint;
use tollgate_dialects::refusal::Refusal;
use tollgate_dialects::request::{self, OutputBound, RequestFacts};
use tollgate_policy::names::fact;
use tollgate_policy::redaction::{Direction, Place};
use tollgate_tokens::{Estimate, Vocabulary};
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Limits, Tape};

use crate::admission::Wish;
use crate::engine::{Engine, Team};
use crate::exchange::{Exchange, OnBody};
use crate::reply::Reply;
use crate::routing::Resolved;
use crate::till::Till;

/// What an admitted request asked for, as far as its answer, and whoever wants to know, needs it.
#[derive(Debug)]
pub struct Asked {
    /// Index of the route.
    pub(crate) route: Option<usize>,
    /// The gateway asked for usage in the stream where the client did not: that event is hidden again.
    pub(crate) hide_usage: bool,
    /// When the request was admitted, in milliseconds since 1970.
    pub(crate) admitted_ms: u64,
    /// Whether a quota in US dollars has to be settled.
    pub(crate) priced: bool,
    /// Tokens of the input: the likely count, and the bound that was reserved.
    pub input: Estimate,
    /// The most output tokens it may cause, as reserved.
    pub output_bound: u64,
}

impl Exchange {
    pub(crate) fn read_request(
        &mut self,
        engine: &Engine,
        team: &Team,
        body: &[u8],
        till: &mut Till<'_>,
        now_ms: u64,
    ) -> Result<OnBody, Refusal> {
        let mut tape = Tape::default();
        let value = tape.parse(body, Limits::default()).map_err(Refusal::not_json)?;
        let asked = request::facts(self.dialect, value)?;
        let mut edits = Edits::default();

        let model = asked.model.decode();
        let mut resolved = engine.routes.as_ref().map(|routes| routes.resolve(team, &model)).transpose()?;
        if let Some(redaction) = &team.policy {
            self.facts.add(fact::POLICY, redaction.version.clone());
        }
        if let Some(redaction) = team.policy_for(Direction::Request)
            && !resolved.is_some_and(|resolved| resolved.names(&model))
        {
            self.refuse_findings(redaction, "the name of the model", &model, Place::OTHER)?;
        }
        // Not before: what a client writes there may be anything.
        self.facts.add(fact::REQUEST_MODEL, model.clone().into_owned());

        self.redact(team, body, &asked, &mut edits)?;
        if let (Some(route), Some(routes)) = (self.report.route_to(), &engine.routes) {
            resolved = Some(routes.named(team, route).ok_or_else(|| Refusal::no_such_route(route))?);
        }
        if let Some(refusal) = engine.stopped_by(&model, resolved) {
            self.refuse_for_good();
            return Err(refusal);
        }
        let input = estimate(&asked, resolved.map_or(&*model, |resolved| resolved.counted_as(&model)));
        if self.counts_only {
            return self.count(resolved, &input, body, &edits);
        }
        let hide_usage = engine.counting && request::ask_for_stream_usage(&asked, &mut edits);
        let as_another = |model: &str| estimate(&asked, model);
        let wish = Wish {
            model_span: asked.model.span(),
            model,
            route: resolved.map(|resolved| resolved.at),
            input,
            output: asked.max_output_tokens,
            bound: OutputBound::of(&asked),
            choices: asked.choices,
            generates: asked.dialect.generates(),
            edits,
            hide_usage,
            stays: self.report.route_to().is_some(),
            downgraded: None,
            since_ms: now_ms,
        };
        self.decide(engine, team, wish, Cow::Borrowed(body), till, now_ms, &as_another)
    }

    /// A request for a count of its tokens: free of charge, and answered here where some provider of the route could not.
    fn count(
        &mut self,
        resolved: Option<Resolved<'_>>,
        estimate: &Estimate,
        body: &[u8],
        edits: &Edits,
    ) -> Result<OnBody, Refusal> {
        self.charge.free = true;
        if let Some(resolved) = resolved {
            self.facts.add(fact::ROUTE, resolved.route.name.clone());
        }
        match resolved {
            Some(resolved) if !resolved.route.counts_tokens => {
                self.facts.add(fact::USAGE_SOURCE, "estimated");
                Ok(OnBody::Answer(self.own_answer(Reply::json(endpoint::token_count(estimate.tokens)))))
            }
            _ => {
                let body =
                    if edits.is_empty() { None } else { Some(edits.apply(body).map_err(|_| Refusal::internal())?) };
                self.asked = Some(Asked {
                    route: resolved.map(|resolved| resolved.index),
                    hide_usage: false,
                    admitted_ms: 0,
                    priced: false,
                    input: *estimate,
                    output_bound: 0,
                });
                Ok(OnBody::Forward { body, route: resolved.map(|resolved| resolved.target.to_owned()) })
            }
        }
    }
}

/// Tokens of the input: the texts, what each message and request adds, and what the client counted itself.
fn estimate(asked: &RequestFacts<'_>, model: &str) -> Estimate {
    let vocabulary = Vocabulary::of_model(model);
    let texts: Estimate =
        asked.texts.iter().map(|text| tollgate_tokens::estimate(&text.text.decode(), vocabulary)).sum();
    let counted = asked.token_ids();
    texts + frame(asked, model, vocabulary) + Estimate { tokens: counted, upper_bound: counted }
}

/// What messages, tools and media cost beside their texts.
fn frame(asked: &RequestFacts<'_>, model: &str, vocabulary: Vocabulary) -> Estimate {
    use tollgate_tokens::image::{image, size_of_base64};
    use tollgate_tokens::request::{message, reply, tool, tools};
    let mut frame = Estimate::default();
    if !asked.dialect.generates() {
        return frame;
    }
    let count = |field: &str| asked.body.get(field).filter(|list| list.is_array()).map_or(0, |list| list.len());
    frame += reply(vocabulary);
    // What is said, by the names that the dialects have for it.
    frame += (0..count("messages") + count("input")).map(|_| message(vocabulary)).sum();
    frame += asked.opaque.iter().map(|base64| image(model, size_of_base64(base64))).sum();
    // What is elsewhere, or is no image.
    frame += (asked.opaque.len()..asked.media as usize).map(|_| image(model, None)).sum();
    if count("tools") > 0 {
        frame += tools(vocabulary);
        frame += (0..count("tools")).map(|_| tool()).sum();
    }
    frame
}
