#![allow(clippy::string_slice, reason = "a test may panic")]

mod national;
mod secret;

use super::*;
use crate::testing::policy;
use tollgate_policy::redaction::{Action, Direction, Place};

mod contact;
mod document;
mod financial;
mod network;

/// What a detector finds in a text.
fn found<'t>(detector: &str, text: &'t str) -> Vec<&'t str> {
    let policy = policy(&[detector], Action::Mask);
    let mut findings = Vec::new();
    policy.find(text, Direction::Request, Place::USER, &mut findings);
    findings.iter().map(|finding| &text[finding.start..finding.end]).collect()
}

/// Each text holds exactly what stands behind it.
fn check(detector: &str, table: &[(&str, &[&str])]) {
    for (text, expected) in table {
        assert_eq!(found(detector, text), *expected, "{detector} in {text:?}");
    }
}

/// Each text is a finding from end to end, also within a sentence.
fn all_of(detector: &str, texts: &[&str]) {
    for text in texts {
        for (before, behind) in [("", ""), ("see ", " there"), ("(", ")"), ("\"", "\","), ("a: ", "\n"), ("は", "です")]
        {
            let sentence = format!("{before}{text}{behind}");
            assert_eq!(found(detector, &sentence), [*text], "{detector} in {sentence:?}");
        }
    }
}

fn none_of(detector: &str, texts: &[&str]) {
    for text in texts {
        assert_eq!(found(detector, text), [""; 0], "{detector} in {text:?}");
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn the_catalogue_keeps_its_word() {
    for detector in detectors() {
        for text in detector.finds {
            assert_eq!(found(detector.name, text).len(), 1, "{} in {text:?}", detector.name);
        }
        for text in detector.ignores {
            assert_eq!(found(detector.name, text), [""; 0], "{} in {text:?}", detector.name);
        }
    }
    // Nor does a detector keep another from finding what it finds alone.
    let names: Vec<_> = detectors().map(|detector| detector.name).collect();
    let everything = policy(&names, Action::Mask);
    for (detector, text) in detectors().flat_map(|detector| detector.finds.iter().map(move |text| (detector, text))) {
        for text in [(*text).to_owned(), format!("<{text}>"), format!("\"{text}\"")] {
            let mut findings = Vec::new();
            everything.find(&text, Direction::Request, Place::USER, &mut findings);
            for part in found(detector.name, &text) {
                let start = text.find(part).unwrap();
                let covered = |at: usize| findings.iter().any(|finding| (finding.start..finding.end).contains(&at));
                assert!((start..start + part.len()).all(covered), "{} in {text:?} beside all others", detector.name);
            }
        }
    }
    // The catalogue and the registry name the same detectors, each once.
    let mut told: Vec<_> = detectors().map(|detector| (detector.name, detector.label)).collect();
    let mut known: Vec<_> = (0..DETECTOR_COUNT).filter_map(entry).map(|entry| (entry.name, entry.label)).collect();
    told.sort_unstable();
    known.sort_unstable();
    assert_eq!(told, known);
    known.dedup_by_key(|(name, _)| *name);
    assert_eq!(known.len(), DETECTOR_COUNT);
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use proptest::prelude::*;

    use super::*;

    fn everything() -> crate::Policy {
        let names: Vec<_> = detectors().map(|detector| detector.name).collect();
        policy(&names, Action::Mask)
    }

    proptest! {
        /// Whatever the text, findings are in order, apart, and between characters.
        #[test]
        fn findings_are_sound(text in texts()) {
            let mut findings = Vec::new();
            everything().find(&text, Direction::Request, Place::USER, &mut findings);
            let mut end = 0;
            for finding in findings {
                prop_assert!(finding.start >= end && finding.start < finding.end);
                prop_assert!(text.get(finding.start..finding.end).is_some());
                end = finding.end;
            }
        }

        /// A card number is found wherever it stands, and no number that differs from one in a single digit.
        #[test]
        fn card_check_digit(digits in "4[0-9]{14}", place in 0usize..16, other in 0u8..10) {
            let sum = |digits: &str| -> u32 {
                digits.bytes().rev().enumerate().map(|(place, byte)| {
                    let digit = u32::from(byte - b'0');
                    if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
                }).sum()
            };
            let number = (0..10).map(|last| format!("{digits}{last}")).find(|number| sum(number) % 10 == 0).unwrap();
            prop_assert_eq!(found("credit-card", &number), [&number[..]]);
            let mut bytes = number.clone().into_bytes();
            bytes[place] = b'0' + other;
            let changed = String::from_utf8(bytes).unwrap();
            if changed != number {
                prop_assert!(found("credit-card", &changed).is_empty());
            }
        }
    }

    /// Text made of what detectors start from, and of anything at all.
    fn texts() -> impl Strategy<Value = String> {
        let pieces = prop_oneof![
            any::<String>(),
            "[0-9 ().+/:@-]{0,40}",
            "[a-f0-9:]{0,20}",
            "(eyJ|AKIA|sk-|ghp_|xoxb-|AIza|-----BEGIN RSA PRIVATE KEY-----|://)",
            "(password|пароль|api_key|Authorization|Bearer |密码|-u |sig=|hvs.|dp.pt.|.atlasv1.|/webhooks/|hooks.slack.com/|PuTTY-User-Key-File-1|LS0tLS1CRUdJTi|8Q~|:AA|key )( is |=|: |：|\": \"|, \"|)",
            "(é{300}|[a-zA-Z0-9]{20,60}|[ж1]{250,300})",
            "[A-Z]{2}[0-9]{2}[A-Z0-9 ]{0,30}",
            "[a-z.é]{1,10}@[a-z.é-]{1,10}",
        ];
        proptest::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
    }
}
