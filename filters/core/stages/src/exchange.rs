//! One request and its answer.

use std::rc::Rc;

use tollgate_dialects::endpoint::{self, Endpoint};
use tollgate_dialects::refusal::Refusal;
use tollgate_dialects::{ClientDialect, ClientVendor};
use tollgate_policy::names::{self, fact};
use tollgate_quota::Standing;
use tollgate_quota::report::{Counts, Tags};
use tollgate_redaction::{Report, Vault};
use tollgate_wire::json::{JsonError, JsonErrorKind};

use crate::answer::{Answer, Rewrite};
use crate::decide::Waiting;
use crate::engine::Engine;
use crate::facts::Facts;
use crate::identity::is_credential;
use crate::reply::Reply;
use crate::request::Asked;
use crate::settle::Charge;
use crate::taken::Taken;
use crate::till::Till;
use crate::{Headers, models};

/// What a request without a body is refused with.
const EMPTY: JsonError = JsonError { offset: 0, kind: JsonErrorKind::Empty };

/// The longest name of a class of traffic, in bytes. A longer one is none: no policy names it.
const LONGEST_CLASS: usize = 64;

/// What becomes of a request after its headers.
#[derive(Debug)]
pub enum OnHeaders {
    /// It is none of our business: no more callbacks are needed.
    Pass,
    /// Hold it until the body is there.
    AwaitBody,
    /// Answer it.
    Answer(Reply),
}

/// What becomes of a request after its body.
#[derive(Debug)]
pub enum OnBody {
    /// Send it on.
    Forward {
        /// The new body, if it changed; the content length then changes with it.
        body: Option<Vec<u8>>,
        /// Whether the request now has [`names::ROUTE_HEADER`] and a route must be chosen again: the header's value.
        route: Option<String>,
    },
    /// Answer it.
    Answer(Reply),
    /// Hold it: a quota's lease has too little, and the service may have more. Send what [`Worker::ask`](tollgate_quota::lease::Worker::ask) has to ask
    /// for [`Exchange::waits_for`] at once, and call [`Exchange::on_retry`] when something was told and at each tick.
    Wait,
}

/// What becomes of an answer after its headers.
#[derive(Debug, PartialEq, Eq)]
pub enum AnswerMode {
    /// It passes as it is; no body callback is needed.
    Pass,
    /// It passes as it comes, through [`Exchange::on_response_body`], which may change its length.
    Stream,
    /// Hold it until it is whole.
    Hold,
    /// Answer the client with this instead.
    Replace(Reply),
}

/// What a request's own headers say of it.
#[derive(Debug, Default)]
pub(crate) struct CallerTags {
    pub(crate) app: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) feature: Option<String>,
    /// Its class of traffic, in lower case.
    pub(crate) class: Option<String>,
}

/// What was decided about a request.
#[derive(Debug)]
pub struct Summary<'a> {
    /// The caller's dialect.
    pub dialect: ClientDialect,
    /// What it asked for; `None` if it was refused or never read.
    pub asked: Option<&'a Asked>,
    /// What its texts held, by rule and action.
    pub redactions: &'a Report,
    /// Its quotas after it was admitted.
    pub standings: &'a [Standing],
}

/// One request and its answer, from the first header to the last byte.
#[derive(Debug)]
pub struct Exchange {
    pub(crate) engine: Rc<Engine>,
    pub(crate) team: usize,
    pub(crate) dialect: ClientDialect,
    pub(crate) tags: CallerTags,
    /// What the request asked for, once its body was read.
    pub(crate) asked: Option<Asked>,
    pub(crate) vault: Vault,
    pub(crate) report: Report,
    /// It waits for a lease.
    pub(crate) waiting: Option<Box<Waiting>>,
    pub(crate) taken: Taken,
    pub(crate) answer: Answer,
    pub(crate) charge: Charge,
    pub(crate) facts: Facts,
    /// What the next refusal tells beside its message.
    pub(crate) refusal_headers: Vec<(&'static str, String)>,
    /// Images, sounds and files that no rule could look at.
    pub(crate) media_skipped: u32,
    /// What is to be reported, once it is known.
    pub(crate) used: Option<Box<(Tags, Counts)>>,
    /// The counters were told.
    pub(crate) counted: bool,
    /// The caller wants its tokens counted, and no answer.
    pub(crate) counts_only: bool,
    /// The team is known without a key.
    vouched: bool,
    /// The gateway has answered the request itself, or it is none of its business.
    pub(crate) done_with: bool,
    finished: bool,
}

impl Exchange {
    /// Begins an exchange under `engine`, whatever configuration comes after.
    #[must_use]
    pub fn new(engine: Rc<Engine>) -> Self {
        Self {
            engine,
            team: 0,
            dialect: ClientDialect::OpenaiChat,
            tags: CallerTags::default(),
            asked: None,
            vault: Vault::default(),
            report: Report::default(),
            waiting: None,
            taken: Taken::default(),
            answer: Answer::default(),
            charge: Charge::default(),
            facts: Facts::default(),
            refusal_headers: Vec::new(),
            media_skipped: 0,
            used: None,
            counted: false,
            counts_only: false,
            vouched: false,
            done_with: false,
            finished: false,
        }
    }

    /// Begins an exchange of a team that is known without a key, for tools that explain what would become of a request. `None` if there
    /// is no such team.
    #[must_use]
    pub fn as_team(engine: Rc<Engine>, team: &str) -> Option<Self> {
        let team = engine.teams.iter().position(|known| known.name == team)?;
        Some(Self { team, vouched: true, ..Self::new(engine) })
    }

    /// What has been decided about the request so far.
    #[must_use]
    pub fn summary(&self) -> Summary<'_> {
        Summary {
            dialect: self.dialect,
            asked: self.asked.as_ref(),
            redactions: &self.report,
            standings: self.taken.standings(),
        }
    }

    /// Tells what has become known since the last call and is to be published on its own, by filter-state key.
    pub fn facts(&mut self, tell: impl FnMut(&'static str, &str)) {
        self.facts.take(&self.engine.publication, tell);
    }

    /// Headers to take out before the request goes on: the caller's key, encodings nobody could read, whatever a client sends under
    /// a name of ours, and what the policy does not let out.
    pub fn headers_to_remove<'a>(&self, headers: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<&'a str> {
        let authenticated = self.engine.identities.is_some();
        headers
            .filter(|(name, value)| {
                *name == "accept-encoding"
                    || (authenticated && is_credential(name))
                    || name.starts_with(names::HEADER_PREFIX)
                    || self.stays_inside(name, value)
            })
            .map(|(name, _)| name)
            .collect()
    }

    /// The request's headers. `end_of_stream`: there is no body.
    pub fn on_request_headers(&mut self, headers: &dyn Headers, end_of_stream: bool) -> OnHeaders {
        let engine = Rc::clone(&self.engine);
        let method = headers.get(":method").unwrap_or_default();
        let path = headers.get(":path").unwrap_or_default();
        let endpoint = endpoint::resolve(method, path);
        self.dialect = match &endpoint {
            Ok(Endpoint::Api(dialect)) => *dialect,
            Ok(Endpoint::CountTokens) => ClientDialect::AnthropicMessages,
            _ => endpoint::caller_dialect(|name| headers.get(name).is_some()),
        };
        self.counts_only = matches!(endpoint, Ok(Endpoint::CountTokens));
        match self.admit(&engine, headers, endpoint, end_of_stream) {
            Ok(OnHeaders::Pass) => {
                self.done_with = true;
                OnHeaders::Pass
            }
            Ok(OnHeaders::Answer(reply)) => OnHeaders::Answer(self.own_answer(reply)),
            Ok(verdict) => verdict,
            Err(refusal) => OnHeaders::Answer(self.refuse(&refusal)),
        }
    }

    fn admit(
        &mut self,
        engine: &Engine,
        headers: &dyn Headers,
        endpoint: Result<Endpoint<'_>, Refusal>,
        end_of_stream: bool,
    ) -> Result<OnHeaders, Refusal> {
        let Some(routes) = &engine.routes else {
            // A single stage in somebody's own Envoy: what is no model API is not ours to judge.
            if !matches!(endpoint, Ok(Endpoint::Api(_) | Endpoint::CountTokens)) {
                return Ok(OnHeaders::Pass);
            }
            self.tag(engine, headers);
            if let Some(team) = engine.teams.get(self.team) {
                self.check_query(team, headers.get(":path").unwrap_or_default())?;
            }
            return Self::expect_body(engine, headers, end_of_stream);
        };
        if headers.get("upgrade").is_some() || headers.get(":protocol").is_some() {
            return Err(Refusal::upgrade());
        }
        if let Some(identities) = engine.identities.as_ref().filter(|_| !self.vouched) {
            self.team = identities.team(headers)?;
        }
        let team = engine.teams.get(self.team).ok_or_else(Refusal::unknown_key)?;
        self.facts.add(fact::TEAM, team.name.clone());
        if let Some(refusal) = team.stopped_by() {
            self.refuse_for_good();
            return Err(refusal);
        }
        self.tag(engine, headers);
        match endpoint? {
            Endpoint::Api(_) | Endpoint::CountTokens => {
                self.check_query(team, headers.get(":path").unwrap_or_default())?;
                Self::expect_body(engine, headers, end_of_stream)
            }
            Endpoint::Models => Ok(OnHeaders::Answer(models::list(routes, team, self.dialect))),
            Endpoint::Model(id) => models::one(routes, team, &id, self.dialect).map(OnHeaders::Answer),
        }
    }

    fn expect_body(engine: &Engine, headers: &dyn Headers, end_of_stream: bool) -> Result<OnHeaders, Refusal> {
        let encoding = headers.get("content-encoding").map(str::trim).unwrap_or_default();
        if !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity") {
            return Err(Refusal::compressed_body(encoding));
        }
        let length = headers.get("content-length").and_then(|value| value.trim().parse::<usize>().ok());
        if length.is_some_and(|length| length > engine.request_limit) {
            return Err(Refusal::body_too_large(engine.request_limit as u64));
        }
        if end_of_stream {
            return Err(Refusal::not_json(EMPTY));
        }
        Ok(OnHeaders::AwaitBody)
    }

    fn tag(&mut self, engine: &Engine, headers: &dyn Headers) {
        let read = |name: &Option<String>| name.as_deref().and_then(|name| headers.get(name));
        let tags = &engine.tags;
        let class = read(&tags.priority).map(str::trim).filter(|class| class.len() <= LONGEST_CLASS);
        self.tags = CallerTags {
            app: read(&tags.app).map(str::to_owned),
            user: read(&tags.user).map(str::to_owned),
            feature: read(&tags.feature).filter(|_| engine.leases).map(str::to_owned),
            class: class.filter(|class| !class.is_empty()).map(str::to_ascii_lowercase),
        };
    }

    /// So much of the body has arrived: an answer if it is too much already.
    pub fn on_request_size(&mut self, size: usize) -> Option<Reply> {
        let limit = self.engine.request_limit;
        (size > limit).then(|| self.refuse(&Refusal::body_too_large(limit as u64)))
    }

    /// The whole body. `now_ms`: milliseconds since 1970.
    pub fn on_request_body(&mut self, body: &[u8], till: &mut Till<'_>, now_ms: u64) -> OnBody {
        let engine = Rc::clone(&self.engine);
        let Some(team) = engine.teams.get(self.team) else {
            return OnBody::Answer(self.refuse(&Refusal::unknown_key()));
        };
        match self.read_request(&engine, team, body, till, now_ms) {
            Ok(forward) => forward,
            Err(refusal) => OnBody::Answer(self.refuse(&refusal)),
        }
    }

    /// What is to be reported to the ledger, once: `None` on a second call, before the exchange has [finished](Self::finish), for one that was refused or
    /// cost nothing by its nature, and where nobody is told.
    pub fn take_use(&mut self) -> Option<(Tags, Counts)> {
        self.used.take().map(|used| *used)
    }

    /// The answer's status and headers, a provider's or Envoy's own. `end_of_stream`: there is no body.
    pub fn on_response_headers(&mut self, headers: &dyn Headers, end_of_stream: bool) -> AnswerMode {
        if self.done_with {
            return AnswerMode::Pass;
        }
        self.begin_answer(headers, end_of_stream)
    }

    /// Bytes of the answer, all of it at once in [`AnswerMode::Hold`]. Returns what to send instead, if it differs.
    pub fn on_response_body(&mut self, bytes: &[u8], end_of_stream: bool) -> Option<Rewrite> {
        if self.done_with {
            return None;
        }
        self.read_answer(bytes, end_of_stream)
    }

    /// The end, however it came about. Settles and completes the facts; a second call does nothing.
    ///
    /// `provider` is the provider that served the last attempt, where one is known.
    /// Returns the summary of all facts, where they are published so, to go out behind the last [`facts`](Self::facts).
    pub fn finish(&mut self, till: &mut Till<'_>, provider: Option<&str>) -> Option<(&'static str, String)> {
        if std::mem::replace(&mut self.finished, true) {
            return None;
        }
        let engine = Rc::clone(&self.engine);
        self.settle(&engine, till, provider);
        self.facts.summary(&engine.publication)
    }

    /// Whether settling needs to know which provider served: prices depend on it, and reports name it.
    #[must_use]
    pub fn wants_provider(&self) -> bool {
        !self.finished && self.asked.as_ref().is_some_and(|asked| asked.priced || self.engine.leases)
    }

    /// The host failed where the request could slip by undecided.
    pub fn internal_error(&mut self) -> Reply {
        self.refuse(&Refusal::internal())
    }

    /// Refuses in the place of an answer; what the request may have cost is still settled.
    pub(crate) fn refuse_answer(&mut self, refusal: &Refusal) -> Reply {
        self.facts.add(fact::DECISION, refusal.kind.as_str());
        Reply::refusal(refusal, self.dialect)
    }

    pub(crate) fn rate_limit_headers(&self) -> Vec<(&'static str, String)> {
        let admitted_ms = self.asked.as_ref().map_or(0, |asked| asked.admitted_ms);
        rate_limits(self.dialect, self.taken.standings(), None, admitted_ms)
    }

    /// An answer that needs no provider.
    pub(crate) fn own_answer(&mut self, reply: Reply) -> Reply {
        self.done_with = true;
        self.facts.add(fact::DECISION, "allow");
        reply
    }

    /// The next refusal will be the same again: both vendors' SDKs would try by themselves.
    pub(crate) fn refuse_for_good(&mut self) {
        self.refusal_headers.push(("x-should-retry", "false".to_owned()));
    }

    pub(crate) fn refuse(&mut self, refusal: &Refusal) -> Reply {
        self.done_with = true;
        self.waiting = None;
        self.facts.add(fact::DECISION, refusal.kind.as_str());
        self.facts.add(fact::POLICY_DIGEST, self.engine.digest.clone());
        // What is refused is never settled.
        if !self.report.is_empty() {
            self.facts.add(fact::REDACTIONS, self.report.to_string());
        }
        Reply::refusal(refusal, self.dialect).with_headers(std::mem::take(&mut self.refusal_headers))
    }
}

/// What the caller's SDK reads about its limits.
pub(crate) fn rate_limits(
    dialect: ClientDialect,
    standings: &[Standing],
    refusing: Option<&Standing>,
    now_ms: u64,
) -> Vec<(&'static str, String)> {
    if standings.is_empty() && refusing.is_none() {
        return Vec::new();
    }
    match dialect.vendor() {
        ClientVendor::Anthropic => tollgate_quota::headers::anthropic(standings, refusing),
        ClientVendor::Openai => tollgate_quota::headers::openai(standings, refusing, now_ms),
    }
}
