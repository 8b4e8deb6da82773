//! Where a request stands with one quota.

use std::fmt;
use std::sync::Arc;

use tollgate_policy::quota::{Subject, Unit, Window};

use crate::cost::in_words;
use crate::window;

/// One quota as a request found it: what is left for the caller, and until when. Amounts are in the unit's smallest
/// step (millionths of a US dollar for `usd`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The quota's name in the policy.
    pub quota: Arc<str>,
    /// What it counts.
    pub unit: Unit,
    /// Its window.
    pub per: Window,
    /// Whose use it adds up.
    pub by: Subject,
    /// How much fits into one window.
    pub limit: u64,
    /// How much is left in this window, after this request where it was admitted.
    pub remaining: u64,
    /// When the window ends and the whole limit is there again, in milliseconds since 1970. For a window that has
    /// not begun, when it would end had it begun with this request.
    pub resets_at_ms: u64,
    /// Whether a request that does not fit is to be made smaller rather than refused.
    pub clamp: bool,
}

impl Standing {
    /// Milliseconds until the window ends; 0 once it has.
    #[must_use]
    pub fn reset_ms(&self, now_ms: u64) -> u64 {
        self.resets_at_ms.saturating_sub(now_ms)
    }
}

/// `tpm: 1500 tokens of 2000 tokens per minute left`
impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (remaining, limit) = (in_words(self.remaining, self.unit), in_words(self.limit, self.unit));
        match self.unit {
            Unit::InFlight => write!(f, "{}: {remaining} of {limit} left", self.quota),
            _ => write!(f, "{}: {remaining} of {limit} per {} left", self.quota, window::word(self.per)),
        }
    }
}
