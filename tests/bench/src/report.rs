//! The figures for people: tables on stdout, the targets beside what was reached.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::calls::Calls;
use crate::scan::{Runtime, Throughput};
use crate::summary::Row;
use crate::targets::targets;

/// The whole report.
#[must_use]
pub fn render(rows: &[Row], text: &[Throughput]) -> String {
    let mut out = String::new();
    requests(&mut out, rows);
    events(&mut out, rows);
    crossings(&mut out, rows);
    memory(&mut out, rows);
    out.push_str(&render_text(text));
    promises(&mut out, rows, text);
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

/// The stages on their own: a line for each, a column for each kind of text.
#[must_use]
pub fn render_text(rows: &[Throughput]) -> String {
    let mut out = String::new();
    let mut kinds: Vec<&str> = Vec::new();
    for row in rows {
        if !kinds.contains(&row.body.as_str()) {
            kinds.push(&row.body);
        }
    }
    for (runtime, heading) in
        [(Runtime::Wasm, "Text taken in inside wasm (V8 of Node), MB/s"), (Runtime::Native, "The same natively, MB/s")]
    {
        let rows: Vec<_> = rows.iter().filter(|row| row.runtime == runtime).collect();
        let Some(first) = rows.first() else { continue };
        let _ = write!(out, "\n{heading}\n\n{:40}", "stage");
        for kind in &kinds {
            let _ = write!(out, " {kind:>8}");
        }
        let mut stage = "";
        for row in &rows {
            if row.stage != stage || row.body == first.body {
                let _ = write!(out, "\n{:40}", row.stage);
                stage = &row.stage;
            }
            let _ = write!(out, " {:8.0}", row.mb_per_s);
        }
        out.push('\n');
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

fn promises(out: &mut String, rows: &[Row], text: &[Throughput]) {
    let _ = writeln!(out, "\nTargets\n");
    for target in targets(rows, text) {
        let (measured, verdict) = match (target.measured, target.reached()) {
            (Some(measured), Some(true)) => (format!("{measured:.2}"), "reached"),
            (Some(measured), _) => (format!("{measured:.2}"), "MISSED"),
            (None, _) => ("–".to_owned(), "not measured"),
        };
        let _ = writeln!(
            out,
            "{:60} {:>9} of at {} {:>5} {:4} {verdict}",
            target.what,
            measured,
            if target.at_least { "least" } else { "most" },
            target.bound,
            target.unit
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
