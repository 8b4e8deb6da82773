//! The finance view as a table, as JSON and as CSV. JSON and CSV have money in US dollars with six decimals, as text: no reader rounds it.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use tollgate_ledger::message::{amount, grouped, usd};
use tollgate_policy::quota::Window;
use tollgate_quota::calendar::rfc3339;

use super::{Line, View};

/// One column of numbers: its name in CSV, in JSON and in the table, and how it is read.
type Column = (&'static str, &'static str, &'static str, fn(&Line) -> u64);

const COLUMNS: [Column; 11] = [
    ("requests", "requests", "REQUESTS", |line| line.counts.requests),
    ("input_tokens", "inputTokens", "INPUT", |line| line.counts.input),
    ("cached_tokens", "cachedTokens", "CACHED", |line| line.counts.cached),
    ("cache_write_tokens", "cacheWriteTokens", "CACHE WRITE", |line| line.counts.cache_write),
    ("output_tokens", "outputTokens", "OUTPUT", |line| line.counts.output),
    ("reasoning_tokens", "reasoningTokens", "REASONING", |line| line.counts.reasoning),
    ("audio_input_tokens", "audioInputTokens", "AUDIO IN", |line| line.counts.audio_input),
    ("audio_output_tokens", "audioOutputTokens", "AUDIO OUT", |line| line.counts.audio_output),
    ("estimated_requests", "estimatedRequests", "ESTIMATED", |line| line.counts.estimated),
    ("partial_requests", "partialRequests", "PARTIAL", |line| line.counts.partial),
    ("unpriced_requests", "unpricedRequests", "NO PRICE", |line| line.unpriced),
];

/// Columns that the table has also where they are nothing but zeros.
const ALWAYS: [&str; 3] = ["requests", "input_tokens", "output_tokens"];

/// For people.
#[must_use]
pub fn table(view: &View) -> String {
    let columns: Vec<&Column> =
        COLUMNS.iter().filter(|(name, _, _, read)| ALWAYS.contains(name) || read(&view.total) > 0).collect();
    let mut heads: Vec<String> = view.by.iter().map(|dimension| dimension.as_str().to_uppercase()).collect();
    let names = heads.len();
    heads.extend(columns.iter().map(|(_, _, head, _)| (*head).to_owned()));
    heads.push("COST".to_owned());
    heads.extend(view.as_if.iter().flat_map(|model| [format!("AS {model}"), "DIFFERENCE".to_owned()]));
    let cells = |line: &Line, first: Vec<String>| {
        let mut cells = first;
        cells.extend(columns.iter().map(|(_, _, _, read)| grouped(read(line))));
        cells.push(usd(line.micro_usd));
        cells.extend(line.as_if_micro_usd.iter().flat_map(|as_if| [usd(*as_if), difference(line.micro_usd, *as_if)]));
        cells
    };
    let named = |name: &String| if name.is_empty() { "-".to_owned() } else { printable(name) };
    let mut rows = vec![heads];
    rows.extend(view.rows.iter().map(|line| cells(line, line.group.iter().map(named).collect())));
    if names > 0 {
        let total = std::iter::once("total".to_owned()).chain(std::iter::repeat_n(String::new(), names - 1));
        rows.push(cells(&view.total, total.collect()));
    }
    let mut page = format!("Use from {} until {}\n\n", rfc3339(view.from_ms), rfc3339(view.until_ms));
    page.push_str(&aligned(&rows, names));
    if view.rows.is_empty() {
        page.push_str("\nNothing was used in this time.\n");
    }
    if view.total.unpriced > 0 {
        let unpriced = grouped(view.total.unpriced);
        let _ = writeln!(page, "\nRequests whose model has no price: {unpriced}. The cost is without them.");
    }
    if !view.budgets.is_empty() {
        let head = ["BUDGET", "SPENT", "LIMIT", "USED", "WINDOW ENDS"].map(str::to_owned).to_vec();
        let row = |spent: &super::Spent| {
            let budget = &spent.budget;
            let (used, limit) = (amount(spent.spent, budget.unit), amount(budget.limit, budget.unit));
            let name = format!("{}/{}", printable(&budget.team), printable(&budget.quota));
            vec![
                name,
                used,
                format!("{limit} a {}", word(budget.per)),
                format!("{}%", spent.percent),
                rfc3339(spent.until_ms),
            ]
        };
        let rows: Vec<_> = std::iter::once(head).chain(view.budgets.iter().map(row)).collect();
        let _ = write!(page, "\n{}", aligned(&rows, 1));
    }
    page
}

/// For programs.
#[must_use]
pub fn json(view: &View) -> Value {
    let line = |line: &Line| {
        let mut object = Map::new();
        for (dimension, value) in view.by.iter().zip(&line.group) {
            object.insert(dimension.as_str().to_owned(), value.as_str().into());
        }
        for (_, name, _, read) in &COLUMNS {
            object.insert((*name).to_owned(), read(line).into());
        }
        object.insert("costUsd".to_owned(), decimal(line.micro_usd).into());
        if let Some(as_if) = line.as_if_micro_usd {
            object.insert("asIfCostUsd".to_owned(), decimal(as_if).into());
        }
        Value::Object(object)
    };
    let budget = |spent: &super::Spent| {
        let mut object = json!(spent.budget);
        if let Value::Object(object) = &mut object {
            object.insert("spent".to_owned(), spent.spent.into());
            object.insert("percent".to_owned(), spent.percent.into());
            object.insert("until".to_owned(), rfc3339(spent.until_ms).into());
        }
        object
    };
    json!({
        "from": rfc3339(view.from_ms),
        "until": rfc3339(view.until_ms),
        "by": view.by.iter().map(|dimension| dimension.as_str()).collect::<Vec<_>>(),
        "asIfModel": view.as_if,
        "rows": view.rows.iter().map(line).collect::<Vec<_>>(),
        "total": line(&view.total),
        "budgets": view.budgets.iter().map(budget).collect::<Vec<_>>(),
    })
}

/// For spreadsheets (RFC 4180, lines end in a newline alone): the rows, without total and budgets.
#[must_use]
pub fn csv(view: &View) -> String {
    let mut head: Vec<String> = view.by.iter().map(|dimension| dimension.as_str().to_owned()).collect();
    head.extend(COLUMNS.iter().map(|(name, ..)| (*name).to_owned()));
    head.push("cost_usd".to_owned());
    head.extend(view.as_if.iter().map(|_| "as_if_cost_usd".to_owned()));
    let mut page = head.join(",") + "\n";
    for line in &view.rows {
        let mut cells: Vec<String> = line.group.iter().map(|name| field(name)).collect();
        cells.extend(COLUMNS.iter().map(|(_, _, _, read)| read(line).to_string()));
        cells.push(decimal(line.micro_usd));
        cells.extend(line.as_if_micro_usd.map(decimal));
        page.push_str(&cells.join(","));
        page.push('\n');
    }
    page
}

/// A text of a CSV file. What a spreadsheet would take for a formula gets an apostrophe in front: the names are callers' to choose.
fn field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A name that a caller chose, for a terminal: nothing in it moves the cursor.
fn printable(name: &str) -> String {
    name.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

fn decimal(micro: u64) -> String {
    format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000)
}

fn difference(cost: u64, as_if: u64) -> String {
    let (sign, by) = if as_if < cost { ("-", cost - as_if) } else { ("+", as_if - cost) };
    if by == 0 { usd(0) } else { format!("{sign}{}", usd(by)) }
}

fn word(per: Window) -> &'static str {
    match per {
        Window::Second => "second",
        Window::Minute => "minute",
        Window::Hour => "hour",
        Window::Day => "day",
        Window::Month => "month",
    }
}

/// Columns side by side: the first `names` to the left, the others to the right.
fn aligned(rows: &[Vec<String>], names: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut page = String::new();
    for row in rows {
        let cell = |(column, (cell, width)): (usize, (&String, &usize))| {
            if column < names { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        };
        let cells: Vec<_> = row.iter().zip(&widths).enumerate().map(cell).collect();
        let _ = writeln!(page, "{}", cells.join("  ").trim_end());
    }
    page
}
