use tollgate_policy::redaction::{Action, Direction, Mode, Place, RedactionSpec, Rule};
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Limits, Tape, escape_into};

use super::*;
use crate::testing::{compile, detect, pattern, policy, spec, words};
use crate::{JsonText, Report, Vault, VaultLimits};

fn redact(policy: &Policy, text: &str) -> Result<String, RedactError> {
    policy.redact_text(&mut Vault::default(), text, Direction::Request, Place::USER).map(|redacted| redacted.text)
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn actions() {
    let text = "jane@example.com and joe@example.com and jane@example.com";
    let of = |action| redact(&policy(&["email"], action), text);
    assert_eq!(of(Action::Mask).unwrap(), "[EMAIL] and [EMAIL] and [EMAIL]");
    assert_eq!(of(Action::Pseudonymize).unwrap(), "<EMAIL_1> and <EMAIL_2> and <EMAIL_1>");
    assert_eq!(of(Action::Allow).unwrap(), text);
    assert_eq!(of(Action::Block), Err(RedactError::Blocked { rule: "email".into() }));
    let hashed = of(Action::Hash).unwrap();
    let parts: Vec<_> = hashed.split(" and ").collect();
    assert!(parts[0] == parts[2] && parts[0] != parts[1], "{hashed}");
    assert!(parts[0].len() == "[EMAIL:1a2b3c4d5e6f]".len() && parts[0].starts_with("[EMAIL:"), "{hashed}");
    let other = Policy::compile("p", &spec(vec![detect(&["email"], Action::Hash)]), b"another key").unwrap();
    assert_ne!(redact(&other, text).unwrap(), hashed);
}

#[test]
fn the_design_s_own_policy() {
    let policy = compile(vec![
        detect(&["email", "phone", "credit-card", "iban", "us-ssn", "ip-address"], Action::Pseudonymize),
        detect(&["aws-access-key", "github-token", "private-key", "jwt"], Action::Block),
        pattern("ticket", r"ACME-\d{6}", Action::Hash),
        words("codenames", &["Nightjar", "Bluefin"], Action::Mask),
    ]);
    assert_eq!(redact(&policy, "mail jane@example.com").unwrap(), "mail <EMAIL_1>");
    assert_eq!(
        redact(&policy, "nightjar, BLUEFIN; not nightjars; 4111 1111 1111 1111 from 10.0.0.1").unwrap(),
        "[CODENAMES], [CODENAMES]; not nightjars; <CREDIT_CARD_1> from <IP_ADDRESS_1>"
    );
    assert!(redact(&policy, "see ACME-123456").unwrap().starts_with("see [TICKET:"));
    assert_eq!(redact(&policy, "AKIAIOSFODNN7EXAMPLE"), Err(RedactError::Blocked { rule: "aws-access-key".into() }));
}

#[test]
fn user_rules() {
    let policy = compile(vec![
        pattern("id", r"(?i)\bemp\d+\b", Action::Mask),
        pattern("umlaut", "stra(ß|ss)e", Action::Mask),
        Rule { case_sensitive: true, ..words("exact", &["Falcon"], Action::Mask) },
        words("phrase.2", &["foo", "foo ba", "größe", "foo bar baz"], Action::Mask),
    ]);
    assert_eq!(redact(&policy, "EMP12 emp34x temp56").unwrap(), "[ID] emp34x temp56");
    assert_eq!(redact(&policy, "Falcon falcon Falcons Falcon_").unwrap(), "[EXACT] falcon Falcons Falcon_");
    // The longer phrase does not end at a word's end; the shorter one does.
    assert_eq!(redact(&policy, "foo bar").unwrap(), "[PHRASE_2] bar");
    assert_eq!(redact(&policy, "FOO BAR BAZ").unwrap(), "[PHRASE_2]");
    assert_eq!(redact(&policy, "größe größer Übergröße straße").unwrap(), "[PHRASE_2] größer Übergröße [UMLAUT]");
    // One word ends like another: each is found at its own start.
    let policy = compile(vec![words("tail", &["bar"], Action::Mask), words("phrase", &["foo bar"], Action::Mask)]);
    assert_eq!(redact(&policy, "foo bar, bar").unwrap(), "[PHRASE], [TAIL]");
    // A pattern over bytes that ends within a character takes all of it.
    let policy = compile(vec![pattern("byte", r"x.", Action::Mask)]);
    assert_eq!(redact(&policy, "axéb").unwrap(), "a[BYTE]b");
    // Look-around alone finds nothing and does not hang.
    let policy = compile(vec![pattern("around", r"\bx?", Action::Mask)]);
    assert_eq!(redact(&policy, "a x é").unwrap(), "a [AROUND] é");
}

#[test]
fn overlaps_and_allow() {
    let policy = compile(vec![
        detect(&["email"], Action::Pseudonymize),
        pattern("own", r"[a-z]+@ours\.example", Action::Allow),
        words("name", &["jane"], Action::Mask),
    ]);
    let text = "jane jane@ours.example jane@theirs.example";
    assert_eq!(redact(&policy, text).unwrap(), "[NAME] jane@ours.example <EMAIL_1>");
    let mut findings = Vec::new();
    policy.find(text, Direction::Request, Place::USER, &mut findings);
    let found: Vec<_> =
        findings.iter().map(|finding| (policy.rule_name(finding.rule), finding.start, finding.end)).collect();
    assert_eq!(found, [("name", 0, 4), ("own", 5, 22), ("email", 23, 42)]);
    assert_eq!(findings.iter().map(|finding| policy.label(finding.rule)).collect::<Vec<_>>(), ["NAME", "OWN", "EMAIL"]);
    // Of two rules with one detector the earlier decides.
    let policy = compile(vec![detect(&["email"], Action::Mask), detect(&["email", "iban"], Action::Block)]);
    assert_eq!(redact(&policy, "a@b.com").unwrap(), "[EMAIL]");
}

#[test]
fn directions_and_shadow() {
    let rules = vec![detect(&["email"], Action::Block)];
    let request = RedactionSpec { apply: vec![Direction::Request], ..spec(rules.clone()) };
    let policy = Policy::compile("p", &request, b"").unwrap();
    assert!(policy.applies_to(Direction::Request) && !policy.applies_to(Direction::Response));
    let answer = policy.redact_text(&mut Vault::default(), "a@b.com", Direction::Response, Place::ASSISTANT).unwrap();
    assert_eq!((answer.text.as_str(), answer.findings.len()), ("a@b.com", 0));
    // A model's own words have no original to come back.
    let policy = crate::testing::policy(&["email"], Action::Pseudonymize);
    let answer = policy.redact_text(&mut Vault::default(), "a@b.com", Direction::Response, Place::ASSISTANT).unwrap();
    assert_eq!(answer.text, "[EMAIL]");

    let policy = Policy::compile("p", &RedactionSpec { mode: Mode::Shadow, ..spec(rules) }, b"").unwrap();
    assert!(policy.shadow());
    let redacted = policy.redact_text(&mut Vault::default(), "a@b.com", Direction::Request, Place::USER).unwrap();
    assert_eq!((redacted.text.as_str(), redacted.findings.len()), ("a@b.com", 1));
    let mut report = Report::new();
    assert_eq!(body(&policy, &mut Vault::default(), r#"["a@b.com"]"#, false, &mut report).unwrap(), r#"["a@b.com"]"#);
    assert!(report.is_shadow());
    assert_eq!(report.to_string(), "email:shadow-block=1");
}

#[test]
fn rules_that_cannot_be_used() {
    let message = |rules: Vec<Rule>| Policy::compile("p", &spec(rules), b"").unwrap_err().to_string();
    let good = || detect(&["email"], Action::Mask);
    for (rules, expected) in [
        (vec![Rule::new(Action::Mask)], "rule 1: needs one of"),
        (vec![good(), Rule { pattern: Some("x".into()), ..good() }], "rule 2: has several of"),
        (vec![detect(&["email", "emial"], Action::Mask)], "rule 1: there is no detector `emial`; there are secrets, "),
        (vec![pattern("p", "a(", Action::Mask)], "rule 1: `p`: pattern: regex parse error"),
        (vec![pattern("p", "x*", Action::Mask)], "rule 1: `p`: pattern matches the empty text"),
        (
            vec![pattern("p", r"(?:\d{1000}){1000}", Action::Mask)],
            "rule 1: `p`: pattern takes more than 262144 bytes compiled",
        ),
        (vec![pattern("p", &"x".repeat(5000), Action::Mask)], "rule 1: `p`: pattern is 5000 bytes long"),
        (vec![Rule { name: None, ..pattern("p", "x", Action::Mask) }], "rule 1: needs a name"),
        (vec![pattern("a:b", "x", Action::Mask)], "rule 1: the name must have"),
        (vec![pattern("", "x", Action::Mask)], "rule 1: the name must have"),
        (vec![pattern(&"x".repeat(65), "x", Action::Mask)], "rule 1: the name must have"),
        (vec![pattern("p", "x", Action::Mask), words("p", &["y"], Action::Mask)], "rule 2: the name `p` is already"),
        (vec![pattern("iban", "x", Action::Mask)], "rule 1: the name `iban` is already"),
        (vec![words("w", &["a", " "], Action::Mask)], "rule 1: `w`: words holds an empty word"),
        (vec![words("w", &[&"x".repeat(300)], Action::Mask)], "rule 1: `w`: words holds one of 300 bytes"),
    ] {
        let message = message(rules);
        assert!(message.starts_with(expected), "{message}");
    }
}

/// Redacts every string of a body, as the filters do.
fn body(
    policy: &Policy,
    vault: &mut Vault,
    body: &str,
    json_inside: bool,
    report: &mut Report,
) -> Result<String, RedactError> {
    let mut tape = Tape::default();
    let parsed = tape.parse(body.as_bytes(), Limits::default()).unwrap();
    let mut edits = Edits::default();
    vault.reserve_literals(body.as_bytes());
    for item in parsed.items() {
        let text = JsonText { json_inside, ..JsonText::of(item.as_str().unwrap(), Place::USER) };
        policy.redact_json_str(vault, text, &mut edits, report)?;
    }
    Ok(String::from_utf8(edits.apply(body.as_bytes()).unwrap()).unwrap())
}

#[test]
fn json_strings_are_matched_decoded_and_edited_in_place() {
    let policy = policy(&["email", "credit-card"], Action::Pseudonymize);
    let mut vault = Vault::default();
    let mut report = Report::new();
    let text = r#"["plain a@b.com", "jane\u0040example.com", "\ud83d\ude00\n\"4111 1111 1111 1111\" \/ \u0061@b.com", "<EMAIL_1>"]"#;
    let redacted = body(&policy, &mut vault, text, false, &mut report).unwrap();
    let expected = r#"["plain <EMAIL_2>", "<EMAIL_3>", "\ud83d\ude00\n\"<CREDIT_CARD_1>\" \/ <EMAIL_2>", "<EMAIL_1>"]"#;
    assert_eq!(redacted, expected);
    assert_eq!(report.to_string(), "email:pseudonymize=3,credit-card:pseudonymize=1");
    assert_eq!(vault.original("EMAIL", 3), Some("jane@example.com"));
}

#[test]
fn json_inside_strings() {
    let policy = policy(&["email", "credit-card", "us-ssn"], Action::Pseudonymize);
    let redacted = |text: &str| body(&policy, &mut Vault::default(), text, true, &mut Report::new()).unwrap();
    assert_eq!(redacted(r#"["{\"to\":\"jane\\u0040example.com\",\"n\":1}"]"#), r#"["{\"to\":\"<EMAIL_1>\",\"n\":1}"]"#);
    assert_eq!(redacted(r#"["{\"to\":\"jane\u0040example.com\"}"]"#), r#"["{\"to\":\"<EMAIL_1>\"}"]"#);
    // A number becomes a string, and its key is its context.
    assert_eq!(redacted(r#"["{\"card\":4111111111111111}"]"#), r#"["{\"card\":\"<CREDIT_CARD_1>\"}"]"#);
    assert_eq!(redacted(r#"["[-4111111111111111, 5]"]"#), r#"["[\"-<CREDIT_CARD_1>\", 5]"]"#);
    assert_eq!(redacted(r#"["{\"ssn\":536904399}"]"#), r#"["{\"ssn\":\"<US_SSN_1>\"}"]"#);
    // Two findings in one number.
    let twice = compile(vec![pattern("x", "1[12]", Action::Mask)]);
    let text = body(&twice, &mut Vault::default(), r#"["[11.12, 11]"]"#, true, &mut Report::new()).unwrap();
    assert_eq!(text, r#"["[\"[X].[X]\", \"[X]\"]"]"#);
    // Cut off, or no JSON at all.
    assert_eq!(redacted(r#"["{\"to\":\"a@b.com and"]"#), r#"["{\"to\":\"<EMAIL_1> and"]"#);
    assert_eq!(redacted(r#"["to a@b.com"]"#), r#"["to \"<EMAIL_1>\""]"#);
    assert_eq!(redacted(r#"[""]"#), r#"[""]"#);
}

#[test]
fn values_of_any_shape() {
    let policy = policy(&["email", "credit-card"], Action::Pseudonymize);
    let mut vault = Vault::default();
    let (mut edits, mut report) = (Edits::default(), Report::new());
    let text =
        r#"{"a@b.com": [null, true, {"x": "c\u0040d.com"}], "n": 4111111111111111, "m": 12, "o": -4111111111111111}"#;
    let mut tape = Tape::default();
    let value = tape.parse(text.as_bytes(), Limits::default()).unwrap();
    policy.redact_json_value(&mut vault, value, None, Place::USER, &mut edits, &mut report).unwrap();
    let redacted = String::from_utf8(edits.apply(text.as_bytes()).unwrap()).unwrap();
    let expected =
        r#"{"<EMAIL_1>": [null, true, {"x": "<EMAIL_2>"}], "n": "<CREDIT_CARD_1>", "m": 12, "o": "-<CREDIT_CARD_1>"}"#;
    assert_eq!(redacted, expected);
    assert_eq!(report.to_string(), "email:pseudonymize=2,credit-card:pseudonymize=2");

    let mut tape = Tape::default();
    let answer = tape.parse(redacted.as_bytes(), Limits::default()).unwrap();
    let mut edits = Edits::default();
    policy.answer_json_value(&vault, answer, None, Place::ASSISTANT, &mut edits, &mut report).unwrap();
    let restored = String::from_utf8(edits.apply(redacted.as_bytes()).unwrap()).unwrap();
    assert_eq!(
        restored,
        text.replace("\\u0040", "@").replace("4111111111111111", "\"4111111111111111\"").replace("-\"", "\"-")
    );
}

#[test]
fn a_full_vault_refuses() {
    let policy = policy(&["email"], Action::Pseudonymize);
    let mut vault = Vault::new(VaultLimits { entries: 1, bytes: 100 });
    let result = policy.redact_text(&mut vault, "a@b.com c@d.com", Direction::Request, Place::USER);
    assert_eq!(result.unwrap_err(), RedactError::VaultFull);
}

#[test]
fn answers_in_json_strings() {
    let policy = compile(vec![detect(&["email"], Action::Pseudonymize), words("secret", &["xyzzy"], Action::Block)]);
    let mut vault = Vault::default();
    vault.placeholder("EMAIL", "\"j d\"@example.com").unwrap();
    let answered = |text: &str, json_inside: bool| {
        let mut tape = Tape::default();
        let string = tape.parse(text.as_bytes(), Limits::default()).unwrap().as_str().unwrap();
        let mut edits = Edits::default();
        let mut report = Report::new();
        let string = JsonText { json_inside, ..JsonText::of(string, Place::ASSISTANT) };
        policy.answer_json_str(&vault, string, &mut edits, &mut report)?;
        Ok((String::from_utf8(edits.apply(text.as_bytes()).unwrap()).unwrap(), report.to_string()))
    };
    let (text, report) = answered(r#""to <EMAIL_1>, \u003cEMAIL_1\u003e, cc a@b.com, <EMAIL_2>""#, false).unwrap();
    assert_eq!(text, r#""to \"j d\"@example.com, \"j d\"@example.com, cc [EMAIL], <EMAIL_2>""#);
    assert_eq!(report, "email:pseudonymize=1");
    let (text, _) = answered(r#""{\"to\":\"\\u003cEMAIL_1>\",\"cc\":\"a@b.com\"}""#, true).unwrap();
    assert_eq!(text, r#""{\"to\":\"\\\"j d\\\"@example.com\",\"cc\":\"[EMAIL]\"}""#);
    assert_eq!(answered(r#""xyzzy <EMAIL_1>""#, false), Err(RedactError::Blocked { rule: "secret".into() }));
}

#[test]
fn nothing_public_shows_a_value() {
    let policy = policy(&["email"], Action::Pseudonymize);
    let mut vault = Vault::default();
    let redacted = policy.redact_text(&mut vault, "planted@example.com", Direction::Request, Place::USER).unwrap();
    let blocked = redact(&crate::testing::policy(&["email"], Action::Block), "planted@example.com").unwrap_err();
    let mut report = Report::new();
    body(&policy, &mut vault, r#"["planted@example.com"]"#, false, &mut report).unwrap();
    let mut filter = crate::ResponseFilter::new(Place::ASSISTANT, false);
    filter.push(&policy, &vault, "planted@example", &mut String::new(), &mut report).unwrap();
    let shown = format!(
        "{redacted:?} {blocked:?} {blocked} {vault:?} {report:?} {report} {policy:?} {filter:?} {:?}",
        redacted.findings
    );
    assert!(!shown.contains("planted"), "{shown}");
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use proptest::prelude::*;

    use super::*;

    /// Text with values that the policy finds, quotes, escapes and all.
    fn texts() -> impl Strategy<Value = String> {
        let pieces = prop_oneof![
            any::<String>(),
            Just(" jane@example.com ".to_owned()),
            Just("\"4111 1111 1111 1111\"".to_owned()),
            Just("\n+44 20 7946 0958,".to_owned()),
            Just("<EMAIL_1>".to_owned()),
            Just("<EM".to_owned()),
            Just("DE89370400440532013000".to_owned()),
            Just(" \u{1f600}\\\"nightjar\" ".to_owned()),
        ];
        proptest::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
    }

    fn reversible() -> Policy {
        compile(vec![
            detect(&["email", "credit-card", "phone", "iban"], Action::Pseudonymize),
            words("codename", &["nightjar"], Action::Pseudonymize),
        ])
    }

    proptest! {
        #[test]
        fn what_is_restored_is_what_was_there(text in texts()) {
            let mut vault = Vault::default();
            vault.reserve_literals(text.as_bytes());
            let redacted = reversible().redact_text(&mut vault, &text, Direction::Request, Place::USER).unwrap();
            prop_assert!(!redacted.text.contains("jane@example.com"));
            prop_assert!(!redacted.text.contains("4111 1111"));
            prop_assert_eq!(vault.restore_text(&redacted.text), text);
        }

        #[test]
        fn in_json_too(text in texts(), inside in any::<bool>(), escaped in any::<bool>()) {
            let policy = reversible();
            let string = |text: &str| {
                let mut out = Vec::new();
                tollgate_wire::json::escape_into(&mut out, text);
                let plain = String::from_utf8(out).unwrap();
                if escaped { plain.replace('@', "\\u0040").replace('<', "\\u003C") } else { plain }
            };
            let content = if inside { format!("{{\"k\":\"{}\",\"n\":12}}", string(&text)) } else { text.clone() };
            let sent = format!("[\"{}\"]", string(&content));
            let mut vault = Vault::default();
            let redacted = body(&policy, &mut vault, &sent, inside, &mut Report::new()).unwrap();
            prop_assert!(!redacted.contains("jane"));
            let mut tape = Tape::default();
            let answer = tape.parse(redacted.as_bytes(), Limits::default()).unwrap();
            let mut edits = Edits::default();
            let string = answer.items().next().unwrap().as_str().unwrap();
            let requests = Policy::compile("p", &RedactionSpec { apply: vec![Direction::Request], ..spec(vec![]) }, b"").unwrap();
            let string = JsonText { json_inside: inside, ..JsonText::of(string, Place::ASSISTANT) };
            requests.answer_json_str(&vault, string, &mut edits, &mut Report::new()).unwrap();
            let restored = edits.apply(redacted.as_bytes()).unwrap();
            let mut tape = Tape::default();
            let restored = tape.parse(&restored, Limits::default()).unwrap().items().next().unwrap().as_str().unwrap().decode();
            if inside {
                let mut tape = Tape::default();
                let inner = tape.parse(restored.as_bytes(), Limits::default()).unwrap();
                prop_assert_eq!(inner.get("k").unwrap().as_str().unwrap().decode(), text);
            } else {
                prop_assert_eq!(restored, text);
            }
        }
    }
}

#[test]
fn keys_tell_what_their_values_are() {
    let policy = compile(vec![
        detect(&["high-entropy-secret", "us-ssn", "date-of-birth", "phone"], Action::Mask),
        pattern("pin", r"^\d{4}$", Action::Mask),
        words("word", &["password"], Action::Allow),
    ]);
    let text = r#"{"password": "hunter2!x", "ssn": "536904399", "n": {"ssn": 536904399}, "other": ["536904399", 536904399], "birth_date": ["x", "1985-03-12"], "\u0070in": "1234", "pin": 1234}"#;
    let expected = r#"{"password": "[HIGH_ENTROPY_SECRET]", "ssn": "[US_SSN]", "n": {"ssn": "[US_SSN]"}, "other": ["536904399", 536904399], "birth_date": ["x", "[DATE_OF_BIRTH]"], "\u0070in": "[PIN]", "pin": "[PIN]"}"#;
    let mut tape = Tape::default();
    let value = tape.parse(text.as_bytes(), Limits::default()).unwrap();
    let mut edits = Edits::default();
    policy.redact_json_value(&mut Vault::default(), value, None, Place::USER, &mut edits, &mut Report::new()).unwrap();
    assert_eq!(String::from_utf8(edits.apply(text.as_bytes()).unwrap()).unwrap(), expected);

    // The same within a string, where what is not quoted is one text.
    let text = text.replace(r#", "pin": 1234"#, "");
    let mut outer = b"[\"".to_vec();
    escape_into(&mut outer, &text);
    outer.extend(b"\"]");
    let outer = String::from_utf8(outer).unwrap();
    let redacted = body(&policy, &mut Vault::default(), &outer, true, &mut Report::new()).unwrap();
    let mut tape = Tape::default();
    let inner = tape.parse(redacted.as_bytes(), Limits::default()).unwrap().items().next().unwrap();
    assert_eq!(inner.as_str().unwrap().decode(), expected.replace(r#", "pin": "[PIN]""#, ""));

    let outer = r#"["ssn", "536904399"]"#;
    let mut tape = Tape::default();
    let items: Vec<_> = tape.parse(outer.as_bytes(), Limits::default()).unwrap().items().collect();
    let mut edits = Edits::default();
    let text = JsonText { key: items[0].as_str(), ..JsonText::of(items[1].as_str().unwrap(), Place::USER) };
    policy.redact_json_str(&mut Vault::default(), text, &mut edits, &mut Report::new()).unwrap();
    assert_eq!(edits.apply(outer.as_bytes()).unwrap(), br#"["ssn", "[US_SSN]"]"#);
}
