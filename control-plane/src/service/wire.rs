//! The messages on the wire and the types of `tollgate-quota`, one for one.

use tollgate_quota::lease;

use crate::proto::quota::v1 as wire;

/// What an amount is at most: beyond it sums would no longer be sums.
const MOST: u64 = 1 << 52;

/// An Envoy's ask, or what is wrong with it.
pub fn ask(envoy: u64, ask: wire::Ask) -> Result<lease::Ask, String> {
    let Some(pool) = ask.pool else { return Err("it names no pool".into()) };
    if pool.team.is_empty() || pool.quota.is_empty() {
        return Err("its pool has no team or no quota".into());
    }
    if ask.record > i64::MAX as u64 {
        return Err(format!("record {} is too large", ask.record));
    }
    if ask.reports.len() > lease::MOST_PERIODS {
        return Err(format!("it reports on {} periods: at most {}", ask.reports.len(), lease::MOST_PERIODS));
    }
    let report = |report: wire::Report| lease::Report {
        from_ms: report.from_ms,
        returned: report.returned.min(MOST),
        spent: report.spent.min(MOST),
        out: report.out.min(MOST),
        closed: report.closed,
    };
    let need = ask.need.min(MOST);
    Ok(lease::Ask {
        pool: lease::Pool { team: pool.team, quota: pool.quota, counts: pool.counts, subject: pool.subject },
        holder: lease::Holder { envoy, record: ask.record },
        reports: ask.reports.into_iter().map(report).collect(),
        need,
        least: ask.least.min(need),
    })
}

/// The answer about a pool.
#[must_use]
pub fn told(pool: lease::Pool, told: &lease::Told) -> wire::Told {
    let lease = |lease: &lease::Lease| wire::Lease {
        from_ms: lease.from_ms,
        granted: lease.granted,
        starts_in_ms: lease.starts_in_ms,
        ttl_ms: lease.ttl_ms,
        accepts_in_ms: lease.accepts_in_ms,
        counts_in_ms: lease.counts_in_ms,
    };
    let facts = &told.facts;
    wire::Told {
        pool: Some(wire::Pool { team: pool.team, quota: pool.quota, subject: pool.subject, counts: pool.counts }),
        record: told.holder.record,
        leases: told.leases.iter().map(lease).collect(),
        facts: Some(wire::Facts { limit: facts.limit, left: facts.left, elsewhere: facts.elsewhere, keep: facts.keep }),
        sync_in_ms: told.sync_in_ms,
    }
}
