//! What a parse accepts, what it hands out, and what a writer leaves: by example. The laws are in `laws.rs`.

// A slice that misses fails the test, as it should.
#![allow(clippy::string_slice)]

use super::*;

#[cfg(not(target_arch = "wasm32"))]
mod laws;

fn refused(text: &[u8]) -> JsonError {
    Tape::default().parse(text, Limits::default()).expect_err(&String::from_utf8_lossy(text))
}

fn with<T>(text: &str, look: impl FnOnce(Value<'_>) -> T) -> T {
    look(Tape::default().parse(text.as_bytes(), Limits::default()).unwrap_or_else(|error| panic!("{text}: {error}")))
}

fn decoded(text: &str) -> String {
    with(text, |value| value.as_str().unwrap().decode().into_owned())
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn accepts_what_the_rfc_allows() {
    for text in [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "10",
        "1.5",
        "1e5",
        "1E5",
        "1e+5",
        "1e-05",
        "-0.0e0",
        "123456789012345678901234567890",
        "1e400",
        "\"\"",
        "\" \"",
        "\"\u{7f}\"",
        "\"\u{2028}\"",
        "\"\u{10ffff}\"",
        r#""\"\\\/\b\f\n\r\t""#,
        r#""\u0000""#,
        r#""\uD834\udd1e""#,
        r#""\uD800""#,
        r#""\uDC00\uD800""#,
        r#""\uD800\n""#,
        r#""\uFFFF""#,
        "[]",
        "[ ]",
        "[\t1\r\n,2 ]",
        "[[],[[]],{}]",
        "{}",
        "{ }",
        r#"{"":0}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"a" : 1 , "b" : [ { } ] }"#,
        r#"{"\u0061":1}"#,
        " \t\r\n1 \t\r\n",
    ] {
        with(text, |value| assert_eq!(value.raw(), text.trim_matches([' ', '\t', '\r', '\n'])));
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn refuses_the_rest_and_says_where() {
    use JsonErrorKind::*;
    let cases: &[(&[u8], usize, JsonErrorKind)] = &[
        (b"", 0, Empty),
        (b" \n", 2, Empty),
        (b"\xEF\xBB\xBF{}", 0, ExpectedValue),
        (b"nul", 3, Truncated),
        (b"nulL", 0, ExpectedValue),
        (b"True", 0, ExpectedValue),
        (b"NaN", 0, ExpectedValue),
        (b"-Infinity", 1, BadNumber),
        (b"+1", 0, ExpectedValue),
        (b".5", 0, ExpectedValue),
        (b"-", 1, Truncated),
        (b"01", 1, TrailingBytes),
        (b"-01", 2, TrailingBytes),
        (b"1.", 2, Truncated),
        (b"[1.]", 3, BadNumber),
        (b"[1.e1]", 3, BadNumber),
        (b"[1e]", 3, BadNumber),
        (b"[1e+]", 4, BadNumber),
        (b"0x10", 1, TrailingBytes),
        (b"1 2", 2, TrailingBytes),
        (b"[1 2]", 3, ExpectedCommaOrBracket),
        (b"[1,]", 3, ExpectedValue),
        (b"[,1]", 1, ExpectedValue),
        (b"[1,,2]", 3, ExpectedValue),
        (b"[1}", 2, ExpectedCommaOrBracket),
        (b"[1", 2, Truncated),
        (b"[1]]", 3, TrailingBytes),
        (b"]", 0, ExpectedValue),
        (b"{1:2}", 1, ExpectedKey),
        (b"{a:2}", 1, ExpectedKey),
        (b"{'a':2}", 1, ExpectedKey),
        (b"{\"a\"}", 4, ExpectedColon),
        (b"{\"a\",1}", 4, ExpectedColon),
        (b"{\"a\":}", 5, ExpectedValue),
        (b"{\"a\":1,}", 7, ExpectedKey),
        (b"{\"a\":1 \"b\":2}", 7, ExpectedCommaOrBrace),
        (b"{\"a\":1]", 6, ExpectedCommaOrBrace),
        (b"{,}", 1, ExpectedKey),
        (b"\"a", 2, Truncated),
        (b"\"a\\", 3, Truncated),
        (b"\"\\\"", 3, Truncated),
        (b"\"\\u00\"", 1, BadEscape),
        (b"\"\\u00", 5, Truncated),
        (b"\"\\u00g0\"", 1, BadEscape),
        (b"\"\\u+123\"", 1, BadEscape),
        (b"\"\\x41\"", 1, BadEscape),
        (b"\"\\'\"", 1, BadEscape),
        (b"\"\\U0041\"", 1, BadEscape),
        (b"\"a\nb\"", 2, ControlCharacter),
        (b"\"a\0b\"", 2, ControlCharacter),
        (b"\"abcdefghijkl\x1fb\"", 13, ControlCharacter),
        (b"/* c */ 1", 0, ExpectedValue),
        (b"1 // c", 2, TrailingBytes),
        (b"[1\x0c]", 2, ExpectedCommaOrBracket),
        (b"[\xC2\xA01]", 1, ExpectedValue),
        (b"\"\xFF\"", 1, BadUtf8),
        (b"\"\xC0\xAF\"", 1, BadUtf8),
        (b"\"\xED\xA0\x80\"", 1, BadUtf8),
        (b"{\"a\":\"\xE2\x82", 8, Truncated),
        (b"{\"a\" 1, \"\xFF\"}", 5, ExpectedColon),
        (b"1\xFF", 1, BadUtf8),
        (b"\xFF", 0, BadUtf8),
    ];
    for &(text, offset, kind) in cases {
        assert_eq!(refused(text), JsonError { offset, kind }, "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn an_error_reads_as_a_sentence() {
    assert_eq!(refused(b"{\"a\": \"bcdefghij\" 1}").to_string(), "expected `,` or `}` at byte 18");
    assert_eq!(refused(b"").to_string(), "expected a JSON value, found nothing");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn limits_hold_exactly() {
    let mut tape = Tape::default();
    let limits = Limits { depth: 3, nodes: 5 };
    assert!(tape.parse(b"[[{}]]", limits).is_ok());
    assert_eq!(
        tape.parse(b"[[{\"a\":[]}]]", limits).unwrap_err(),
        JsonError { offset: 7, kind: JsonErrorKind::TooDeep }
    );
    assert!(tape.parse(b"[[[]],[[]]]", limits).is_ok());
    assert!(tape.parse(b"{\"a\":1,\"b\":2}", limits).is_ok());
    assert_eq!(tape.parse(b"[1,2,3,4,5]", limits).unwrap_err(), JsonError { offset: 9, kind: JsonErrorKind::TooMany });
    assert_eq!(
        tape.parse(b"[]", Limits { depth: 0, nodes: 5 }).unwrap_err(),
        JsonError { offset: 0, kind: JsonErrorKind::TooDeep }
    );
    assert!(tape.parse(b"1", Limits { depth: 0, nodes: 1 }).is_ok());
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn depth_costs_no_stack() {
    let depth = usize::from(u16::MAX);
    let text = "[".repeat(depth) + &"]".repeat(depth);
    let mut tape = Tape::default();
    let limits = Limits { depth: u16::MAX, ..Limits::default() };
    let mut value = tape.parse(text.as_bytes(), limits).unwrap();
    let mut seen = 1;
    while let Some(inner) = value.items().next() {
        value = inner;
        seen += 1;
    }
    assert_eq!(seen, depth);
    assert_eq!(refused("[".repeat(1_000_000).as_bytes()).kind, JsonErrorKind::TooDeep);
}

#[test]
fn a_tape_is_reused_and_can_shrink() {
    let mut tape = Tape::default();
    let large = format!("[{}0]", "0,".repeat(5000));
    assert_eq!(tape.parse(large.as_bytes(), Limits::default()).unwrap().len(), 5001);
    assert!(tape.parse(b"[1,", Limits::default()).is_err());
    assert_eq!(tape.parse(b"[1,2]", Limits::default()).unwrap().len(), 2);
    tape.shrink_to(100);
    assert!(tape.nodes.capacity() < 5000);
    assert_eq!(tape.parse(b"[1]", Limits::default()).unwrap().len(), 1);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn walks_and_looks_up() {
    let text = r#" {"a": [1, {"b": "x"}, []], "\u0063": true, "a": null, "é": {}} "#;
    with(text, |value| {
        assert_eq!((value.kind(), value.len(), value.is_empty()), (Kind::Object, 4, false));
        assert_eq!(value.span(), 1..text.len() - 1);
        let keys: Vec<_> = value.entries().map(|(key, _)| key.decode().into_owned()).collect();
        assert_eq!(keys, ["a", "c", "a", "é"]);
        assert!(value.get("a").unwrap().is_null(), "the last one wins");
        assert_eq!(value.get("c").unwrap().as_bool(), Some(true));
        assert!(value.get("é").unwrap().is_object() && value.get("é").unwrap().is_empty());
        assert!(value.get("b").is_none(), "only its own keys");
        assert_eq!(value.duplicate_key().unwrap().span(), 45..46);

        let (_, first) = value.entries().next().unwrap();
        let raws: Vec<_> = first.items().map(|item| item.raw()).collect();
        assert_eq!(raws, ["1", r#"{"b": "x"}"#, "[]"]);
        let text_inside = first.items().nth(1).unwrap().get("b").unwrap().as_str().unwrap();
        assert_eq!(&text[text_inside.span()], "x");
        assert_eq!((first.entries().count(), first.get("b").is_none()), (0, true));
    });
    with("\"[]\"", |value| assert_eq!((value.len(), value.is_empty(), value.items().count()), (0, true, 0)));
}

#[test]
fn repeated_keys_are_found_in_small_and_large_objects() {
    for count in [0usize, 1, 2, 15, 16, 17, 18, 200] {
        let keys: Vec<_> = (0..count).map(|index| format!("\"k{index}\":{index}")).collect();
        with(&format!("{{{}}}", keys.join(",")), |value| assert!(value.duplicate_key().is_none(), "{count}"));
        for repeated in [0, count / 2, count.saturating_sub(1)].into_iter().filter(|_| count > 0) {
            let text = format!("{{{},\"\\u006b{repeated}\":0,\"k0\":1}}", keys.join(","));
            with(&text, |value| {
                let key = value.duplicate_key().unwrap();
                assert_eq!(key.raw(), format!("\\u006b{repeated}"));
            });
        }
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn numbers_are_whole_when_their_value_is() {
    let cases = [
        ("0", Some(0), Some(0)),
        ("-0", Some(0), Some(0)),
        ("5.0", Some(5), Some(5)),
        ("5e0", Some(5), Some(5)),
        ("12.50E+2", Some(1250), Some(1250)),
        ("-300e-2", None, Some(-3)),
        ("0.0e99999999999", Some(0), Some(0)),
        ("1e-99999999999", None, None),
        ("0.05e1", None, None),
        ("-5.00", None, Some(-5)),
        ("1e3", Some(1000), Some(1000)),
        ("1200e-2", Some(12), Some(12)),
        ("5.5", None, None),
        ("1e-1", None, None),
        ("18446744073709551615", Some(u64::MAX), None),
        ("18446744073709551616", None, None),
        ("9223372036854775807", Some(i64::MAX as u64), Some(i64::MAX)),
        ("-9223372036854775808", None, Some(i64::MIN)),
        ("-9223372036854775809", None, None),
        ("9007199254740991.0", Some(9007199254740991), Some(9007199254740991)),
        ("9007199254740992.0", None, None),
        ("1e400", None, None),
        ("\"5\"", None, None),
        ("null", None, None),
    ];
    for (text, unsigned, signed) in cases {
        with(text, |value| assert_eq!((value.as_u64(), value.as_i64()), (unsigned, signed), "{text}"));
    }
    with("0.7", |value| assert_eq!(value.as_f64(), Some(0.7)));
    with("-1e400", |value| assert_eq!(value.as_f64(), None));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn strings_decode() {
    assert_eq!(decoded(r#""a\"\\\/\b\f\n\r\té\u00e9\u20AC""#), "a\"\\/\u{8}\u{c}\n\r\téé€");
    assert_eq!(decoded(r#""\uD834\uDD1E\uDBFF\uDFFF""#), "\u{1d11e}\u{10ffff}");
    for (lone, expected) in [
        (r#""\uD834""#, "\u{fffd}"),
        (r#""\uD834x""#, "\u{fffd}x"),
        (r#""\uD834\n""#, "\u{fffd}\n"),
        (r#""\uD834A""#, "\u{fffd}A"),
        (r#""\uDD1E\uD834""#, "\u{fffd}\u{fffd}"),
        (r#""\uD834\uD834\uDD1E""#, "\u{fffd}\u{1d11e}"),
    ] {
        assert_eq!(decoded(lone), expected, "{lone}");
    }
    with(r#"["abc", "a\u0062c", "\ud83d", ""]"#, |value| {
        let strings: Vec<_> = value.items().map(|item| item.as_str().unwrap()).collect();
        let [plain, escaped, lone, empty] = strings[..] else { panic!("four strings") };
        assert!(plain.is_plain() && !escaped.is_plain() && empty.is_empty());
        assert!(plain == "abc" && escaped == "abc" && empty == *"");
        assert_eq!((plain, escaped), (escaped, plain));
        assert!(
            plain != "ab"
                && plain != "abcd"
                && escaped != "ab"
                && escaped != "abcd"
                && escaped != "abd"
                && escaped != empty
        );
        assert!(lone == "\u{fffd}" && lone != escaped);
        let mut out = String::from("> ");
        escaped.decode_into(&mut out);
        plain.decode_into(&mut out);
        assert_eq!(out, "> abcabc");
    });
}

#[test]
fn strings_escaped_in_different_ways_are_equal() {
    with(r#"["\u00e9/", "\u00E9\/", "é\u002f", "\u00e9\\"]"#, |value| {
        let strings: Vec<_> = value.items().map(|item| item.as_str().unwrap()).collect();
        assert!(strings[..3].iter().all(|one| strings[..3].iter().all(|other| one == other)));
        assert_ne!(strings[0], strings[3]);
    });
}

#[test]
fn malformed_escapes_stand_for_themselves() {
    for text in ["\\", "a\\", "\\x", "\\u12", "\\u12é", "\\uD834\\u", "é\\é"] {
        assert_eq!(unescape(text).replace('\u{fffd}', "\\uD834"), text);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn decoded_ranges_map_back() {
    let raw = r"mail \u006aane\u0040x.de\n\uD83D\uDE00é!";
    let text = unescape(raw);
    assert_eq!(text, "mail jane@x.de\n😀é!");
    let map = |part: &str| {
        let start = text.find(part).unwrap();
        &raw[raw_range(raw, start..start + part.len()).unwrap()]
    };
    assert_eq!(map("jane@x.de"), r"\u006aane\u0040x.de");
    assert_eq!(map("ane"), "ane");
    assert_eq!(map("@"), r"\u0040");
    assert_eq!(map("\n😀"), r"\n\uD83D\uDE00");
    assert_eq!(map("é!"), "é!");
    assert_eq!(raw_range(raw, 0..text.len()), Some(0..raw.len()));
    assert_eq!(raw_range(raw, 5..5), Some(5..5));
    assert_eq!(raw_range(raw, text.len()..text.len()), Some(raw.len()..raw.len()));
    let emoji = text.find('😀').unwrap();
    assert_eq!(raw_range(raw, emoji..emoji + 2), None, "inside an escaped character");
    assert_eq!(raw_range(raw, emoji + 4..emoji + 5), None, "inside a plain one");
    assert_eq!(raw_range(raw, 0..text.len() + 1), None);
    #[expect(clippy::reversed_empty_ranges)]
    let swapped = 3..2;
    assert_eq!(raw_range(raw, swapped), None);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn writes_with_commas_where_they_belong() {
    let source = r#"{"q\u0022": "a\u0062", "n": {"x":  [1] }}"#;
    let written = with(source, |value| {
        let (key, text) = value.entries().next().unwrap();
        let text = text.as_str().unwrap();
        let inner = value.get("n").unwrap();
        let mut out = Writer::with_capacity(64);
        out.begin_object().end_object();
        let mut out = Writer::append_to(out.finish());
        out.begin_array().begin_array().end_array().begin_object().end_object();
        out.begin_object()
            .field_str("a\n", "\u{1f}")
            .field_u64("b", u64::MAX)
            .field_i64("c", i64::MIN)
            .field_f64("d", 1e300);
        out.field_bool("e", true)
            .field_null("f")
            .field_raw("g", "[ ]")
            .field_value("h", inner)
            .field_raw_str("i", text);
        out.raw_key(key).value(inner).field_f64("j", f64::NAN).field_i64("k", 7);
        out.key("l").begin_string().push_str("\"").push_raw_str(text).push_str("é").end_string().end_object();
        out.u64(0).u64(10).string("").raw_str(text).f64(1.0).bool(false).end_array();
        String::from_utf8(out.finish()).unwrap()
    });
    assert_eq!(
        written,
        concat!(
            r#"{}[[],{},{"a\n":"\u001f","b":18446744073709551615,"c":-9223372036854775808,"d":1e300,"e":true,"f":null,"g":[ ],"#,
            r#""h":{"x":  [1] },"i":"a\u0062","q\u0022":{"x":  [1] },"j":null,"k":7,"l":"\"a\u0062é"},0,10,"","a\u0062",1.0,false]"#
        )
    );
}
