//! What an exchange has taken from its quotas, leased or counted here, until its use is known.

use tollgate_quota::lease::{Held, Verdict, Wanted};
use tollgate_quota::{Cost, Denied, Plan, Reservation, Standing, Subjects, Unavailable};

use crate::till::Till;

/// For so long a request waits for a lease.
pub(crate) const MOST_WAIT_MS: u64 = 1_000;

/// What was taken.
#[derive(Debug, Default)]
pub(crate) enum Taken {
    /// Nothing: there are no quotas, or nobody could count.
    #[default]
    Nothing,
    /// From counts in the store.
    Counted(Reservation),
    /// From the worker's leases; with what was left then.
    Leased(Held, Vec<Standing>),
}

/// Why nothing was taken.
#[derive(Debug)]
pub(crate) enum Untaken {
    /// Not now: there may be more in a moment, at this key of the store. `None` if the worker is not there yet.
    Wait(Option<String>),
    /// Not at all.
    Denied(Denied),
}

/// How a request draws on its team's quotas.
pub(crate) struct Counter<'a> {
    plan: &'a Plan,
    subjects: Subjects<'a>,
    leased: Option<Wanted<'a>>,
    /// When the request came, and when it is.
    since_ms: u64,
    now_ms: u64,
}

impl Taken {
    /// Every quota of the request with what was left after it was admitted.
    pub(crate) fn standings(&self) -> &[Standing] {
        match self {
            Self::Nothing => &[],
            Self::Counted(reservation) => reservation.standings(),
            Self::Leased(_, standings) => standings,
        }
    }

    /// Puts what was used in the place of what was taken, once.
    pub(crate) fn settle(&mut self, till: &mut Till<'_>, cost: &Cost) -> Result<(), Unavailable> {
        match self {
            Self::Nothing => Ok(()),
            Self::Counted(reservation) => reservation.settle(till.store, cost),
            Self::Leased(held, _) => {
                let worker = till.worker.as_deref_mut().ok_or(LEASES_LOST)?;
                worker.settle(held, cost);
                Ok(())
            }
        }
    }

    /// Returns everything, for a request that never left.
    pub(crate) fn cancel(&mut self, till: &mut Till<'_>) -> Result<(), Unavailable> {
        match self {
            Self::Nothing => Ok(()),
            Self::Counted(reservation) => reservation.cancel(till.store),
            Self::Leased(held, _) => {
                let worker = till.worker.as_deref_mut().ok_or(LEASES_LOST)?;
                worker.cancel(held);
                Ok(())
            }
        }
    }
}

/// What was leased stays charged until its window ends.
const LEASES_LOST: Unavailable = Unavailable::new("the worker's leases are gone");

impl<'a> Counter<'a> {
    pub(crate) fn new(plan: &'a Plan, subjects: Subjects<'a>, leases: bool, since_ms: u64, now_ms: u64) -> Self {
        let leased = leases.then(|| plan.wanted(&subjects));
        Self { plan, subjects, leased, since_ms, now_ms }
    }

    /// What is left of each quota, as far as that is known without asking anybody.
    pub(crate) fn headroom(&self, till: &mut Till<'_>) -> Result<Vec<Standing>, Untaken> {
        match &self.leased {
            Some(wanted) => {
                Ok(till.worker.as_deref().map_or_else(Vec::new, |worker| wanted.standings(worker, self.now_ms)))
            }
            None => self
                .plan
                .headroom(till.store, &self.subjects, self.now_ms)
                .map_err(|unavailable| Untaken::Denied(Denied::Unavailable(unavailable))),
        }
    }

    /// Takes what a request may cost. `least` is how little would do where the quota clamps, or everywhere if it is `flexible`.
    pub(crate) fn take(
        &self,
        till: &mut Till<'_>,
        cost: &Cost,
        least: &Cost,
        flexible: bool,
    ) -> Result<Taken, Untaken> {
        let unavailable = |why| Untaken::Denied(Denied::Unavailable(Unavailable::new(why)));
        let Some(wanted) = &self.leased else {
            let reserved = self.plan.reserve(till.store, &self.subjects, cost, self.now_ms);
            return reserved.map(Taken::Counted).map_err(Untaken::Denied);
        };
        let Some(worker) = till.worker.as_deref_mut() else {
            return Err(if self.now_ms < self.since_ms.saturating_add(MOST_WAIT_MS) {
                Untaken::Wait(None)
            } else {
                unavailable("the quota service has not answered since this proxy began")
            });
        };
        let wants = wanted.wants(cost, least, flexible);
        let short = match worker.reserve(till.store, &wants, self.since_ms, MOST_WAIT_MS, self.now_ms) {
            Ok(held) => return Ok(Taken::Leased(held, wanted.standings(worker, self.now_ms))),
            Err(short) => short,
        };
        match short.verdict {
            Verdict::Wait => Err(Untaken::Wait(wants.get(short.want).map(|want| want.key.to_owned()))),
            Verdict::Exceeded | Verdict::Shed => {
                let exceeded = wanted.exceeded(worker, &wants, &short, self.now_ms);
                Err(exceeded.map_or_else(
                    || unavailable("the quota service has not answered yet"),
                    |exceeded| Untaken::Denied(Denied::Exceeded(exceeded)),
                ))
            }
            Verdict::Unavailable => Err(unavailable("the quota service does not answer")),
        }
    }
}
