//! Limits, in words.

use tollgate_policy::quota::{Quota, Subject, Unit, Window};

use super::{Change, thousands};

/// What differs between two lists of limits.
pub fn changes(old: &[Quota], new: &[Quota]) -> Vec<Change> {
    let mut changes = Vec::new();
    for was in old.iter().filter(|was| !new.iter().any(|is| is.name == was.name)) {
        changes.push(Change::looser(format!("quota `{}`: removed, was {}", was.name, words(was))));
    }
    for is in new {
        match old.iter().find(|was| was.name == is.name) {
            None => changes.push(Change::stricter(format!("quota `{}`: new, {}", is.name, words(is)))),
            Some(was) => changes.extend(change(was, is)),
        }
    }
    changes
}

fn change(was: &Quota, is: &Quota) -> Vec<Change> {
    let mut changes = Vec::new();
    // Only limits of the same kind can be compared.
    if (was.unit, was.per, was.by) != (is.unit, is.per, is.by) {
        changes.push(Change::new(format!("quota `{}`: {} → {}", is.name, words(was), words(is))));
    } else if was.limit_steps() != is.limit_steps() {
        let text = format!("quota `{}`: {} → {}", is.name, amount(was), words(is));
        changes.push(Change::which(text, is.limit > was.limit));
    }
    if was.alert_at != is.alert_at {
        let alerts = |of: &Quota| match of.alert_at.as_slice() {
            [] => "none".to_owned(),
            at => at.iter().map(|percent| format!("{percent}%")).collect::<Vec<_>>().join(", "),
        };
        changes.push(Change::new(format!("quota `{}`: alerts at {} → {}", is.name, alerts(was), alerts(is))));
    }
    changes
}

/// `200,000 tokens per minute`.
pub fn words(quota: &Quota) -> String {
    let unit = match quota.unit {
        Unit::Tokens => "tokens",
        Unit::InputTokens => "input tokens",
        Unit::OutputTokens => "output tokens",
        Unit::Requests => "requests",
        Unit::Usd => "US dollars",
        Unit::InFlight => "requests in flight",
    };
    let window = match quota.per {
        Window::Second => "second",
        Window::Minute => "minute",
        Window::Hour => "hour",
        Window::Day => "day",
        Window::Month => "month",
    };
    let whose = match quota.by {
        Subject::Team => "",
        Subject::App => ", for each app",
        Subject::User => ", for each user",
        Subject::Model => ", for each model",
    };
    format!("{} {unit} per {window}{whose}", amount(quota))
}

/// `200,000`, `99.5`.
fn amount(quota: &Quota) -> String {
    let steps = quota.limit_steps();
    let (whole, part) = (steps / quota.unit.steps_per_unit(), steps % quota.unit.steps_per_unit());
    let part = if part == 0 { String::new() } else { format!(".{part:06}").trim_end_matches('0').to_owned() };
    format!("{}{part}", thousands(whole))
}
