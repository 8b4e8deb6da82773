//! What rules may say beside what they look for.

use tollgate_policy::redaction::{Action, Direction, Field, Mode, OnFinding, Place, RedactionSpec, Role, Rule, Scope};

use super::*;
use crate::finding::Finding;
use crate::testing::{compile, detect, pattern, spec, words};
use crate::{Redacted, Vault};

fn at(policy: &Policy, text: &str, direction: Direction, place: Place) -> Redacted {
    policy.redact_text(&mut Vault::default(), text, direction, place).unwrap()
}

fn redact(policy: &Policy, text: &str) -> String {
    at(policy, text, Direction::Request, Place::USER).text
}

fn of_roles(roles: &[Role]) -> Scope {
    Scope { roles: roles.to_vec(), ..Scope::default() }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn scopes_of_every_kind_of_rule() {
    let answers = Scope { directions: vec![Direction::Response], ..Scope::default() };
    let arguments = Scope { fields: vec![Field::Arguments], ..Scope::default() };
    let policy = compile(vec![
        Rule { scope: of_roles(&[Role::User]), ..detect(&["email"], Action::Mask) },
        Rule { scope: arguments, ..pattern("ticket", r"ACME-\d+", Action::Mask) },
        Rule { scope: answers, ..words("name", &["nightjar"], Action::Mask) },
    ]);
    let text = "a@b.com ACME-1 nightjar";
    let of = |direction, place| at(&policy, text, direction, place).text;
    assert_eq!(of(Direction::Request, Place::USER), "[EMAIL] ACME-1 nightjar");
    assert_eq!(of(Direction::Request, Place::SYSTEM), text);
    assert_eq!(of(Direction::Request, Place::ARGUMENTS), "a@b.com [TICKET] nightjar");
    assert_eq!(of(Direction::Response, Place::ASSISTANT), "a@b.com ACME-1 [NAME]");
    assert_eq!(of(Direction::Response, Place::ARGUMENTS), "a@b.com [TICKET] [NAME]");
    // Where nobody knows who speaks, or what it is, nothing may hide.
    assert_eq!(of(Direction::Request, Place::UNKNOWN), "[EMAIL] [TICKET] nightjar");
    assert_eq!(of(Direction::Request, Place::URL), "[EMAIL] ACME-1 nightjar");
}

#[test]
fn one_detector_in_several_rules() {
    let policy = compile(vec![
        Rule { scope: of_roles(&[Role::Tool]), ..detect(&["email"], Action::Allow) },
        Rule { scope: of_roles(&[Role::System, Role::Tool]), ..detect(&["email"], Action::Mask) },
        detect(&["email", "iban"], Action::Pseudonymize),
    ]);
    let of = |place| at(&policy, "a@b.com", Direction::Request, place).text;
    assert_eq!(of(Place::USER), "<EMAIL_1>");
    assert_eq!(of(Place::SYSTEM), "[EMAIL]");
    assert_eq!(of(Place::TOOL_RESULT), "a@b.com");
    // The second takes what the first is not sure enough of.
    let policy = compile(vec![
        Rule { min_score: Some(90), ..detect(&["us-ssn"], Action::Mask) },
        Rule { min_score: Some(20), ..detect(&["us-ssn"], Action::Pseudonymize) },
    ]);
    assert_eq!(redact(&policy, "536-90-4399 or 536904399"), "[US_SSN] or <US_SSN_1>");
    assert_eq!(redact(&compile(vec![detect(&["us-ssn"], Action::Mask)]), "536904399"), "536904399");
}

#[test]
fn priority_settles_what_is_equally_long() {
    let low = pattern("low", "ACME-[0-9]+", Action::Mask);
    let high = Rule { priority: 5, ..pattern("high", "[A-Z]+-7", Action::Mask) };
    let policy = compile(vec![low.clone(), high.clone()]);
    assert_eq!(redact(&policy, "ACME-7 ACME-77"), "[HIGH] [LOW]");
    let policy = compile(vec![Rule { action: Action::Allow, ..low }, high]);
    assert_eq!(redact(&policy, "ACME-7 ACME-77"), "ACME-7 ACME-77");
}

#[test]
fn exceptions_are_whole_values() {
    let policy = compile(vec![
        Rule {
            except: vec![" Support@Example.com".into(), "ｉｎｆｏ@example.com".into()],
            ..detect(&["email"], Action::Mask)
        },
        Rule { except: vec!["acme-1".into()], ..pattern("ticket", r"ACME-\d+", Action::Mask) },
    ]);
    assert_eq!(
        redact(&policy, "SUPPORT@example.COM info@example.com my.support@example.com ACME-1 ACME-12"),
        "SUPPORT@example.COM info@example.com [EMAIL] ACME-1 [TICKET]"
    );
    // However it is written.
    assert_eq!(redact(&policy, "ｓｕｐｐｏｒｔ＠ｅｘａｍｐｌｅ.com"), "ｓｕｐｐｏｒｔ＠ｅｘａｍｐｌｅ.com");
}

#[test]
fn words_that_must_stand_near() {
    let pin = Rule { near: vec!["PIN".into(), "secret code".into()], ..pattern("pin", r"\b\d{4}\b", Action::Mask) };
    let policy = compile(vec![pin]);
    for (text, expected) in [
        ("my pin is 1234", "my pin is [PIN]"),
        ("1234 is the Secret Code", "[PIN] is the Secret Code"),
        ("spinning 1234, pins 1234", "spinning 1234, pins 1234"),
        ("in 2024 there were 1234", "in 2024 there were 1234"),
        (&format!("pin {} 1234", "x".repeat(46)), &format!("pin {} 1234", "x".repeat(46))),
        (&format!("pin{} 1234", " ".repeat(44)), &format!("pin{} [PIN]", " ".repeat(44))),
        ("ｐｉｎ：１２３４", "ｐｉｎ：[PIN]"),
    ] {
        assert_eq!(redact(&policy, text), expected);
    }
}

#[test]
fn words_within_words() {
    let within = Rule { whole_words: false, ..words("within", &["nightjar", "夜鷹"], Action::Mask) };
    let policy = compile(vec![within, words("alone", &["falcon"], Action::Mask)]);
    assert_eq!(
        redact(&policy, "Nightjars xnightjar-2 falcon falcons 黒夜鷹目"),
        "[WITHIN]s x[WITHIN]-2 [ALONE] falcons 黒[WITHIN]目"
    );
    let exact = Rule { whole_words: false, case_sensitive: true, ..words("exact", &["aB"], Action::Mask) };
    assert_eq!(redact(&compile(vec![exact]), "xaBx ab"), "x[EXACT]x ab");
}

#[test]
fn a_rule_in_shadow_takes_nothing_from_the_others() {
    let policy = compile(vec![
        Rule { mode: Some(Mode::Shadow), ..pattern("wide", "mail .* now", Action::Block) },
        Rule { mode: Some(Mode::Shadow), ..detect(&["email", "iban"], Action::Allow) },
        detect(&["email"], Action::Pseudonymize),
    ]);
    assert!(!policy.shadow());
    let mut vault = Vault::default();
    let redacted = policy.redact_text(&mut vault, "mail a@b.com now", Direction::Request, Place::USER).unwrap();
    assert_eq!(redacted.text, "mail <EMAIL_1> now");
    assert_eq!(redacted.report.to_string(), "wide:shadow-block=1,email:pseudonymize=1");
    assert!(!redacted.report.is_shadow());
    let shadows: Vec<_> = redacted.findings.iter().map(|finding| (finding.start, finding.shadow)).collect();
    assert_eq!(shadows, [(0, true), (5, false)]);
    // Nothing of it is kept.
    let shadow = RedactionSpec { mode: Mode::Shadow, ..spec(vec![detect(&["email"], Action::Pseudonymize)]) };
    let policy = Policy::compile("p", &shadow, b"").unwrap();
    let mut vault = Vault::default();
    let redacted = policy.redact_text(&mut vault, "a@b.com", Direction::Request, Place::USER).unwrap();
    assert!(vault.is_empty() && redacted.text == "a@b.com" && redacted.report.is_shadow());
}

#[test]
fn tags_and_routes_of_requests() {
    let follow_up = |tag: &str, route: &str| {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Some(OnFinding { tag: given(tag), route_to: given(route) })
    };
    let policy = compile(vec![
        Rule { on_finding: follow_up("code", ""), ..words("code", &["nightjar"], Action::Mask) },
        Rule { on_finding: follow_up("pii", "on-prem"), ..detect(&["email", "iban"], Action::Allow) },
        Rule { on_finding: follow_up("pii", "elsewhere"), ..pattern("ticket", "ACME-7", Action::Mask) },
        Rule { mode: Some(Mode::Shadow), on_finding: follow_up("x", "x"), ..pattern("shadow", "mail", Action::Mask) },
    ]);
    let facts = |text: &str, direction| {
        let report = at(&policy, text, direction, Place::USER).report;
        (report.tags().map(str::to_owned).collect::<Vec<_>>(), report.route_to().map(str::to_owned))
    };
    assert_eq!(facts("nothing", Direction::Request), (vec![], None));
    assert_eq!(
        facts("mail ACME-7 nightjar", Direction::Request),
        (vec!["code".into(), "pii".into()], Some("elsewhere".into()))
    );
    // The earlier rule's, wherever it finds something.
    assert_eq!(facts("ACME-7 a@b.com", Direction::Request), (vec!["pii".into()], Some("on-prem".into())));
    assert_eq!(facts("mail ACME-7 a@b.com nightjar", Direction::Response), (vec![], None));
}

#[test]
fn what_is_said_in_vain_is_an_error() {
    let message = |spec: RedactionSpec| Policy::compile("p", &spec, b"").unwrap_err().to_string();
    let mail = || detect(&["email"], Action::Mask);
    let ticket = || pattern("t", "ACME", Action::Mask);
    let names = || words("w", &["x"], Action::Mask);
    let text = |text: &str| vec![text.to_owned()];
    let to = |directions: &[Direction], roles: &[Role]| Scope {
        directions: directions.to_vec(),
        roles: roles.to_vec(),
        fields: vec![],
    };
    let then = |tag: Option<&str>, route: Option<&str>| {
        Some(OnFinding { tag: tag.map(Into::into), route_to: route.map(Into::into) })
    };
    for (rule, expected) in [
        (Rule { near: text("x"), ..mail() }, "`near` goes with"),
        (Rule { near: text(" "), ..ticket() }, "`t`: `near` holds an empty word"),
        (Rule { near: text(&"x".repeat(49)), ..ticket() }, "`t`: `near` holds one of 49 bytes"),
        (Rule { near: vec!["x".to_owned(); 101], ..ticket() }, "`t`: `near` holds 101 words"),
        (Rule { min_score: Some(60), ..ticket() }, "`minScore` goes with `detect` only"),
        (Rule { min_score: Some(60), ..names() }, "`minScore` goes with `detect` only"),
        (Rule { min_score: Some(0), ..mail() }, "`minScore` is 0;"),
        (Rule { min_score: Some(101), ..mail() }, "`minScore` is 101;"),
        (Rule { except: text(""), ..mail() }, "`except` holds an empty value"),
        (Rule { except: text("\u{200b}"), ..ticket() }, "`t`: `except` holds an empty value"),
        (Rule { except: text(&"x".repeat(1025)), ..mail() }, "`except` holds a value of 1025 bytes"),
        (Rule { except: vec!["x".to_owned(); 10_001], ..mail() }, "`except` holds 10001 values"),
        (Rule { case_sensitive: true, ..ticket() }, "`caseSensitive` goes with `words` only"),
        (Rule { whole_words: false, ..mail() }, "`wholeWords` goes with `words` only"),
        (Rule { name: Some("mail".into()), ..mail() }, "`name` goes with"),
        (Rule { on_finding: then(None, None), ..mail() }, "`onFinding` is empty"),
        (Rule { on_finding: then(Some(""), None), ..mail() }, "`onFinding.tag` must have"),
        (Rule { on_finding: then(Some("a,b"), None), ..mail() }, "`onFinding.tag` must have"),
        (Rule { on_finding: then(None, Some(" ")), ..mail() }, "`onFinding.routeTo` must be"),
        (
            Rule { on_finding: then(None, Some("r")), action: Action::Block, ..mail() },
            "`onFinding.routeTo` goes with no",
        ),
        (
            Rule { on_finding: then(Some("t"), None), scope: to(&[Direction::Response], &[]), ..mail() },
            "`onFinding` is about requests",
        ),
        (Rule { scope: to(&[Direction::Response], &[Role::User]), ..mail() }, "`scope.roles` holds only"),
    ] {
        let message = message(spec(vec![ticket2(), rule]));
        assert!(message.starts_with(&format!("rule 2: {expected}")), "{message}");
    }
    let requests = |rule| RedactionSpec { apply: vec![Direction::Request], ..spec(vec![rule]) };
    let message_of = message(requests(Rule { scope: to(&[Direction::Request, Direction::Response], &[]), ..mail() }));
    assert!(message_of.starts_with("rule 1: `scope.directions` holds `response`"), "{message_of}");
    let answers = RedactionSpec {
        apply: vec![Direction::Response],
        ..spec(vec![Rule { on_finding: then(Some("t"), None), ..mail() }])
    };
    assert!(message(answers).starts_with("rule 1: `onFinding` is about requests"));
    let shadow = RedactionSpec { mode: Mode::Shadow, ..spec(vec![Rule { mode: Some(Mode::Enforce), ..mail() }]) };
    assert!(message(shadow).starts_with("rule 1: `mode: enforce` in a policy"));
}

fn ticket2() -> Rule {
    pattern("t2", "ACME2", Action::Mask)
}

#[test]
fn bounds_of_words_and_patterns() {
    let compiled =
        |rules: Vec<Rule>| Policy::compile("p", &spec(rules), b"").map(drop).map_err(|error| error.to_string());
    let list = |name: &str, count: usize, length: usize| {
        let word = |index: usize| format!("{name}{index:0length$}");
        Rule { words: (0..count).map(word).collect(), ..words(name, &[], Action::Mask) }
    };
    compiled(vec![list("a", 20_000, 5), list("b", 20_000, 5)]).unwrap();
    let many = compiled(vec![list("a", 30_000, 5), list("b", 30_000, 5)]).unwrap_err();
    assert!(many.starts_with("rule 2: `b`: `words` makes it 60000 words in"), "{many}");
    let long = compiled(vec![list("a", 3_000, 200)]).unwrap_err();
    assert!(long.starts_with("rule 1: `a`: `words` makes it 3000 words in 603000 bytes"), "{long}");
    let patterns = |count: usize| (0..count).map(|index| pattern(&format!("p{index}"), "ab", Action::Mask)).collect();
    compiled(patterns(250)).unwrap();
    assert!(compiled(patterns(251)).unwrap_err().starts_with("rule 251: more than 250 patterns"));
}

#[test]
fn what_is_written_oddly_is_found() {
    let policy = compile(vec![
        detect(&["email", "credit-card", "us-ssn", "aws-access-key"], Action::Pseudonymize),
        pattern("ticket", r"\bACME-\d{6}\b", Action::Mask),
        pattern("named", "\u{201c}x\u{a0}y", Action::Mask),
        words("names", &["Nightjar", "ＢＬＵＥ　ＦＩＮ", "foo\u{a0}bar"], Action::Mask),
    ]);
    for (text, expected) in [
        ("４１１１　１１１１　１１１１　１１１１", "<CREDIT_CARD_1>"),
        ("4111\u{200b}1111\u{200b}1111\u{200b}1111 \u{200b}end", "<CREDIT_CARD_1> \u{200b}end"),
        ("card 4111\u{2011}1111\u{2011}1111\u{2011}1111.", "card <CREDIT_CARD_1>."),
        ("٤١١١١١١١١١١١١١١١ and ४१११११११११११११११", "<CREDIT_CARD_1> and <CREDIT_CARD_2>"),
        ("ja\u{ad}ne@exam\u{2060}ple.com\u{feff}", "<EMAIL_1>\u{feff}"),
        ("ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ、", "<EMAIL_1>、"),
        ("𝐀𝐊𝐈𝐀𝐈𝐎𝐒𝐅𝐎𝐃𝐍𝐍𝟕𝐄𝐗𝐀𝐌𝐏𝐋𝐄", "<AWS_ACCESS_KEY_1>"),
        ("ACME\u{2013}１２３４５６ ACME\u{2014}123456", "[TICKET] [TICKET]"),
        ("night\u{200d}jar ＮＩＧＨＴＪＡＲ blue\u{a0}fin foo bar", "[NAMES] [NAMES] [NAMES] [NAMES]"),
        // Patterns may name what is folded.
        ("\u{201c}x\u{a0}y", "[NAMED]"),
        // Two words that are one without what was between.
        ("x\u{200b}4111111111111111 a\u{200b}nightjar", "x\u{200b}<CREDIT_CARD_1> a\u{200b}[NAMES]"),
        ("ｘ4111111111111111", "ｘ<CREDIT_CARD_1>"),
        ("你好，世界\u{2014}\u{2014}再见。", "你好，世界\u{2014}\u{2014}再见。"),
    ] {
        assert_eq!(redact(&policy, text), expected, "{text}");
    }
    let mut vault = Vault::default();
    policy
        .redact_text(&mut vault, "a ４１１１　１１１１　１１１１　１１１１", Direction::Request, Place::USER)
        .unwrap();
    assert_eq!(vault.original("CREDIT_CARD", 1), Some("４１１１　１１１１　１１１１　１１１１"));
}

#[test]
fn what_it_wrote_itself_is_not_found_again() {
    let policy = compile(vec![
        words("nightjar", &["nightjar", "falcon"], Action::Mask),
        words("blue_fin", &["blue_fin"], Action::Pseudonymize),
        words("hash", &["hash"], Action::Hash),
        words("stop", &["stop"], Action::Allow),
    ]);
    let once = redact(&policy, "Nightjar, falcon, blue_fin, hash");
    assert!(once.starts_with("[NIGHTJAR], [NIGHTJAR], <BLUE_FIN_1>, [HASH:"), "{once}");
    assert_eq!(redact(&policy, &once), once);
    assert_eq!(
        redact(&policy, "[nightjar] [FALCON] <NIGHTJAR> <NIGHTJAR_x>"),
        "[[NIGHTJAR]] [[NIGHTJAR]] <[NIGHTJAR]> <NIGHTJAR_x>"
    );
    // A rule that blocks writes nothing.
    let policy = compile(vec![words("nightjar", &["nightjar"], Action::Block)]);
    assert!(policy.redact_text(&mut Vault::default(), "[NIGHTJAR]", Direction::Request, Place::USER).is_err());
}

#[test]
fn values_are_exact() {
    let policy = compile(vec![detect(&["email"], Action::Pseudonymize), pattern("t", "(?i)acme-1", Action::Hash)]);
    let text = redact(&policy, "a@b.com A@b.com a@b.com");
    assert_eq!(text, "<EMAIL_1> <EMAIL_2> <EMAIL_1>");
    let hashed = redact(&policy, "acme-1 ACME-1 acme-1");
    let parts: Vec<_> = hashed.split(' ').collect();
    assert!(parts[0] == parts[2] && parts[0] != parts[1], "{hashed}");
    // Joinable from request to request, and in answers.
    assert_eq!(at(&policy, "acme-1", Direction::Response, Place::ASSISTANT).text, parts[0]);
}

#[test]
fn hold_back_by_policy() {
    let of = |rules: Vec<Rule>, apply: &[Direction]| {
        Policy::compile("p", &RedactionSpec { apply: apply.to_vec(), ..spec(rules) }, b"").unwrap().hold_back()
    };
    let both = [Direction::Request, Direction::Response];
    assert_eq!(of(vec![detect(&["email"], Action::Mask)], &both), 8192);
    assert_eq!(of(vec![words("w", &["x"], Action::Mask)], &both), 1024);
    assert_eq!(of(vec![detect(&["email"], Action::Mask)], &[Direction::Request]), 151);
    let requests = Scope { directions: vec![Direction::Request], ..Scope::default() };
    let rules = vec![Rule { scope: requests, ..detect(&["phone"], Action::Mask) }, words("w", &["x"], Action::Mask)];
    let policy = compile(rules);
    assert_eq!(policy.hold_back(), 1024);
    let place = |direction| At { direction, place: Place::ASSISTANT };
    assert!(!policy.needs(place(Direction::Response)).numbers);
    let [of_requests, of_answers] = [Direction::Request, Direction::Response].map(|way| policy.scanner(way).unwrap());
    assert!(of_requests.uses_numbers() && !of_answers.uses_numbers());
}

#[test]
fn findings_tell_what_they_are() {
    let policy = compile(vec![Rule { min_score: Some(20), ..detect(&["us-ssn"], Action::Mask) }]);
    let mut findings = Vec::new();
    policy.find("x ٥٣٦٩٠٤٣٩٩", Direction::Request, Place::USER, &mut findings);
    let [Finding { start: 2, end: 20, score: 25, action: Action::Mask, shadow: false, .. }] = findings[..] else {
        panic!("{findings:?}")
    };
}
