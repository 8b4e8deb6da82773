use serde::Deserialize;
use serde_json::{Value, json};

use super::from_slice;
use super::text::DEPTH;
use crate::gateway::{GatewayConfig, OnExceeded};

fn error<T: serde::de::DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
    from_slice::<T>(json.as_bytes()).unwrap_err().to_string()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn configurations_are_what_serde_json_reads() {
    let config = json!({
        "digest": "d\u{e9}\n\u{1f600}\"",
        "limits": {"requestBody": 1024},
        "hashKey": "00",
        "facts": ["gen_ai.usage.input_tokens"],
        "teams": [{
            "name": "support",
            "routes": [],
            "quotas": [{"name": "tpm", "unit": "tokens", "limit": 1234.5, "per": "minute", "shedAt": {"batch": 80}}],
            "onExceeded": {"downgradeTo": "small"},
        }],
        "redaction": [{"name": "pii", "spec": {"rules": [{"detect": ["email"], "action": "mask"}]}}],
        "translated": true,
    });
    for text in [config.to_string(), format!("{config:#}"), format!(" {config}\r\n\t")] {
        let expected = serde_json::from_str::<GatewayConfig>(&text).unwrap();
        assert_eq!(from_slice::<GatewayConfig>(text.as_bytes()).unwrap(), expected);
    }
}

#[test]
fn an_error_says_what_and_where() {
    for (json, message) in [
        ("", "the configuration ends too early at line 1 column 1"),
        ("{\n \"digest\": 5}", "invalid type: integer `5`, expected a string at line 2 column 13"),
        ("{\"teams\": {}}", "invalid type: map, expected a sequence at line 1 column 11"),
        ("{\"limits\": {\"requestBody\": -1.5}}", "expected usize at line 1 column 32"),
        ("{\"limits\": {\"requestBody\": -1}}", "invalid value: integer `-1`, expected usize"),
        ("{\"translated\": \"yes\"}", "invalid type: string \"yes\", expected a boolean"),
        ("{\"digests\": \"\"}", "unknown field `digests`, expected one of"),
        ("{\"limits\": {}}", "missing field `requestBody` at line 1 column 14"),
        ("{\"digest\": \"\"} {", "trailing characters at line 1 column 16"),
        ("{\"digest\": \"\",}", "expected a key at line 1 column 15"),
        ("{\"digest\": \"\" \"facts\": []}", "expected `,` at line 1 column 15"),
        ("[]", "invalid type: sequence, expected struct GatewayConfig"),
    ] {
        let error = error::<GatewayConfig>(json);
        assert!(error.contains(message), "{json}: {error}");
    }
    let error = from_slice::<GatewayConfig>(b"{\"digest\": \"\xff\"}").unwrap_err().to_string();
    assert_eq!(error, "invalid UTF-8 at line 1 column 13");
}

#[test]
fn a_variant_is_a_name_or_holds_what_it_must() {
    let read = |json: &str| from_slice::<OnExceeded>(json.as_bytes());
    assert_eq!(read("\"deny\""), Ok(OnExceeded::Deny));
    assert_eq!(read("{\"downgradeTo\": \"small\"}"), Ok(OnExceeded::DowngradeTo("small".to_owned())));
    for wrong in
        ["\"downgradeTo\"", "{\"deny\": 1}", "{\"downgradeTo\": \"a\", \"deny\": null}", "\"maybe\"", "7", "{}"]
    {
        assert!(read(wrong).is_err() && serde_json::from_str::<OnExceeded>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn numbers_are_what_is_written() {
    for text in [
        "0",
        "-0",
        "17",
        "-9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "0.30",
        "1e3",
        "2.5E-2",
        "-1.25e+2",
        "1e22",
        "0.000001",
        "123456789012345",
        "0e99999999999",
        "100000000000000000000000",
    ] {
        assert_eq!(
            from_slice::<Value>(text.as_bytes()).unwrap(),
            serde_json::from_str::<Value>(text).unwrap(),
            "{text}"
        );
    }
    for text in ["1e309", "-1e999999999999", "01", "1.", ".5", "+1", "1e", "-", "0x1", "1_0", "NaN", "--1", "- 1"] {
        assert!(from_slice::<Value>(text.as_bytes()).is_err(), "{text}");
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
    }
    // More digits than a double has, as a sum of prices can have when it is printed.
    let number: f64 = from_slice(b"0.30000000000000004").unwrap();
    assert!((number - 0.300_000_000_000_000_04).abs() < 1e-16);
}

#[test]
fn containers_are_counted() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(from_slice::<Value>(nested(DEPTH.into()).as_bytes()).is_ok());
    assert!(error::<Value>(&nested(usize::from(DEPTH) + 1)).contains("too many containers"));
    // Beside one another they are no matter.
    let beside = format!("[{}[]]", "[],".repeat(1000));
    assert!(from_slice::<Value>(beside.as_bytes()).is_ok());
}

#[test]
fn what_is_optional_may_be_null() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Optional {
        a: Option<u8>,
        #[serde(default)]
        b: Option<Vec<u8>>,
    }
    assert_eq!(from_slice(b"{\"a\": null, \"b\": [1, 255]}"), Ok(Optional { a: None, b: Some(vec![1, 255]) }));
    assert_eq!(from_slice(b"{\"a\": 3, \"unknown\": [{\"x\": null}]}"), Ok(Optional { a: Some(3), b: None }));
    assert!(error::<Optional>("{\"a\": 256}").contains("invalid value: integer `256`, expected u8"));
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use super::*;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            // As many digits as are exact.
            (-999_999_999_999_999i64..999_999_999_999_999, 0i32..20)
                .prop_map(|(digits, places)| Value::from(digits as f64 / 10f64.powi(places))),
            "\\PC{0,8}|[\\x00-\\x1f\"\\\\/]{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("\\PC{0,5}", inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn same(left: &Value, right: &Value) -> bool {
        match (left, right) {
            (Value::Number(left), Value::Number(right)) if left.is_f64() && right.is_f64() => {
                let (left, right) = (left.as_f64().unwrap(), right.as_f64().unwrap());
                (left - right).abs() <= left.abs() * f64::EPSILON
            }
            (Value::Array(left), Value::Array(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
            }
            (Value::Object(left), Value::Object(right)) => {
                left.len() == right.len()
                    && left.iter().zip(right).all(|(left, right)| left.0 == right.0 && same(left.1, right.1))
            }
            (left, right) => left == right,
        }
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_is_read(value in any_value()) {
            for text in [value.to_string(), format!("{value:#}")] {
                let read = from_slice::<Value>(text.as_bytes()).unwrap();
                prop_assert!(same(&read, &value), "{text}: {read}");
            }
        }

        #[test]
        fn what_serde_json_refuses_is_refused(
            value in any_value(),
            cut in any::<prop::sample::Index>(),
            put in "[\\]\\[{}\",:\\\\ue0-9.+\\-a\u{e9}\\x01 ]{0,3}",
        ) {
            let characters: Vec<char> = value.to_string().chars().collect();
            let at = cut.index(characters.len());
            let front = characters.iter().take(at);
            let text: String = front.copied().chain(put.chars()).chain(characters.iter().skip(at + 1).copied()).collect();
            let (ours, theirs) = (from_slice::<Value>(text.as_bytes()), serde_json::from_str::<Value>(&text));
            prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{}: {:?} {:?}", text, ours, theirs);
            if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
                prop_assert!(same(&ours, &theirs), "{text}: {ours}");
            }
        }

        #[test]
        fn any_bytes_end_in_a_value_or_an_error(bytes: Vec<u8>) {
            let _ = from_slice::<Value>(&bytes);
            let _ = from_slice::<GatewayConfig>(&bytes);
        }
    }
}
