//! A request whose lease is empty, from when it stops until it goes on or is answered.

use tollgate_host::Host;
use tollgate_stages::{Exchange, OnBody, Till};

use crate::fleet::Line;
use crate::shared::SharedData;
use crate::{ExchangeFilter, Phase};

/// Requests that waited for a lease, once each.
const WAITS: &str = "tollgate_quota_waits";

impl ExchangeFilter {
    /// Runs with what admission draws on and settlement returns to.
    pub(crate) fn with_till<T>(
        &mut self,
        host: &mut dyn Host,
        run: impl FnOnce(&mut Exchange, &mut Till<'_>) -> T,
    ) -> T {
        let (exchange, mut store) = (&mut self.exchange, SharedData(host));
        match &self.root.member {
            None => run(exchange, &mut Till::alone(&mut store)),
            Some(member) => member.fleet.with_worker(|worker| run(exchange, &mut Till { store: &mut store, worker })),
        }
    }

    /// Holds the request, and has asked for what it lacks.
    pub(crate) fn wait(&mut self, host: &mut dyn Host, now_ms: u64) {
        self.phase = Phase::Wait;
        let Some(member) = &self.root.member else { return };
        let metrics = &self.root.metrics;
        if !std::mem::replace(&mut self.waited, true) {
            metrics.add(host, WAITS.to_owned(), 1);
        }
        let mut line = Line { host, service: &member.service, metrics, now_ms };
        member.fleet.wait(&mut line, self.id, self.exchange.waits_for());
    }

    /// Tries again. Whether the request goes on.
    pub(crate) fn retry(&mut self, host: &mut dyn Host) -> bool {
        if self.phase != Phase::Wait {
            return false;
        }
        let now_ms = host.now_nanos() / 1_000_000;
        let newest = self.root.member.as_ref().and_then(|member| member.fleet.newest());
        let stopped = newest.and_then(|newest| self.exchange.on_stop(&newest));
        let verdict = match stopped {
            Some(reply) => OnBody::Answer(reply),
            None => self.with_till(host, |exchange, till| exchange.on_retry(till, now_ms)),
        };
        self.decided(host, verdict, now_ms).unwrap_or_else(|error| {
            self.fail_closed(host, &error);
            false
        })
    }

    /// The request waits no longer, if it did.
    pub(crate) fn leave(&self) {
        if let Some(member) = self.root.member.as_ref().filter(|_| self.waited) {
            member.fleet.forget(self.id);
        }
    }
}
