//! Days and months in UTC, from milliseconds since 1970. No leap seconds, as in every Unix clock.

/// Milliseconds of a day.
pub const DAY_MS: u64 = 86_400_000;

/// A date of the proleptic Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// The year.
    pub year: u64,
    /// 1 to 12.
    pub month: u64,
    /// 1 to 31.
    pub day: u64,
}

/// The date of the day that is `days` after 1970-01-01.
///
/// Counted in years that begin in March, so that the leap day is the last of its year and the months' lengths follow
/// one line: 153 days in any five months.
#[must_use]
pub fn date(days: u64) -> Date {
    // From 0000-03-01; an era is 400 years, after which the calendar repeats. Saturation is billions of years away.
    let days = days.saturating_add(719_468);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let (month, next) = if from_march < 10 { (from_march + 3, 0) } else { (from_march - 9, 1) };
    Date { year: era * 400 + year_of_era + next, month, day: day_of_year - (153 * from_march + 2) / 5 + 1 }
}

/// Days of a month.
fn length(year: u64, month: u64) -> u64 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The month around `now_ms`: its first millisecond and its length.
#[must_use]
pub fn month(now_ms: u64) -> (u64, u64) {
    let today = now_ms / DAY_MS;
    let Date { year, month, day } = date(today);
    let first = today.saturating_sub(day - 1);
    (first.saturating_mul(DAY_MS), length(year, month) * DAY_MS)
}

/// RFC 3339 in UTC with whole seconds, rounded up: whoever waits until then has waited long enough.
#[must_use]
pub fn rfc3339(ms: u64) -> String {
    let seconds = ms.div_ceil(1_000);
    let Date { year, month, day } = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}
