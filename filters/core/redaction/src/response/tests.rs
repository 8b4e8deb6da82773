#![allow(clippy::string_slice, reason = "a test may panic")]

use tollgate_policy::redaction::{Action, Direction, RedactionSpec};

use super::*;
use crate::testing::{compile, detect, pattern, spec, words};

fn policy() -> Policy {
    compile(vec![
        detect(&["email", "phone", "credit-card", "iban", "ip-address"], Action::Pseudonymize),
        detect(&["private-key", "jwt"], Action::Mask),
        words("codenames", &["Nightjar", "blue fin", "夜鷹"], Action::Mask),
        pattern("ticket", r"ACME-\d+", Action::Mask),
        pattern("order", r"order no \d{4}", Action::Mask),
    ])
}

fn vault() -> Vault {
    let mut vault = Vault::default();
    vault.placeholder("EMAIL", "own@example.com").unwrap();
    vault.placeholder("CODENAMES", "x \"y\"").unwrap();
    vault
}

fn fed(json: bool, policy: &Policy, pieces: &[&str]) -> (Result<String, RedactError>, String) {
    let vault = vault();
    let mut filter = ResponseFilter::new(Place::ASSISTANT, json);
    let mut report = Report::new();
    let mut out = String::new();
    let mut result = Ok(());
    for piece in pieces {
        result = result.and(filter.push(policy, &vault, piece, &mut out, &mut report));
    }
    result = result.and(filter.finish(policy, &vault, &mut out, &mut report));
    (result.map(|()| out), report.to_string())
}

/// Whole, character by character, and cut in two at every place.
fn every_cut(json: bool, policy: &Policy, text: &str) -> Result<String, RedactError> {
    let whole = fed(json, policy, &[text]);
    let single: Vec<_> = text.char_indices().map(|(at, character)| &text[at..at + character.len_utf8()]).collect();
    assert_eq!(fed(json, policy, &single), whole, "{text:?} by characters");
    for (at, _) in text.char_indices() {
        assert_eq!(fed(json, policy, &[&text[..at], &text[at..]]), whole, "{text:?} cut at {at}");
    }
    whole.0
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn text_lanes() {
    let key = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", "MIIE abcd\n".repeat(40));
    for (text, expected) in [
        ("", ""),
        ("plain words only", "plain words only"),
        ("to <EMAIL_1>, cc a@b.com.", "to own@example.com, cc [EMAIL]."),
        ("<EMAIL_1> <EMAIL_2> <CODENAMES_1>", "own@example.com <EMAIL_2> x \"y\""),
        ("card 4111 1111 1111 1111 is it", "card [CREDIT_CARD] is it"),
        ("a card: 4111 1111 1111 1111", "a card: [CREDIT_CARD]"),
        ("GB82 WEST 1234 5698 7654 32 and more words to come", "[IBAN] and more words to come"),
        ("call 78 651 450 or (37) 788-063 office\nor 10.0.0.1", "call [PHONE] or [PHONE] office\nor [IP_ADDRESS]"),
        ("the blue fin and the nightjar, ACME-1234567", "the [CODENAMES] and the [CODENAMES], [TICKET]"),
        ("the bluefin, order no 1234 and order no 12", "the bluefin, [ORDER] and order no 12"),
        (
            "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26",
            "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26",
        ),
        ("我的邮箱是a@b.com，名字是 夜鷹 好", "我的邮箱是[EMAIL]，名字是 [CODENAMES] 好"),
        (&format!("key: {key} end"), "key: [PRIVATE_KEY] end"),
    ] {
        assert_eq!(every_cut(false, &policy(), text).unwrap(), expected);
    }
}

#[test]
fn papers_money_and_addresses() {
    let policy = compile(vec![detect(&["documents", "financial", "network"], Action::Mask)]);
    for (text, expected) in [
        ("her passport is C01X00T41 and more of it", "her passport is [PASSPORT] and more of it"),
        (
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
            "[PASSPORT]\n[PASSPORT]",
        ),
        ("my driver's license is 123 456 789, or was", "my driver's license is [DRIVING_LICENCE], or was"),
        ("born on 12 March 1985, in Ulm", "born on [DATE_OF_BIRTH], in Ulm"),
        ("12.03.1985 geboren, so sagt man", "[DATE_OF_BIRTH] geboren, so sagt man"),
        ("BIC is: DEUTDEFF for us", "BIC is: [BIC] for us"),
        ("IBAN GB82 WEST 1234 5698 7654 32 COBADEFFXXX ok", "IBAN [IBAN] [BIC] ok"),
        ("account number is 000123456789 there", "account number is [US_BANK_ACCOUNT] there"),
        ("routing no 121000358 and 121000358 again", "routing no [US_ROUTING_NUMBER] and 121000358 again"),
        ("to bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 now", "to [CRYPTO_ADDRESS] now"),
        ("at https://example.com/a?b=c, or www.example.com.", "at [URL], or [URL]."),
        ("ether 3c:22:fb:9a:1b:07 and 3c22.fb9a.1b07 up", "ether [MAC_ADDRESS] and [MAC_ADDRESS] up"),
    ] {
        assert_eq!(every_cut(false, &policy, text).unwrap(), expected);
    }
}

#[test]
fn json_lanes() {
    for (text, expected) in [
        (r#"{"to":"<EMAIL_1>","cc":"a\u0040b.com","n":12}"#, r#"{"to":"own@example.com","cc":"[EMAIL]","n":12}"#),
        (
            r#"{"card":4111111111111111,"x":[-4111111111111111,2]}"#,
            r#"{"card":"[CREDIT_CARD]","x":["-[CREDIT_CARD]",2]}"#,
        ),
        (r#"{"a":"\u003cCODENAMES_1\u003e"}"#, r#"{"a":"x \"y\""}"#),
        (r#"{"a":"cut a@b.co"#, r#"{"a":"cut [EMAIL]"#),
    ] {
        assert_eq!(every_cut(true, &policy(), text).unwrap(), expected);
    }
}

#[test]
fn numbers_that_begin_with_words() {
    let policy = compile(vec![detect(&["national-ids", "vat-id", "date-of-birth"], Action::Mask)]);
    for (text, expected) in [
        ("my nino is AB 12 34 56 C, as it was", "my nino is [UK_NINO], as it was"),
        ("codice fiscale RSS MRA 85T10 A562S, è il mio", "codice fiscale [IT_FISCAL_CODE], è il mio"),
        ("VAT no FR 40 303 265 045 is ours", "VAT no [VAT_ID] is ours"),
        ("born March 12, 1985 in Ulm", "born [DATE_OF_BIRTH] in Ulm"),
        ("born on the 12th of March, 1985 in Ulm", "born on the [DATE_OF_BIRTH] in Ulm"),
        ("fecha de nacimiento: 12 de marzo de 1985, en Cuenca", "fecha de nacimiento: [DATE_OF_BIRTH], en Cuenca"),
        ("it is one of the few that we may see in May or so", "it is one of the few that we may see in May or so"),
    ] {
        assert_eq!(every_cut(false, &policy, text).unwrap(), expected);
    }
}

#[test]
fn keys_tell_what_their_values_are() {
    let policy = compile(vec![
        detect(&["high-entropy-secret", "us-ssn", "date-of-birth"], Action::Mask),
        pattern("pin", r"^\d{4}$", Action::Mask),
    ]);
    for (text, expected) in [
        (
            r#"{"password": "hunter2!x", "ssn":"536904399", "n":{"ssn":536904399}, "o":["536904399", 536904399]}"#,
            r#"{"password": "[HIGH_ENTROPY_SECRET]", "ssn":"[US_SSN]", "n":{"ssn":"[US_SSN]"}, "o":["536904399", 536904399]}"#,
        ),
        (
            r#"{"birth_date":["x y","1985-03-12"],"p\u0061ssword":"a b","\u0070in":"1234","p":"12345"}"#,
            r#"{"birth_date":["x y","[DATE_OF_BIRTH]"],"password":"a b","pin":"[PIN]","p":"12345"}"#,
        ),
    ] {
        assert_eq!(every_cut(true, &policy, text).unwrap(), expected);
    }
}

#[test]
fn two_findings_in_one_number() {
    let policy = compile(vec![pattern("x", "1[12]", Action::Mask)]);
    assert_eq!(every_cut(true, &policy, "[11.12, 5.11]").unwrap(), r#"["[X].[X]", "5.[X]"]"#);
}

#[test]
fn blocking_ends_the_lane() {
    let policy = compile(vec![words("secret", &["xyzzy"], Action::Block)]);
    let error = RedactError::Blocked { rule: "secret".into() };
    assert_eq!(every_cut(false, &policy, "the word is xyzzy and more"), Err(error.clone()));
    let mut filter = ResponseFilter::new(Place::ASSISTANT, false);
    let (mut out, mut report) = (String::new(), Report::new());
    let vault = vault();
    assert_eq!(filter.push(&policy, &vault, "it is xyzzy. And", &mut out, &mut report), Err(error.clone()));
    assert_eq!(filter.push(&policy, &vault, " more ", &mut out, &mut report), Err(error.clone()));
    assert_eq!(filter.finish(&policy, &vault, &mut out, &mut report), Err(error));
    assert_eq!(out, "it is");
    assert_eq!(report.to_string(), "secret:block=1");
}

#[test]
fn hold_back_is_small_in_prose_and_bounded_always() {
    let policy =
        compile(vec![detect(&["email", "phone", "private-key"], Action::Mask), words("w", &["xyzzy"], Action::Mask)]);
    let vault = vault();
    let (mut out, mut report) = (String::new(), Report::new());
    let mut filter = ResponseFilter::new(Place::ASSISTANT, false);
    for (piece, so_far) in
        [("Hello", ""), (" there", "Hello"), (" are 3", "Hello there are"), (" of us here", "Hello there are 3 of us")]
    {
        filter.push(&policy, &vault, piece, &mut out, &mut report).unwrap();
        assert_eq!(out, so_far);
    }
    for text in
        ["x".repeat(100_000), "1 ".repeat(50_000), format!("-----BEGIN PRIVATE KEY-----{}", " abc".repeat(25_000))]
    {
        let mut filter = ResponseFilter::new(Place::ASSISTANT, false);
        let mut out = String::new();
        for (fed, piece) in text.as_bytes().chunks(100).enumerate() {
            filter.push(&policy, &vault, std::str::from_utf8(piece).unwrap(), &mut out, &mut report).unwrap();
            if !text.starts_with('-') {
                assert!((fed + 1) * 100 - out.len() <= 8192 + 100, "{} of {}", out.len(), (fed + 1) * 100);
            }
        }
        filter.finish(&policy, &vault, &mut out, &mut report).unwrap();
        assert!(text.starts_with('-') || out == text);
    }
}

/// Text without a blank is cut at some length, and never within a finding or a placeholder.
#[test]
fn forced_cuts_lie_beside_findings() {
    let policy = compile(vec![detect(&["email"], Action::Mask)]);
    let text = "jane@example.com,<EMAIL_1>,".repeat(2000);
    let pieces: Vec<_> = text.as_bytes().chunks(997).map(|piece| std::str::from_utf8(piece).unwrap()).collect();
    let out = fed(false, &policy, &pieces).0.unwrap();
    assert_eq!(out, "[EMAIL],own@example.com,".repeat(2000));
}

#[test]
fn policies_that_do_not_look_at_answers_only_restore() {
    let spec = RedactionSpec { apply: vec![Direction::Request], ..spec(vec![detect(&["email"], Action::Mask)]) };
    let policy = Policy::compile("p", &spec, b"").unwrap();
    let vault = vault();
    let mut out = String::new();
    let mut filter = ResponseFilter::new(Place::ASSISTANT, false);
    filter.push(&policy, &vault, "a@b.com <EMAIL_1>", &mut out, &mut Report::new()).unwrap();
    assert_eq!(out, "a@b.com own@example.com");
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use proptest::prelude::*;

    use super::*;

    fn texts() -> impl Strategy<Value = String> {
        let pieces = prop_oneof![
            "[a-z]{1,8} ",
            " jane@example\\.com",
            "4111 1111 1111 1111",
            "call 78 651 450 office ",
            "<EMAIL_1>",
            "[0-9 ]{1,12}",
            " blue fin|ACME-[0-9]{1,4}|order no [0-9]{3,5}",
            "[\"\\\\u@\n夜鷹é.-]{1,4}",
            any::<char>().prop_map(String::from),
        ];
        proptest::collection::vec(pieces, 0..14).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn any_text_any_cut(text in texts(), json in any::<bool>()) {
            every_cut(json, &policy(), &text).unwrap();
        }

        /// What a stream must not let out, it does not, wherever it is cut.
        #[test]
        fn planted_values_do_not_come_out(before in "[a-z 0-9\n]{0,40}", behind in "[a-z 0-9\n]{0,40}", size in 1usize..9) {
            let text = format!("{before} jane@example.com DE89370400440532013000 ACME-77 {behind}");
            let pieces: Vec<_> = text.as_bytes().chunks(size).map(|piece| std::str::from_utf8(piece).unwrap()).collect();
            let out = fed(false, &policy(), &pieces).0.unwrap();
            prop_assert!(!out.contains("jane@") && !out.contains("DE8937") && !out.contains("ACME-7"), "{}", out);
        }
    }
}
