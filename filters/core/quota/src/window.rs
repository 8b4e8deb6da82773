//! When a window begins and ends.

use tollgate_policy::quota::Window;

use crate::calendar;

/// How far the clocks of workers may differ, and how long a clock that was set back may keep a short window open.
const PATIENCE_MS: u64 = 60_000;

/// A stretch of time, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// Its first millisecond.
    pub from_ms: u64,
    /// Its length; at least 1.
    pub length_ms: u64,
}

impl Span {
    /// The window that begins with a request at `now_ms`, none being open.
    ///
    /// A second, a minute or an hour begins with the request itself: a client that was refused until the end of its
    /// window has the whole next one, and no two of them stand on a boundary that every client knows. A day or a month
    /// is the calendar's, in UTC, since that is what budgets are written for.
    pub(crate) fn begin(window: Window, now_ms: u64) -> Self {
        let (from_ms, length_ms) = match window {
            Window::Second | Window::Minute | Window::Hour => (now_ms, length_ms(window)),
            Window::Day => (now_ms - now_ms % calendar::DAY_MS, calendar::DAY_MS),
            Window::Month => calendar::month(now_ms),
        };
        Self { from_ms, length_ms }
    }

    /// The first millisecond after it.
    pub(crate) fn until_ms(&self) -> u64 {
        self.from_ms.saturating_add(self.length_ms)
    }

    /// Whether it is still open at `now_ms`.
    ///
    /// A clock that is behind the one that opened the window counts into it: workers read the time at different moments,
    /// and a slow one may come with a time that is long past. If the window lies further ahead than its own length
    /// and than [`PATIENCE_MS`], the clock was wrong when it was opened and has been set right: nobody shall wait for
    /// the date it showed, and the window is no longer open.
    pub(crate) fn is_open(&self, now_ms: u64) -> bool {
        now_ms < self.until_ms() && self.from_ms.saturating_sub(now_ms) <= self.length_ms.max(PATIENCE_MS)
    }
}

/// The length of a window, where it does not follow the calendar: a month has 30 days.
pub(crate) fn length_ms(window: Window) -> u64 {
    match window {
        Window::Second => 1_000,
        Window::Minute => 60_000,
        Window::Hour => 3_600_000,
        Window::Day => calendar::DAY_MS,
        Window::Month => 30 * calendar::DAY_MS,
    }
}

/// The word for a window in messages.
pub(crate) fn word(window: Window) -> &'static str {
    match window {
        Window::Second => "second",
        Window::Minute => "minute",
        Window::Hour => "hour",
        Window::Day => "day",
        Window::Month => "month",
    }
}
