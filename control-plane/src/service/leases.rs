//! `tollgate.quota.v1.QuotaService`.

use tollgate_ledger::{Clock, MOST_ASKS};
use tonic::{Request, Response, Status};

use super::{Services, wire};
use crate::proto::quota::v1::quota_service_server::QuotaService;
use crate::proto::quota::v1::{IntroduceRequest, IntroduceResponse, RenewRequest, RenewResponse};

/// Grants leases.
#[derive(Debug)]
pub struct Leases(Services);

impl Leases {
    pub(super) fn new(services: Services) -> Self {
        Self(services)
    }

    fn refuse(&self, node: &str, why: String) -> Status {
        self.0.counters.refused();
        tracing::warn!(node, why, "a renewal was refused");
        Status::invalid_argument(why)
    }
}

#[tonic::async_trait]
impl QuotaService for Leases {
    async fn introduce(&self, request: Request<IntroduceRequest>) -> Result<Response<IntroduceResponse>, Status> {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).map_err(|error| Status::unavailable(format!("no randomness: {error}")))?;
        // 63 bits, which is what the ledger's columns hold, and never 0.
        let envoy = (u64::from_le_bytes(bytes) >> 1).max(1);
        self.0.counters.introduced();
        tracing::info!(node = request.get_ref().node, "an Envoy asks for leases");
        Ok(Response::new(IntroduceResponse { envoy }))
    }

    async fn renew(&self, request: Request<RenewRequest>) -> Result<Response<RenewResponse>, Status> {
        let RenewRequest { envoy, node, asks } = request.into_inner();
        if envoy == 0 || envoy > i64::MAX as u64 {
            return Err(self.refuse(&node, format!("no Envoy was introduced as {envoy}")));
        }
        if asks.len() > MOST_ASKS {
            return Err(self.refuse(&node, format!("{} asks in a call: at most {MOST_ASKS}", asks.len())));
        }
        let read = |(at, ask)| wire::ask(envoy, ask).map_err(|why| format!("ask {at}: {why}"));
        let asks: Vec<_> =
            asks.into_iter().enumerate().map(read).collect::<Result<_, _>>().map_err(|why| self.refuse(&node, why))?;
        self.0.counters.renewed(asks.len());
        let rules = self.0.rules.get();
        let answer = move |ledger: &tollgate_ledger::Ledger| {
            let told = ledger.renew(&asks, &rules, Clock::Database)?;
            Ok(asks.into_iter().zip(&told).map(|(ask, told)| wire::told(ask.pool, told)).collect())
        };
        let told = self.0.blocking(answer).await?;
        Ok(Response::new(RenewResponse { told }))
    }
}
