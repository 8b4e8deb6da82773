//! Limits, in words.

use std::collections::BTreeSet;

use tollgate_policy::quota::{Quota, Shape, Subject, Unit, Window};

use super::{Change, list, thousands};

/// What differs between two lists of limits.
pub fn changes(old: &[Quota], new: &[Quota]) -> Vec<Change> {
    let mut changes = Vec::new();
    for was in old.iter().filter(|was| !new.iter().any(|is| is.name == was.name)) {
        changes.push(Change::looser(format!("quota `{}`: removed, was {}", was.name, words(was))));
    }
    for is in new {
        match old.iter().find(|was| was.name == is.name) {
            None => changes.push(Change::stricter(format!("quota `{}`: new, {}", is.name, describe(is)))),
            Some(was) => changes.extend(change(was, is)),
        }
    }
    changes
}

fn change(was: &Quota, is: &Quota) -> Vec<Change> {
    let name = &is.name;
    let mut changes = Vec::new();
    // Only limits of the same kind can be compared.
    let kind = |of: &Quota| (of.unit, of.per, of.by, of.window, of.time_zone.clone());
    if kind(was) != kind(is) {
        let text = format!("quota `{name}`: {} → {}", words(was), words(is));
        let only_the_shape = (is.limit_steps(), is.unit, is.per, is.by)
            == (was.limit_steps(), was.unit, was.per, was.by)
            && was.window != is.window;
        changes.push(if only_the_shape {
            // What holds in any stretch of time holds from one turn of the window to the next.
            Change::which(text, is.window == Shape::Fixed)
        } else {
            Change::new(text)
        });
    } else if was.limit_steps() != is.limit_steps() {
        let text = format!("quota `{name}`: {} → {}", amount(was), words(is));
        changes.push(Change::which(text, is.limit > was.limit));
    }
    if was.clamp != is.clamp {
        let text = if is.clamp {
            "an answer that does not fit is made shorter, was refused"
        } else {
            "an answer that does not fit is refused, was made shorter"
        };
        changes.push(Change::which(format!("quota `{name}`: {text}"), is.clamp));
    }
    changes.extend(shed(was, is));
    if was.alert_at != is.alert_at {
        let alerts = |of: &Quota| if of.alert_at.is_empty() { "none".to_owned() } else { percentages(&of.alert_at) };
        changes.push(Change::new(format!("quota `{name}`: alerts at {} → {}", alerts(was), alerts(is))));
    }
    changes
}

/// Which classes of traffic are shed sooner or later than they were.
fn shed(was: &Quota, is: &Quota) -> Vec<Change> {
    let name = &is.name;
    let classes: BTreeSet<&String> = was.shed_at.keys().chain(is.shed_at.keys()).collect();
    let one = |class: &String| match (was.shed_at.get(class), is.shed_at.get(class)) {
        (None, Some(now)) => Some(Change::stricter(format!("quota `{name}`: `{class}` is now shed at {now}%"))),
        (Some(before), None) => {
            Some(Change::looser(format!("quota `{name}`: `{class}` may use all of it, was shed at {before}%")))
        }
        (Some(before), Some(now)) if before != now => {
            let text = format!("quota `{name}`: `{class}` is shed at {before}% → {now}%");
            Some(Change::which(text, now > before))
        }
        _ => None,
    };
    classes.into_iter().filter_map(one).collect()
}

/// A limit and everything that is chosen about it, for those who do not know it yet.
pub fn describe(quota: &Quota) -> String {
    let mut text = words(quota);
    if quota.clamp {
        text.push_str("; an answer that does not fit is made shorter");
    }
    let classes: Vec<_> = quota.shed_at.iter().map(|(class, percent)| format!("`{class}` at {percent}%")).collect();
    if !classes.is_empty() {
        text += &format!("; sheds {}", list(&classes));
    }
    if !quota.alert_at.is_empty() {
        text += &format!("; alerts at {}", percentages(&quota.alert_at));
    }
    text
}

/// `200,000 tokens per minute`, `500 US dollars per month in Europe/Zurich`, `60 requests in any minute, for each user`.
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
    let when = match (quota.unit, quota.window) {
        (Unit::InFlight, _) => {
            let article = if quota.per == Window::Hour { "an" } else { "a" };
            format!("at once, each counted for {article} {window} at most")
        }
        (_, Shape::Sliding) => format!("in any {window}"),
        (_, Shape::Fixed) => format!("per {window}"),
    };
    let zone = quota.time_zone.as_ref().map(|zone| format!(" in {zone}")).unwrap_or_default();
    format!("{} {unit} {when}{zone}{whose}", amount(quota))
}

/// `50%, 80%`.
fn percentages(of: &[u8]) -> String {
    of.iter().map(|percent| format!("{percent}%")).collect::<Vec<_>>().join(", ")
}

/// `200,000`, `99.5`.
fn amount(quota: &Quota) -> String {
    steps(quota.limit_steps(), quota.unit)
}

/// So many of a unit's smallest steps, in units.
pub fn steps(of: u64, unit: Unit) -> String {
    let (whole, part) = (of / unit.steps_per_unit(), of % unit.steps_per_unit());
    let part = if part == 0 { String::new() } else { format!(".{part:06}").trim_end_matches('0').to_owned() };
    format!("{}{part}", thousands(whole))
}
