//! A fleet in memory: Envoys with workers, and the service that grants.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};
use tollgate_dialects::ClientDialect;
use tollgate_policy::gateway::GatewayConfig;
use tollgate_policy::quota::{Quota, Shape, Unit};
use tollgate_quota::grantor::{self, Ledger, MemoryLedger, Terms};
use tollgate_quota::lease::{self, Ask, Asked, Told, Utc, Worker};
use tollgate_quota::report::{Counts, Tags};
use tollgate_quota::{Memory, Store};
use tollgate_stages::{AnswerMode, Engine, Exchange, Headers, OnBody, OnHeaders, Reply, Till};

/// A time at which no calendar window is about to turn.
pub const NOW: u64 = 1_709_294_400_000;

pub struct Heads(BTreeMap<&'static str, String>);

impl Headers for Heads {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// A team with these quotas, on two routes: `big` (models `large*`; also `smart`, by two models of one provider) and `small` (`little`), which is ten times
/// as cheap and makes at most 500 tokens.
pub fn config(quotas: Value) -> Value {
    json!({
        "digest": "d",
        "tags": {"app": "x-app", "user": "x-user", "feature": "x-feature", "priority": "x-class"},
        "teams": [{
            "name": "team", "quotas": quotas,
            "routes": [{"route": "big", "target": "big.eu"}, {"route": "alias", "target": "alias.eu"}, {"route": "small", "target": "small.eu"}],
        }],
        "routes": [
            {"name": "big", "models": ["large*"], "backends": [
                {"provider": "p", "model": "large-1", "price": {"input": 10, "output": 100}, "maxOutputTokens": 4000}]},
            {"name": "alias", "models": ["smart"], "backends": [
                {"provider": "p", "model": "large-1", "price": {"input": 10, "output": 100}},
                {"provider": "p", "model": "large-2", "price": {"input": 5, "output": 50}},
                {"provider": "q", "model": "other", "price": {"input": 1, "output": 1}}]},
            {"name": "small", "models": ["little"], "backends": [
                {"provider": "q", "model": "little", "price": {"input": 1, "output": 10}, "maxOutputTokens": 500}]},
        ],
    })
}

/// The same, with leases.
pub fn leased(quotas: Value) -> Value {
    let mut config = config(quotas);
    config["quotaService"] = json!("tollgate_xds");
    config
}

pub fn engine(config: &Value) -> Rc<Engine> {
    let config: GatewayConfig = serde_json::from_value(config.clone()).unwrap();
    Rc::new(Engine::try_from(&config).unwrap())
}

/// What the service grants from, by the policy it knows.
pub struct Service {
    pub ledger: MemoryLedger,
    pub quotas: Vec<Quota>,
    pub away: bool,
    pub asks: usize,
}

impl Service {
    pub fn serve(&mut self, ask: &Ask, now_ms: u64) -> Option<Told> {
        if self.away {
            return None;
        }
        self.asks += 1;
        let quota = self.quotas.iter().find(|quota| quota.name == ask.pool.quota)?;
        assert_eq!(lease::counts(quota), ask.pool.counts);
        let sliding = quota.window == Shape::Sliding || quota.unit == Unit::InFlight;
        let windows = Utc { per: quota.per, sliding };
        let terms = Terms { limit: quota.limit_steps(), windows: &windows, stopped: false };
        Some(grantor::serve(&mut self.ledger, &terms, ask, now_ms).unwrap())
    }

    /// What all Envoys together are charged of a quota.
    pub fn charged(&mut self, quota: &str) -> u64 {
        let counts = self.quotas.iter().find(|known| known.name == quota).map(lease::counts).unwrap();
        let pool = lease::Pool { team: "team".into(), quota: quota.into(), counts, subject: String::new() };
        self.ledger.books(&pool).unwrap().iter().map(|book| book.charged).sum()
    }
}

/// One Envoy: what its workers share, and they.
pub struct Envoy {
    pub store: Memory,
    pub workers: Vec<Worker>,
}

/// Envoys under one configuration, and the time.
pub struct World {
    pub engine: Rc<Engine>,
    pub service: Service,
    pub envoys: Vec<Envoy>,
    pub now: u64,
}

impl World {
    pub fn new(config: &Value) -> Self {
        Self::of(config, 1, 1)
    }

    pub fn of(config: &Value, envoys: u64, workers: usize) -> Self {
        let quotas = serde_json::from_value(config["teams"][0]["quotas"].clone()).unwrap();
        let envoy = |life: u64| Envoy { store: Memory::default(), workers: vec![Worker::new(life); workers] };
        Self {
            engine: engine(config),
            service: Service { ledger: MemoryLedger::default(), quotas, away: false, asks: 0 },
            envoys: (1..=envoys).map(envoy).collect(),
            now: NOW,
        }
    }

    /// An exchange whose headers were read.
    pub fn begin(&self, request: &Request) -> Exchange {
        let mut exchange = Exchange::as_team(Rc::clone(&self.engine), "team").unwrap();
        let verdict = exchange.on_request_headers(&request.heads(), false);
        assert!(matches!(verdict, OnHeaders::AwaitBody), "{verdict:?}");
        exchange
    }

    /// Runs with what the first worker of the first Envoy draws on.
    pub fn with<T>(&mut self, run: impl FnOnce(&mut Till<'_>, u64) -> T) -> T {
        self.at(0, 0, run)
    }

    pub fn at<T>(&mut self, envoy: usize, worker: usize, run: impl FnOnce(&mut Till<'_>, u64) -> T) -> T {
        let Envoy { store, workers } = &mut self.envoys[envoy];
        run(&mut Till { store, worker: workers.get_mut(worker) }, self.now)
    }

    /// What becomes of a request in the end, after all its waits.
    pub fn send(&mut self, request: &Request) -> (Exchange, OnBody) {
        self.send_at(0, 0, request)
    }

    pub fn send_at(&mut self, envoy: usize, worker: usize, request: &Request) -> (Exchange, OnBody) {
        let mut exchange = self.begin(request);
        let body = request.body.to_string().into_bytes();
        let mut verdict = self.at(envoy, worker, |till, now| exchange.on_request_body(&body, till, now));
        let since = self.now;
        while matches!(verdict, OnBody::Wait) {
            assert!(self.now <= since + 2_250, "it waits on and on");
            self.ask_for(envoy, worker, &exchange);
            verdict = self.at(envoy, worker, |till, now| exchange.on_retry(till, now));
            if matches!(verdict, OnBody::Wait) {
                self.now += 250;
                (0..self.envoys.len()).for_each(|envoy| self.tick(envoy));
            }
        }
        (exchange, verdict)
    }

    /// Asks at once for what an exchange waits for.
    pub fn ask_for(&mut self, envoy: usize, worker: usize, exchange: &Exchange) {
        let Some(key) = exchange.waits_for().map(str::to_owned) else { return };
        let now = self.now;
        let Envoy { store, workers } = &mut self.envoys[envoy];
        let asked = workers[worker].ask(store, &key, now).unwrap();
        self.now += 2;
        self.exchange_with_service(envoy, worker, asked);
    }

    pub fn tick(&mut self, envoy: usize) {
        for worker in 0..self.envoys[envoy].workers.len() {
            let Envoy { store, workers } = &mut self.envoys[envoy];
            let asked = workers[worker].tick(store, self.now).unwrap();
            self.exchange_with_service(envoy, worker, asked);
        }
    }

    fn exchange_with_service(&mut self, envoy: usize, worker: usize, asked: Vec<Asked>) {
        for asked in asked {
            let Some(told) = self.service.serve(&asked.ask, self.now) else { continue };
            let Envoy { store, workers } = &mut self.envoys[envoy];
            workers[worker].told(store as &mut dyn Store, &asked, &told, self.now).unwrap();
        }
    }

    /// So many seconds in which nothing is asked for.
    pub fn rest(&mut self, seconds: u64) {
        for _ in 0..4 * seconds {
            self.now += 250;
            (0..self.envoys.len()).for_each(|envoy| self.tick(envoy));
        }
    }

    /// An answer that is read whole, and the end: what is reported.
    pub fn answer(&mut self, exchange: &mut Exchange, answer: &Value) -> Option<(Tags, Counts)> {
        self.answer_at(0, 0, exchange, answer)
    }

    pub fn answer_at(
        &mut self,
        envoy: usize,
        worker: usize,
        exchange: &mut Exchange,
        answer: &Value,
    ) -> Option<(Tags, Counts)> {
        let mode = exchange.on_response_headers(&answered("200", "application/json"), false);
        assert_eq!(mode, AnswerMode::Hold);
        exchange.on_response_body(answer.to_string().as_bytes(), true);
        self.at(envoy, worker, |till, _| exchange.finish(till, Some("p")));
        exchange.take_use()
    }

    pub fn finish(&mut self, exchange: &mut Exchange) {
        self.with(|till, _| exchange.finish(till, None));
    }
}

pub fn answered(status: &str, kind: &str) -> Heads {
    Heads([(":status", status), ("content-type", kind)].map(|(name, value)| (name, value.to_owned())).into())
}

/// A request.
#[derive(Clone)]
pub struct Request {
    pub dialect: ClientDialect,
    pub body: Value,
    pub headers: Vec<(&'static str, String)>,
}

impl Request {
    /// `model` is asked in a dialect, with a bound of its own on the output if there is one.
    pub fn new(dialect: ClientDialect, model: &str, bound: Option<u64>) -> Self {
        let mut body = match dialect {
            ClientDialect::OpenaiResponses | ClientDialect::OpenaiEmbeddings => {
                json!({"model": model, "input": "Why is the sky blue?"})
            }
            ClientDialect::OpenaiCompletions => json!({"model": model, "prompt": "Why is the sky blue?"}),
            ClientDialect::OpenaiChat | ClientDialect::AnthropicMessages => {
                json!({"model": model, "messages": [{"role": "user", "content": "Why is the sky blue?"}]})
            }
        };
        if let Some(bound) = bound {
            body[bound_field(dialect)] = bound.into();
        }
        Self { dialect, body, headers: Vec::new() }
    }

    pub fn chat(model: &str, bound: u64) -> Self {
        Self::new(ClientDialect::OpenaiChat, model, Some(bound))
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn heads(&self) -> Heads {
        let own = [(":method", "POST"), (":path", self.dialect.path())].map(|(name, value)| (name, value.to_owned()));
        Heads(own.into_iter().chain(self.headers.iter().cloned()).collect())
    }
}

/// Where each dialect's bound stands.
pub fn bound_field(dialect: ClientDialect) -> &'static str {
    match dialect {
        ClientDialect::OpenaiChat => "max_completion_tokens",
        ClientDialect::OpenaiResponses => "max_output_tokens",
        _ => "max_tokens",
    }
}

/// A provider's whole answer in `openai.chat`, which cost this.
pub fn completion(model: &str, prompt: u64, completion: u64) -> Value {
    json!({
        "id": "c", "object": "chat.completion", "created": 1, "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Because."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
    })
}

/// The body that goes out, and the route; the client's own body where nothing changed.
pub fn forwarded(request: &Request, verdict: OnBody) -> (Value, String) {
    let OnBody::Forward { body, route } = verdict else { panic!("{verdict:?}") };
    let body = body.map_or_else(|| request.body.clone(), |body| serde_json::from_slice(&body).unwrap());
    (body, route.unwrap())
}

pub fn refused(verdict: OnBody) -> Reply {
    let OnBody::Answer(reply) = verdict else { panic!("{verdict:?}") };
    serde_json::from_slice::<Value>(&reply.body).unwrap();
    reply
}

/// A header of a reply.
pub fn header<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    reply.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

pub fn message(reply: &Reply) -> String {
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    body["error"]["message"].as_str().unwrap().to_owned()
}

/// The facts told so far, the last of each.
pub fn facts(exchange: &mut Exchange) -> BTreeMap<&'static str, String> {
    let mut facts = BTreeMap::new();
    exchange.facts(|name, value| drop(facts.insert(name, value.to_owned())));
    facts
}

/// An answer with one more header.
pub fn answered_with(name: &'static str, value: &str) -> Heads {
    let Heads(mut heads) = answered("200", "application/json");
    heads.insert(name, value.to_owned());
    Heads(heads)
}
