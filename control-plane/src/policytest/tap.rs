//! TAP version 14 (<https://testanything.org/tap-version-14-specification.html>).

use std::fmt::Write as _;

use super::Done;

/// What comes before the first test.
#[must_use]
pub fn plan(count: usize) -> String {
    let reason = if count == 0 { " # SKIP no policy has tests" } else { "" };
    format!("TAP version 14\n1..{count}{reason}\n")
}

/// The lines of one test; `number` counts from 1.
#[must_use]
pub fn point(number: usize, done: &Done) -> String {
    let case = &done.case;
    let verdict = if done.failure.is_some() { "not ok" } else { "ok" };
    let mut lines = format!("{verdict} {number} - {}\n", escape(&format!("{}: {}", case.policy, case.name)));
    if let Some(failure) = &done.failure {
        let at = format!("{}:{}", case.file, case.line);
        let fields = [
            ("message", Some(&failure.reason)),
            ("at", Some(&at)),
            ("in", Some(&case.test.input)),
            ("expected", failure.expected.as_ref()),
            ("actual", failure.actual.as_ref()),
        ];
        lines.push_str("  ---\n");
        for (name, text) in fields {
            if let Some(text) = text {
                // A JSON string is a YAML string.
                let _ = writeln!(lines, "  {name}: {}", serde_json::Value::from(text.as_str()));
            }
        }
        lines.push_str("  ...\n");
    }
    lines
}

/// `#` begins a directive and a line break ends the description.
fn escape(description: &str) -> String {
    let mut escaped = String::new();
    for character in description.chars() {
        match character {
            '\\' | '#' => escaped.extend(['\\', character]),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
