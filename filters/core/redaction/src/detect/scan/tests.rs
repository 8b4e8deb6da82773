//! The law of the scan: what it finds is what asking at every place finds.

#![cfg(not(target_arch = "wasm32"))]

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::detect::detectors;
use crate::policy::Mask;
use crate::user::WordsOf;

type Found = (Vec<Candidate>, Vec<Candidate>);

fn all() -> [Option<Use>; DETECTOR_COUNT] {
    std::array::from_fn(|index| Some(Use { rule: index as u16, min_score: 1 }))
}

fn one(detector: usize) -> [Option<Use>; DETECTOR_COUNT] {
    let mut uses = [None; DETECTOR_COUNT];
    uses[detector] = Some(Use { rule: detector as u16, min_score: 1 });
    uses
}

fn scanner(uses: [Option<Use>; DETECTOR_COUNT]) -> Scanner {
    let mask = Mask::of(&tollgate_policy::redaction::Scope::default());
    let words = ["Nightjar", "blue fin", "x", "ok", "4th", "-u", "été", "机密", "Ñandú"];
    let words: Vec<_> = words.iter().map(|word| WordsOf { rule: 7, mask, word }).collect();
    let words = [false, true].map(|case| Words::compile(&words, case, true).unwrap().unwrap());
    Scanner::new(uses, words.into_iter().map(Arc::new).collect())
}

static ALL: LazyLock<Scanner> = LazyLock::new(|| scanner(all()));
/// For each detector by itself: what it finds must not depend on what others start from.
static EACH: LazyLock<Vec<Scanner>> = LazyLock::new(|| (0..DETECTOR_COUNT).map(|index| scanner(one(index))).collect());

fn sorted((mut detected, mut found): Found) -> Found {
    for list in [&mut detected, &mut found] {
        list.sort_by_key(|candidate| (candidate.start, candidate.end, candidate.rule, candidate.score));
        list.dedup();
    }
    (detected, found)
}

fn by_block(scanner: &Scanner, text: &str, from: usize) -> Found {
    let (mut detected, mut found) = Found::default();
    scanner.scan(text, from, Look { detectors: true, words: &|_| true }, &mut detected, &mut found);
    sorted((detected, found))
}

fn at_every_place(scanner: &Scanner, text: &str, from: usize) -> Found {
    let (mut detected, mut found) = Found::default();
    let mut sink = Sink::new(scanner, from, &mut detected);
    scanner.keywords.scan(text, from, &mut sink);
    let mut walk = Walk::new(text, Look { detectors: true, words: &|_| true }, sink, &mut found);
    let bytes = text.as_bytes();
    for place in from..bytes.len() {
        let (before, byte, next) = (text::before(bytes, place), bytes[place], text::at(bytes, place + 1));
        if !(before.is_ascii_alphabetic() && byte.is_ascii_alphabetic()) {
            walk.at_literal(place);
        }
        if byte.is_ascii_digit() {
            if before.is_ascii_alphabetic() || next.is_ascii_alphabetic() {
                walk.in_word(place);
            }
            if !before.is_ascii_digit() && scanner.uses_numbers() && place >= walk.at.max(walk.number_end) {
                if let Some(run) = Run::read(bytes, place, 1) {
                    walk.number_end = run.resume;
                    in_run(&run, &mut walk.sink);
                }
                walk.number_end = walk.number_end.min(place);
                walk.at_trigger(place);
                if scanner.asks.national && place >= walk.at {
                    national::at_company(bytes, place, &mut walk.sink);
                }
            }
        } else if byte == b'.' || byte == b'~' || byte == b'<' {
            let asked = match byte {
                b'.' => scanner.asks.joints,
                b'~' => scanner.asks.tildes,
                _ => scanner.asks.fillers,
            };
            if asked {
                walk.at_trigger(place);
            }
        } else {
            walk.at_trigger(place);
        }
    }
    sorted((detected, found))
}

fn same(scanner: &Scanner, text: &str, from: usize) {
    assert_eq!(by_block(scanner, text, from), at_every_place(scanner, text, from), "{text:?} from {from}");
}

/// What detectors find, and what they do not.
fn examples() -> Vec<&'static str> {
    detectors().flat_map(|entry| entry.finds.iter().chain(entry.ignores)).copied().collect()
}

#[test]
fn at_every_place_of_a_block() {
    for entry in detectors() {
        for text in entry.finds.iter().chain(entry.ignores).filter(|text| text.len() < 600) {
            for before in 0..70 {
                let text =
                    format!("{}{text} {}", "x é. ".repeat(15).split_at(before + before % 2).0, "ab ".repeat(before));
                same(&ALL, &text, 0);
            }
        }
    }
}

#[test]
fn each_detector_by_itself() {
    for (scanner, entry) in EACH.iter().zip(crate::detect::names().skip(crate::detect::groups().count())) {
        for text in detectors().filter(|info| info.name == entry).flat_map(|info| info.finds.iter().chain(info.ignores))
        {
            for before in [0, 1, 31, 60, 61, 62, 63, 64] {
                same(scanner, &format!("{}{text}", " ".repeat(before)), 0);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_text(text in "[0-9a-zA-Z .:/()@<~_é,=\"\n-]{0,300}", from in 0_usize..80) {
        let from = text.floor_char_boundary(from);
        same(&ALL, &text, from);
    }

    #[test]
    fn numbers(text in "([0-9]{1,5}[ .:/()-]{0,2}|[A-F]{1,3}[0-9.]{0,3}){0,60}") {
        same(&ALL, &text, 0);
    }

    #[test]
    fn examples_side_by_side(
        parts in proptest::collection::vec((select(examples()), "[ .:,=\"x1-]{0,2}", any::<u16>(), "[0-9A-Fa-z .@:-]?"), 1..6),
        from in 0_usize..100,
    ) {
        let mut text = String::new();
        for (example, between, place, other) in parts {
            let mut example = example.to_owned();
            // One character is another now.
            if place % 2 == 0 && let Some((at, old)) = example.char_indices().nth(usize::from(place) % (example.len() + 1)) {
                example.replace_range(at..at + old.len_utf8(), &other);
            }
            text.push_str(&example);
            text.push_str(&between);
        }
        let from = text.floor_char_boundary(from);
        same(&ALL, &text, from);
        let detector = from % EACH.len();
        same(&EACH[detector], &text, 0);
    }
}
