#![allow(clippy::string_slice, reason = "a test may panic")]

use tollgate_policy::redaction::{Action, Direction, Place, RedactionSpec};

use super::*;
use crate::testing::{detect, spec};
use crate::{Policy, Report, ResponseFilter};

/// One that does not look at answers, so that they are only restored.
fn policy() -> Policy {
    let spec = RedactionSpec { apply: vec![Direction::Request], ..spec(vec![detect(&["email"], Action::Mask)]) };
    Policy::compile("p", &spec, b"").unwrap()
}

fn vault() -> Vault {
    let mut vault = Vault::default();
    vault.placeholder("EMAIL", "jane \"j\"\\ <EMAIL_2>").unwrap();
    vault.placeholder("EMAIL", "joe@example.com").unwrap();
    for value in 1..=12 {
        vault.placeholder("E", &format!("e{value}")).unwrap();
    }
    vault
}

/// Feeds a text in these pieces.
fn fed(json_inside: bool, vault: &Vault, pieces: &[&str]) -> String {
    let policy = policy();
    let mut filter = ResponseFilter::new(Place::ASSISTANT, json_inside);
    let (mut out, mut report) = (String::new(), Report::new());
    for piece in pieces {
        filter.push(&policy, vault, piece, &mut out, &mut report).unwrap();
    }
    filter.finish(&policy, vault, &mut out, &mut report).unwrap();
    assert!(!filter.is_holding() && report.is_empty());
    out
}

/// Whole, character by character, and cut in two at every place.
fn every_cut(json_inside: bool, vault: &Vault, text: &str) -> String {
    let whole = fed(json_inside, vault, &[text]);
    let single: Vec<_> = text.char_indices().map(|(at, character)| &text[at..at + character.len_utf8()]).collect();
    assert_eq!(fed(json_inside, vault, &single), whole, "{text:?} by characters");
    for (at, _) in text.char_indices() {
        assert_eq!(fed(json_inside, vault, &[&text[..at], &text[at..]]), whole, "{text:?} cut at {at}");
    }
    whole
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn text_lanes() {
    let vault = vault();
    for (text, expected) in [
        ("", ""),
        ("no placeholder < here", "no placeholder < here"),
        ("<EMAIL_2>", "joe@example.com"),
        // What an original holds is not restored again.
        ("a<EMAIL_1>b", "ajane \"j\"\\ <EMAIL_2>b"),
        ("**<EMAIL_2>**, <E_1><E_12><E_13>", "**joe@example.com**, e1e12<E_13>"),
        ("<<EMAIL_2>> <EMAIL_<EMAIL_2>", "<joe@example.com> <EMAIL_joe@example.com"),
        ("<email_2> EMAIL_2 <EMAIL_3> <EMAIL_02> <EMAIL_2", "<email_2> EMAIL_2 <EMAIL_3> <EMAIL_02> <EMAIL_2"),
        ("é<EMAIL_2>é<", "éjoe@example.comé<"),
    ] {
        assert_eq!(every_cut(false, &vault, text), expected);
        assert_eq!(vault.restore_text(text), expected);
    }
}

#[test]
fn json_lanes() {
    let vault = vault();
    for (text, expected) in [
        (r#"{"a":"<EMAIL_1>","b":1}"#, r#"{"a":"jane \"j\"\\ <EMAIL_2>","b":1}"#),
        (r#"{"a":"\u003cEMAIL_2\u003E \u003C"}"#, r#"{"a":"joe@example.com <"}"#),
        (r#"{"<EMAIL_2>":["<EMAIL_", "2>"]}"#, r#"{"joe@example.com":["<EMAIL_", "2>"]}"#),
        (r#"{"a":"\ud83d\ude00\n\\\"<E_1>\ud83d <E_2>"}"#, r#"{"a":"😀\n\\\"e1� e2"}"#),
        (r#"{"a":"cut <EMAIL_2"#, r#"{"a":"cut <EMAIL_2"#),
        (r#"{"a":"cut <E_1>\u00"#, r#"{"a":"cut e1\u00"#),
        (r#"{"a":"\\u003cE_1>"}"#, r#"{"a":"\\u003cE_1>"}"#),
        ("plain <E_3>", "plain e3"),
    ] {
        assert_eq!(every_cut(true, &vault, text), expected);
    }
}

#[test]
fn holds_back_only_what_may_become_a_placeholder() {
    let vault = vault();
    let (policy, mut report) = (policy(), Report::new());
    let mut filter = ResponseFilter::new(Place::ASSISTANT, false);
    let mut out = String::new();
    for (piece, so_far) in [
        ("Dear ", "Dear "),
        ("<EM", "Dear "),
        ("AIL_2> <F", "Dear joe@example.com <F"),
        ("<EMAIL_9", "Dear joe@example.com <F<EMAIL_9"),
    ] {
        filter.push(&policy, &vault, piece, &mut out, &mut report).unwrap();
        assert_eq!(out, so_far);
    }
    // With nothing to restore, nothing is held.
    let mut filter = ResponseFilter::new(Place::ASSISTANT, false);
    filter.push(&policy, &Vault::default(), "<", &mut out, &mut report).unwrap();
    assert!(!filter.is_holding());
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_any_cut(pieces in proptest::collection::vec(piece(), 0..12), json in any::<bool>()) {
            every_cut(json, &vault(), &pieces.concat());
        }

        /// Without JSON a stream is what the whole text would be.
        #[test]
        fn a_stream_is_the_text(pieces in proptest::collection::vec(piece(), 0..12)) {
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let vault = vault();
            let text = pieces.concat();
            prop_assert_eq!(fed(false, &vault, &pieces), vault.restore_text(&text));
        }
    }

    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            "[<>EMAIL_12]{0,6}",
            "(<|\\\\u003c|&lt;|\\\\<)(EMAIL|E)\\\\?_1?[12](>|\\\\u003e|&gt;|\\\\>)",
            "[\"\\\\u03cdDeé ]{0,5}",
            any::<char>().prop_map(String::from),
        ]
    }
}
