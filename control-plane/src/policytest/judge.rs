//! Whether a test holds.

use tollgate_host::fake::FakeEnvoy;
use tollgate_host::{LogLevel, RootFilter};
use tollgate_policy::redaction::{Action, Direction, Place, PolicyTest, RedactionSpec, Role};
use tollgate_redaction::Policy;

use super::Failure;
use super::diff::difference;
use super::exchange::{self, Arrived, Exchange};

/// Runs a test.
pub fn judge<R: RootFilter>(envoy: &FakeEnvoy<R>, spec: &RedactionSpec, test: &PolicyTest) -> Result<(), Failure> {
    let logged = envoy.worker().logs.len();
    let exchanges = match test.direction {
        Direction::Request => {
            vec![("in the request", exchange::request(envoy, test.role.unwrap_or(Role::User), &test.input))]
        }
        Direction::Response => vec![
            ("in a whole answer", exchange::answer(envoy, &test.input)),
            ("in a stream of single bytes", exchange::stream(envoy, &test.input)),
        ],
    };
    if let Some(trap) = trapped(envoy) {
        return Err(Failure::because(format!("the module failed: {trap}")));
    }
    let blocked = blocked_values(spec, test);
    for (way, exchange) in &exchanges {
        match (&test.blocked, &test.output) {
            (Some(rule), _) => refusal(way, exchange, rule, &blocked)?,
            (None, Some(output)) => text(way, exchange, output)?,
            (None, None) => {}
        }
        findings(way, exchange, test)?;
        route(exchange, test)?;
    }
    let worker = envoy.worker();
    let mut lines = worker.logs.iter().skip(logged).map(|(_, line)| line);
    if lines.any(|line| blocked.iter().any(|value| line.contains(value.as_str()))) {
        return Err(Failure::because("the log of the module holds the blocked value"));
    }
    Ok(())
}

/// What the module said when it trapped, if it did: a VM that has trapped is of no more use.
pub fn trapped<R: RootFilter>(envoy: &FakeEnvoy<R>) -> Option<String> {
    let worker = envoy.worker();
    let lines: Vec<_> =
        worker.logs.iter().filter(|(level, _)| *level == LogLevel::Critical).map(|(_, line)| line.as_str()).collect();
    if lines.is_empty() { None } else { Some(lines.join("; ")) }
}

/// What must not be repeated in a refusal: what the blocking rules find in the test's text.
fn blocked_values(spec: &RedactionSpec, test: &PolicyTest) -> Vec<String> {
    let Ok(policy) = Policy::compile("", spec, &[]) else { return Vec::new() };
    let place = Place::said(test.role.unwrap_or(match test.direction {
        Direction::Request => Role::User,
        Direction::Response => Role::Assistant,
    }));
    let mut found = Vec::new();
    policy.find(&test.input, test.direction, place, &mut found);
    let blocked = found.iter().filter(|finding| finding.action == Action::Block);
    blocked.filter_map(|finding| test.input.get(finding.start..finding.end)).map(str::to_owned).collect()
}

fn refusal(way: &str, exchange: &Exchange, rule: &str, values: &[String]) -> Result<(), Failure> {
    match &exchange.arrived {
        Arrived::Garbled(why) => Err(Failure::because(format!("{way}: {why}"))),
        Arrived::Text(text) => Err(Failure {
            reason: format!("{way} the text passed, but the rule `{rule}` should block it"),
            expected: Some(format!("refused by `{rule}`")),
            actual: Some(text.clone()),
        }),
        Arrived::Refused { message, all } => {
            if values.iter().any(|value| all.contains(value.as_str())) {
                return Err(Failure::because(format!("{way} the refusal repeats the blocked value")));
            }
            // The policy is named, too, and may be called the same.
            if message.contains(&format!("rule `{rule}`")) {
                return Ok(());
            }
            Err(Failure {
                reason: format!("{way} the text was refused, but not by the rule `{rule}`"),
                expected: Some(format!("refused by `{rule}`")),
                actual: Some(message.clone()),
            })
        }
    }
}

fn text(way: &str, exchange: &Exchange, output: &str) -> Result<(), Failure> {
    let (reason, actual) = match &exchange.arrived {
        Arrived::Text(text) if text == output => return Ok(()),
        Arrived::Text(text) => (format!("{way} the text is not as `out` says: {}", difference(output, text)), text),
        Arrived::Refused { message, .. } => (format!("{way} the text was refused"), message),
        Arrived::Garbled(why) => return Err(Failure::because(format!("{way}: {why}"))),
    };
    Err(Failure { reason, expected: Some(output.to_owned()), actual: Some(actual.clone()) })
}

/// The report counts by rule, in order of first appearance; so much of the order of findings can be told from it.
fn findings(way: &str, exchange: &Exchange, test: &PolicyTest) -> Result<(), Failure> {
    let Some(expected) = &test.findings else { return Ok(()) };
    let mut wanted: Vec<(&str, u64)> = Vec::new();
    for rule in expected {
        add(&mut wanted, rule, 1);
    }
    let mut found = Vec::new();
    for entry in exchange.findings.split(',').filter(|entry| !entry.is_empty()) {
        let counted = entry.rsplit_once('=').and_then(|(what, count)| {
            let (rule, _action) = what.rsplit_once(':')?;
            Some((rule, count.parse().ok()?))
        });
        let Some((rule, count)) = counted else {
            return Err(Failure::because(format!("{way} the module's report of findings cannot be read: {entry}")));
        };
        add(&mut found, rule, count);
    }
    if found == wanted {
        return Ok(());
    }
    Err(Failure {
        reason: format!("{way} other rules found something than `findings` says"),
        expected: Some(shown(&wanted)),
        actual: Some(shown(&found)),
    })
}

fn add<'a>(counts: &mut Vec<(&'a str, u64)>, rule: &'a str, by: u64) {
    match counts.iter_mut().find(|(known, _)| *known == rule) {
        Some((_, count)) => *count += by,
        None => counts.push((rule, by)),
    }
}

fn shown(counts: &[(&str, u64)]) -> String {
    let one = |(rule, count): &(&str, u64)| if *count == 1 { (*rule).to_owned() } else { format!("{rule} × {count}") };
    let all: Vec<_> = counts.iter().map(one).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

fn route(exchange: &Exchange, test: &PolicyTest) -> Result<(), Failure> {
    let Some(expected) = &test.route_to else { return Ok(()) };
    if exchange.route.as_ref() == Some(expected) {
        return Ok(());
    }
    let actual = match exchange.route.as_deref() {
        None => "none: the request was not sent".to_owned(),
        Some(super::config::ROUTE) => "the route of the model that the client asked for".to_owned(),
        Some(other) => other.to_owned(),
    };
    Err(Failure {
        reason: "the request took another route than `routeTo` says".to_owned(),
        expected: Some(expected.clone()),
        actual: Some(actual),
    })
}
