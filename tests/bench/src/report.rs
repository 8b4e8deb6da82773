//! The figures for people: tables on stdout, the targets beside what was reached.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::calls::Calls;
use crate::scan::Throughput;
use crate::summary::Row;
use crate::targets::targets;

/// The whole report.
#[must_use]
pub fn render(rows: &[Row]) -> String {
    let mut out = String::new();
    requests(&mut out, rows);
    events(&mut out, rows);
    crossings(&mut out, rows);
    memory(&mut out, rows);
    promises(&mut out, rows);
    out
}

fn requests(out: &mut String, rows: &[Row]) {
    let _ = writeln!(
        out,
        "CPU of the Envoy process for one request, µs; latency on one connection, ms (of a stream: to its first byte)\n\n\
         {:10} {:18} {:>9} {:>7} {:>9} {:>15} {:>8} {:>7} {:>8} {:>7} {:>7} {:>7}",
        "body", "case", "user", "±", "total", "min–max", "+user", "×user", "+total", "p50", "p90", "p99"
    );
    let mut body = "";
    for row in rows {
        if row.body != body && !body.is_empty() {
            out.push('\n');
        }
        let _ = write!(out, "{:10} {:18} ", if row.body == body { "" } else { row.body }, row.case);
        body = row.body;
        let Some(figures) = &row.figures else {
            let _ = writeln!(out, "FAILED: {}", row.failure.as_deref().unwrap_or("nothing was measured"));
            continue;
        };
        let f = figures;
        let _ = writeln!(
            out,
            "{:9.1} {:7.1} {:9.1} {:>15} {:>8} {:>7} {:>8} {:7.3} {:7.3} {:7.3}",
            f.user_us,
            f.user_us_error,
            f.cpu_us,
            format!("{:.0}–{:.0}", f.cpu_us_min, f.cpu_us_max),
            difference(row, f.added_user_us),
            if is_bare(row) {
                String::new()
            } else {
                f.ratio_user.map(|ratio| format!("{ratio:.2}")).unwrap_or_default()
            },
            difference(row, f.added_cpu_us),
            f.p50_ms,
            f.p90_ms,
            f.p99_ms,
        );
    }
}

fn events(out: &mut String, rows: &[Row]) {
    let streams: Vec<_> = rows.iter().filter_map(|row| Some((row, row.figures.as_ref()?.event.as_ref()?))).collect();
    if streams.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\nCPU of the Envoy process for one streamed event, µs\n\n{:29} {:>9} {:>7} {:>9} {:>8} {:>8}",
        "case", "user", "±", "total", "+user", "+total"
    );
    for (row, event) in streams {
        let _ = writeln!(
            out,
            "{:29} {:9.2} {:7.2} {:9.2} {:>8} {:>8}",
            row.case,
            event.user_us_per_event,
            event.user_us_per_event_error,
            event.cpu_us_per_event,
            difference(row, event.added_user_us_per_event),
            difference(row, event.added_cpu_us_per_event),
        );
    }
}

fn crossings(out: &mut String, rows: &[Row]) {
    let traced: Vec<_> = rows.iter().filter_map(|row| Some((row, row.calls?))).collect();
    if traced.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\nCrossings between Envoy and the modules in one exchange\n\n{:10} {:18} {:>10} {:>11}",
        "body", "case", "into wasm", "into Envoy"
    );
    for (row, calls) in traced {
        let _ =
            writeln!(out, "{:10} {:18} {:10} {:11}", row.body, row.case, calls.calls_into_wasm, calls.calls_into_envoy);
    }
}

/// The stages on their own.
#[must_use]
pub fn render_scan(stages: &[Throughput]) -> String {
    let mut out = format!("Natively, on one core, prose of 512 KB\n\n{:28} {:>8}\n", "stage", "MB/s");
    for stage in stages {
        let _ = writeln!(out, "{:28} {:8.0}", stage.stage, stage.megabytes);
    }
    out
}

/// Every crossing, in order: callbacks at the margin, the hostcalls they make behind them.
#[must_use]
pub fn render_calls(calls: &[Calls]) -> String {
    let mut out = String::new();
    for exchange in calls {
        let _ = writeln!(out, "{} with {}\n", exchange.case.name(), exchange.body.name());
        for call in &exchange.sequence {
            let _ = writeln!(out, "  {}{}", if call.into_wasm { "" } else { "    " }, call.text);
        }
        out.push('\n');
    }
    out
}

fn memory(out: &mut String, rows: &[Row]) {
    let _ = writeln!(
        out,
        "\nMemory of the Envoy process, MiB\n\n{:29} {:>9} {:>16} {:>11}   modules, bytes",
        "case", "after all", "after 1 MB bodies", "largest VM"
    );
    let mut seen = BTreeSet::new();
    for row in rows.iter().filter(|row| row.memory.is_some()) {
        let Some(memory) = row.memory.filter(|_| seen.insert(row.case)) else { continue };
        let modules: Vec<_> = row.module_bytes.iter().map(|(name, bytes)| format!("{name} {bytes}")).collect();
        let _ = writeln!(
            out,
            "{:29} {:9.1} {:17.1} {:11.1}   {}",
            row.case,
            memory.rss_mib,
            memory.soaked_rss_mib,
            memory.vm_mib,
            modules.join(", ")
        );
    }
}

fn promises(out: &mut String, rows: &[Row]) {
    let _ = writeln!(out, "\nTargets\n");
    for target in targets(rows) {
        let (measured, verdict) = match (target.measured, target.reached()) {
            (Some(measured), Some(true)) => (format!("{measured:.2}"), "reached"),
            (Some(measured), _) => (format!("{measured:.2}"), "MISSED"),
            (None, _) => ("–".to_owned(), "not measured"),
        };
        let _ = writeln!(
            out,
            "{:60} {:>9} of at most {:>5} {:4} {verdict}",
            target.what, measured, target.bound, target.unit
        );
    }
}

fn is_bare(row: &Row) -> bool {
    row.case == "bare"
}

fn difference(row: &Row, value: Option<f64>) -> String {
    match value {
        Some(value) if !is_bare(row) => format!("{value:+.2}"),
        _ => String::new(),
    }
}
