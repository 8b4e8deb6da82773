//! Laws over random rules, texts and cuts.

#![allow(clippy::string_slice, reason = "a test may panic")]

use proptest::prelude::*;
use tollgate_policy::redaction::{Action, Direction, Field, Mode, OnFinding, Place, Role, Rule, Scope};

use super::*;
use crate::finding::Finding;
use crate::testing::{compile, detect, pattern, words};
use crate::{Report, ResponseFilter, Vault};

/// A rule of any kind, found by its index; names are made of it.
fn rule(index: usize, kind: usize, action: Action) -> Rule {
    let name = format!("rule-{index}-x");
    match kind {
        0 => detect(&["email"], action),
        1 => detect(&["credit-card", "us-ssn", "email"], action),
        2 => detect(&["phone", "iban", "secrets"], action),
        3 => Rule { min_score: Some(20), ..detect(&["us-ssn", "ip-address"], action) },
        4 => Rule { except: vec!["jane@example.com".into()], ..detect(&["email"], action) },
        5 => words(&name, &["nightjar", "blue fin", "夜鷹", "ｗｉｄｅ"], action),
        6 => Rule { whole_words: false, ..words(&name, &["nightjar", "jar b"], action) },
        7 => pattern(&name, r"ACME-\d+", action),
        8 => pattern(&name, r"order no\.? \d{4}", action),
        9 => Rule { near: vec!["pin".into(), "夜".into()], ..pattern(&name, r"\b\d{4}\b", action) },
        10 => pattern(&name, "x\u{a0}y|\u{2014}[a-z]+", action),
        _ => Rule {
            case_sensitive: true,
            except: vec!["Falcon".into()],
            ..words(&name, &["Falcon", "Falcon 9"], action)
        },
    }
}

fn scopes() -> impl Strategy<Value = Scope> {
    let roles =
        prop_oneof![3 => Just(vec![]), 1 => Just(vec![Role::User]), 1 => Just(vec![Role::Assistant, Role::Tool])];
    let fields = prop_oneof![3 => Just(vec![]), 1 => Just(vec![Field::Content]), 1 => Just(vec![Field::Arguments])];
    (roles, fields).prop_map(|(roles, fields)| Scope { directions: vec![], roles, fields })
}

fn rules(actions: &'static [Action]) -> impl Strategy<Value = Vec<Rule>> {
    let one =
        (0..12usize, proptest::sample::select(actions), scopes(), -1..2, proptest::bool::weighted(0.2), any::<bool>());
    proptest::collection::vec(one, 1..7).prop_map(|parts| {
        let complete =
            |(index, (kind, action, scope, priority, shadow, tag)): (usize, (_, _, _, _, bool, bool))| Rule {
                scope,
                priority,
                mode: shadow.then_some(Mode::Shadow),
                on_finding: tag.then(|| OnFinding { tag: Some(format!("t{index}")), route_to: None }),
                ..rule(index, kind, action)
            };
        parts.into_iter().enumerate().map(complete).collect()
    })
}

const VALUES: &[&str] = &[
    "jane@example.com",
    "Joe.Doe+x@mail.example.org",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "+44 20 7946 0958",
    "DE89 3704 0044 0532 0130 00",
    "536-90-4399",
    "536904399",
    "10.0.0.1",
    "nightjar blue fin",
    "夜鷹",
    "wide",
    "ACME-123",
    "order no. 1234",
    "pin 1234",
    "1234",
    "Falcon 9",
    "x\u{a0}y",
    "AKIAIOSFODNN7EXAMPLE",
    "<EMAIL_1>",
    "&lt;EMAIL_1&gt;",
    "[EMAIL]",
];

/// A value, written in one of several ways.
fn written() -> impl Strategy<Value = String> {
    (proptest::sample::select(VALUES), 0..6usize).prop_map(|(value, way)| match way {
        0 => value.chars().map(wide).collect(),
        1 => value.chars().flat_map(|character| [character, '\u{200b}']).collect(),
        2 => value.replace(['0', '1'], "\u{661}").replace(' ', "\u{a0}").replace('-', "\u{2011}"),
        _ => value.to_owned(),
    })
}

fn wide(character: char) -> char {
    match character {
        ' ' => '\u{3000}',
        '!'..='~' => char::from_u32(character as u32 + 0xfee0).unwrap(),
        _ => character,
    }
}

fn texts() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        4 => written(),
        2 => "[a-z]{1,8} ",
        1 => "[a-z0-9 ,.:\n-]{1,6}",
        1 => "[０-９，：。（）夜鷹é\u{200b}\u{ad}\u{a0}\u{2014}\u{feff}\u{3000}٠-٩]{1,3}",
        1 => "[\"\\\\<>&@{}_]{1,3}",
        1 => any::<char>().prop_map(String::from),
        2 => Just(" ".to_owned()),
    ];
    proptest::collection::vec(pieces, 0..10).prop_map(|pieces| pieces.concat())
}

/// Values set apart by words, so that what becomes of one does not make a finding of its neighbour. Nine digits alone are left out:
/// `[US_SSN]` beside them is a word that speaks for them.
fn apart() -> impl Strategy<Value = String> {
    let written = || written().prop_filter("speaks for itself", |value| !crate::fold::folded(value).contains("5369"));
    let pieces = (written(), "[a-z]{3,9}").prop_map(|(value, word)| format!("{word}, {value}, {word}; "));
    proptest::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
}

fn places() -> impl Strategy<Value = Place> {
    proptest::sample::select(&[Place::USER, Place::ASSISTANT, Place::ARGUMENTS, Place::UNKNOWN, Place::SYSTEM][..])
}

const ALL: &[Action] = &[Action::Mask, Action::Pseudonymize, Action::Hash, Action::Allow];

fn fed(policy: &Policy, vault: &Vault, place: Place, json: bool, pieces: &[&str]) -> (String, String) {
    let mut filter = ResponseFilter::new(place, json);
    let (mut out, mut report) = (String::new(), Report::new());
    for piece in pieces {
        filter.push(policy, vault, piece, &mut out, &mut report).unwrap();
    }
    filter.finish(policy, vault, &mut out, &mut report).unwrap();
    (out, report.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn findings_do_not_overlap_and_are_characters(rules in rules(ALL), text in texts(), place in places()) {
        let policy = compile(rules);
        let mut findings = Vec::new();
        policy.find(&text, Direction::Request, place, &mut findings);
        for shadow in [false, true] {
            let mut end = 0;
            for finding in findings.iter().filter(|finding| finding.shadow == shadow) {
                prop_assert!(finding.start >= end && finding.start < finding.end, "{:?} in {:?}", findings, text);
                prop_assert!(text.get(finding.start..finding.end).is_some(), "{:?} in {:?}", finding, text);
                end = finding.end;
            }
        }
    }

    #[test]
    fn what_was_redacted_is_not_found_again(
        rules in rules(&[Action::Mask, Action::Pseudonymize]), text in apart(), place in places(),
    ) {
        let policy = compile(rules);
        let mut vault = Vault::default();
        vault.reserve_literals(text.as_bytes());
        let once = policy.redact_text(&mut vault, &text, Direction::Request, place).unwrap().text;
        let again = policy.redact_text(&mut vault, &once, Direction::Request, place).unwrap();
        prop_assert_eq!(&again.text, &once, "{:?}", text);
        let acted_on: Vec<&Finding> = again.findings.iter().filter(|finding| !finding.shadow).collect();
        prop_assert!(acted_on.is_empty(), "{:?} in {:?}", acted_on, once);
    }

    #[test]
    fn what_is_restored_is_what_was_there(rules in rules(&[Action::Pseudonymize]), text in texts(), place in places()) {
        let policy = compile(rules);
        let mut vault = Vault::default();
        vault.reserve_literals(text.as_bytes());
        let redacted = policy.redact_text(&mut vault, &text, Direction::Request, place).unwrap();
        prop_assert_eq!(vault.restore_text(&redacted.text), text);
    }

    #[test]
    fn cuts_do_not_matter(
        rules in rules(ALL), text in texts(), place in places(), json in any::<bool>(), size in 1usize..9,
    ) {
        let policy = compile(rules);
        let mut vault = Vault::default();
        vault.placeholder("EMAIL", "own \"x\"@example.com").unwrap();
        let whole = fed(&policy, &vault, place, json, &[&text]);
        let characters: Vec<_> = text.char_indices().map(|(at, character)| &text[at..at + character.len_utf8()]).collect();
        prop_assert_eq!(fed(&policy, &vault, place, json, &characters), whole.clone());
        let pieces: Vec<String> = text.chars().collect::<Vec<_>>().chunks(size).map(|piece| piece.iter().collect()).collect();
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        prop_assert_eq!(fed(&policy, &vault, place, json, &pieces), whole);
    }

    /// A stream lets out nothing that stands by itself and that the text as a whole would not.
    #[test]
    fn a_stream_finds_what_the_text_holds(
        rules in rules(&[Action::Mask]), before in apart(), value in written(), behind in apart(), size in 1usize..9,
    ) {
        let policy = compile(rules);
        let text = format!("{before} {value} {behind}");
        let mut findings = Vec::new();
        policy.find(&text, Direction::Response, Place::ASSISTANT, &mut findings);
        let chars: Vec<_> = text.chars().collect();
        let pieces: Vec<String> = chars.chunks(size).map(|piece| piece.iter().collect()).collect();
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        let (out, _) = fed(&policy, &Vault::default(), Place::ASSISTANT, false, &pieces);
        let expected = policy.redact_text(&mut Vault::default(), &text, Direction::Response, Place::ASSISTANT).unwrap();
        prop_assert_eq!(out, expected.text, "{:?}", findings);
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_is_held_longer_than_the_bound(
        rules in rules(ALL), word in "[a-wyzé漢，\u{200b}<&\\\\]{1,12}", blank in "| |\n|\u{a0}", times in 1usize..2000, size in 1usize..700,
    ) {
        let policy = compile(rules);
        let text = format!("{word}{blank}").repeat(times);
        let chars: Vec<_> = text.chars().collect();
        let mut vault = Vault::default();
        vault.placeholder("EMAIL", "x").unwrap();
        let mut filter = ResponseFilter::new(Place::ASSISTANT, false);
        let (mut out, mut report, mut fed) = (String::new(), Report::new(), 0);
        for piece in chars.chunks(size) {
            let piece: String = piece.iter().collect();
            fed += piece.len();
            filter.push(&policy, &vault, &piece, &mut out, &mut report).unwrap();
            // Without findings, which may be shorter when replaced.
            if report.is_empty() {
                prop_assert!(out.len() + policy.hold_back() >= fed, "{} of {}", out.len(), fed);
            }
        }
    }
}
