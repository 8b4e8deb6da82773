//! One worker's reports.

use std::collections::BTreeMap;

use super::counts::{Counts, Tags};
use super::wire::{MOST_ENTRIES, Report, Use};

/// A report goes out this often, if there is anything to tell.
pub const EVERY_MS: u64 = 2_000;
/// How long a report may take to be answered; after that it counts as not booked.
pub const TIMEOUT_MS: u64 = 10_000;
/// Entries that are kept while nobody takes reports. Beyond that they are told with less detail: see [`Reporter::add`].
pub const MOST_KEPT: usize = 4_096;

/// The first pause after a report that was not booked, and the longest: it doubles each time.
const FIRST_PAUSE_MS: u64 = 1_000;
const LONGEST_PAUSE_MS: u64 = 30_000;

/// What takes detail from an entry's minute and tags.
type Step<'a> = dyn Fn(&mut (u64, Tags)) + 'a;

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is booked, now or before.
    Booked,
    /// It never will be.
    Refused,
    /// Nobody knows.
    Lost,
}

/// What a worker has used and not seen booked.
///
/// Use is gathered by minute and tags. A report takes the oldest of it, gets the next number, and is sent again, the same bytes under the same
/// number, until it is booked: only then the next one goes out. So everything is booked once, whatever is lost or comes twice.
#[derive(Debug, Clone, Default)]
pub struct Reporter {
    gathered: BTreeMap<(u64, Tags), Counts>,
    sequence: u64,
    next_at_ms: u64,
    unbooked: Option<Unbooked>,
}

#[derive(Debug, Clone)]
struct Unbooked {
    sequence: u64,
    bytes: Vec<u8>,
    /// Under way until then at most; 0 if it is not.
    until_ms: u64,
    pause_ms: u64,
}

impl Reporter {
    /// Adds what an exchange used that ended in `minute`, counted from 1970.
    ///
    /// At [`MOST_KEPT`] entries, and until half of them are free, all of them give up detail, in this order: the user; app and feature; the minute within
    /// the hour; the route; the hour; the provider and model; the team. Counts are never given up.
    pub fn add(&mut self, minute: u64, mut tags: Tags, counts: &Counts) {
        tags.fit();
        let key = (minute, tags);
        if self.gathered.len() >= MOST_KEPT && !self.gathered.contains_key(&key) {
            self.thin_out(minute);
        }
        self.gathered.entry(key).or_default().add(counts);
    }

    /// A report to be sent now, and its number; `None` if there is nothing to tell, it is not yet time, or one is under way.
    ///
    /// `epoch`: see [`epoch`]. It must be the same in each call.
    pub fn next(&mut self, node: &str, epoch: u64, now_ms: u64) -> Option<(u64, Vec<u8>)> {
        if let Some(unbooked) = &mut self.unbooked {
            if is_ahead(unbooked.until_ms, TIMEOUT_MS, now_ms) {
                return None;
            }
            if unbooked.until_ms > 0 {
                // Nobody told what became of it: the configuration that sent it is gone.
                unbooked.until_ms = 0;
                self.next_at_ms = now_ms;
            }
        }
        let full = self.unbooked.is_none() && self.gathered.len() >= MOST_ENTRIES;
        if !full && is_ahead(self.next_at_ms, LONGEST_PAUSE_MS, now_ms) {
            return None;
        }
        if self.unbooked.is_none() {
            self.unbooked = Some(self.gather(node, epoch)?);
        }
        self.next_at_ms = now_ms.saturating_add(EVERY_MS);
        let unbooked = self.unbooked.as_mut()?;
        unbooked.until_ms = now_ms.saturating_add(TIMEOUT_MS);
        Some((unbooked.sequence, unbooked.bytes.clone()))
    }

    /// What became of the report of this number. Of one that is no longer under way, nothing is learnt.
    pub fn ended(&mut self, sequence: u64, outcome: Outcome, now_ms: u64) {
        let Some(unbooked) = self.unbooked.as_mut().filter(|unbooked| unbooked.sequence == sequence) else { return };
        match outcome {
            Outcome::Booked | Outcome::Refused => self.unbooked = None,
            Outcome::Lost => {
                unbooked.until_ms = 0;
                self.next_at_ms = now_ms.saturating_add(unbooked.pause_ms);
                unbooked.pause_ms = unbooked.pause_ms.saturating_mul(2).min(LONGEST_PAUSE_MS);
            }
        }
    }

    fn gather(&mut self, node: &str, epoch: u64) -> Option<Unbooked> {
        let mut usage = Vec::with_capacity(self.gathered.len().min(MOST_ENTRIES));
        while usage.len() < MOST_ENTRIES {
            let Some(((minute, of), counts)) = self.gathered.pop_first() else { break };
            usage.push(Use { minute, of, counts });
        }
        if usage.is_empty() {
            return None;
        }
        self.sequence += 1;
        let report = Report { node: node.to_owned(), epoch, sequence: self.sequence, usage };
        let (sequence, bytes) = (self.sequence, report.encode());
        Some(Unbooked { sequence, bytes, until_ms: 0, pause_ms: FIRST_PAUSE_MS })
    }

    fn thin_out(&mut self, newest: u64) {
        let steps: [&Step<'_>; 7] = [
            &|(_, tags)| tags.user.clear(),
            &|(_, tags)| (tags.app, tags.feature) = (String::new(), String::new()),
            &|(minute, _)| *minute -= *minute % 60,
            &|(_, tags)| tags.route.clear(),
            &|(minute, _)| *minute = newest,
            &|(_, tags)| (tags.provider, tags.model) = (String::new(), String::new()),
            &|(_, tags)| tags.team.clear(),
        ];
        for step in steps {
            for (mut key, counts) in std::mem::take(&mut self.gathered) {
                step(&mut key);
                self.gathered.entry(key).or_default().add(&counts);
            }
            if self.gathered.len() <= MOST_KEPT / 2 {
                return;
            }
        }
    }
}

/// Names a worker's life: below 2^63, never 0. `envoy` is the random name of the Envoy's life, `worker` a number that no other worker of it has had.
/// The mixture (the finalizer of splitmix64, which maps no two numbers to one) is as random as the name.
#[must_use]
pub fn epoch(envoy: u64, worker: u64) -> u64 {
    let mut mixed = envoy.wrapping_add(worker.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> 1).max(1)
}

/// Whether `until_ms` is ahead, and by no more than it can be unless the clock was set back.
fn is_ahead(until_ms: u64, most_ms: u64, now_ms: u64) -> bool {
    now_ms < until_ms && until_ms - now_ms <= most_ms
}
