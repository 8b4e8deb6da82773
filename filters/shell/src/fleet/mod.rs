//! What a worker shares with the fleet: its leases, and what it reports. One per VM, whatever configurations come and go.
//!
//! All of it happens off the request path: on ticks, and when the control plane answers. A request comes here only where its lease is empty, and
//! waits. What is lost on the way - a call, its answer, the configuration that made it - is made good by the next tick, since leases are told of as
//! states and reports are repeated.

mod calls;
mod identity;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use tollgate_host::{CallId, GrpcStatus, Host, LogLevel, StreamId};
use tollgate_quota::lease::{Asked, Worker, wire};
use tollgate_quota::report::{self, Counts, Outcome, Reporter, Tags};
use tollgate_stages::Engine;

use crate::metrics::Metrics;
use crate::shared::SharedData;
use calls::{Call, Calls};
use identity::Identity;

/// How often leases are looked after, in milliseconds.
pub(crate) const TICK_MS: u32 = 250;
/// Ticks that are closer than this are those of several configurations in one VM.
const SAME_TICK_MS: u64 = 200;
/// How long the service may take. A request waits for a second at most, and what comes later is of use to the next one.
const TIMEOUT_MS: u32 = 2_000;
/// How long the ledger may take: less than what the [`Reporter`] waits for, so that it learns what became of the report.
const REPORT_TIMEOUT_MS: u32 = 8_000;

/// Calls of the quota service, and those of the ledger.
const QUOTA_CALLS: &str = "tollgate_quota_calls";
const REPORTS: &str = "tollgate_reports";

/// The leases and reports of one VM.
#[derive(Debug, Default)]
pub struct Fleet(RefCell<State>);

/// With what a callback acts for the fleet.
pub(crate) struct Line<'a> {
    pub host: &'a mut dyn Host,
    /// The cluster at which the control plane answers.
    pub service: &'a str,
    pub metrics: &'a Metrics,
    pub now_ms: u64,
}

#[derive(Debug, Default)]
struct State {
    identity: Option<Identity>,
    /// Envoy's node id, once it was asked for.
    node: Option<String>,
    /// Leases are drawn once it is known whose they are.
    worker: Option<Worker>,
    reporter: Reporter,
    calls: Calls,
    ticked_at_ms: u64,
    /// Requests that wait for a lease, and those of them that are to try again.
    waiting: BTreeSet<StreamId>,
    woken: Vec<StreamId>,
    /// The configuration that came last.
    newest: Option<Rc<Engine>>,
    /// The control plane did not answer when it was asked last.
    unheard: bool,
    /// A call failed at once, and none is tried until then: requests that wait would try at their own rate.
    down_until_ms: u64,
}

impl Fleet {
    /// A configuration has come into force.
    pub(crate) fn configured(&self, engine: &Rc<Engine>) {
        self.0.borrow_mut().newest = Some(Rc::clone(engine));
    }

    /// The configuration that came last, which may not be the one a stream began with.
    pub(crate) fn newest(&self) -> Option<Rc<Engine>> {
        self.0.borrow().newest.clone()
    }

    /// Looks after leases, reports what was used, and lets those who wait try again.
    pub(crate) fn tick(&self, line: &mut Line<'_>) {
        let state = &mut *self.0.borrow_mut();
        if line.now_ms < state.ticked_at_ms.saturating_add(SAME_TICK_MS) && state.ticked_at_ms <= line.now_ms {
            return;
        }
        state.ticked_at_ms = line.now_ms;
        state.calls.forget_lost(line.now_ms);
        if state.is_introduced(line) {
            let asked = state.worker.as_mut().map(|worker| worker.tick(&mut SharedData(line.host), line.now_ms));
            state.renew(line, asked);
            state.report(line);
        }
        state.wake();
    }

    /// A call has ended.
    pub(crate) fn answered(&self, line: &mut Line<'_>, call: CallId, answer: Result<&[u8], GrpcStatus>) {
        let state = &mut *self.0.borrow_mut();
        let Some(call) = state.calls.take(call) else { return };
        // A refusal is an answer too.
        state.hear(line, answer.err().filter(|status| *status != GrpcStatus::INVALID_ARGUMENT));
        match call {
            Call::Introduce => state.introduced(line, answer.ok()),
            Call::Renew(asked) => state.told(line, &asked, answer.ok()),
            Call::Report(sequence) => state.reported(line, sequence, answer),
        }
    }

    /// Runs with this worker's leases; with none before the Envoy has been introduced.
    pub(crate) fn with_worker<T>(&self, run: impl FnOnce(Option<&mut Worker>) -> T) -> T {
        run(self.0.borrow_mut().worker.as_mut())
    }

    /// Finds out who this Envoy is, if that is not known yet. To be called before a request is decided, which would wait for it otherwise.
    pub(crate) fn introduce(&self, host: &mut dyn Host, service: &str, metrics: &Metrics) {
        let state = &mut *self.0.borrow_mut();
        if state.identity.is_none() {
            let now_ms = host.now_nanos() / 1_000_000;
            state.is_introduced(&mut Line { host, service, metrics, now_ms });
        }
    }

    /// A request waits: for leases of the pools under `key`, which are asked for at once.
    pub(crate) fn wait(&self, line: &mut Line<'_>, stream: StreamId, key: Option<&str>) {
        let state = &mut *self.0.borrow_mut();
        state.waiting.insert(stream);
        if let (Some(key), Some(worker)) = (key, &mut state.worker) {
            let asked = worker.ask(&mut SharedData(line.host), key, line.now_ms);
            state.renew(line, Some(asked));
        }
    }

    /// A request no longer waits, however that came about.
    pub(crate) fn forget(&self, stream: StreamId) {
        self.0.borrow_mut().waiting.remove(&stream);
    }

    /// Who is to try again.
    pub(crate) fn take_woken(&self) -> Vec<StreamId> {
        std::mem::take(&mut self.0.borrow_mut().woken)
    }

    /// Adds what an exchange has used.
    pub(crate) fn used(&self, host: &mut dyn Host, of: Tags, counts: &Counts) {
        let state = &mut *self.0.borrow_mut();
        // A quarter of a second old at most, and the minute is all that counts.
        let now_ms = match state.ticked_at_ms {
            0 => host.now_nanos() / 1_000_000,
            ticked_at_ms => ticked_at_ms,
        };
        state.reporter.add(now_ms / 60_000, of, counts);
    }
}

impl State {
    fn wake(&mut self) {
        self.woken.extend(std::mem::take(&mut self.waiting));
    }

    /// Whether it is known who this Envoy is. If not, another worker is looked to, then the service is asked.
    fn is_introduced(&mut self, line: &mut Line<'_>) -> bool {
        if self.identity.is_some() {
            return true;
        }
        if let Some(identity) = Identity::find(line.host) {
            self.become_known(identity);
            return true;
        }
        if !self.calls.is_introducing() {
            let message = wire::introduce_request(self.node(line.host));
            self.call(line, (wire::SERVICE, "Introduce"), &message, TIMEOUT_MS, Call::Introduce);
        }
        false
    }

    fn become_known(&mut self, identity: Identity) {
        self.worker = Some(Worker::new(identity.envoy));
        self.identity = Some(identity);
    }

    fn introduced(&mut self, line: &mut Line<'_>, answer: Option<&[u8]>) {
        let Some(envoy) = answer.and_then(|answer| wire::read_introduce_response(answer).ok()) else { return };
        if self.identity.is_none()
            && let Some(identity) = Identity::first(line.host, envoy)
        {
            self.become_known(identity);
            self.wake();
        }
    }

    fn renew<E>(&mut self, line: &mut Line<'_>, asked: Option<Result<Vec<Asked>, E>>) {
        // Where shared data fails there is nothing to say, and the next tick tries again.
        let (Some(Ok(mut asked)), Some(envoy)) = (asked, self.identity.as_ref().map(|it| it.envoy)) else { return };
        while !asked.is_empty() {
            let rest = asked.split_off(asked.len().min(wire::MOST_ASKS));
            let asks = std::mem::replace(&mut asked, rest);
            let message = wire::renew_request(envoy, self.node(line.host), asks.iter().map(|asked| &asked.ask));
            if !self.call(line, (wire::SERVICE, "Renew"), &message, TIMEOUT_MS, Call::Renew(asks)) {
                return;
            }
        }
    }

    fn told(&mut self, line: &mut Line<'_>, asked: &[Asked], answer: Option<&[u8]>) {
        let (Some(answer), Some(worker), Some(identity)) = (answer, &mut self.worker, &self.identity) else { return };
        let told = match wire::read_renew_response(answer, identity.envoy) {
            Ok(told) => told,
            Err(error) => {
                line.host.log(LogLevel::Error, &format!("the quota service's answer is not readable: {error}"));
                return;
            }
        };
        for (asked, (pool, told)) in asked.iter().zip(&told) {
            if asked.ask.pool == *pool {
                // Should shared data fail: the next ask is answered with the same and more.
                let _ = worker.told(&mut SharedData(line.host), asked, told, line.now_ms);
            }
        }
        self.wake();
    }

    fn report(&mut self, line: &mut Line<'_>) {
        let Some(epoch) = self.identity.as_ref().map(|identity| identity.epoch) else { return };
        let node = self.node(line.host).to_owned();
        let Some((sequence, message)) = self.reporter.next(&node, epoch, line.now_ms) else { return };
        let call = Call::Report(sequence);
        if !self.call(line, (report::SERVICE, "Report"), &message, REPORT_TIMEOUT_MS, call) {
            self.reporter.ended(sequence, Outcome::Lost, line.now_ms);
        }
    }

    fn reported(&mut self, line: &mut Line<'_>, sequence: u64, answer: Result<&[u8], GrpcStatus>) {
        let outcome = match answer {
            Ok(_) => Outcome::Booked,
            Err(GrpcStatus::INVALID_ARGUMENT) => {
                line.host
                    .log(LogLevel::Error, &format!("the ledger refuses report {sequence}, whose use is not booked"));
                Outcome::Refused
            }
            Err(_) => Outcome::Lost,
        };
        self.reporter.ended(sequence, outcome, line.now_ms);
        // There may be more than fits into one.
        self.report(line);
    }

    /// Begins a call. Whether it is under way.
    fn call(&mut self, line: &mut Line<'_>, method: (&str, &str), message: &[u8], timeout_ms: u32, call: Call) -> bool {
        if line.now_ms < self.down_until_ms && self.down_until_ms - line.now_ms <= SAME_TICK_MS {
            return false;
        }
        let counter = if matches!(call, Call::Report(_)) { REPORTS } else { QUOTA_CALLS };
        line.metrics.add(line.host, counter.to_owned(), 1);
        let begun = self.calls.begin(line, method, message, timeout_ms, call);
        if !begun {
            self.down_until_ms = line.now_ms.saturating_add(SAME_TICK_MS);
            self.hear(line, Some(GrpcStatus::UNAVAILABLE));
        }
        begun
    }

    /// Logs that calls of the control plane fail, and that they no longer do: once each.
    fn hear(&mut self, line: &mut Line<'_>, failed: Option<GrpcStatus>) {
        let unheard = failed.is_some();
        if std::mem::replace(&mut self.unheard, unheard) == unheard {
            return;
        }
        let service = line.service;
        match failed {
            Some(GrpcStatus(status)) => line.host.log(
                LogLevel::Warn,
                &format!(
                    "calls of the control plane at the cluster `{service}` fail (gRPC status {status}): leases run on until they end, and what \
                     was used is reported later"
                ),
            ),
            None => line.host.log(LogLevel::Info, &format!("the control plane at the cluster `{service}` answers")),
        }
    }

    fn node(&mut self, host: &mut dyn Host) -> &str {
        self.node.get_or_insert_with(|| identity::node(host))
    }
}
