//! Days and stretches of time, as people write them.

use anyhow::{Result, bail};
use tollgate_quota::calendar::{DAY_MS, Date, date};

/// The first millisecond of what `--since` names: `30d`, `4w`, `12h`, `90m` before now, or a day, `2026-11-01`. Days and weeks begin at
/// midnight in UTC, since old use is kept by day.
///
/// # Errors
/// It is none of these, or lies ahead.
pub fn since(text: &str, now_ms: u64) -> Result<u64> {
    let from_ms = if let Some(day) = parse_day(text) { Some(day * DAY_MS) } else { ago(text, now_ms) };
    let Some(from_ms) = from_ms else {
        bail!("`{text}` is no time to begin at: write 30d, 4w, 12h, 90m, or a day such as 2026-11-01");
    };
    if from_ms > now_ms {
        bail!("{text} is yet to come");
    }
    Ok(from_ms)
}

fn ago(text: &str, now_ms: u64) -> Option<u64> {
    let unit = text.chars().last()?;
    let length = match unit {
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => DAY_MS,
        'w' => 7 * DAY_MS,
        _ => return None,
    };
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    let from_ms = now_ms.saturating_sub(number.checked_mul(length)?);
    Some(if matches!(unit, 'd' | 'w') { from_ms - from_ms % DAY_MS } else { from_ms })
}

/// A day since 1970 as `2026-11-01`.
#[must_use]
pub fn day(days: u64) -> String {
    let Date { year, month, day } = date(days);
    format!("{year:04}-{month:02}-{day:02}")
}

fn parse_day(text: &str) -> Option<u64> {
    // Days run in the order of their names: the day is looked up, and what is no day is not found.
    let (mut first, mut beyond) = (0, 2_932_897);
    while first < beyond {
        let middle = first + (beyond - first) / 2;
        if day(middle).as_str() < text { first = middle + 1 } else { beyond = middle }
    }
    (day(first) == text).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_read() {
        let now = 1_790_000_050_000; // 2026-09-21T14:14:10Z
        let midnight = |day: &str| parse_day(day).unwrap() * DAY_MS;
        assert_eq!(since("90m", now).unwrap(), now - 5_400_000);
        assert_eq!(since("12h", now).unwrap(), now - 43_200_000);
        assert_eq!(since("0d", now).unwrap(), midnight("2026-09-21"));
        assert_eq!(since("30d", now).unwrap(), midnight("2026-08-22"));
        assert_eq!(since("1w", now).unwrap(), midnight("2026-09-14"));
        assert_eq!(since("2024-02-29", now).unwrap(), 1_709_164_800_000);
        for wrong in ["", "d", "30", "30y", "2026-02-30", "2026-9-1", "-3d", "2026-12-01", "99999999999999999999d"] {
            assert!(since(wrong, now).is_err(), "{wrong}");
        }
    }
}
