//! What a grant is charged to.

use tollgate_policy::quota::Window;

use crate::window::{Span, length_ms};

/// A sliding window is cut into so many periods: grants of one count until the whole window after its end is over, so the
/// price of exactness is one part in this many of the limit.
pub const SLIDES: u64 = 32;

/// A period further ahead than this, and than its own length, was opened by a clock that was wrong.
const PATIENCE_MS: u64 = 60_000;

/// A stretch of the service's time that grants are charged to, in milliseconds since 1970. A pool has one of them open at
/// a time; its `from_ms` names it.
///
/// In a fixed window it is the window. In a sliding one it is a part of it, and what is charged counts on after it has
/// stopped to accept: for a whole window, so that no stretch of that length ever sees more than the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first millisecond.
    pub from_ms: u64,
    /// From here on nothing may be reserved from its grants; above `from_ms`.
    pub accepts_until_ms: u64,
    /// From here on what was charged to it counts no more; not before `accepts_until_ms`.
    pub counts_until_ms: u64,
}

impl Period {
    /// Whether both limit the same stretch of time, so that what is charged to one is missing in the other.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from_ms < other.counts_until_ms && other.from_ms < self.counts_until_ms
    }

    /// Whether what is charged to it still counts at `now_ms`. One that lies ahead by more than its length and a minute
    /// never began: a clock was wrong when it was opened and has been set right.
    #[must_use]
    pub fn counts(&self, now_ms: u64) -> bool {
        let length = self.accepts_until_ms.saturating_sub(self.from_ms);
        now_ms < self.counts_until_ms && self.from_ms.saturating_sub(now_ms) <= length.max(PATIENCE_MS)
    }
}

/// When a quota's windows begin and end. [`Utc`] is one; the control plane, which knows time zones, has another.
pub trait Windows {
    /// The period that begins with a request at `now_ms`, none being open.
    fn period(&self, now_ms: u64) -> Period;
}

/// Windows in UTC: seconds, minutes and hours begin with a request, days and months with the calendar's. A sliding month
/// has 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utc {
    /// The window.
    pub per: Window,
    /// Whether the limit holds in every stretch of the window's length.
    pub sliding: bool,
}

impl Windows for Utc {
    fn period(&self, now_ms: u64) -> Period {
        if !self.sliding {
            let span = Span::begin(self.per, now_ms);
            let until = span.until_ms();
            return Period { from_ms: span.from_ms, accepts_until_ms: until, counts_until_ms: until };
        }
        let length = length_ms(self.per);
        let accepts_until_ms = now_ms.saturating_add(length / SLIDES);
        Period { from_ms: now_ms, accepts_until_ms, counts_until_ms: accepts_until_ms.saturating_add(length) }
    }
}
