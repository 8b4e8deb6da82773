use tollgate_policy::quota::{Subject, Unit, Window};

use super::{by, cost, quota, user};
use crate::{Cost, Denied, Exceeded, Memory, Plan, Store, Subjects};

const NOW: u64 = 1_700_000_000_000;

fn refused(outcome: Result<crate::Reservation, Denied>) -> Exceeded {
    match outcome {
        Err(Denied::Exceeded(exceeded)) => *exceeded,
        other => panic!("not refused: {other:?}"),
    }
}

fn left(plan: &Plan, store: &mut dyn Store, subjects: &Subjects<'_>) -> Vec<u64> {
    plan.headroom(store, subjects, NOW).unwrap().iter().map(|standing| standing.remaining).collect()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn reserves_the_bound_and_settles_the_truth() {
    let quotas = [
        quota("tpm", Unit::Tokens, 1000.0, Window::Minute),
        quota("in", Unit::InputTokens, 500.0, Window::Minute),
        quota("out", Unit::OutputTokens, 800.0, Window::Minute),
        quota("rpm", Unit::Requests, 10.0, Window::Minute),
        quota("budget", Unit::Usd, 1.0, Window::Month),
    ];
    let plan = Plan::new("support", &quotas);
    let mut store = Memory::default();
    let worst = Cost { micro_usd: 250_000, ..cost(100, 700) };
    let mut reservation = plan.reserve(&mut store, &user("jane"), &worst, NOW).unwrap();
    let remaining: Vec<u64> = reservation.standings().iter().map(|standing| standing.remaining).collect();
    assert_eq!(remaining, [200, 400, 100, 9, 750_000]);
    assert_eq!(left(&plan, &mut store, &user("jane")), remaining);

    let actual = Cost { micro_usd: 1_000, ..cost(90, 10) };
    reservation.settle(&mut store, &actual).unwrap();
    assert_eq!(left(&plan, &mut store, &user("jane")), [900, 410, 790, 9, 999_000]);
    // A second settlement, say from `on_log` after the trailers had done it, changes nothing.
    assert!(reservation.is_settled());
    reservation.settle(&mut store, &Cost::default()).unwrap();
    assert_eq!(left(&plan, &mut store, &user("jane")), [900, 410, 790, 9, 999_000]);
}

#[test]
fn a_request_is_not_returned_by_settling_but_by_cancelling() {
    let plan = Plan::new("support", &[quota("rpm", Unit::Requests, 3.0, Window::Minute)]);
    let mut store = Memory::default();
    plan.reserve(&mut store, &user("jane"), &cost(0, 0), NOW).unwrap().settle(&mut store, &Cost::default()).unwrap();
    assert_eq!(left(&plan, &mut store, &user("jane")), [2]);
    plan.reserve(&mut store, &user("jane"), &cost(0, 0), NOW).unwrap().cancel(&mut store).unwrap();
    assert_eq!(left(&plan, &mut store, &user("jane")), [2]);
}

#[test]
fn use_beyond_the_reservation_is_charged_and_closes_the_window() {
    let plan = Plan::new("support", &[quota("tpm", Unit::Tokens, 100.0, Window::Minute)]);
    let mut store = Memory::default();
    let mut reservation = plan.reserve(&mut store, &user("jane"), &cost(10, 50), NOW).unwrap();
    reservation.settle(&mut store, &cost(10, 500)).unwrap();
    assert_eq!(left(&plan, &mut store, &user("jane")), [0]);
    let exceeded = refused(plan.reserve(&mut store, &user("jane"), &cost(1, 0), NOW + 1));
    assert_eq!(exceeded.retry_after_ms, Some(59_999));
    assert!(plan.reserve(&mut store, &user("jane"), &cost(10, 90), NOW + 60_000).is_ok());
}

#[test]
fn a_unit_that_is_not_used_does_not_refuse() {
    let quotas =
        [quota("out", Unit::OutputTokens, 100.0, Window::Minute), quota("usd", Unit::Usd, 0.0, Window::Minute)];
    let plan = Plan::new("support", &quotas);
    let mut store = Memory::default();
    let mut reservation = plan.reserve(&mut store, &user("jane"), &cost(0, 100), NOW).unwrap();
    reservation.settle(&mut store, &cost(0, 300)).unwrap();
    let _held = plan.reserve(&mut store, &user("jane"), &cost(5, 0), NOW).unwrap();
    assert!(plan.reserve(&mut store, &user("jane"), &cost(5, 1), NOW).is_err());
}

#[test]
fn use_is_charged_where_nothing_was_reserved() {
    let plan = Plan::new("support", &[quota("usd", Unit::Usd, 1.0, Window::Minute)]);
    let mut store = Memory::default();
    let mut reservation = plan.reserve(&mut store, &user("jane"), &cost(5, 5), NOW).unwrap();
    let _other = plan.reserve(&mut store, &user("jane"), &cost(5, 5), NOW + 5).unwrap();
    reservation.settle(&mut store, &Cost { micro_usd: 30, ..cost(5, 5) }).unwrap();
    assert_eq!(left(&plan, &mut store, &user("jane")), [999_970]);
}

#[test]
fn a_refusal_takes_nothing_from_any_quota() {
    let quotas = [
        quota("tpm", Unit::Tokens, 1000.0, Window::Minute),
        by(Subject::User, quota("per-user", Unit::Requests, 1.0, Window::Minute)),
        by(Subject::Model, quota("per-model", Unit::Tokens, 600.0, Window::Hour)),
    ];
    let plan = Plan::new("support", &quotas);
    let mut store = Memory::default();
    plan.reserve(&mut store, &user("jane"), &cost(100, 100), NOW).unwrap().settle(&mut store, &cost(100, 100)).unwrap();
    let before = left(&plan, &mut store, &user("jane"));
    assert_eq!(before, [800, 0, 400]);
    let exceeded = refused(plan.reserve(&mut store, &user("jane"), &cost(100, 100), NOW));
    assert_eq!(&*exceeded.standing.quota, "per-user");
    assert_eq!(left(&plan, &mut store, &user("jane")), before);
    // Another user has requests left, and the team's and the model's tokens are shared.
    assert_eq!(left(&plan, &mut store, &user("joe")), [800, 1, 400]);
    let exceeded = refused(plan.reserve(&mut store, &user("joe"), &cost(400, 500), NOW));
    assert_eq!(&*exceeded.standing.quota, "per-model", "it can never fit there, which outlasts the team's minute");
    assert_eq!(left(&plan, &mut store, &user("joe")), [800, 1, 400]);
}

#[test]
fn of_several_refusals_the_longest_is_told() {
    let quotas = [
        quota("second", Unit::Requests, 1.0, Window::Second),
        quota("hour", Unit::Requests, 1.0, Window::Hour),
        quota("minute", Unit::Requests, 1.0, Window::Minute),
    ];
    let plan = Plan::new("support", &quotas);
    let mut store = Memory::default();
    let _held = plan.reserve(&mut store, &user("jane"), &cost(1, 1), NOW).unwrap();
    let exceeded = refused(plan.reserve(&mut store, &user("jane"), &cost(1, 1), NOW + 500));
    assert_eq!((&*exceeded.standing.quota, exceeded.retry_after_ms), ("hour", Some(3_599_500)));
    assert_eq!(exceeded.standings.len(), 3);
}

#[test]
fn says_when_a_request_can_never_fit() {
    let plan = Plan::new("support", &[quota("tpm", Unit::Tokens, 1000.0, Window::Minute)]);
    let mut store = Memory::default();
    let exceeded = refused(plan.reserve(&mut store, &user("jane"), &cost(1, 1000), NOW));
    assert!(exceeded.can_never_fit());
    assert_eq!(
        exceeded.to_string(),
        "quota `tpm` allows 1000 tokens per minute for the team: this request alone may need 1001 tokens and can \
         never fit; ask for less output or send less input"
    );
    let exactly = plan.reserve(&mut store, &user("jane"), &cost(1, 999), NOW);
    assert!(exactly.is_ok(), "the limit itself fits");
    let exceeded = refused(plan.reserve(&mut store, &user("jane"), &cost(1, 9), NOW + 48_000));
    assert_eq!(
        exceeded.to_string(),
        "quota `tpm` allows 1000 tokens per minute for the team: 0 tokens left, this request may need 10 tokens; try \
         again in 12s"
    );
}

#[test]
fn subjects_are_kept_apart() {
    let plan = Plan::new("a", &[by(Subject::User, quota("u", Unit::Requests, 1.0, Window::Day))]);
    let other_team = Plan::new("a/=b", &[by(Subject::User, quota("u", Unit::Requests, 1.0, Window::Day))]);
    let mut store = Memory::default();
    let long = "x".repeat(65);
    let longer = "x".repeat(66);
    let digest = "#8ccb8ecd22ab3e3d4b5bf0d4e0bb8dd3f0e5bfa2e4e8c7d9c4d3c7d2c3c4d5e6";
    for name in ["jane", "Jane", "b/=c", "-", "=", digest, &long, &longer, "日本"] {
        assert!(plan.reserve(&mut store, &user(name), &cost(0, 0), NOW).is_ok(), "{name} is somebody else");
        assert!(plan.reserve(&mut store, &user(name), &cost(0, 0), NOW).is_err(), "{name} is counted");
    }
    assert!(other_team.reserve(&mut store, &user("c"), &cost(0, 0), NOW).is_ok(), "another team");
    let nobody = Subjects { app: None, user: None, model: "gpt-4o", class: None };
    assert!(plan.reserve(&mut store, &nobody, &cost(0, 0), NOW).is_ok());
    assert!(plan.reserve(&mut store, &user(""), &cost(0, 0), NOW).is_err(), "an empty tag is an absent one");
}

#[test]
fn an_empty_plan_admits_everything() {
    let plan = Plan::new("support", &[]);
    assert!(plan.is_empty());
    let mut reservation = plan.reserve(&mut Memory::default(), &user("jane"), &cost(u64::MAX, u64::MAX), NOW).unwrap();
    reservation.settle(&mut Memory::default(), &cost(1, 1)).unwrap();
}

#[test]
fn an_edited_limit_keeps_the_count_and_an_edited_window_does_not() {
    let before = Plan::new("support", &[quota("q", Unit::Tokens, 1000.0, Window::Minute)]);
    let mut store = Memory::default();
    let mut open = before.reserve(&mut store, &user("jane"), &cost(0, 300), NOW).unwrap();
    let raised = Plan::new("support", &[quota("q", Unit::Tokens, 5000.0, Window::Minute)]);
    assert_eq!(left(&raised, &mut store, &user("jane")), [4700]);
    let lowered = Plan::new("support", &[quota("q", Unit::Tokens, 200.0, Window::Minute)]);
    assert_eq!(left(&lowered, &mut store, &user("jane")), [0]);
    // While an edit reaches the workers, a reservation of one plan is settled where others know another.
    let _mixed = raised.reserve(&mut store, &user("jane"), &cost(0, 1), NOW + 1).unwrap();
    open.settle(&mut store, &cost(0, 100)).unwrap();
    assert_eq!(left(&lowered, &mut store, &user("jane")), [99]);
    let hourly = Plan::new("support", &[quota("q", Unit::Tokens, 1000.0, Window::Hour)]);
    assert_eq!(left(&hourly, &mut store, &user("jane")), [1000]);
    let _hour = hourly.reserve(&mut store, &user("jane"), &cost(0, 7), NOW + 2).unwrap();
    assert_eq!(left(&lowered, &mut store, &user("jane")), [99], "a plan that does not know a quota keeps its count");
}
