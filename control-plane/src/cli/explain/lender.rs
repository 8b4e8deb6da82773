//! A quota service for one request: it grants from limits of which nothing was used yet, and keeps nothing.

use std::collections::BTreeMap;

use tollgate_policy::quota::{Quota, Shape, Unit};
use tollgate_quota::Memory;
use tollgate_quota::grantor::{self, MemoryLedger, Terms};
use tollgate_quota::lease::{Facts, Told, Utc, Worker};
use tollgate_stages::{Exchange, OnBody, Till};

/// More often than a request waits: once for each kind of subject, and again for a cheaper model.
const MOST_WAITS: usize = 16;

/// An Envoy of one worker, and the service it leases from.
pub struct Lender<'a> {
    quotas: BTreeMap<&'a str, &'a Quota>,
    ledger: MemoryLedger,
    store: Memory,
    worker: Worker,
}

impl<'a> Lender<'a> {
    /// Grants what these quotas allow.
    pub fn new(quotas: &'a [Quota]) -> Self {
        let quotas = quotas.iter().map(|quota| (quota.name.as_str(), quota)).collect();
        Self { quotas, ledger: MemoryLedger::default(), store: Memory::default(), worker: Worker::new(1) }
    }

    /// Takes a request through admission, and answers each lease it waits for.
    ///
    /// # Errors
    /// It waits for something else.
    pub fn admit(&mut self, exchange: &mut Exchange, body: &[u8], now_ms: u64) -> anyhow::Result<OnBody> {
        let mut verdict = exchange.on_request_body(body, &mut self.till(), now_ms);
        for _ in 0..MOST_WAITS {
            if !matches!(verdict, OnBody::Wait) {
                return Ok(verdict);
            }
            if let Some(key) = exchange.waits_for().map(str::to_owned) {
                self.answer(&key, now_ms)?;
            }
            verdict = exchange.on_retry(&mut self.till(), now_ms);
        }
        Err(anyhow::anyhow!("the request waits for a lease that nobody grants"))
    }

    fn till(&mut self) -> Till<'_> {
        Till { store: &mut self.store, worker: Some(&mut self.worker) }
    }

    fn answer(&mut self, key: &str, now_ms: u64) -> anyhow::Result<()> {
        let unavailable = |why: tollgate_quota::Unavailable| anyhow::anyhow!("{why}");
        for asked in self.worker.ask(&mut self.store, key, now_ms).map_err(unavailable)? {
            let told = match self.quotas.get(asked.ask.pool.quota.as_str()) {
                Some(quota) => {
                    let sliding = quota.window == Shape::Sliding || quota.unit == Unit::InFlight;
                    let windows = Utc { per: quota.per, sliding };
                    let terms = Terms { limit: quota.limit_steps(), windows: &windows, stopped: false };
                    match grantor::serve(&mut self.ledger, &terms, &asked.ask, now_ms) {
                        Ok(told) => told,
                        Err(never) => match never {},
                    }
                }
                None => {
                    let holder = asked.ask.holder;
                    Told { holder, leases: Vec::new(), facts: Facts::default(), sync_in_ms: 1_000 }
                }
            };
            self.worker.told(&mut self.store, &asked, &told, now_ms).map_err(unavailable)?;
        }
        Ok(())
    }
}
