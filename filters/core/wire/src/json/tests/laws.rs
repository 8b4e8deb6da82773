//! Laws over random input, with `serde_json` as the oracle.

use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;

/// A random JSON text: random white space, escapes, repeated keys and numbers.
fn json_text() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        select(vec![
            "null",
            "true",
            "false",
            "0",
            "-0",
            "7",
            "-12",
            "0.5",
            "-1.25e3",
            "1E+2",
            "2e-3",
            "18446744073709551615"
        ])
        .prop_map(str::to_owned),
        any::<i64>().prop_map(|number| number.to_string()),
        string_text(),
    ];
    let value = scalar.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            (vec((space(), inner.clone(), space()), 0..6), space()).prop_map(|(items, inside)| {
                let items: Vec<_> = items.into_iter().map(|(before, item, after)| before + &item + &after).collect();
                if items.is_empty() { format!("[{inside}]") } else { format!("[{}]", items.join(",")) }
            }),
            (vec((space(), string_text(), space(), inner), 0..6), space()).prop_map(|(entries, inside)| {
                let entries: Vec<_> = entries
                    .into_iter()
                    .map(|(space, key, after, value)| format!("{space}{key}{after}:{space}{value}{after}"))
                    .collect();
                if entries.is_empty() { format!("{{{inside}}}") } else { format!("{{{}}}", entries.join(",")) }
            }),
        ]
    });
    (space(), value, space()).prop_map(|(before, value, after)| before + &value + &after)
}

fn space() -> impl Strategy<Value = String> {
    select(vec!["", "", "", " ", "\n", "\t", "\r\n", "   "]).prop_map(str::to_owned)
}

/// A quoted string whose characters are escaped at random, in one of the ways JSON knows.
fn string_text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => proptest::char::range('a', 'e'),
        1 => select(vec!['"', '\\', '/', '\n', '\u{0}', '\u{8}', '\u{1f}', '\u{7f}', 'é', '€', '😀', '\u{2028}']),
        1 => any::<char>(),
    ];
    vec((character, 0..4u8), 0..12).prop_map(|characters| {
        let mut out = String::from("\"");
        for (character, how) in characters {
            match (character, how) {
                (_, 0) => {
                    character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| write!(out, "\\u{unit:04x}").unwrap())
                }
                ('/', 1) => out.push_str("\\/"),
                _ => {
                    let mut escaped = Vec::new();
                    escape_into(&mut escaped, character.encode_utf8(&mut [0; 4]));
                    out.push_str(std::str::from_utf8(&escaped).unwrap());
                }
            }
        }
        out + "\""
    })
}

/// The same tree, built by walking the tape.
fn rebuilt(value: Value<'_>) -> serde_json::Value {
    match value.kind() {
        Kind::Null => serde_json::Value::Null,
        Kind::Bool => value.as_bool().unwrap().into(),
        Kind::Number => serde_json::from_str(value.raw()).unwrap(),
        Kind::String => value.as_str().unwrap().decode().into_owned().into(),
        Kind::Array => value.items().map(rebuilt).collect(),
        Kind::Object => value
            .entries()
            .map(|(key, value)| (key.decode().into_owned(), rebuilt(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// The same text, written by walking the tape.
fn rewritten(value: Value<'_>, out: &mut Writer) {
    match value.kind() {
        Kind::String => drop(out.string(&value.as_str().unwrap().decode())),
        Kind::Array => {
            out.begin_array();
            value.items().for_each(|item| rewritten(item, out));
            out.end_array();
        }
        Kind::Object => {
            out.begin_object();
            for (key, value) in value.entries() {
                out.key(&key.decode());
                rewritten(value, out);
            }
            out.end_object();
        }
        _ => drop(out.value(value)),
    }
}

proptest! {
    #[test]
    fn reads_what_serde_reads(text in json_text()) {
        let mut tape = Tape::default();
        let value = tape.parse(text.as_bytes(), Limits::default()).unwrap();
        let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&rebuilt(value), &expected);
        if let Some(object) = expected.as_object() {
            for (key, expected) in object {
                prop_assert_eq!(&rebuilt(value.get(key).unwrap()), expected);
            }
            prop_assert_eq!(value.duplicate_key().is_none(), object.len() == value.len());
        }

        let mut out = Writer::new();
        rewritten(value, &mut out);
        prop_assert_eq!(serde_json::from_slice::<serde_json::Value>(&out.finish()).unwrap(), expected);
    }

    #[test]
    fn refuses_every_truncation(text in json_text()) {
        let text = text.trim_end();
        // Half a number is a number.
        prop_assume!(!text.trim_start().starts_with(|first: char| first == '-' || first.is_ascii_digit()));
        let mut tape = Tape::default();
        for cut in 0..text.len() {
            let error = tape.parse(&text.as_bytes()[..cut], Limits::default()).unwrap_err();
            let kind = if text[..].as_bytes()[..cut].trim_ascii().is_empty() { JsonErrorKind::Empty } else { JsonErrorKind::Truncated };
            prop_assert_eq!(error, JsonError { offset: cut, kind }, "{}", &String::from_utf8_lossy(&text.as_bytes()[..cut]));
        }
    }

    #[test]
    fn agrees_on_damaged_text(text in json_text(), place: prop::sample::Index, byte in select(b"{}[],:\"\\0-.eE+tn a\x00\x80\xff".to_vec()), how in 0..3u8) {
        let mut bytes = text.into_bytes();
        let at = place.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => drop(bytes.remove(at)),
        }
        let ours = Tape::default().parse(&bytes, Limits::default()).map(rebuilt_or_odd);
        match (ours, serde_json::from_slice::<serde_json::Value>(&bytes)) {
            (Ok(Some(ours)), Ok(theirs)) => prop_assert_eq!(ours, theirs),
            (Err(error), Err(_)) => prop_assert!(error.offset <= bytes.len()),
            // What only we accept: numbers beyond a double, and lone surrogates.
            (Ok(None), Err(_)) => {}
            (ours, theirs) => prop_assert!(false, "{:?}: {ours:?} / {theirs:?}", String::from_utf8_lossy(&bytes)),
        }
    }

    #[test]
    fn survives_any_bytes(bytes in vec(prop_oneof![3 => select(b"{}[],:\"\\0-.eEtrufalsn 1".to_vec()), 1 => any::<u8>()], 0..64)) {
        let ours = Tape::default().parse(&bytes, Limits::default()).map(rebuilt_or_odd);
        let theirs = serde_json::from_slice::<serde_json::Value>(&bytes);
        prop_assert!(matches!((&ours, &theirs), (Ok(Some(_)), Ok(_)) | (Ok(None), Err(_)) | (Err(_), Err(_))), "{ours:?} / {theirs:?}");
    }

    #[test]
    fn escaping_is_serdes_and_unescaping_undoes_it(text: String) {
        let mut escaped = vec![b'"'];
        escape_into(&mut escaped, &text);
        escaped.push(b'"');
        prop_assert_eq!(String::from_utf8_lossy(&escaped), serde_json::to_string(&text).unwrap());
        let mut tape = Tape::default();
        let read = tape.parse(&escaped, Limits::default()).unwrap().as_str().unwrap();
        prop_assert_eq!(read.decode(), text.as_str());
        prop_assert!(read == text.as_str());
        prop_assert_eq!(read.is_plain(), !read.raw().contains('\\'));
    }

    #[test]
    fn raw_ranges_hold_what_was_decoded(quoted in string_text(), places in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6)) {
        let raw = &quoted[1..quoted.len() - 1];
        let text = unescape(raw);
        let mut cursor = RawCursor::new(raw);
        for (a, b) in places {
            let (a, b) = (a.index(text.len() + 1), b.index(text.len() + 1));
            let range = a.min(b)..a.max(b);
            match (text.get(range.clone()), cursor.range(range.clone())) {
                (Some(expected), Some(found)) => prop_assert_eq!(unescape(&raw[found]), expected),
                (None, None) => {}
                (expected, found) => prop_assert!(false, "{range:?}: {expected:?} / {found:?}"),
            }
            prop_assert_eq!(cursor.range(range.clone()), raw_range(raw, range));
        }
    }

    #[test]
    fn unescape_survives_any_text(text in "[a\\\\u0dD8cCé]{0,24}", at in 0..40usize) {
        let decoded = unescape(&text);
        prop_assert!(decoded.len() <= text.len());
        let _ = raw_range(&text, at..at + 3);
    }
}

/// The tree, or None if it holds what `serde_json` cannot.
fn rebuilt_or_odd(value: Value<'_>) -> Option<serde_json::Value> {
    fn odd(value: Value<'_>) -> bool {
        let lone = |text: Str<'_>| {
            text.decode().contains('\u{fffd}')
                && serde_json::from_str::<String>(&format!("\"{}\"", text.raw())).is_err()
        };
        match value.kind() {
            Kind::Number => value.as_f64().is_none(),
            Kind::String => value.as_str().is_some_and(lone),
            Kind::Array => value.items().any(odd),
            Kind::Object => value.entries().any(|(key, value)| lone(key) || odd(value)),
            _ => false,
        }
    }
    (!odd(value)).then(|| rebuilt(value))
}
