//! The control plane's side of leases and reports, in memory: it answers what a fake Envoy calls when the test says so.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use tollgate_gateway::{EXPORTS, Gateway};
use tollgate_host::GrpcStatus;
use tollgate_host::fake::{FakeEnvoy, OutCall, SharedStore};
use tollgate_policy::quota::Window;
use tollgate_quota::grantor::{self, MemoryLedger, Terms};
use tollgate_quota::lease::{Utc, wire};
use tollgate_quota::report::{self, Counts, Report};

use crate::fixtures::config;

/// The fixtures' configuration with one quota of `limit` tokens a minute for the team `other`.
pub fn leased(limit: u64) -> Value {
    let mut config = config();
    config["quotaService"] = json!("control");
    config["teams"][1]["quotas"] = json!([{"name": "tpm", "unit": "tokens", "limit": limit, "per": "minute"}]);
    config
}

/// Workers of one Envoy.
pub fn workers(config: &Value, shared: &SharedStore, count: usize) -> Vec<FakeEnvoy<Gateway>> {
    (0..count).map(|_| FakeEnvoy::worker_of(config.to_string(), shared).unwrap().exporting(EXPORTS)).collect()
}

/// A quarter of a second passes, and a tick comes.
pub fn tick(envoy: &FakeEnvoy<Gateway>) {
    envoy.advance(Duration::from_millis(250));
    envoy.tick();
}

/// The quota service and the ledger.
#[derive(Default)]
pub struct Service {
    pub limit: u64,
    ledger: MemoryLedger,
    names: u64,
    /// The lives that have asked for leases.
    pub envoys: BTreeSet<u64>,
    /// How often each method was called.
    pub calls: BTreeMap<String, usize>,
    /// What was booked, by epoch and number.
    pub booked: BTreeMap<(u64, u64), Report>,
}

impl Service {
    pub fn new(limit: u64) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Answers all calls, also those that the answers lead to.
    pub fn serve(&mut self, envoy: &FakeEnvoy<Gateway>) {
        loop {
            let calls = envoy.take_calls();
            if calls.is_empty() {
                return;
            }
            for call in calls {
                let answer = self.answer(envoy, &call);
                envoy.answer_call(&call, Ok(&answer));
            }
        }
    }

    /// What the answer to a call is.
    pub fn answer(&mut self, envoy: &FakeEnvoy<Gateway>, call: &OutCall) -> Vec<u8> {
        assert_eq!(call.cluster, "control");
        *self.calls.entry(call.method.clone()).or_default() += 1;
        let now_ms = envoy.worker().now_nanos / 1_000_000;
        match (call.service.as_str(), call.method.as_str()) {
            (wire::SERVICE, "Introduce") => {
                assert_eq!(wire::read_introduce_request(&call.message).unwrap(), "unnamed");
                self.names += 1;
                wire::introduce_response(self.names << 32)
            }
            (wire::SERVICE, "Renew") => {
                let request = wire::read_renew_request(&call.message).unwrap();
                assert!(request.envoy != 0 && !request.asks.is_empty());
                self.envoys.insert(request.envoy);
                let windows = Utc { per: Window::Minute, sliding: false };
                let terms = Terms { limit: self.limit, windows: &windows, stopped: false };
                let told =
                    request.asks.iter().map(|ask| grantor::serve(&mut self.ledger, &terms, ask, now_ms).unwrap());
                let told: Vec<_> = told.collect();
                wire::renew_response(request.asks.iter().map(|ask| &ask.pool).zip(&told))
            }
            (report::SERVICE, "Report") => {
                let report = Report::decode(&call.message).unwrap();
                let before = self.booked.insert((report.epoch, report.sequence), report.clone());
                assert!(before.is_none_or(|before| before == report), "another report under the same number");
                Vec::new()
            }
            other => panic!("there is no method {other:?}"),
        }
    }

    /// How often a method was called.
    pub fn count(&self, method: &str) -> usize {
        self.calls.get(method).copied().unwrap_or(0)
    }

    /// All that was booked.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.booked.values().flat_map(|report| &report.usage).for_each(|used| total.add(&used.counts));
        total
    }
}

/// Fails all calls.
pub fn fail(envoy: &FakeEnvoy<Gateway>, status: GrpcStatus) -> Vec<OutCall> {
    let calls = envoy.take_calls();
    calls.iter().for_each(|call| envoy.answer_call(call, Err(status)));
    calls
}
