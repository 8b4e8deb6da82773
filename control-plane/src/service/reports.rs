//! `tollgate.usage.v1.UsageService`.

use tollgate_ledger::{Applied, Counts, Report, Tags, Use};
use tonic::{Request, Response, Status};

use super::Services;
use crate::bookkeeper::now_ms;
use crate::proto::usage::v1::usage_service_server::UsageService;
use crate::proto::usage::v1::{self as wire, ReportRequest, ReportResponse};

/// The most entries of a report.
const MOST_ENTRIES: usize = 1024;

/// Books what was used.
#[derive(Debug)]
pub struct Reports(Services);

impl Reports {
    pub(super) fn new(services: Services) -> Self {
        Self(services)
    }
}

/// Why a report can never be booked.
fn problem(report: &ReportRequest) -> Option<String> {
    let ReportRequest { epoch, sequence, usage, .. } = report;
    let valid = |number: u64| number > 0 && number <= i64::MAX as u64;
    if !valid(*epoch) || !valid(*sequence) {
        return Some(format!("epoch {epoch}, sequence {sequence}: both are at least 1 and below 2^63"));
    }
    (usage.len() > MOST_ENTRIES).then(|| format!("{} entries in a report: at most {MOST_ENTRIES}", usage.len()))
}

#[tonic::async_trait]
impl UsageService for Reports {
    async fn report(&self, request: Request<ReportRequest>) -> Result<Response<ReportResponse>, Status> {
        let request = request.into_inner();
        if let Some(why) = problem(&request) {
            self.0.counters.refused();
            tracing::warn!(node = request.node, why, "a usage report was refused");
            return Err(Status::invalid_argument(why));
        }
        let ReportRequest { node, epoch, sequence, usage } = request;
        let report = Report { envoy: node, epoch, sequence, usage: usage.into_iter().map(entry).collect() };
        let book = move |ledger: &tollgate_ledger::Ledger| {
            let applied = ledger.apply_report(&report, now_ms())?;
            if let Applied::Booked { moved: moved @ 1.. } = applied {
                let node = report.envoy;
                tracing::warn!(node, moved, "use of a time that cannot be was booked to this minute: check its clock");
            }
            Ok(applied)
        };
        let applied = self.0.blocking(book).await?;
        self.0.counters.reported(matches!(applied, Applied::Booked { .. }));
        Ok(Response::new(ReportResponse {}))
    }
}

fn entry(entry: wire::Use) -> Use {
    let of = entry.of.unwrap_or_default();
    let counts = entry.counts.unwrap_or_default();
    Use {
        minute: entry.minute,
        of: Tags {
            team: of.team,
            app: of.app,
            user: of.user,
            feature: of.feature,
            model: of.model,
            provider: of.provider,
            route: of.route,
        },
        counts: Counts {
            requests: counts.requests,
            input: counts.input,
            cached: counts.cached,
            cache_write: counts.cache_write,
            output: counts.output,
            reasoning: counts.reasoning,
            audio_input: counts.audio_input,
            audio_output: counts.audio_output,
            from_provider: counts.from_provider,
            estimated: counts.estimated,
            partial: counts.partial,
            cache_write_hour: counts.cache_write_hour,
        },
    }
}
