//! JUnit's XML, as CI servers read it: a suite for each policy.

use std::fmt::Write as _;

use super::Done;

/// The report of all tests.
#[must_use]
pub fn report(all: &[Done]) -> String {
    let failed = |of: &[&Done]| of.iter().filter(|done| done.failure.is_some()).count();
    let seconds = |of: &[&Done]| of.iter().map(|done| done.took.as_secs_f64()).sum::<f64>();
    let every: Vec<&Done> = all.iter().collect();
    let mut policies: Vec<&str> = Vec::new();
    for done in all {
        if !policies.contains(&done.case.policy.as_str()) {
            policies.push(&done.case.policy);
        }
    }
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tollgate test\" tests=\"{}\" failures=\"{}\" time=\"{:.3}\">\n",
        every.len(),
        failed(&every),
        seconds(&every)
    );
    for policy in policies {
        let own: Vec<&Done> = every.iter().copied().filter(|done| done.case.policy == policy).collect();
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" time=\"{:.3}\">",
            escape(policy),
            own.len(),
            failed(&own),
            seconds(&own)
        );
        own.into_iter().for_each(|done| case(&mut xml, done));
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn case(xml: &mut String, done: &Done) {
    let case = &done.case;
    let _ = write!(
        xml,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.3}\"",
        escape(&case.policy),
        escape(&case.name),
        escape(&case.file),
        case.line,
        done.took.as_secs_f64()
    );
    let Some(failure) = &done.failure else {
        xml.push_str("/>\n");
        return;
    };
    let mut body = format!("{}:{}\nin:       {}", case.file, case.line, case.test.input);
    if let Some(expected) = &failure.expected {
        let _ = write!(body, "\nexpected: {expected}");
    }
    if let Some(actual) = &failure.actual {
        let _ = write!(body, "\nactual:   {actual}");
    }
    let _ = write!(
        xml,
        ">\n      <failure type=\"policy\" message=\"{}\">{}</failure>\n    </testcase>\n",
        escape(&failure.reason),
        escape(&body)
    );
}

/// Text and attribute values alike. XML 1.0 has no way to write most control characters.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(character),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
