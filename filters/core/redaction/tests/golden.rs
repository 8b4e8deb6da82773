//! Precision and recall on texts of our own: `golden/<detector>.txt` has one text a line (`\n`, `\t` and `\\` escaped), what is to be found set in
//! `⟦⟧`, and texts that hold nothing but look-alikes. `--nocapture` prints the table and every disagreement.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    reason = "helpers of tests may fail as tests do"
)]

use std::ops::Range;
use std::path::Path;

use tollgate_policy::redaction::{Action, Direction, Place, RedactionSpec, Rule};
use tollgate_redaction::Policy;

/// The least precision and recall.
const MARK: f64 = 0.99;

#[derive(Default)]
struct Score {
    right: usize,
    wrong: usize,
    missed: usize,
}

#[test]
fn precision_and_recall() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    println!(
        "{:<17} {:>6} {:>6} {:>6} {:>7} {:>10} {:>7}",
        "type", "texts", "right", "wrong", "missed", "precision", "recall"
    );
    let mut low = Vec::new();
    for file in files {
        let detector = file.file_stem().unwrap().to_str().unwrap();
        let policy = policy(detector);
        let lines = std::fs::read_to_string(&file).unwrap();
        let mut score = Score::default();
        for line in lines.lines() {
            judge(&policy, line, &mut score);
        }
        let ratio = |other: usize| score.right as f64 / (score.right + other).max(1) as f64;
        let (precision, recall) = (ratio(score.wrong), ratio(score.missed));
        println!(
            "{detector:<17} {:>6} {:>6} {:>6} {:>7} {precision:>10.3} {recall:>7.3}",
            lines.lines().count(),
            score.right,
            score.wrong,
            score.missed
        );
        if precision < MARK || recall < MARK {
            low.push(detector.to_owned());
        }
    }
    assert!(low.is_empty(), "below {MARK}: {low:?}");
}

fn policy(detector: &str) -> Policy {
    let rule = Rule { detect: vec![detector.to_owned()], ..Rule::new(Action::Mask) };
    let spec = RedactionSpec { rules: vec![rule], apply: vec![Direction::Request], ..RedactionSpec::default() };
    Policy::compile("golden", &spec, b"").unwrap()
}

/// Right is what has exactly the marked place.
fn judge(policy: &Policy, line: &str, score: &mut Score) {
    let (text, mut marked) = unmarked(line);
    let mut findings = Vec::new();
    policy.find(&text, Direction::Request, Place::USER, &mut findings);
    for finding in &findings {
        match marked.iter().position(|range| *range == (finding.start..finding.end)) {
            Some(place) => {
                marked.remove(place);
                score.right += 1;
            }
            None => {
                score.wrong += 1;
                println!("wrong:  {:?} in {line}", &text[finding.start..finding.end]);
            }
        }
    }
    for range in marked {
        score.missed += 1;
        println!("missed: {:?} in {line}", &text[range]);
    }
}

/// The text without its marks, and the places they mark.
fn unmarked(line: &str) -> (String, Vec<Range<usize>>) {
    let mut text = String::new();
    let mut marked = Vec::new();
    let mut start = 0;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '⟦' => start = text.len(),
            '⟧' => marked.push(start..text.len()),
            '\\' => text.push(match characters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('\\') => '\\',
                other => panic!("unknown escape {other:?} in {line}"),
            }),
            character => text.push(character),
        }
    }
    (text, marked)
}
