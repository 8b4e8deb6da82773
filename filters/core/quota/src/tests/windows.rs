use tollgate_policy::quota::{Unit, Window};

use super::{cost, quota, user};
use crate::calendar::{self, DAY_MS, Date};
use crate::window::Span;
use crate::{Memory, Plan};

/// 2024-02-28T23:59:59.999Z.
const LEAP: u64 = 1_709_164_799_999;

fn admitted(plan: &Plan, store: &mut Memory, now_ms: u64) -> bool {
    plan.reserve(store, &user("jane"), &cost(1, 0), now_ms).is_ok()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn short_windows_begin_with_the_first_request() {
    for (window, length) in [(Window::Second, 1_000), (Window::Minute, 60_000), (Window::Hour, 3_600_000)] {
        let plan = Plan::new("t", &[quota("q", Unit::Requests, 1.0, window)]);
        let mut store = Memory::default();
        let start = LEAP - 1;
        assert!(admitted(&plan, &mut store, start));
        assert!(!admitted(&plan, &mut store, start + length - 1));
        // The next begins when somebody asks, not on the minute.
        let later = start + length + 17;
        assert!(admitted(&plan, &mut store, later));
        assert!(!admitted(&plan, &mut store, start + 2 * length));
        assert!(!admitted(&plan, &mut store, later + length - 1));
        assert!(admitted(&plan, &mut store, later + length));
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn days_and_months_are_the_calendars() {
    let day = Plan::new("t", &[quota("q", Unit::Requests, 1.0, Window::Day)]);
    let month = Plan::new("t", &[quota("q", Unit::Requests, 1.0, Window::Month)]);
    let mut store = Memory::default();
    assert!(admitted(&day, &mut store, LEAP));
    assert!(admitted(&day, &mut store, LEAP + 1), "29 February begins");
    assert!(!admitted(&day, &mut store, LEAP + DAY_MS));
    assert!(admitted(&day, &mut store, LEAP + DAY_MS + 1), "1 March begins");

    assert!(admitted(&month, &mut store, LEAP));
    assert!(!admitted(&month, &mut store, LEAP + 1), "29 February is still February");
    assert!(!admitted(&month, &mut store, LEAP + DAY_MS));
    assert!(admitted(&month, &mut store, LEAP + DAY_MS + 1), "1 March begins");
    assert!(!admitted(&month, &mut store, LEAP + 31 * DAY_MS + DAY_MS), "31 March");
    assert!(admitted(&month, &mut store, LEAP + 31 * DAY_MS + DAY_MS + 1), "1 April begins");
}

#[test]
fn dates_are_right_at_every_turn() {
    // Days since 1970 as `date -u -d … +%s` has them.
    for (days, year, month, day) in [
        (0, 1970, 1, 1),
        (58, 1970, 2, 28),
        (59, 1970, 3, 1),
        (789, 1972, 2, 29),
        (10_956, 1999, 12, 31),
        (11_016, 2000, 2, 29),
        (19_781, 2024, 2, 28),
        (19_782, 2024, 2, 29),
        (20_088, 2024, 12, 31),
        (47_540, 2100, 2, 28),
        (47_541, 2100, 3, 1),
        (157_113, 2400, 2, 29),
    ] {
        assert_eq!(calendar::date(days), Date { year, month, day });
    }
    assert_eq!(calendar::rfc3339(LEAP), "2024-02-29T00:00:00Z", "rounded up to the whole second");
    assert_eq!(calendar::rfc3339(LEAP - 999), "2024-02-28T23:59:59Z");
}

#[test]
fn months_follow_each_other_without_gap() {
    let mut now = 0;
    for index in 0..12 * 500 {
        let span = Span::begin(Window::Month, now);
        assert_eq!(span.from_ms, now);
        let Date { year, month, day } = calendar::date(now / DAY_MS);
        assert_eq!((year, month, day), (1970 + index / 12, index % 12 + 1, 1));
        assert_eq!(Span::begin(Window::Month, span.until_ms() - 1), span);
        now = span.until_ms();
    }
}

#[test]
fn a_settlement_after_the_window_touches_no_later_window() {
    let plan = Plan::new("t", &[quota("q", Unit::Tokens, 100.0, Window::Minute)]);
    for actual in [cost(0, 0), cost(0, 1000)] {
        let mut store = Memory::default();
        let mut late = plan.reserve(&mut store, &user("jane"), &cost(0, 80), LEAP).unwrap();
        let _next = plan.reserve(&mut store, &user("jane"), &cost(0, 70), LEAP + 60_000).unwrap();
        late.settle(&mut store, &actual).unwrap();
        assert_eq!(plan.headroom(&mut store, &user("jane"), LEAP + 60_001).unwrap()[0].remaining, 30);
    }
}

#[test]
fn a_settlement_between_two_windows_touches_no_later_window() {
    let plan = Plan::new("t", &[quota("q", Unit::Tokens, 100.0, Window::Minute)]);
    let mut store = Memory::default();
    let mut late = plan.reserve(&mut store, &user("jane"), &cost(0, 80), LEAP).unwrap();
    late.settle(&mut store, &cost(0, 1000)).unwrap();
    assert!(plan.reserve(&mut store, &user("jane"), &cost(0, 100), LEAP + 60_000).is_ok());
}

#[test]
fn a_clock_a_little_behind_counts_into_the_open_window() {
    for window in [Window::Second, Window::Minute, Window::Hour, Window::Day, Window::Month] {
        let plan = Plan::new("t", &[quota("q", Unit::Requests, 1.0, window)]);
        let mut store = Memory::default();
        assert!(admitted(&plan, &mut store, LEAP + 1));
        assert!(!admitted(&plan, &mut store, LEAP - 500), "{window:?}");
    }
}

#[test]
fn a_clock_that_was_far_ahead_does_not_close_a_quota_for_that_long() {
    let plan = Plan::new("t", &[quota("q", Unit::Requests, 1.0, Window::Minute)]);
    let mut store = Memory::default();
    assert!(admitted(&plan, &mut store, LEAP + 365 * DAY_MS));
    assert!(admitted(&plan, &mut store, LEAP));
    assert!(!admitted(&plan, &mut store, LEAP + 1));
}

#[test]
fn no_time_is_too_early_or_too_late() {
    for window in [Window::Second, Window::Minute, Window::Hour, Window::Day, Window::Month] {
        let plan = Plan::new("t", &[quota("q", Unit::Requests, 1.0, window)]);
        for now in [0, 1, u64::MAX - 1, u64::MAX] {
            let mut store = Memory::default();
            assert!(admitted(&plan, &mut store, now), "{window:?} at {now}");
        }
    }
}
