//! What Envoys report, and that each report is booked once.
//!
//! A reporter numbers its reports from 1. The number is booked in the same transaction as what the report says, so a report that comes
//! twice, late, or after others that were sent later is booked once and wholly, whichever replica it reaches and whenever one dies.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use tollgate_quota::report::{Counts, Tags};

use crate::error::{Error, Result};
use crate::key::fit;
use crate::ledger::Ledger;
use crate::price::History;
use crate::sql::{Driver, Value};
use crate::{MINUTE_MS, usage, window};

/// How far back a report may tell of: what is older, or more than [`AHEAD_MINUTES`] ahead, is the word of a wrong clock.
const BACK_MINUTES: u64 = 35 * 1440;
/// How far ahead.
const AHEAD_MINUTES: u64 = 5;

/// What one Envoy tells in one message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The Envoy's node id; deployments copy it, so it tells no two apart.
    pub envoy: String,
    /// Which life of which of its workers: a number drawn at random, below 2^63 and not 0. A restart begins a new one, and its numbers at 1 again.
    pub epoch: u64,
    /// The report's number, from 1. Another report under the same number is taken for the same one.
    pub sequence: u64,
    /// What was used.
    pub usage: Vec<Use>,
}

/// What was used in one minute by one combination of tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Minutes since 1970.
    pub minute: u64,
    /// By whom, on what.
    pub of: Tags,
    /// How much.
    pub counts: Counts,
}

/// What became of a report. Whatever it is, the reporter may forget the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It is booked. `moved` entries told of a time that cannot be (see [`Ledger::apply_report`]) and are booked to the present minute.
    Booked {
        /// How many.
        moved: u64,
    },
    /// It was booked before; nothing was changed.
    Duplicate,
}

impl Ledger {
    /// Books a report: its use, priced by the table in force in its minute. Reports may come in any order and any number of times. An entry that is more than 35 days old or more than 5 minutes ahead is booked to the minute of `now_ms`.
    ///
    /// # Errors
    /// The report has no valid number ([`crate::Kind::Invalid`]), or the store cannot be written; then nothing is booked, and the report
    /// must be sent again.
    pub fn apply_report(&self, report: &Report, now_ms: u64) -> Result<Applied> {
        if [report.sequence, report.epoch].iter().any(|number| *number == 0 || *number > MOST) {
            let (epoch, sequence) = (report.epoch, report.sequence);
            return Err(Error::invalid(format!(
                "epoch {epoch}, sequence {sequence}: both are at least 1 and below 2^63"
            )));
        }
        let (uses, moved) = sorted(&report.usage, now_ms / MINUTE_MS);
        self.write(|connection| {
            if !first_seen(connection, report, now_ms)? {
                return Ok(Applied::Duplicate);
            }
            let mut histories = BTreeMap::new();
            let (mut rows, mut booked) = (Vec::with_capacity(uses.len()), Vec::with_capacity(uses.len()));
            // In the order of their keys, as every transaction goes: two that need the same rows never wait for each other in a ring.
            for ((minute, tags), counts) in &uses {
                let history = match histories.entry((&tags.provider, &tags.model)) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert(History::load(connection, &tags.provider, &tags.model)?),
                };
                let (row, micro_usd) = usage::row(*minute, tags, counts, history.at((minute + 1) * MINUTE_MS - 1));
                rows.push(row);
                booked.push((*minute, tags, counts, micro_usd));
            }
            usage::book(connection, &rows)?;
            window::add(connection, &booked, now_ms)?;
            Ok(Applied::Booked { moved })
        })
    }
}

/// The largest number that the stores hold.
const MOST: u64 = i64::MAX as u64;

/// The entries by key, those of one key in one; and how many had an impossible minute.
fn sorted(usage: &[Use], now: u64) -> (BTreeMap<(u64, Tags), Counts>, u64) {
    let (mut sorted, mut moved) = (BTreeMap::<_, Counts>::new(), 0);
    for entry in usage {
        let mut minute = entry.minute;
        if !(now.saturating_sub(BACK_MINUTES)..=now.saturating_add(AHEAD_MINUTES)).contains(&minute) {
            minute = now;
            moved += 1;
        }
        let of = &entry.of;
        let fit = |text: &str| fit(text).into_owned();
        let tags = Tags {
            team: fit(&of.team),
            app: fit(&of.app),
            user: fit(&of.user),
            feature: fit(&of.feature),
            model: fit(&of.model),
            provider: fit(&of.provider),
            route: fit(&of.route),
        };
        sorted.entry((minute, tags)).or_default().add(&entry.counts);
    }
    (sorted, moved)
}

/// Books the number of a report; false if it was booked before.
fn first_seen(connection: &mut dyn Driver, report: &Report, now_ms: u64) -> Result<bool> {
    let envoy = fit(&report.envoy);
    let stream: [Value; 2] = [(&*envoy).into(), report.epoch.into()];
    let [name, epoch] = stream.clone();
    // Locks the stream's row: reports of one Envoy are booked one after the other.
    let sql = "INSERT INTO report_streams (envoy, epoch, through, last_ms) VALUES ($1, $2, 0, $3) \
               ON CONFLICT (envoy, epoch) DO UPDATE SET last_ms = excluded.last_ms RETURNING through";
    let through = connection.one(sql, &[name.clone(), epoch.clone(), now_ms.into()])?.count(0)?;
    if report.sequence <= through {
        return Ok(false);
    }
    if report.sequence > through + 1 {
        let sql = "INSERT INTO reports (envoy, epoch, sequence) VALUES ($1, $2, $3) ON CONFLICT (envoy, epoch, sequence) DO NOTHING";
        return Ok(connection.execute(sql, &[name, epoch, report.sequence.into()])? == 1);
    }
    // The next one. If it closes a gap, those behind it need no row of their own any more.
    let sql = "SELECT sequence FROM reports WHERE envoy = $1 AND epoch = $2 ORDER BY sequence";
    let mut through = report.sequence;
    for row in connection.query(sql, &stream)? {
        if row.count(0)? != through + 1 {
            break;
        }
        through += 1;
    }
    let sql = "UPDATE report_streams SET through = $3 WHERE envoy = $1 AND epoch = $2";
    connection.execute(sql, &[name.clone(), epoch.clone(), through.into()])?;
    if through > report.sequence {
        let sql = "DELETE FROM reports WHERE envoy = $1 AND epoch = $2 AND sequence <= $3";
        connection.execute(sql, &[name, epoch, through.into()])?;
    }
    Ok(true)
}
