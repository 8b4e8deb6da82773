//! What the design promises, and whether this run keeps it. A missed target is a finding, not a failure: machines differ.

use crate::case::Case;
use crate::scan::{Runtime, Throughput};
use crate::summary::{Figures, Row};

/// A promise and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// What is promised.
    pub what: String,
    /// At most this, or at least.
    pub bound: f64,
    /// Whether more is better.
    pub at_least: bool,
    /// What was measured; `None` if nothing was.
    pub measured: Option<f64>,
    /// The unit of both.
    pub unit: &'static str,
}

impl Target {
    /// Whether the promise is kept, where that is known.
    #[must_use]
    pub fn reached(&self) -> Option<bool> {
        self.measured.map(|measured| if self.at_least { measured >= self.bound } else { measured <= self.bound })
    }
}

/// All of them.
#[must_use]
pub fn targets(rows: &[Row], text: &[Throughput]) -> Vec<Target> {
    let figure = |case: &str, body: &str, read: fn(&Figures) -> Option<f64>| {
        rows.iter().find(|row| row.case == case && row.body == body)?.figures.as_ref().and_then(read)
    };
    let target =
        |what: &str, bound, measured, unit| Target { what: what.to_owned(), bound, at_least: false, measured, unit };
    let mut all = vec![
        target("gateway adds to a 1 KB request, user CPU", 10.0, figure("gateway", "1KB", |f| f.added_user_us), "µs"),
        target("the same with leased quotas", 10.0, figure("gateway+leases", "1KB", |f| f.added_user_us), "µs"),
        target(
            "gateway, user CPU of a 1 KB request to bare Envoy's",
            1.33,
            figure("gateway", "1KB", |f| f.ratio_user),
            "×",
        ),
        target("the same with translation", 1.67, figure("gateway+translate", "1KB", |f| f.ratio_user), "×"),
    ];
    for case in ["gateway", "gateway+translate"] {
        let per_event = figure(case, "stream200", |f| f.event.as_ref().and_then(|event| event.added_user_us_per_event));
        all.push(target(&format!("{case} adds to a streamed event, user CPU"), 1.5, per_event, "µs"));
        let first = figure(case, "stream200", |f| f.added_p50_ms.map(|ms| ms * 1e3));
        all.push(target(&format!("{case} adds to the time to the first byte, median"), 50.0, first, "µs"));
    }
    let long = figure("gateway", "512KB", |f| f.added_user_us);
    let short = figure("gateway", "32KB", |f| f.added_user_us);
    let slope = long.zip(short).map(|(long, short)| f64::from((512 - 32) << 10) / (long - short));
    let what = "gateway takes in text: parse, redaction and estimate together";
    all.push(Target { at_least: true, ..target(what, 500.0, slope, "MB/s") });
    for (stage, what) in [
        ("scan", "prose is scanned inside wasm, the policy of the documentation"),
        ("scan, every detector", "prose is scanned inside wasm, every detector"),
        ("parse, scan and estimate", "prose is parsed, scanned and counted inside wasm"),
    ] {
        let measured = text
            .iter()
            .find(|row| row.runtime == Runtime::Wasm && row.body == "prose" && row.stage == stage)
            .map(|row| row.mb_per_s);
        all.push(Target { at_least: true, ..target(what, 500.0, measured, "MB/s") });
    }
    // The bench's own module promises nothing.
    for (name, bytes) in rows
        .iter()
        .filter(|row| row.case != Case::Noop.name())
        .flat_map(|row| &row.module_bytes)
        .collect::<std::collections::BTreeMap<_, _>>()
    {
        all.push(target(&format!("size of {name}"), 1.5, Some(*bytes as f64 / 1e6), "MB"));
    }
    for case in ["gateway", "gateway+translate"] {
        let vm = rows.iter().find(|row| row.case == case).and_then(|row| row.memory);
        all.push(target(
            &format!("{case}, largest VM after bodies of 1 MB"),
            20.0,
            vm.map(|memory| memory.vm_mib),
            "MiB",
        ));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_kept_up_to_itself() {
        let target = |measured| Target { what: String::new(), bound: 10.0, at_least: false, measured, unit: "µs" };
        assert_eq!(target(Some(10.0)).reached(), Some(true));
        assert_eq!(target(Some(10.1)).reached(), Some(false));
        assert_eq!(target(None).reached(), None);
        let more = |measured| Target { at_least: true, ..target(measured) };
        assert_eq!((more(Some(9.9)).reached(), more(Some(10.0)).reached()), (Some(false), Some(true)));
    }

    #[test]
    fn without_rows_nothing_is_known() {
        assert!(targets(&[], &[]).iter().all(|target| target.reached().is_none()));
    }
}
