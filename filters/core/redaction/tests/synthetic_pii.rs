//! Precision and recall on other people's labelled texts (microsoft/presidio-research, `synth_dataset_v2`), kept beside the repository.
//! Where they are absent the test says so and passes. `--nocapture` prints the table and every disagreement.

#[cfg(not(target_arch = "wasm32"))]
#[cfg(test)]
#[allow(clippy::string_slice, reason = "a test may panic")]
mod scores {
    use std::path::Path;

    use tollgate_policy::redaction::{Action, Direction, Place, RedactionSpec, Rule};
    use tollgate_redaction::Policy;
    use tollgate_wire::json::{Limits, Tape, Value};

    /// Label in the data, detector, and the least precision and recall.
    const TYPES: &[(&str, &str, f64, f64)] = &[
        ("CREDIT_CARD", "credit-card", 0.99, 0.99),
        ("EMAIL_ADDRESS", "email", 0.99, 0.99),
        ("PHONE_NUMBER", "phone", 0.99, 0.99),
        ("IBAN_CODE", "iban", 0.99, 0.99),
        ("US_SSN", "us-ssn", 0.99, 0.99),
        ("IP_ADDRESS", "ip-address", 0.99, 0.99),
        ("DOMAIN_NAME", "url", 0.99, 0.99),
        ("US_DRIVER_LICENSE", "driving-licence", 0.99, 0.99),
    ];

    #[derive(Default)]
    struct Score {
        right: usize,
        wrong: usize,
        missed: usize,
    }

    #[test]
    fn precision_and_recall() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/vectors/pii_synthetic.json");
        let Ok(data) = std::fs::read(&path) else {
            println!("skipped: {} is absent", path.display());
            return;
        };
        let detect = TYPES.iter().map(|(_, detector, ..)| (*detector).to_owned()).collect();
        let rule = Rule { detect, ..Rule::new(Action::Mask) };
        let spec = RedactionSpec { rules: vec![rule], apply: vec![Direction::Request], ..RedactionSpec::default() };
        let policy = Policy::compile("synthetic", &spec, b"").unwrap();
        let mut tape = Tape::default();
        let samples = tape.parse(&data, Limits::default()).unwrap();
        let mut scores: Vec<Score> = TYPES.iter().map(|_| Score::default()).collect();
        for sample in samples.items() {
            score(&policy, sample, &mut scores);
        }
        println!("{:<17} {:>6} {:>6} {:>7} {:>10} {:>7}", "type", "right", "wrong", "missed", "precision", "recall");
        let mut low = Vec::new();
        for ((label, _, least_precision, least_recall), score) in TYPES.iter().zip(&scores) {
            let ratio = |other: usize| score.right as f64 / (score.right + other).max(1) as f64;
            let (precision, recall) = (ratio(score.wrong), ratio(score.missed));
            println!(
                "{label:<17} {:>6} {:>6} {:>7} {precision:>10.3} {recall:>7.3}",
                score.right, score.wrong, score.missed
            );
            if precision < *least_precision || recall < *least_recall {
                low.push(label);
            }
        }
        assert!(low.is_empty(), "below the mark: {low:?}");
    }

    fn score(policy: &Policy, sample: Value<'_>, scores: &mut [Score]) {
        let text = sample.get("full_text").unwrap().as_str().unwrap().decode();
        // The data counts in code points.
        let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let offset = |span: Value<'_>, key: &str| offsets[span.get(key).unwrap().as_u64().unwrap() as usize];
        let mut labelled = Vec::new();
        for span in sample.get("spans").unwrap().items() {
            let label = span.get("entity_type").unwrap().as_str().unwrap().decode();
            if let Some(index) = TYPES.iter().position(|(known, ..)| *known == label) {
                labelled.push((index, offset(span, "start_position"), offset(span, "end_position"), false));
            }
        }
        let mut findings = Vec::new();
        policy.find(&text, Direction::Request, Place::USER, &mut findings);
        for finding in &findings {
            let name = policy.rule_name(finding.rule);
            let index = TYPES.iter().position(|(_, detector, ..)| *detector == name).unwrap();
            // Right is what covers the whole of a label of its type.
            let hit = labelled
                .iter_mut()
                .find(|(label, start, end, _)| *label == index && finding.start <= *start && finding.end >= *end);
            match hit {
                Some((.., hit)) => {
                    *hit = true;
                    scores[index].right += 1;
                }
                None => {
                    scores[index].wrong += 1;
                    println!(
                        "wrong  {name}: {:?} in {:?}",
                        &text[finding.start..finding.end],
                        around(&text, finding.start)
                    );
                }
            }
        }
        for (index, start, end, hit) in labelled {
            if !hit {
                scores[index].missed += 1;
                println!("missed {}: {:?} in {:?}", TYPES[index].1, &text[start..end], around(&text, start));
            }
        }
    }

    fn around(text: &str, at: usize) -> &str {
        let start = text.floor_char_boundary(at.saturating_sub(40));
        &text[start..text.floor_char_boundary(at + 40)]
    }
}
