//! An Envoy's share of a pool, as its workers find it in the store.

use super::message::{Ask, Facts, Holder, Lease, Pool, Report, Told};

/// A pool has at most so many periods on record: those of a sliding window, the open one and the next.
pub const MOST_PERIODS: usize = super::period::SLIDES as usize + 3;

/// How long an ask may be under way before the next goes out for the same reason.
pub(crate) const PATIENCE_MS: u64 = 100;

/// The longest a lease runs without being renewed. One that seems to run longer was renewed before the clock was set back, and is not used
/// until it has been renewed again.
pub const LONGEST_TTL_MS: u64 = 60_000;

/// Whether `until_ms` is ahead, and by no more than it can be unless the clock was set back.
pub(crate) fn is_ahead(until_ms: u64, most_ms: u64, now_ms: u64) -> bool {
    now_ms < until_ms && until_ms - now_ms <= most_ms
}

/// Grants of one period. At all times `granted >= returned + spent + out`, save for use beyond what was reserved; the difference is
/// free to be drawn. Times are this Envoy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Account {
    pub from_ms: u64,
    pub starts_at_ms: u64,
    pub stops_at_ms: u64,
    pub accepts_until_ms: u64,
    pub counts_until_ms: u64,
    pub granted: u64,
    pub returned: u64,
    pub spent: u64,
    pub out: u64,
}

impl Account {
    /// What no worker holds.
    pub(crate) fn free(&self) -> u64 {
        self.granted.saturating_sub(self.returned).saturating_sub(self.spent.saturating_add(self.out))
    }

    /// Whether requests may reserve from it at `now_ms`.
    pub(crate) fn is_usable(&self, now_ms: u64) -> bool {
        self.starts_at_ms <= now_ms && is_ahead(self.stops_at_ms, LONGEST_TTL_MS, now_ms)
    }

    /// A worker takes `amount`, or nothing.
    pub(crate) fn draw(&mut self, amount: u64) -> bool {
        let fits = amount <= self.free();
        if fits {
            self.out = self.out.saturating_add(amount);
        }
        fits
    }

    /// A worker gives up `closed` of what it drew, and says what was used.
    pub(crate) fn close(&mut self, closed: u64, spent: u64) {
        self.out = self.out.saturating_sub(closed);
        self.spent = self.spent.saturating_add(spent);
    }

    fn report(&self, now_ms: u64) -> Report {
        let Self { from_ms, returned, spent, out, .. } = *self;
        Report { from_ms, returned, spent, out, closed: self.accepts_until_ms <= now_ms }
    }

    fn renew(&mut self, lease: &Lease, asked_at_ms: u64, now_ms: u64) {
        let at = |in_ms: u64| asked_at_ms.saturating_add(in_ms);
        self.granted = self.granted.max(lease.granted);
        self.starts_at_ms = self.starts_at_ms.min(now_ms.saturating_add(lease.starts_in_ms));
        self.accepts_until_ms = self.accepts_until_ms.min(at(lease.accepts_in_ms));
        self.counts_until_ms = self.counts_until_ms.max(at(lease.counts_in_ms));
        // The greater, since answers come in any order; but not one from before the clock was set back.
        let stops = at(lease.ttl_ms.min(LONGEST_TTL_MS));
        let renewed =
            if is_ahead(self.stops_at_ms, LONGEST_TTL_MS, now_ms) { stops.max(self.stops_at_ms) } else { stops };
        self.stops_at_ms = renewed.min(self.accepts_until_ms);
    }
}

/// The moment at most `in_ms` from `now_ms` at which all pools of an Envoy are due, so that one call tells of all: a whole number of times `in_ms`,
/// and each Envoy's own fraction of it, so that not all Envoys call at once.
fn in_step(now_ms: u64, in_ms: u64, envoy: u64) -> u64 {
    let period = in_ms.max(1);
    let phase = envoy % period;
    let due = now_ms.saturating_add(in_ms);
    due.saturating_sub(due.saturating_sub(phase) % period)
}

/// A pool in an Envoy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Record {
    /// Which pool.
    pub pool: u64,
    /// Which record of it: see [`Holder`].
    pub serial: u64,
    /// How it stood when the service was last asked, when that was (0 for never), and when the period ends that this was said of.
    pub facts: Facts,
    pub told_at_ms: u64,
    pub told_until_ms: u64,
    /// When an account last changed: it is to be told if that is not before what was told last.
    pub changed_at_ms: u64,
    /// When an ask last went out.
    pub asked_at_ms: u64,
    /// When the next is due if there is anything to tell.
    pub sync_at_ms: u64,
    /// By period, oldest first.
    pub accounts: Vec<Account>,
}

impl Record {
    pub(crate) fn find(&mut self, from_ms: u64) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.from_ms == from_ms)
    }

    /// The grants that may be used now.
    pub(crate) fn current(&mut self, now_ms: u64) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.is_usable(now_ms))
    }

    pub(crate) fn free(&self, now_ms: u64) -> u64 {
        self.accounts.iter().filter(|account| account.is_usable(now_ms)).map(Account::free).sum()
    }

    /// Drops periods that count no more.
    pub(crate) fn forget(&mut self, now_ms: u64) {
        self.accounts.retain(|account| now_ms < account.counts_until_ms);
    }

    /// Whether nothing would be lost with it but a lease that the service takes back on its own.
    pub(crate) fn is_idle(&self) -> bool {
        self.accounts.iter().all(|account| account.out == 0 && account.free() == 0)
    }

    /// Whether there is anything to tell the service: something rests here, or changed, or was told and not answered.
    pub(crate) fn has_news(&self) -> bool {
        self.asked_at_ms > self.told_at_ms
            || self.changed_at_ms > 0 && self.changed_at_ms >= self.told_at_ms
            || self.accounts.iter().any(|account| account.free() > 0)
    }

    /// Whether there is reason to ask: somebody waits, little is left, or there is something to tell and it is time.
    pub(crate) fn is_due(&self, short: u64, now_ms: u64) -> bool {
        let asked = is_ahead(self.asked_at_ms.saturating_add(PATIENCE_MS), PATIENCE_MS, now_ms);
        let low = self.facts.left > 0 && self.free(now_ms) < self.facts.keep / 2;
        let due = !is_ahead(self.sync_at_ms, LONGEST_TTL_MS, now_ms);
        short > 0 || (!asked && (low || (due && self.has_news())))
    }

    /// What the service is told. What is more than it should keep is returned with it, where nobody waits.
    pub(crate) fn ask(&mut self, pool: Pool, envoy: u64, need: u64, least: u64, now_ms: u64) -> Ask {
        self.asked_at_ms = now_ms;
        let keep = self.facts.keep;
        for account in &mut self.accounts {
            let keep = if account.accepts_until_ms <= now_ms { 0 } else { keep };
            let more = account.free().saturating_sub(keep);
            // A period that has not begun is kept: it was granted to be there in time.
            if need == 0 && more > 0 && account.starts_at_ms <= now_ms {
                account.returned = account.returned.saturating_add(more);
            }
        }
        let reports = self.accounts.iter().map(|account| account.report(now_ms)).collect();
        Ask { pool, holder: Holder { envoy, record: self.serial }, reports, need, least }
    }

    /// Takes over what the service said to an ask of `asked_at_ms`.
    pub(crate) fn take(&mut self, told: &Told, asked_at_ms: u64, now_ms: u64) {
        if told.holder.record != self.serial {
            // Granted to a record that is forgotten; the service keeps it charged.
            return;
        }
        for lease in &told.leases {
            if let Some(account) = self.find(lease.from_ms) {
                account.renew(lease, asked_at_ms, now_ms);
            } else if self.accounts.len() < MOST_PERIODS {
                let mut account = Account {
                    from_ms: lease.from_ms,
                    starts_at_ms: u64::MAX,
                    accepts_until_ms: u64::MAX,
                    ..Account::default()
                };
                account.renew(lease, asked_at_ms, now_ms);
                self.accounts.push(account);
            }
        }
        self.accounts.sort_by_key(|account| account.from_ms);
        // An answer that was overtaken has nothing to say of how things stand.
        if asked_at_ms >= self.told_at_ms {
            self.told_at_ms = asked_at_ms;
            self.facts = told.facts;
            self.told_until_ms = told.leases.first().map_or(0, |lease| asked_at_ms.saturating_add(lease.accepts_in_ms));
            self.sync_at_ms = in_step(now_ms, told.sync_in_ms.min(LONGEST_TTL_MS), told.holder.envoy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn pools_of_an_envoy_are_due_together() {
        for (now, envoy) in [(10_000, 7), (10_001, 7), (11_999, 7), (12_006, 7), (10_000, u64::MAX), (3, 1_999)] {
            let due = in_step(now, 2_000, envoy);
            assert!((now + 1..=now + 2_000).contains(&due), "{now}: {due}");
            assert!(due < 2_000 || due % 2_000 == envoy % 2_000, "{now}: {due}");
        }
        assert_eq!(in_step(10_000, 0, 7), 10_000);
    }
}
