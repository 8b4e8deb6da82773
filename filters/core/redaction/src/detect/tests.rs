#![allow(clippy::string_slice, reason = "a test may panic")]

mod national;

use super::*;
use crate::testing::policy;
use tollgate_policy::redaction::{Action, Direction, Place};

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
    // The catalogue and the registry name the same detectors, each once.
    let mut told: Vec<_> = detectors().map(|detector| (detector.name, detector.label)).collect();
    let mut known: Vec<_> = (0..DETECTOR_COUNT).filter_map(entry).map(|entry| (entry.name, entry.label)).collect();
    told.sort_unstable();
    known.sort_unstable();
    assert_eq!(told, known);
    known.dedup_by_key(|(name, _)| *name);
    assert_eq!(known.len(), DETECTOR_COUNT);
}

#[test]
fn email() {
    all_of(
        "email",
        &[
            "jane@example.com",
            "jane.doe@example.com",
            "jane_doe-1@sub.example.co.uk",
            "j+tag@example.org",
            "o'brien@example.ie",
            "1234567890@example.com",
            "email@example-one.com",
            "email@example.name",
            "email@example.museum",
            "jane@xn--mller-kva.xn--p1ai",
            "jürgen@müller.de",
            "иван@пример.рф",
            "a@b.co",
            "user%example.com@example.org",
            "x!y#z@example.com",
        ],
    );
    check(
        "email",
        &[
            ("mailto:jane@example.com?subject=x", &["jane@example.com"]),
            ("mail=jane@example.com&x", &["jane@example.com"]),
            ("**jane@example.com**", &["jane@example.com"]),
            ("'jane@example.com'", &["jane@example.com"]),
            ("Ask jane@example.com.", &["jane@example.com"]),
            ("a@x.com,b@y.org;c@z.net", &["a@x.com", "b@y.org", "c@z.net"]),
            ("Jane Doe <jane@example.com>", &["jane@example.com"]),
            ("well...jane@example.com", &["jane@example.com"]),
            ("\"much more\"@example.com", &["\"much more\"@example.com"]),
            ("邮箱jane@example.com是", &["jane@example.com"]),
            ("a@b@example.com", &["b@example.com"]),
            ("jane@example.com-", &["jane@example.com"]),
            ("jane@example.com:8080", &["jane@example.com"]),
            ("http://example.com/jane@example.com", &["jane@example.com"]),
        ],
    );
    none_of(
        "email",
        &[
            "",
            "@",
            "a@",
            "@b.com",
            "plainaddress",
            "jane@localhost",
            "jane@.com",
            "jane@-example.com",
            "jane.@example.com",
            "jane@example..com",
            "jane@111.222.333.444",
            "jane@example.c",
            "jane at example.com",
            "@user.name",
            "img@3x.png",
            "pkg@1.2.3",
            "@types/node@18.0.1",
            "jane@example",
            "\u{4f60}@\u{597d}",
        ],
    );
    // RFC 5321: 64 bytes in front of the `@`.
    assert_eq!(found("email", &format!("{}@example.com", "a".repeat(64))).len(), 1);
    assert_eq!(found("email", &format!("{}@example.com", "a".repeat(65))).len(), 0);
}

#[test]
fn phone() {
    all_of(
        "phone",
        &[
            "+1 212 555 0123",
            "+12125550123",
            "+1-212-555-0123",
            "+1 (212) 555-0123",
            "(212) 555-0123",
            "212-555-0123",
            "212.555.0123",
            "1-800-555-0199",
            "(212)555-0123",
            "212-555-0123 x12",
            "212-555-0123 ext. 12",
            "+44 20 7946 0958",
            "+442079460958",
            "020 7946 0958",
            "07700 900123",
            "(020) 7946 0958",
            "+49 30 901820",
            "030 9018200",
            "+33 1 84 17 61 18",
            "01 84 17 61 18",
            "01.84.17.61.18",
            "+41 44 668 18 00",
            "044 668 18 00",
            "+46 (0)8 928 571 38",
            "0041 44 668 18 00",
            "+81 3-1234-5678",
            "03-1234-5678",
            "+86 138 1234 5678",
            "+55 11 91234-5678",
            "(11) 91234-5678",
            "+91 98765 43210",
            "+351 912 345 678",
            "+971 50 123 4567",
            "+1\u{a0}212\u{a0}555\u{a0}0123",
            "212\u{2011}555\u{2011}0123",
        ],
    );
    check(
        "phone",
        &[
            ("tel:+12125550123", &["+12125550123"]),
            ("call 467 3395 now", &["467 3395"]),
            ("call me on 9472 7916?", &["9472 7916"]),
            ("Phone:\n60-56-85-91\n", &["60-56-85-91"]),
            ("78 651 450 office", &["78 651 450"]),
            ("(37) 788-063-Fax", &["(37) 788-063"]),
            ("Mobile: 0490 39 07 81\nDesk: +447700 921 916", &["0490 39 07 81", "+447700 921 916"]),
            ("(call 212-555-0123)", &["212-555-0123"]),
            ("from 212-555-0123 to 646-555-0199", &["212-555-0123", "646-555-0199"]),
        ],
    );
    none_of(
        "phone",
        &[
            "",
            "2024-01-31",
            "31.01.2024",
            "call on 2024-01-31",
            "phone bill of 20240131",
            "12:30:45",
            "1,234,567",
            "467 3395",
            "order 9498777106",
            "978-3-16-148410-0",
            "+1 112 555 0123",
            "+999 123 456 789",
            "a+12125550123",
            "12345-6789",
            "call 12345",
            "call 536-90-4399",
            "call 10.20.30.40",
            "2125550123",
            "111-555-0123",
            "v1.2.3456789",
            "+1 212 555 012",
            "0x12345678",
            "tell 467 3395",
        ],
    );
}

#[test]
fn credit_card() {
    all_of(
        "credit-card",
        &[
            // The networks' and payment processors' published test numbers.
            "4111111111111111",
            "4012888888881881",
            "4222222222222",
            "5555555555554444",
            "5105105105105100",
            "2223003122003222",
            "378282246310005",
            "371449635398431",
            "6011111111111117",
            "6011000990139424",
            "30569309025904",
            "38520000023237",
            "3530111333300000",
            "3566002020360505",
            "6304000000000000",
            "6759649826438453",
            "6200000000000005",
            "2200000000000004",
            "4000000000000000006",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111.1111.1111.1111",
            "3782 822463 10005",
            "3056 930902 5904",
            "41111111 11111111",
            "4111\u{a0}1111\u{a0}1111\u{a0}1111",
        ],
    );
    check(
        "credit-card",
        &[
            ("4111 1111 1111 1111 12/29", &["4111 1111 1111 1111"]),
            ("4111 1111 1111 1111 123", &["4111 1111 1111 1111"]),
            ("4111111111111111,5555555555554444", &["4111111111111111", "5555555555554444"]),
            ("4111111111111111 5555555555554444", &["4111111111111111", "5555555555554444"]),
            ("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 4111 1111 1111 1111", &["4111 1111 1111 1111"]),
            ("card no 9000000000000002", &[]),
            ("card no 9000000000000001", &["9000000000000001"]),
        ],
    );
    none_of(
        "credit-card",
        &[
            "",
            "4111111111111112",
            "411111111111111",
            "41111111111111111",
            "9000000000000001",
            "a4111111111111111",
            "4111111111111111a",
            "4111/1111/1111/1111",
            "4111 1111-1111 1111 1",
            "0000000000000000",
            "1234567890123",
            "123e4567-e89b-12d3-a456-426614174000",
            "12345678-90ab-cdef-1234-501800000009",
        ],
    );
}

#[test]
fn iban() {
    all_of(
        "iban",
        &[
            // The registry's own examples.
            "GB82WEST12345698765432",
            "GB82 WEST 1234 5698 7654 32",
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "FR1420041010050500013M02606",
            "CH9300762011623852957",
            "NL91ABNA0417164300",
            "NO9386011117947",
            "BE68539007547034",
            "MT84MALT011000012345MTLCAST001S",
            "ES9121000418450200051332",
            "IT60X0542811101000000123456",
            "SE4550000000058398257466",
            "PL61109010140000071219812874",
            "LC55HEMM000100010012001200023015",
            "SA0380000000608010167519",
            "BR9700360305000010009795493P1",
            "gb82west12345698765432",
            "GB82-WEST-1234-5698-7654-32",
        ],
    );
    none_of(
        "iban",
        &[
            "",
            "GB82WEST12345698765431",
            "GB82WEST1234569876543",
            "GB82WEST123456987654321",
            "XX82WEST12345698765432",
            "AGB82WEST12345698765432",
            "DE89 3704 0044",
            "DE89  3704 0044 0532 0130 00",
            "US64SVBKUS6S3300958879",
        ],
    );
}

#[test]
fn ip_address() {
    all_of(
        "ip-address",
        &[
            "0.0.0.0",
            "10.0.0.1",
            "192.168.1.254",
            "255.255.255.255",
            "::1",
            "2001:db8::1",
            "fe80::1",
            "2001:db8:0:0:0:0:2:1",
            "2001:0DB8:85A3:0000:0000:8A2E:0370:7334",
            "::ffff:192.0.2.128",
            "64:ff9b::192.0.2.33",
            "2001:db8::",
            "6e40:4041:c617:e898:c11:40d2:c669:2eb4",
        ],
    );
    check(
        "ip-address",
        &[
            ("http://10.0.0.1:8080/x", &["10.0.0.1"]),
            ("10.0.0.0/8", &["10.0.0.0"]),
            ("http://[2001:db8::1]:443", &["2001:db8::1"]),
            ("fe80::1%eth0", &["fe80::1"]),
            ("It was 10.0.0.1.", &["10.0.0.1"]),
            ("peer 2001:db8::1.", &["2001:db8::1"]),
            ("10.0.0.1,10.0.0.2 10.0.0.3-10.0.0.4", &["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]),
        ],
    );
    none_of(
        "ip-address",
        &[
            "",
            "256.1.1.1",
            "1.1.1",
            "1.1.1.1.1",
            "01.02.03.04",
            "v1.2.3.4",
            "version 1.2.3.4",
            "1.2.3.1000",
            "::",
            "12:34:56",
            "00:1a:2b:3c:4d:5e",
            "std::fs::read",
            "dead::beef",
            "p::before",
            "1:2:3:4:5:6:7:8:9",
            "2001:db8:::1",
            "2001::db8::1",
            "Step 1::",
            "a1.2.3.4",
            "12345::1",
        ],
    );
}

#[test]
fn secrets() {
    all_of(
        "aws-access-key",
        &["AKIAIOSFODNN7EXAMPLE", "ASIAY34FZKBOKMUTVV7A", "ABIAY34FZKBOKMUTVV7A", "ACCAY34FZKBOKMUTVV7A"],
    );
    none_of(
        "aws-access-key",
        &["AKIA", "AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7examPLE", "XAKIAIOSFODNN7EXAMPLE", "AIDAIOSFODNN7EXAMPLE"],
    );
    let ghp = format!("ghp_{}", "aB3".repeat(12));
    let pat = format!("github_pat_{}_{}", "aB3x".repeat(5), "Zz9".repeat(19));
    all_of("github-token", &[&ghp, &ghp.replace("ghp", "gho"), &ghp.replace("ghp", "ghs"), &pat]);
    none_of("github-token", &["ghp_", "ghp_abc", &format!("x{ghp}"), &ghp.replace("ghp_", "ghp-"), "github_pat_short"]);
    all_of(
        "openai-key",
        &[
            "sk-abcdefghijklmnopqrstT3BlbkFJabcdefghij0123456789",
            "sk-proj-A1b2C3d4E5f6G7h8I9j0K1l2",
            "sk-svcacct-0123456789abcdefXYZ_-9",
        ],
    );
    none_of(
        "openai-key",
        &[
            "sk-",
            "sk-short1",
            "disk-0123456789abcdefghijklmn",
            "sk-learn-has-many-2-fold-splitters",
            "sk-ant-api03-0123456789abcdefghij",
        ],
    );
    all_of("anthropic-key", &["sk-ant-api03-abc_DEF-0123456789abcdefghij-AA", "sk-ant-admin01-0123456789abcdefghij"]);
    all_of("slack-token", &["xoxb-1234567890-abcdef", "xoxp-12345-67890-abc", "xapp-1-A0B1C2D3E4-5678"]);
    none_of("slack-token", &["xoxb-abcdefghijkl", "xoxb-1", "xxoxb-1234567890-abcdef"]);
    all_of("stripe-key", &["sk_live_4eC39HqLyjWDarjtT1zdp7dc", "rk_test_4eC39HqLyjWDarjtT1zdp7dc"]);
    none_of("stripe-key", &["pk_live_4eC39HqLyjWDarjtT1zdp7dc", "task_live_4eC39HqLyjWDarjtT1zdp7dc", "sk_live_"]);
    all_of("google-api-key", &["AIzaSyDdI0hCZtE6vySjMm-WEfRq3CPzqKqqsHI"]);
    none_of("google-api-key", &["AIzaSyDdI0hCZtE6vySjMm-WEfRq3CPzqKqqsH", "AIzaSyDdI0hCZtE6vySjMm-WEfRq3CPzqKqqsHI_"]);
    check(
        "url-credentials",
        &[("see postgres://app:s3cret@db/x.", &["app:s3cret"]), ("https://u:p%40@[::1]:80/", &["u:p%40"])],
    );
    none_of(
        "url-credentials",
        &[
            "https://example.com/a:b@c",
            "https://user@example.com",
            "a:b@c",
            "//a:b@c",
            "https://:@x",
            "https://x/ a:b@c.d",
        ],
    );
}

#[test]
fn private_key() {
    for label in [
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
    ] {
        let block = format!("-----BEGIN {label}-----\nProc-Type: 4,ENCRYPTED\n\nMIIE+/=\r\nabc\n-----END {label}-----");
        all_of("private-key", &[&block, &block.replace('\n', "\\n")]);
        // Without its end, as far as it looks like a key.
        let (cut, _) = block.split_once("-----END").unwrap();
        assert_eq!(found("private-key", cut), [cut]);
        assert_eq!(found("private-key", &format!("{cut}{block}")), [cut, &block]);
    }
    none_of(
        "private-key",
        &[
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
            "-----BEGIN PRIVATE",
            "----------",
            "BEGIN PRIVATE KEY",
        ],
    );
}

#[test]
fn jwt() {
    let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    let signed = format!("{header}.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c");
    // {"alg":"RSA-OAEP","enc":"A256GCM"}
    let encrypted = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6D.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ.XFBoMYUZodetZdvT";
    all_of("jwt", &[&signed, encrypted]);
    check(
        "jwt",
        &[
            (&format!("Bearer {signed}."), &[&signed]),
            (&format!("{header}.eyJzdWIiOiIxIn0."), &[&format!("{header}.eyJzdWIiOiIxIn0.")]),
        ],
    );
    none_of("jwt", &[header, "eyJ", "eyJ..", "eyJmb28iOiJiYXIifQ.eyJzdWIiOiIxIn0.abcdefgh", &format!("x{signed}")]);
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
            "[A-Z]{2}[0-9]{2}[A-Z0-9 ]{0,30}",
            "[a-z.é]{1,10}@[a-z.é-]{1,10}",
        ];
        proptest::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
    }
}
