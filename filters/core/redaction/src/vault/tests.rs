use super::*;

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn one_placeholder_per_value_numbered_by_label() {
    let mut vault = Vault::default();
    assert_eq!(vault.placeholder("EMAIL", "b@x.com"), Ok("<EMAIL_1>".into()));
    assert_eq!(vault.placeholder("PHONE", "123"), Ok("<PHONE_1>".into()));
    assert_eq!(vault.placeholder("EMAIL", "a@x.com"), Ok("<EMAIL_2>".into()));
    assert_eq!(vault.placeholder("EMAIL", "b@x.com"), Ok("<EMAIL_1>".into()));
    assert_eq!(vault.placeholder("PHONE", "b@x.com"), Ok("<PHONE_2>".into()));
    assert_eq!(vault.len(), 4);
    assert_eq!(vault.original("EMAIL", 2), Some("a@x.com"));
    assert_eq!(vault.original("EMAIL", 3), None);
    assert_eq!(vault.original("IBAN", 1), None);
}

#[test]
fn literals_of_the_client_keep_their_numbers() {
    let mut vault = Vault::default();
    vault.reserve_literals(br#"{"a":"<EMAIL_1> \u003cEMAIL_2\u003e","b":"{\"c\":\"\\u003CEMAIL_3\\u003E <\u0045MAIL_4> <EMAIL_05> <EMAIL_7 >\"}"}"#);
    assert_eq!(vault.placeholder("EMAIL", "a"), Ok("<EMAIL_5>".into()));
    assert_eq!(vault.placeholder("EMAIL", "b"), Ok("<EMAIL_6>".into()));
    assert_eq!(vault.placeholder("EMAIL", "c"), Ok("<EMAIL_7>".into()));
    assert_eq!(vault.placeholder("PHONE", "c"), Ok("<PHONE_1>".into()));
    assert_eq!(vault.restore_text("<EMAIL_1> <EMAIL_5>"), "<EMAIL_1> a");
}

#[test]
fn full_is_an_error_and_stays_one() {
    let mut vault = Vault::new(VaultLimits { entries: 2, bytes: 10 });
    assert_eq!(vault.placeholder("A", "1234"), Ok("<A_1>".into()));
    assert_eq!(vault.placeholder("A", "1234567"), Err(VaultFull));
    assert_eq!(vault.placeholder("A", "123456"), Ok("<A_2>".into()));
    assert_eq!(vault.placeholder("A", ""), Err(VaultFull));
    // What is in it can still be had.
    assert_eq!(vault.placeholder("A", "1234"), Ok("<A_1>".into()));
    let mut vault = Vault::new(VaultLimits { entries: 2, bytes: 10 });
    vault.reserve_literals(b"<A_1><A_2><A_1>");
    assert_eq!(vault.placeholder("A", "1"), Ok("<A_3>".into()));
    vault.reserve_literals(b"<A_4>");
    assert_eq!(vault.placeholder("A", "2"), Err(VaultFull));
}

#[test]
fn debug_shows_no_value() {
    let mut vault = Vault::default();
    vault.placeholder("EMAIL", "jane@example.com").unwrap();
    let debug = format!("{vault:?} {vault:#?}");
    assert!(!debug.contains("jane") && debug.contains("entries: 1"), "{debug}");
}

#[test]
fn probing() {
    let mut vault = Vault::default();
    for value in 0..12 {
        vault.placeholder("TICKET_1", &value.to_string()).unwrap();
    }
    vault.placeholder("TICKET", "x").unwrap();
    let unfinished = ["<", "<T", "<TICKET", "<TICKET_", "<TICKET_1", "<TICKET_1_", "<TICKET_1_1", "<TICKET_1_12"];
    for text in unfinished {
        assert_eq!(vault.probe(text.as_bytes()), Probe::Unfinished, "{text}");
    }
    for text in [
        "<X",
        "<TICKETS",
        "<TICKET_2",
        "<TICKET_0",
        "<TICKET_1_13",
        "<TICKET_1_99>",
        "<TICKET>",
        "<TICKET_>",
        "<ticket_1>",
        "<TICKET_1_1 >",
    ] {
        assert_eq!(vault.probe(text.as_bytes()), Probe::Other, "{text}");
    }
    assert_eq!(vault.probe(b"<TICKET_1_12> and"), Probe::Placeholder(13, "11".into()));
    assert_eq!(vault.probe(b"<TICKET_1>"), Probe::Placeholder(10, "x".into()));
    assert_eq!(Vault::default().probe(b"<"), Probe::Other);
}

/// Models quote, emphasise and escape.
#[test]
fn placeholders_survive_what_models_do_to_them() {
    let mut vault = Vault::default();
    vault.placeholder("API_KEY", "a\"<&>").unwrap();
    for (text, restored) in [
        ("`<API_KEY_1>` **<API_KEY_1>**", "`a\"<&>` **a\"<&>**"),
        ("\"<API_KEY_1>\"", "\"a\"<&>\""),
        ("<p>&lt;API_KEY_1&gt;</p> &LT;API_KEY_1&GT;", "<p>a\"&lt;&amp;&gt;</p> a\"&lt;&amp;&gt;"),
        (r"<API\_KEY\_1> \<API\_KEY\_1\> C:\<API_KEY_1>\", "a\"<&> a\"<&> C:\\a\"<&>\\"),
        (r#"{"a":"\u003cAPI_KEY_1\u003E"}"#, r#"{"a":"a\"<&>"}"#),
        // Halves of two ways, and other cases, are something else.
        (r"&lt;API_KEY_1> <api_key_1> <API_KEY\1> &lt;", r"&lt;API_KEY_1> <api_key_1> <API_KEY\1> &lt;"),
    ] {
        assert_eq!(vault.restore_text(text), restored);
    }
    for unfinished in [r"\", r"\u00", "&l", r"&lt;API\", r"\<API\_KEY_1\", r"\u003cAPI_KEY_1\u003", "&lt;API_KEY_1&g"] {
        assert_eq!(vault.probe(unfinished.as_bytes()), Probe::Unfinished, "{unfinished}");
    }
    for other in [r"\n", "&amp", "&lt;b", r"\<b", r"\u003d"] {
        assert_eq!(vault.probe(other.as_bytes()), Probe::Other, "{other}");
    }
    // The client's own, written like that, are not ours either.
    let mut vault = Vault::default();
    vault.reserve_literals(br#"{"a":"&lt;A_1&gt; <A\\_2> \\<A_3\\> \u0026lt;A_4\u0026gt; <A_5&gt;"}"#);
    assert_eq!(vault.placeholder("A", "x").unwrap(), "<A_6>");
}

#[test]
fn originals_are_overwritten() {
    use crate::wipe::tests::taken;
    let mut vault = Vault::default();
    vault.placeholder("A", &"x".repeat(200)).unwrap();
    taken();
    // It outgrows its buffer.
    vault.placeholder("A", &"y".repeat(200)).unwrap();
    let (lengths, zeros) = taken();
    assert!(lengths.iter().any(|&length| length >= 200) && zeros, "{lengths:?}");
    drop(vault);
    let (lengths, zeros) = taken();
    assert!(lengths.iter().any(|&length| length >= 400) && zeros, "{lengths:?}");
}
