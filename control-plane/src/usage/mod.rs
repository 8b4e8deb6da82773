//! The finance view of the ledger: what teams used and what it cost, against their budgets, and what it would have cost elsewhere.
//!
//! [`view`] asks the ledger, [`render`] writes. Budgets are compared with booked use in the window of the calendar, not with what leases
//! have drawn: finance asks what was spent, not what is still promised.

pub mod period;
pub mod render;

use anyhow::{Result, bail};
use tollgate_ledger::message::percent;
use tollgate_ledger::{Budget, Counts, Dimension, Group, Ledger, PicoPrice, Query, Used};
use tollgate_policy::gateway::Price;
use tollgate_policy::quota::{Subject, Unit};

use crate::model::Model;

const MINUTE_MS: u64 = 60_000;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Question {
    /// One team, or all.
    pub team: Option<String>,
    /// What rows are grouped by.
    pub by: Vec<Dimension>,
    /// Since this millisecond since 1970; the minute around it counts.
    pub from_ms: u64,
    /// Until now.
    pub now_ms: u64,
    /// A model by name, and its price: what the same traffic would have cost there.
    pub as_if: Option<(String, Price)>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Since this millisecond since 1970.
    pub from_ms: u64,
    /// Until this one.
    pub until_ms: u64,
    /// What `rows` are grouped by.
    pub by: Vec<Dimension>,
    /// The model of `as_if_micro_usd`.
    pub as_if: Option<String>,
    /// Use, one row for each group.
    pub rows: Vec<Line>,
    /// All of it.
    pub total: Line,
    /// Budgets by day or month for whole teams.
    pub budgets: Vec<Spent>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    /// What it is for, in the order of [`View::by`].
    pub group: Vec<String>,
    /// What was used.
    pub counts: Counts,
    /// Requests without a price.
    pub unpriced: u64,
    /// What it cost, in millionths of a US dollar.
    pub micro_usd: u64,
    /// What it would have cost.
    pub as_if_micro_usd: Option<u64>,
}

/// A budget, and what was spent of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Spent {
    /// The budget.
    pub budget: Budget,
    /// What was booked in the window, in the smallest steps of its unit.
    pub spent: u64,
    /// The same in whole percent of the limit, rounded down.
    pub percent: u64,
    /// The first millisecond after the window.
    pub until_ms: u64,
}

/// Asks the ledger.
///
/// # Errors
/// The ledger is empty, has no such team, or cannot be read.
pub fn view(ledger: &Ledger, question: &Question) -> Result<View> {
    let teams = ledger.teams()?;
    if teams.is_empty() {
        bail!("the ledger is empty: no use was booked yet");
    }
    if let Some(team) = &question.team
        && !teams.contains(team)
    {
        bail!("the ledger knows no team `{team}`: there are {}", teams.join(", "));
    }
    let (from_minute, until_minute) = (question.from_ms / MINUTE_MS, question.now_ms / MINUTE_MS + 1);
    let query = Query { from_minute, until_minute, team: question.team.clone(), by: question.by.clone() };
    let price = question.as_if.as_ref().map(|(_, price)| PicoPrice::from(price));
    let rows: Vec<Line> = ledger.usage(&query)?.into_iter().map(|used| line(used, price)).collect();
    let mut total = Line { as_if_micro_usd: price.map(|_| 0), ..Line::default() };
    for row in &rows {
        total.counts.add(&row.counts);
        total.unpriced = total.unpriced.saturating_add(row.unpriced);
        total.micro_usd = total.micro_usd.saturating_add(row.micro_usd);
        total.as_if_micro_usd = total.as_if_micro_usd.map(|sum| sum.saturating_add(row.as_if_micro_usd.unwrap_or(0)));
    }
    Ok(View {
        from_ms: from_minute * MINUTE_MS,
        until_ms: until_minute * MINUTE_MS,
        by: question.by.clone(),
        as_if: question.as_if.as_ref().map(|(model, _)| model.clone()),
        rows,
        total,
        budgets: budgets(ledger, question)?,
    })
}

fn line(used: Used, price: Option<PicoPrice>) -> Line {
    let name = |group: Group| match group {
        Group::Name(name) => name,
        Group::Day(day) => period::day(day),
    };
    Line {
        group: used.group.into_iter().map(name).collect(),
        as_if_micro_usd: price.map(|price| price.micro_usd(&used.counts)),
        counts: used.counts,
        unpriced: used.unpriced,
        micro_usd: used.micro_usd,
    }
}

/// What was spent of every budget by day or month for a whole team. Limits on rates, and on each app or user, are not finance's.
fn budgets(ledger: &Ledger, question: &Question) -> Result<Vec<Spent>> {
    let mut all = Vec::new();
    for budget in ledger.budgets()? {
        let Some((from_ms, until_ms)) = budget.calendar().around(question.now_ms) else { continue };
        if budget.by != Subject::Team || question.team.as_ref().is_some_and(|team| *team != budget.team) {
            continue;
        }
        let (from_minute, until_minute) = (from_ms / MINUTE_MS, until_ms / MINUTE_MS);
        let query = Query { from_minute, until_minute, team: Some(budget.team.clone()), by: vec![] };
        let used = ledger.usage(&query)?.into_iter().next().unwrap_or_default();
        let spent = match budget.unit {
            Unit::Tokens => used.counts.input.saturating_add(used.counts.output),
            Unit::InputTokens => used.counts.input,
            Unit::OutputTokens => used.counts.output,
            Unit::Requests => used.counts.requests,
            Unit::Usd => used.micro_usd,
            // Nothing that adds up.
            Unit::InFlight => continue,
        };
        all.push(Spent { percent: percent(spent, budget.limit), budget, spent, until_ms });
    }
    Ok(all)
}

/// The price of a model in a configuration, named `model` or `provider/model`.
///
/// # Errors
/// No provider lists a price for it, or several list different ones.
pub fn price(model: &Model, named: &str) -> Result<Price> {
    let mut found: Vec<(String, Price)> = Vec::new();
    for (provider, listed) in &model.providers {
        for (name, info) in &listed.models {
            let full = format!("{provider}/{name}");
            if let Some(price) = info.price.filter(|_| named == name || named == full) {
                found.push((full, price));
            }
        }
    }
    let Some((_, price)) = found.first() else {
        bail!("no provider of the configuration lists a price for `{named}`");
    };
    if found.iter().any(|(_, other)| other != price) {
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        bail!("`{named}` has several prices: name one of {}", names.join(", "));
    }
    Ok(*price)
}
