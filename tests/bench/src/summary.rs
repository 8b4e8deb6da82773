//! From rounds to figures: medians over rounds, and what a case adds to bare Envoy.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::calls::{CallCounts, Calls};
use crate::case::{Case, STREAM_EVENTS};
use crate::cpu::CpuTime;
use crate::memory::Memory;
use crate::rounds::{Cell, Round};

/// A row of the report. Times in microseconds are of the Envoy process and per request; a stream is one request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The case.
    pub case: &'static str,
    /// The body.
    pub body: &'static str,
    /// What was measured; absent if the case failed.
    #[serde(flatten)]
    pub figures: Option<Figures>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Of the case's Envoy, after all rounds of all bodies.
    #[serde(flatten)]
    pub memory: Option<Memory>,
    /// Crossings between Envoy and the modules in one exchange.
    #[serde(flatten)]
    pub calls: Option<CallCounts>,
    /// Sizes of the modules in bytes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub module_bytes: BTreeMap<&'static str, u64>,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// User time.
    pub user_us: f64,
    /// Standard error of the user time.
    pub user_us_error: f64,
    /// User and system time.
    pub cpu_us: f64,
    /// The lowest of all rounds.
    pub cpu_us_min: f64,
    /// The highest of all rounds.
    pub cpu_us_max: f64,
    /// User time above bare Envoy's.
    pub added_user_us: Option<f64>,
    /// User and system time above bare Envoy's.
    pub added_cpu_us: Option<f64>,
    /// User time in units of bare Envoy's.
    pub ratio_user: Option<f64>,
    /// User and system time in units of bare Envoy's.
    pub ratio_cpu: Option<f64>,
    /// Time of an exchange on an otherwise idle Envoy; of a stream, the time to the first byte of its body.
    pub p50_ms: f64,
    /// The same, 90th percentile.
    pub p90_ms: f64,
    /// The same, 99th percentile.
    pub p99_ms: f64,
    /// Median time above bare Envoy's.
    pub added_p50_ms: Option<f64>,
    /// Rounds.
    pub rounds: usize,
    /// Requests of all rounds.
    pub requests: u64,
    /// Of a stream.
    #[serde(flatten)]
    pub event: Option<PerEvent>,
}

/// A stream's figures by event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PerEvent {
    /// Pieces of text of one stream.
    pub events: u32,
    /// User time.
    pub user_us_per_event: f64,
    /// Standard error of the user time.
    pub user_us_per_event_error: f64,
    /// User and system time.
    pub cpu_us_per_event: f64,
    /// User time above bare Envoy's.
    pub added_user_us_per_event: Option<f64>,
    /// User and system time above bare Envoy's.
    pub added_cpu_us_per_event: Option<f64>,
}

/// Memory of a case's Envoy, and the sizes of the modules it loads.
pub type StandMemory = (Case, Memory, BTreeMap<&'static str, u64>);

/// One row for each cell, in their order.
#[must_use]
pub fn summarize(cells: &[Cell], memory: &[StandMemory], calls: &[Calls]) -> Vec<Row> {
    let alone: Vec<_> = cells.iter().map(figures).collect();
    let rows = cells.iter().zip(&alone).map(|(cell, figures)| {
        let bare = cells.iter().zip(&alone).find(|(other, _)| other.case == Case::Bare && other.body == cell.body);
        let bare = bare.and_then(|(_, figures)| figures.as_ref());
        let figures = figures.clone().map(|figures| match bare {
            Some(bare) => compare(figures, bare),
            None => figures,
        });
        let memory = memory.iter().find(|(case, ..)| *case == cell.case);
        let calls = calls.iter().find(|calls| calls.case == cell.case && calls.body == cell.body);
        Row {
            case: cell.case.name(),
            body: cell.body.name(),
            figures,
            failure: cell.failure.clone(),
            memory: memory.map(|(_, memory, _)| *memory),
            calls: calls.map(Calls::counts),
            module_bytes: memory.map(|(_, _, modules)| modules.clone()).unwrap_or_default(),
        }
    });
    rows.collect()
}

fn figures(cell: &Cell) -> Option<Figures> {
    if cell.failure.is_some() || cell.rounds.is_empty() {
        return None;
    }
    let rounds = &cell.rounds;
    let per_request: Vec<_> =
        rounds.iter().map(|round| round.cpu.total_ns as f64 / 1e3 / round.exchanges.max(1) as f64).collect();
    let cpu_us = median(per_request.iter().copied());
    let mut all = CpuTime::default();
    for round in rounds {
        all += round.cpu;
    }
    let user_us = cpu_us * all.user_share();
    let latency = |rank: usize| {
        median(rounds.iter().map(|round: &Round| {
            if cell.body.stream().is_some() { round.first_ms[rank] } else { round.whole_ms[rank] }
        }))
    };
    let events = f64::from(STREAM_EVENTS);
    let user_us_error = cpu_us * standard_error(rounds.iter().map(|round| round.cpu.user_share()));
    Some(Figures {
        user_us,
        user_us_error,
        cpu_us,
        cpu_us_min: per_request.iter().copied().fold(f64::INFINITY, f64::min),
        cpu_us_max: per_request.iter().copied().fold(0.0, f64::max),
        added_user_us: None,
        added_cpu_us: None,
        ratio_user: None,
        ratio_cpu: None,
        p50_ms: latency(0),
        p90_ms: latency(1),
        p99_ms: latency(2),
        added_p50_ms: None,
        rounds: rounds.len(),
        requests: rounds.iter().map(|round| round.exchanges).sum(),
        event: cell.body.stream().map(|_| PerEvent {
            events: STREAM_EVENTS,
            user_us_per_event: user_us / events,
            user_us_per_event_error: user_us_error / events,
            cpu_us_per_event: cpu_us / events,
            added_user_us_per_event: None,
            added_cpu_us_per_event: None,
        }),
    })
}

fn compare(figures: Figures, bare: &Figures) -> Figures {
    let (added_user, added_cpu) = (figures.user_us - bare.user_us, figures.cpu_us - bare.cpu_us);
    Figures {
        added_user_us: Some(added_user),
        added_cpu_us: Some(added_cpu),
        ratio_user: Some(figures.user_us / bare.user_us),
        ratio_cpu: Some(figures.cpu_us / bare.cpu_us),
        added_p50_ms: Some(figures.p50_ms - bare.p50_ms),
        event: figures.event.map(|event| PerEvent {
            added_user_us_per_event: Some(added_user / f64::from(event.events)),
            added_cpu_us_per_event: Some(added_cpu / f64::from(event.events)),
            ..event
        }),
        ..figures
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    match (values.get(values.len() / 2), values.len() % 2) {
        (Some(upper), 0) => (upper + values[values.len() / 2 - 1]) / 2.0,
        (Some(middle), _) => *middle,
        (None, _) => f64::NAN,
    }
}

/// Of the mean of `values`.
fn standard_error(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<_> = values.collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    (variance / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Body;

    fn cell(case: Case, body: Body, cpu_us: &[u64]) -> Cell {
        let round = |&us: &u64| Round {
            exchanges: 1000,
            cpu: CpuTime { total_ns: us * 1_000_000, user_ticks: us * 4, system_ticks: us * 6 },
            whole_ms: [1.0, 2.0, 3.0],
            first_ms: [0.1, 0.2, 0.3],
        };
        Cell { case, body, rounds: cpu_us.iter().map(round).collect(), failure: None }
    }

    #[test]
    fn a_case_is_compared_with_bare_envoy_and_the_same_body() {
        let cells = [
            cell(Case::Bare, Body::Kb1, &[100, 900, 100]),
            cell(Case::Gateway, Body::Kb1, &[120, 130, 10]),
            cell(Case::Bare, Body::Stream, &[4000]),
            cell(Case::Gateway, Body::Stream, &[4500]),
        ];
        let rows = summarize(&cells, &[], &[]);
        let gateway = rows[1].figures.as_ref().unwrap();
        assert!((gateway.cpu_us - 120.0).abs() < 1e-9, "the median of the rounds");
        assert!((gateway.user_us - 48.0).abs() < 1e-9);
        assert!((gateway.added_user_us.unwrap() - 8.0).abs() < 1e-9);
        assert!((gateway.ratio_user.unwrap() - 1.2).abs() < 1e-9);
        assert_eq!((gateway.cpu_us_min, gateway.cpu_us_max, gateway.p50_ms), (10.0, 130.0, 1.0));
        let stream = rows[3].figures.as_ref().unwrap();
        assert!((stream.event.as_ref().unwrap().added_user_us_per_event.unwrap() - 1.0).abs() < 1e-9);
        assert_eq!(stream.p50_ms, 0.1, "of a stream, the time to its first byte");
    }

    #[test]
    fn a_failed_cell_has_no_figures() {
        let mut failed = cell(Case::Gateway, Body::Kb1, &[100]);
        failed.failure = Some("status 503".to_owned());
        let rows = summarize(&[cell(Case::Bare, Body::Kb1, &[100]), failed], &[], &[]);
        assert_eq!(rows[1].figures, None);
        assert_eq!(serde_json::to_value(&rows[1]).unwrap()["failure"], "status 503");
        assert_eq!(serde_json::to_value(&rows[0]).unwrap()["added_user_us"], 0.0);
    }

    #[test]
    fn medians_of_even_counts_lie_between() {
        assert_eq!(median([4.0, 1.0, 3.0, 2.0].into_iter()), 2.5);
        assert!(median(std::iter::empty()).is_nan());
    }

    #[test]
    fn the_error_shrinks_with_rounds() {
        let few = standard_error([0.3, 0.4].into_iter());
        let many = standard_error([0.3, 0.4].into_iter().cycle().take(20));
        assert!(few > many && many > 0.0);
        assert_eq!(standard_error([0.5; 4].into_iter()), 0.0);
    }
}
