//! Grants: how the ledger keeps what `tollgate_quota::grantor` decides.
//!
//! A renewal is one transaction for all its asks. It locks the rows of their pools in the order of their numbers, reads what they hold at
//! once ([`tables`]), lets the grantor work on that in memory ([`page`]), and writes what has changed: a handful of statements, however many
//! asks there are. What was told to an Envoy was on the disk before.

mod page;
mod sweep;
mod tables;

use std::collections::BTreeMap;

use tollgate_quota::grantor;
use tollgate_quota::lease::{Ask, Facts, Pool, Told};

use crate::alert;
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::rules::{Rule, Rules};
use crate::sql::Driver;
use crate::window::Window;
use page::Page;

/// The most asks of one call.
pub const MOST_ASKS: usize = 256;

/// When a pool that is not granted from is asked for again, in milliseconds.
const UNKNOWN_SYNC_MS: u64 = 2_000;

/// By which clock periods begin and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// PostgreSQL's own, which all replicas share; SQLite's file is on one machine, and that machine's clock is it.
    Database,
    /// It is this many milliseconds since 1970.
    At(u64),
}

/// How a pool stands, summed over the periods that count at a moment, in the smallest steps of its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PoolStanding {
    /// What holders may have used.
    pub charged: u64,
    /// What is known to be used.
    pub spent: u64,
}

impl Ledger {
    /// Takes note of what became of one Envoy's leases, and grants. The answers are in the order of the asks; a pool that `rules` do not know
    /// has no leases in its answer.
    ///
    /// # Errors
    /// There are more than [`MOST_ASKS`] ([`crate::Kind::Invalid`]), or the store cannot be written; then nothing is granted, and the Envoy asks
    /// again.
    pub fn renew(&self, asks: &[Ask], rules: &Rules, clock: Clock) -> Result<Vec<Told>> {
        if asks.len() > MOST_ASKS {
            return Err(Error::invalid(format!("{} asks in a call: at most {MOST_ASKS}", asks.len())));
        }
        let found: Vec<Option<(i64, &Rule)>> =
            asks.iter().map(|ask| Some((tables::number(&ask.pool), rules.find(&ask.pool)?))).collect();
        let mut pools = BTreeMap::new();
        for (ask, found) in asks.iter().zip(&found) {
            if let Some((number, _)) = found {
                pools.insert(*number, &ask.pool);
            }
        }
        let envoy = asks.first().map_or(0, |ask| ask.holder.envoy);
        if asks.iter().any(|ask| ask.holder.envoy != envoy) {
            return Err(Error::invalid("a call is one Envoy's"));
        }
        self.write_soon(|connection| {
            if pools.is_empty() {
                return Ok(asks.iter().map(unknown).collect());
            }
            tables::lock(connection, &pools)?;
            let now_ms = match clock {
                Clock::At(now_ms) => now_ms,
                Clock::Database => connection.clock_ms()?,
            };
            let mut pages = tables::read(connection, &pools, envoy, now_ms)?;
            let mut told = Vec::with_capacity(asks.len());
            for (ask, found) in asks.iter().zip(&found) {
                told.push(match found {
                    None => unknown(ask),
                    Some((number, rule)) => {
                        let page = pages.entry(*number).or_default();
                        let told = grantor::serve(page, &rules.terms(rule), ask, now_ms)?;
                        warn(connection, page, &ask.pool, rule, now_ms)?;
                        told
                    }
                });
            }
            tables::write(connection, envoy, &pages)?;
            Ok(told)
        })
    }

    /// How a pool stands at a moment.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn pool(&self, pool: &Pool, now_ms: u64) -> Result<PoolStanding> {
        self.read(|connection| tables::standing(connection, tables::number(pool), now_ms))
    }
}

/// The answer about a pool that there is not.
fn unknown(ask: &Ask) -> Told {
    Told { holder: ask.holder, leases: Vec::new(), facts: Facts::default(), sync_in_ms: UNKNOWN_SYNC_MS }
}

/// Raises the alerts that fall due by what is known to be spent in the window that is open.
fn warn(connection: &mut dyn Driver, page: &mut Page, pool: &Pool, rule: &Rule, now_ms: u64) -> Result<()> {
    let budget = &rule.budget;
    if budget.alert_at.is_empty() {
        return Ok(());
    }
    let Some((period, spent, alerted)) = page.spent(now_ms) else { return Ok(()) };
    let window = Window {
        team: pool.team.clone(),
        quota: pool.quota.clone(),
        subject: pool.subject.clone(),
        from_ms: period.from_ms,
        until_ms: period.counts_until_ms,
    };
    let last = alert::raise(connection, budget, &window, spent, alerted, now_ms)?;
    page.set_alerted(period.from_ms, last);
    Ok(())
}
