//! What an admitted request holds until its use is known.

use tollgate_policy::quota::Unit;

use crate::cost::Cost;
use crate::standing::Standing;
use crate::state::{Entry, State};
use crate::store::{MOST_ATTEMPTS, Store, StoreError, Unavailable};
use crate::window::Span;

/// An admitted request's share of its quotas. Settle it when the use is known; dropped unsettled, the share stays
/// charged until the windows end. It stands on its own: the plan it came from may be replaced meanwhile.
#[derive(Debug, Clone, Default)]
#[must_use = "what is not settled stays charged until its window ends"]
pub struct Reservation {
    pub(crate) holds: Vec<Hold>,
    pub(crate) standings: Vec<Standing>,
}

/// What is held under one key.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    pub key: String,
    pub claims: Vec<Claim>,
}

/// What is held in one window of one quota.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub quota: u64,
    pub unit: Unit,
    pub span: Span,
    pub amount: u64,
}

impl Reservation {
    /// Every quota of the request with what was left after it was admitted.
    #[must_use]
    pub fn standings(&self) -> &[Standing] {
        &self.standings
    }

    /// Whether there is nothing left to settle.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.holds.is_empty()
    }

    /// Puts what was really used in the place of what was reserved, in the windows of the reservation and nowhere
    /// else. Use beyond the reservation is charged in full, even beyond the limit: it has happened. Requests are
    /// never returned.
    ///
    /// May be called again: what is settled is not settled twice.
    ///
    /// # Errors
    /// The store fails; what could not be settled is kept and the next call tries it again.
    pub fn settle(&mut self, store: &mut dyn Store, actual: &Cost) -> Result<(), Unavailable> {
        self.replace(store, |claim| {
            let used = actual.amount(claim.unit);
            match claim.unit {
                Unit::Requests => used.max(claim.amount),
                Unit::InFlight => 0,
                Unit::Tokens | Unit::InputTokens | Unit::OutputTokens | Unit::Usd => used,
            }
        })
    }

    /// Returns everything, requests included: for a request that never left for a provider.
    ///
    /// # Errors
    /// As [`Reservation::settle`].
    pub fn cancel(&mut self, store: &mut dyn Store) -> Result<(), Unavailable> {
        self.replace(store, |_| 0)
    }

    fn replace(&mut self, store: &mut dyn Store, used: impl Fn(&Claim) -> u64) -> Result<(), Unavailable> {
        while let Some(hold) = self.holds.last() {
            hold.replace(store, &used)?;
            self.holds.pop();
        }
        Ok(())
    }
}

impl Hold {
    fn replace(&self, store: &mut dyn Store, used: &impl Fn(&Claim) -> u64) -> Result<(), Unavailable> {
        if self.claims.iter().all(|claim| used(claim) == claim.amount) {
            return Ok(());
        }
        for _ in 0..MOST_ATTEMPTS {
            let (before, version) = match store.load(&self.key)? {
                Some((bytes, version)) => (State::decode(&bytes)?, Some(version)),
                None => (State::default(), None),
            };
            let mut after = before.clone();
            for claim in &self.claims {
                let used = used(claim);
                match after.find_mut(claim.quota) {
                    // Another beginning is another window: a later one owes nothing to this reservation.
                    Some(entry) if entry.span != claim.span => {}
                    Some(entry) => entry.taken = entry.taken.saturating_sub(claim.amount).saturating_add(used),
                    // The window ended and was dropped, and will be again; or the store lost it, and this much is known.
                    None if used > 0 => after.put(Entry { quota: claim.quota, span: claim.span, taken: used }),
                    None => {}
                }
            }
            if after == before {
                return Ok(());
            }
            match store.store(&self.key, &after.encode(), version) {
                Ok(()) => return Ok(()),
                Err(StoreError::Conflict) => {}
                Err(StoreError::Unavailable(unavailable)) => return Err(unavailable),
            }
        }
        Err(Unavailable::new("too many workers change the same counts at once"))
    }
}
