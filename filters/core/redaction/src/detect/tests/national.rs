//! Numbers that states give.

use super::*;

#[test]
fn us_ssn() {
    all_of("us-ssn", &["536-90-4399", "123-45-6789", "899-99-9999", "001-01-0001"]);
    check(
        "us-ssn",
        &[
            ("ssn 536904399.", &["536904399"]),
            ("SSN: 536 90 4399", &["536 90 4399"]),
            ("social security number is 536.90.4399", &["536.90.4399"]),
            ("user_ssn=536904399", &["536904399"]),
        ],
    );
    none_of(
        "us-ssn",
        &[
            "",
            "000-90-4399",
            "666-90-4399",
            "900-90-4399",
            "999-99-9999",
            "536-00-4399",
            "536-90-0000",
            "078-05-1120",
            "219-09-9999",
            "536904399",
            "536 90 4399",
            "536-90-43990",
            "1536-90-4399",
            "536-90-4399-1",
            "536-904399",
            "5-36-90-4399",
            "lessn 536904399",
        ],
    );
}

/// Every shape of every number, also inside sentences: what the catalogue shows as found by itself.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn the_examples_stand_in_any_text() {
    let ids = groups().find(|(group, _)| *group == "national-ids").unwrap().1;
    assert!(ids.len() > 60);
    let mut texts = 0;
    for detector in detectors().filter(|detector| ids.contains(&detector.name)) {
        // With a word in front the finding is a part of the text; those are looked at with the catalogue.
        for text in detector.finds.iter().filter(|text| found(detector.name, text) == [**text]) {
            all_of(detector.name, &[text]);
            texts += 1;
        }
    }
    assert!(texts > 50, "{texts}");
}

/// Longer numbers and words that hold one are not one.
#[test]
fn parts_of_longer_numbers() {
    for detector in detectors().filter(|detector| detector.label != "US_SSN") {
        for text in detector.finds.iter().filter(|text| found(detector.name, text) == [**text]) {
            if !groups().any(|(group, ids)| group == "national-ids" && ids.contains(&detector.name)) {
                continue;
            }
            for (before, behind) in [("1", ""), ("", "1"), ("x", ""), ("", "x"), ("12-", ""), ("", "-12"), ("0.", "")] {
                let sentence = format!("{before}{text}{behind}");
                let all = found(detector.name, &sentence);
                assert!(!all.contains(text), "{} in {sentence:?}", detector.name);
            }
        }
    }
}

/// Published specimens, and how people write them.
#[test]
fn specimens() {
    all_of("ch-ahv", &["756.9217.0769.85", "7569217076985"]);
    all_of("de-social-insurance", &["15070649C103", "15 070649 C 103"]);
    all_of("de-tax-id", &["86 095 742 719"]);
    all_of("fi-hetu", &["131052-308T", "010594Y9032", "131052+308T"]);
    all_of("fr-nir", &["295109912611193", "2 95 10 99 126 111 93", "2 95 10 99 126 111/93"]);
    all_of("hk-hkid", &["A123456(3)"]);
    all_of("ie-pps", &["1234567T", "1234567FA"]);
    all_of("it-fiscal-code", &["RSSMRA85T10A562S", "rssmra85t10a562s", "RSS MRA 85T10 A562S"]);
    all_of("mx-curp", &["BOXW310820HNERXN09"]);
    all_of("mx-rfc", &["GODE561231GR8"]);
    all_of("ru-snils", &["112-233-445 95"]);
    all_of("sg-nric", &["S1234567D"]);
    all_of("uk-nino", &["AB123456C", "AB 12 34 56 C", "AB-12-34-56-C", "AB 123456 C"]);
    all_of("us-itin", &["900-70-1234", "912-88-1234"]);
    all_of("us-mbi", &["1EG4-TE5-MK73", "1EG4TE5MK73"]);
    all_of("br-cpf", &["529.982.247-25"]);
    all_of("br-cnpj", &["12.ABC.345/01DE-35"]);
    check(
        "tr-tckn",
        &[("TCKN 10000000146", &["10000000146"]), ("tc_kimlik_no=10000000146", &["10000000146"]), ("10000000146", &[])],
    );
    check("in-aadhaar", &[("aadhaar 2341 2341 2346", &["2341 2341 2346"]), ("2341 2341 2346, 2341-2341-2346", &[])]);
    check("nz-ird", &[("IRD 49-091-850", &["49-091-850"]), ("49-091-850", &[])]);
    check("tw-national-id", &[("national ID: A123456789", &["A123456789"]), ("A123456789", &[])]);
    check("jp-my-number", &[("マイナンバー：1234 5678 9018", &["1234 5678 9018"]), ("1234 5678 9018", &[])]);
    check("hu-tax-id", &[("adóazonosító jele 8071592153", &["8071592153"])]);
    check("us-ein", &[("EIN: 12-3456789", &["12-3456789"]), ("part 12-3456789", &[]), ("EIN: 07-3456789", &[])]);
}

/// Dates that do not exist make no number, whatever the check digits say.
#[test]
fn dates() {
    // Each keeps its check digits and has a thirteenth month, a 30 February or a 31 April.
    none_of("pl-pesel", &["44131401353", "85023012345", "PESEL 44131401353"]);
    none_of("cn-resident-id", &["身份证 110101199002300017", "身份证 110101199013010011"]);
    none_of("fi-hetu", &["310452-308T", "HETU 310452-308T"]);
    none_of("my-mykad", &["901301-14-5678", "900230-14-5678"]);
    none_of("dk-cpr", &["CPR 310490-1234", "CPR 290289-1234"]);
    check(
        "dk-cpr",
        &[("CPR 290288-1234", &["290288-1234"]), ("CPR 300490-1234", &["300490-1234"]), ("290288-1234", &[])],
    );
    all_of("cz-birth-number", &["736028/5163"]);
}

#[test]
fn vat_numbers() {
    all_of(
        "vat-id",
        &[
            "ATU13585627",
            "ATU 13585627",
            "BE0403019261",
            "BE 0403.019.261",
            "CHE-107.787.577",
            "CHE107787577",
            "CY10259033P",
            "DE136695976",
            "DE 136 695 976",
            "DK13585628",
            "EL094259216",
            "ESX2482300W",
            "FI20774740",
            "FR40303265045",
            "FR 40 303 265 045",
            "FR K7 399 859 412",
            "GB980780684",
            "GB 980 7806 84",
            "XI980780684",
            "HU12892312",
            "IE6433435F",
            "IE8D79739I",
            "IT00743110157",
            "LT119511515",
            "LU15027442",
            "LV40003521600",
            "MT11679112",
            "NL004495445B01",
            "NL 4495.445.B01".replace("4495.445", "0044.95.445").as_str(),
            "NO 995 525 828 MVA",
            "PL8567346215",
            "PT501964843",
            "RO18547290",
            "SE123456789701",
            "SI50223054",
            "SK2022749619",
        ],
    );
    check(
        "vat-id",
        &[
            ("USt-IdNr.: 136695976", &["136695976"]),
            ("P.IVA 00743110157", &["00743110157"]),
            ("BTW-nummer 004495445B01", &["004495445B01"]),
            ("CHE-107.787.577 MWST", &["CHE-107.787.577"]),
            ("NO 995525828", &[]),
            ("org.nr NO 995525828", &["NO 995525828"]),
            ("costo de 136695976", &[]),
        ],
    );
    none_of("vat-id", &["DE136695977", "FR41303265045", "GB980780685", "US136695976", "136695976", "NL004495445C01"]);
}

#[test]
fn doctors() {
    all_of("medical-license", &["MED0001234567"]);
    check(
        "medical-license",
        &[
            ("NPI: 1234567893", &["1234567893"]),
            ("1234567893", &[]),
            ("NPI: 1234567890", &[]),
            ("GMC 7123456", &["7123456"]),
            ("NMC pin 98I1234E", &["98I1234E"]),
            ("LANR 123456601", &["123456601"]),
            ("RPPS 10003001234", &[]),
            ("DEA AB1234563, DEA A91234563", &["AB1234563", "A91234563"]),
            ("AB1234563", &[]),
            ("DEA AB1234564", &[]),
        ],
    );
}

/// A stream is cut at blanks, wherever it comes in pieces: groups stay together.
#[test]
fn in_streams() {
    let names = ["national-ids", "vat-id", "medical-license"];
    let policy = policy(&names, Action::Mask);
    for text in [
        "my number is 2 95 10 99 126 111 93 and the next words go on",
        "NHS number: 943 476 5919 is hers, the SNILS 112-233-445 95 his",
        "PPS 1234567T then 1234 12345 1, Aadhaar 2341 2341 2346 and 86 095 742 719 end",
        "15 070649 C 103 and 131052-308T, 111 222 333 BSN and so on to the end of the line",
    ] {
        let whole = streamed(&policy, &[text]);
        assert!(whole.contains('['), "{whole}");
        for (at, _) in text.char_indices() {
            assert_eq!(streamed(&policy, &[&text[..at], &text[at..]]), whole, "cut at {at}");
        }
        let pieces: Vec<_> = text.split_inclusive(|_| true).collect();
        assert_eq!(streamed(&policy, &pieces), whole);
        let mut findings = Vec::new();
        policy.find(text, Direction::Request, Place::USER, &mut findings);
        assert_eq!(whole.matches('[').count(), findings.len(), "{whole}");
    }
}

/// What a stream in these pieces becomes.
fn streamed(policy: &crate::Policy, pieces: &[&str]) -> String {
    let mut filter = crate::ResponseFilter::new(Place::ASSISTANT, false);
    let (vault, mut report, mut out) = (crate::Vault::default(), crate::Report::new(), String::new());
    for piece in pieces {
        filter.push(policy, &vault, piece, &mut out, &mut report).unwrap();
    }
    filter.finish(policy, &vault, &mut out, &mut report).unwrap();
    out
}

/// What else has digits in a text is no number of a state.
#[test]
fn look_alikes() {
    let everything = ["national-ids", "vat-id", "medical-license"];
    let policy = policy(&everything, Action::Mask);
    for text in [
        "call +44 20 7946 0958 or +1 212 555 0123, 212-555-0123, (212) 555-0123",
        "tel 943 476 5919, fax 0114 496 0123",
        "card 4111 1111 1111 1111 exp 12/29",
        "GB82 WEST 1234 5698 7654 32, DE89370400440532013000",
        "order 9498777106, invoice 136695976, ticket 49091850, tracking 1Z999AA10123456784",
        "on 2024-01-31 at 10:30:45, 31.01.2024, 20240131, 202401311030, 1706697045, 1706697045123",
        "commit 3f2504e04f8911d39a0c0305e82c3301, 123e4567-e89b-12d3-a456-426614174000",
        "12345678-90ab-cdef-1234-501800000009, 0x85073003328",
        "3.14159265358 and 2.71828182845, 1.44051401359",
        "123 456 789 EUR, 1.234.567 Stück, 12 345 678",
        "10.0.0.1, 192.168.100.200, v1.2.3456789",
        "ISBN 978-3-16-148410-0, ISSN 2049-3630, EAN 4006381333931",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25",
        "00000000000, 111111111, 999-999-999, 99999999999999",
        "53.0731, 8.8017; 40.712776, -74.005974",
    ] {
        let mut findings = Vec::new();
        policy.find(text, Direction::Request, Place::USER, &mut findings);
        let all: Vec<_> = findings
            .iter()
            .map(|finding| (policy.rule_name(finding.rule), &text[finding.start..finding.end]))
            .collect();
        assert!(all.is_empty(), "{text:?}: {all:?}");
    }
}

/// Words make a number likely, words for something else make it less so, wherever they stand and however they are written.
#[test]
fn context() {
    check(
        "nl-bsn",
        &[
            ("111222333", &[]),
            ("BSN 111222333", &["111222333"]),
            ("\"national_id\": \"111222333\"", &["111222333"]),
            ("111222333 (burgerservicenummer)", &["111222333"]),
            ("111222333\nBSN", &[]),
            ("bsnx 111222333", &[]),
        ],
    );
    check(
        "pl-pesel",
        &[
            ("44051401359", &[]),
            ("PESEL 44051401359", &["44051401359"]),
            ("order 44051401359", &[]),
            ("PESEL of the order: 44051401359", &["44051401359"]),
            ("PESEL 44051401359, tel. 600100200", &["44051401359"]),
        ],
    );
    check(
        "es-nif",
        &[
            ("12345678z", &["12345678z"]),
            ("x1234567l", &["x1234567l"]),
            ("X1234567l", &[]),
            ("DNI X1234567l", &["X1234567l"]),
        ],
    );
    check("bg-egn", &[("ЕГН: 7404259759", &["7404259759"]), ("order 7404259759", &[]), ("ЕГН: 7523169263", &[])]);
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A check digit: no other last digit will do, and just one does. (Modulus 11 leaves some numbers without any.)
        #[test]
        fn one_last_digit(body in "[1-9][0-9]{8}") {
            for (detector, most, least) in [("il-id", 1, 1), ("nl-bsn", 1, 0), ("pt-nif", 1, 1)] {
                let body = &body[..8];
                let right = (0..10).filter(|last| !found(detector, &format!("tax id {body}{last}")).is_empty()).count();
                prop_assert!((least..=most).contains(&right) || body.bytes().all(|byte| byte == body.as_bytes()[0]), "{detector} {body}: {right}");
            }
        }

        /// Verhoeff's finds every wrong digit and every swap of neighbours.
        #[test]
        fn verhoeff(body in "[2-9][0-9]{10}", place in 0usize..11, other in 0u8..10) {
            let right = |number: &str| !found("in-aadhaar", &format!("Aadhaar {number}")).is_empty();
            let Some(number) = (0..10).map(|last| format!("{body}{last}")).find(|number| right(number)) else {
                // A palindrome.
                return Ok(());
            };
            let mut wrong = number.clone().into_bytes();
            wrong[place + 1] = b'0' + other;
            let mut swapped = number.clone().into_bytes();
            swapped.swap(place, place + 1);
            for changed in [wrong, swapped] {
                let changed = String::from_utf8(changed).unwrap();
                prop_assert!(changed == number || !right(&changed), "{number} {changed}");
            }
        }
    }
}
