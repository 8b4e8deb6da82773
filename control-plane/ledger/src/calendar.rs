//! Days and months by the clock on the wall of a time zone. The zones come with this program, so that all replicas of one version know the
//! same.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use tollgate_policy::quota::{Quota, Shape, Unit, Window};
use tollgate_quota::lease::{Period, Utc, Windows};

/// The time zone of this name.
#[must_use]
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// The windows of a quota.
#[derive(Debug, Clone)]
pub struct Calendar {
    utc: Utc,
    zone: Option<TimeZone>,
}

impl Calendar {
    /// Those of `quota`. A time zone that nobody knows, which the configuration's check refuses, is UTC.
    #[must_use]
    pub fn new(quota: &Quota) -> Self {
        Self::of(quota.unit, quota.per, quota.window, quota.time_zone.as_deref())
    }

    /// Windows of `per` that follow one another as `shape` says, by the clock of a zone. What is in flight is counted as in a sliding window: a
    /// seat that nobody gives back is free again when it is a window old.
    #[must_use]
    pub fn of(unit: Unit, per: Window, shape: Shape, zone: Option<&str>) -> Self {
        let sliding = shape == Shape::Sliding || unit == Unit::InFlight;
        Self { utc: Utc { per, sliding }, zone: zone.and_then(self::zone) }
    }

    /// The window of the calendar around a moment: its first millisecond and the first one after it. None where windows begin with a request.
    #[must_use]
    pub fn around(&self, ms: u64) -> Option<(u64, u64)> {
        if self.utc.sliding || !matches!(self.utc.per, Window::Day | Window::Month) {
            return None;
        }
        let period = self.period(ms);
        Some((period.from_ms, period.accepts_until_ms))
    }

    /// A day here has 23, 24 or 25 hours: it ends where the next one begins. None beyond the years that a calendar has.
    fn local(&self, zone: &TimeZone, now_ms: u64) -> Option<Period> {
        let now = Timestamp::from_millisecond(i64::try_from(now_ms).ok()?).ok()?.to_zoned(zone.clone());
        let (first, length) = match self.utc.per {
            Window::Day => (now, 1.day()),
            Window::Month => (now.first_of_month().ok()?, 1.month()),
            Window::Second | Window::Minute | Window::Hour => return None,
        };
        let from = first.start_of_day().ok()?;
        // By the date: a midnight that was skipped moves the beginning of its own day and of no other.
        let until = from.date().checked_add(length).ok()?.to_zoned(zone.clone()).ok()?.start_of_day().ok()?;
        let ms = |at: &Zoned| u64::try_from(at.timestamp().as_millisecond()).ok();
        let (from_ms, until_ms) = (ms(&from)?, ms(&until)?);
        Some(Period { from_ms, accepts_until_ms: until_ms, counts_until_ms: until_ms })
    }
}

impl Windows for Calendar {
    fn period(&self, now_ms: u64) -> Period {
        let local = self.zone.as_ref().filter(|_| !self.utc.sliding).and_then(|zone| self.local(zone, now_ms));
        local.unwrap_or_else(|| self.utc.period(now_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    fn ms(at: &str) -> u64 {
        u64::try_from(at.parse::<Timestamp>().unwrap().as_millisecond()).unwrap()
    }

    fn window(per: Window, zone: &str, at: &str) -> (String, u64) {
        let calendar = Calendar::of(Unit::Tokens, per, Shape::Fixed, Some(zone));
        let (from, until) = calendar.around(ms(at)).unwrap();
        assert_eq!(calendar.around(until - 1).unwrap(), (from, until), "its last millisecond is of it");
        assert_eq!(calendar.around(until).unwrap().0, until, "the next begins where it ends");
        (Timestamp::from_millisecond(from as i64).unwrap().to_string(), (until - from) / HOUR)
    }

    #[test]
    fn days_are_as_long_as_the_clock_on_the_wall_makes_them() {
        let zurich = |at| window(Window::Day, "Europe/Zurich", at);
        assert_eq!(zurich("2026-11-21T12:00:00Z"), ("2026-11-20T23:00:00Z".into(), 24));
        assert_eq!(zurich("2026-03-29T12:00:00Z"), ("2026-03-28T23:00:00Z".into(), 23));
        assert_eq!(zurich("2026-10-25T00:30:00Z"), ("2026-10-24T22:00:00Z".into(), 25));
        assert_eq!(zurich("2026-10-25T01:30:00Z"), ("2026-10-24T22:00:00Z".into(), 25), "the hour that comes twice");
        assert_eq!(window(Window::Day, "Asia/Kathmandu", "2026-01-01T00:00:00Z"), ("2025-12-31T18:15:00Z".into(), 24));
        // Midnight itself is skipped: the day begins at one o'clock.
        assert_eq!(window(Window::Day, "Africa/Cairo", "2026-04-24T12:00:00Z"), ("2026-04-23T22:00:00Z".into(), 23));
        // The date line was crossed: 30 December 2011 did not take place.
        assert_eq!(window(Window::Day, "Pacific/Apia", "2011-12-29T12:00:00Z"), ("2011-12-29T10:00:00Z".into(), 24));
    }

    #[test]
    fn months_begin_at_their_first_midnight() {
        let month = |zone, at| window(Window::Month, zone, at);
        assert_eq!(month("Europe/Zurich", "2026-03-15T00:00:00Z"), ("2026-02-28T23:00:00Z".into(), 31 * 24 - 1));
        assert_eq!(month("America/Los_Angeles", "2026-12-01T07:59:59Z"), ("2026-11-01T07:00:00Z".into(), 30 * 24 + 1));
        assert_eq!(month("UTC", "2028-02-29T23:59:59Z"), ("2028-02-01T00:00:00Z".into(), 29 * 24));
    }

    #[test]
    fn a_zone_is_known_or_not_and_short_windows_have_none() {
        assert!(zone("Europe/Zurich").is_some() && zone("UTC").is_some());
        assert!(zone("Europe/Atlantis").is_none() && zone("").is_none());
        let minute = Calendar::of(Unit::Requests, Window::Minute, Shape::Fixed, None);
        assert_eq!(minute.around(5), None);
        assert_eq!(minute.period(5), Utc { per: Window::Minute, sliding: false }.period(5));
        let seats = Calendar::of(Unit::InFlight, Window::Hour, Shape::Fixed, None);
        assert_eq!(seats.period(5), Utc { per: Window::Hour, sliding: true }.period(5));
        assert_eq!(Calendar::of(Unit::Usd, Window::Month, Shape::Sliding, None).around(5), None);
    }
}
