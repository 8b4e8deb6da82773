//! The services that Envoys' workers call beside ADS, on the same port: leases on quotas, and what was used.
//!
//! Both hand what they are told to the ledger, on threads that may block. Their messages are bounded; what can never be booked is
//! `INVALID_ARGUMENT` with the reason, and every other failure is `UNAVAILABLE`, after which the Envoy comes again.

mod counters;
mod leases;
mod reports;
mod wire;

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Semaphore;
use tollgate_ledger::{Kind, Ledger, Rules};
use tonic::Status;

pub use counters::Counters;
pub use leases::Leases;
pub use reports::Reports;

use crate::proto::quota::v1::quota_service_server::QuotaServiceServer;
use crate::proto::usage::v1::usage_service_server::UsageServiceServer;

/// Calls that wait for the ledger at once; the others wait for them. It has some eight connections.
const AT_ONCE: usize = 32;

/// The largest message in bytes: 1,024 entries of seven long tags each, and more.
const MAX_MESSAGE: usize = 4 << 20;

/// The limits of the configuration in force, for whoever grants.
#[derive(Debug, Clone, Default)]
pub struct CurrentRules(Arc<RwLock<Arc<Rules>>>);

impl CurrentRules {
    /// They are these from now on.
    pub fn set(&self, rules: Rules) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
    }

    /// What they are.
    #[must_use]
    pub fn get(&self) -> Arc<Rules> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What both services work on.
#[derive(Debug, Clone)]
pub struct Services {
    ledger: Ledger,
    rules: CurrentRules,
    turns: Arc<Semaphore>,
    counters: Arc<Counters>,
}

impl Services {
    /// Services that book to `ledger` and grant by `rules`.
    #[must_use]
    pub fn new(ledger: Ledger, rules: CurrentRules) -> Self {
        Self { ledger, rules, turns: Arc::new(Semaphore::new(AT_ONCE)), counters: Arc::default() }
    }

    /// What they have done.
    #[must_use]
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    /// Both, to be served.
    #[must_use]
    pub fn servers(&self) -> (QuotaServiceServer<Leases>, UsageServiceServer<Reports>) {
        let leases = QuotaServiceServer::new(Leases::new(self.clone())).max_decoding_message_size(MAX_MESSAGE);
        let reports = UsageServiceServer::new(Reports::new(self.clone())).max_decoding_message_size(MAX_MESSAGE);
        (leases, reports)
    }

    /// Runs `work` where it may block. It goes on when nobody waits for it any more: what was begun is booked as a whole.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Ledger) -> tollgate_ledger::Result<T> + Send + 'static,
    ) -> Result<T, Status> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|_| Status::unavailable("the control plane is stopping"))?;
        let ledger = self.ledger.clone();
        let task = tokio::task::spawn_blocking(move || {
            let done = work(&ledger);
            drop(turn);
            done
        });
        let done = task.await.map_err(|_| Status::unavailable("the control plane is stopping"))?;
        done.map_err(|error| {
            self.counters.failed();
            if error.kind == Kind::Damaged {
                tracing::error!(%error, "the ledger is not as it should be");
            }
            // What is wrong with the message was said before: this is the ledger's trouble, and the same message may be booked later.
            Status::unavailable("the ledger cannot be used at the moment")
        })
    }
}
