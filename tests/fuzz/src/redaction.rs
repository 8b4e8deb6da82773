//! Redaction of whole texts and of streams, with every kind of rule on.

use std::sync::LazyLock;

use tollgate_policy::redaction::{Action, Direction, Mode, Place, RedactionSpec, Role, Rule, Scope};
use tollgate_redaction::{JsonText, Policy, Report, ResponseFilter, Vault, detectors};
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Kind, Limits, Tape, Value};

use crate::input::split;

/// What every rule but those in shadow mode does; the built-in detectors are all in use.
fn policy(action: Action, apply: &[Direction]) -> Policy {
    let text = |text: &str| text.to_owned();
    let named = |name: &str| Rule { name: Some(text(name)), ..Rule::new(action) };
    let rules = vec![
        Rule {
            detect: detectors().map(|detector| text(detector.name)).collect(),
            min_score: Some(20),
            ..Rule::new(action)
        },
        Rule {
            detect: vec![text("email"), text("phone")],
            scope: Scope { roles: vec![Role::Tool], ..Scope::default() },
            except: vec![text("a@b.com")],
            priority: 1,
            ..Rule::new(Action::Allow)
        },
        Rule { words: vec![text("nightjar"), text("blue fin"), text("夜鷹")], ..named("names") },
        Rule { words: vec![text("jar")], whole_words: false, case_sensitive: true, ..named("within") },
        Rule { pattern: Some(text(r"ACME-\d+")), ..named("ticket") },
        Rule { pattern: Some(text(r"\b\d{4}\b")), near: vec![text("pin")], ..named("pin") },
        Rule { pattern: Some(text("[^a]b?a .")), mode: Some(Mode::Shadow), ..named("shadow") },
    ];
    let spec = RedactionSpec { rules, apply: apply.to_vec(), ..RedactionSpec::default() };
    Policy::compile("fuzz", &spec, b"key").expect("the rules are sound")
}

static REVERSIBLE: LazyLock<Policy> = LazyLock::new(|| policy(Action::Pseudonymize, &[Direction::Request]));
static MASKING: LazyLock<Policy> = LazyLock::new(|| policy(Action::Mask, &[Direction::Request, Direction::Response]));

/// JSON bodies: edits do not overlap, JSON comes out, also of strings that hold it, and what was redacted is what comes back. Texts: the
/// same, and findings are whole characters side by side.
pub fn redact(data: &[u8]) {
    let mut tape = Tape::default();
    if let Ok(value) = tape.parse(data, Limits::default()) {
        for policy in [&*REVERSIBLE, &*MASKING] {
            let (mut vault, mut edits, mut report) = (Vault::default(), Edits::default(), Report::new());
            vault.reserve_literals(data);
            if policy.redact_json_value(&mut vault, value, None, Place::USER, &mut edits, &mut report).is_ok() {
                let body = edits.apply(data).expect("edits of one body do not overlap");
                crate::expect_json(&body);
            }
            let mut edits = Edits::default();
            if nested(policy, &mut vault, value, &mut edits, &mut report) {
                let body = edits.apply(data).expect("edits of one body do not overlap");
                let mut after = Tape::default();
                let after = after.parse(&body, Limits::default()).expect("JSON stays JSON");
                expect_json_within(value, after);
            }
        }
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    for policy in [&*REVERSIBLE, &*MASKING] {
        let mut vault = Vault::default();
        vault.reserve_literals(data);
        let Ok(redacted) = policy.redact_text(&mut vault, text, Direction::Request, Place::USER) else { return };
        for shadow in [false, true] {
            let mut end = 0;
            for finding in redacted.findings.iter().filter(|finding| finding.shadow == shadow) {
                assert!(end <= finding.start && finding.start < finding.end && text.is_char_boundary(finding.start));
                end = finding.end;
                assert!(text.is_char_boundary(end));
            }
        }
        if std::ptr::eq(policy, &*REVERSIBLE) {
            assert_eq!(vault.restore_text(&redacted.text), text);
        }
    }
}

/// What holds JSON in its strings still does afterwards.
fn expect_json_within(before: Value<'_>, after: Value<'_>) {
    match before.kind() {
        Kind::Array => before.items().zip(after.items()).for_each(|(before, after)| expect_json_within(before, after)),
        Kind::Object => {
            let pairs = before.entries().zip(after.entries());
            pairs.for_each(|((_, before), (_, after))| expect_json_within(before, after));
        }
        Kind::String => {
            let (before, after) = (before.as_str().expect("a string"), after.as_str().expect("a string stays one"));
            if is_json(&before.decode()) {
                crate::expect_json(after.decode().as_bytes());
            }
        }
        Kind::Number | Kind::Null | Kind::Bool => {}
    }
}

fn is_json(text: &str) -> bool {
    Tape::default().parse(text.as_bytes(), Limits::default()).is_ok()
}

/// Redacts every string as one that holds JSON itself; false if the vault is full.
fn nested(policy: &Policy, vault: &mut Vault, value: Value<'_>, edits: &mut Edits, report: &mut Report) -> bool {
    match value.kind() {
        Kind::Array => value.items().all(|item| nested(policy, vault, item, edits, report)),
        Kind::Object => value.entries().all(|(_, item)| nested(policy, vault, item, edits, report)),
        Kind::String => value.as_str().is_none_or(|string| {
            policy.redact_json_str(vault, JsonText::holding_json(string, Place::ARGUMENTS), edits, report).is_ok()
        }),
        Kind::Number | Kind::Null | Kind::Bool => true,
    }
}

/// Lanes of streamed answers: the same text however it is cut, no more of it held back than the policy says, and JSON if it was JSON.
pub fn response_filter(data: &[u8]) {
    let (cuts, text) = split(data);
    let Ok(text) = std::str::from_utf8(text) else { return };
    let mut vault = Vault::default();
    for value in ["jane@example.com", "joe \"x\""] {
        vault.placeholder("EMAIL", value).expect("there is room for two");
    }
    for (policy, json) in [(&*MASKING, false), (&*MASKING, true), (&*REVERSIBLE, false), (&*REVERSIBLE, true)] {
        let whole = filtered(policy, &vault, json, &[text]);
        assert_eq!(filtered(policy, &vault, json, &pieces(cuts, text)), whole);
        if json && is_json(text) {
            crate::expect_json(whole.0.as_bytes());
        }
    }
}

fn filtered(policy: &Policy, vault: &Vault, json: bool, pieces: &[&str]) -> (String, String) {
    let mut filter = ResponseFilter::new(Place::ASSISTANT, json);
    let (mut out, mut report, mut fed) = (String::new(), Report::new(), 0);
    for piece in pieces {
        filter.push(policy, vault, piece, &mut out, &mut report).expect("no rule blocks");
        fed += piece.len();
        assert!(json || !report.is_empty() || out.len() + policy.hold_back() >= fed, "{} of {fed}", out.len());
    }
    filter.finish(policy, vault, &mut out, &mut report).expect("no rule blocks");
    (out, report.to_string())
}

/// `text` in pieces of about these lengths, over and over, cut between characters.
fn pieces<'a>(lengths: &[u8], text: &'a str) -> Vec<&'a str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let lengths = if lengths.is_empty() { &[1] } else { lengths };
    for &length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let mut at = usize::from(length).clamp(1, rest.len());
        while !rest.is_char_boundary(at) {
            at += 1;
        }
        let (piece, behind) = rest.split_at(at);
        pieces.push(piece);
        rest = behind;
    }
    pieces
}
