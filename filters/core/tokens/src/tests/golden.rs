//! Texts with the counts that OpenAI's own tokenizers give for them. `golden.txt` holds, for each: a line of `%%`, the
//! tokens in o200k and cl100k and the kind of text, then the text. The languages are articles of the Universal
//! Declaration of Human Rights; everything else was written for this file.

use super::ALL;
use crate::{Counter, Vocabulary, estimate};

struct Golden {
    kind: &'static str,
    text: &'static str,
    o200k: u64,
    cl100k: u64,
}

fn golden() -> Vec<Golden> {
    let file = include_str!("golden.txt").strip_prefix("%% ").and_then(|file| file.strip_suffix('\n')).unwrap();
    file.split("\n%% ")
        .map(|block| {
            let (head, text) = block.split_once('\n').unwrap_or((block, ""));
            let mut head = head.splitn(3, ' ');
            let mut number = || head.next().unwrap().parse().unwrap();
            let (o200k, cl100k) = (number(), number());
            Golden { kind: head.next().unwrap(), text, o200k, cl100k }
        })
        .collect()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn estimates_keep_within_their_margin() {
    let golden = golden();
    assert!(golden.len() > 35);
    for Golden { kind, text, o200k, cl100k } in golden {
        for (vocabulary, truth) in [(Vocabulary::O200k, o200k), (Vocabulary::Cl100k, cl100k)] {
            let estimate = estimate(text, vocabulary);
            let context = format!("{kind}, {vocabulary:?}: {truth} tokens, {estimate:?}");
            // The README's margins for texts of this size; short ones may be off by two.
            assert!(estimate.tokens + 2 >= truth * 80 / 100, "below the margin: {context}");
            assert!(estimate.tokens <= truth * 130 / 100 + 2, "above the margin: {context}");
            assert!(estimate.upper_bound >= truth, "not a bound: {context}");
            assert!(estimate.upper_bound <= text.len() as u64, "more than bytes: {context}");
        }
    }
}

#[test]
fn whole_texts_together_are_closer() {
    for vocabulary in [Vocabulary::O200k, Vocabulary::Cl100k] {
        let (mut truth, mut estimated) = (0, 0);
        for golden in golden() {
            truth += if vocabulary == Vocabulary::O200k { golden.o200k } else { golden.cl100k };
            estimated += estimate(golden.text, vocabulary).tokens;
        }
        assert!(estimated.abs_diff(truth) * 100 <= truth * 8, "{vocabulary:?}: {estimated} for {truth}");
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn any_cut_gives_the_same_count() {
    for Golden { kind, text, .. } in golden() {
        for vocabulary in [Vocabulary::O200k, Vocabulary::Claude] {
            let whole = estimate(text, vocabulary);
            let mut single = Counter::new(vocabulary);
            for (at, c) in text.char_indices() {
                single.push(c.encode_utf8(&mut [0; 4]));
                let mut two = Counter::new(vocabulary);
                let (head, tail) = text.split_at(at);
                two.push(head);
                two.push(tail);
                assert_eq!(two.finish(), whole, "{kind} cut at {at}");
            }
            assert_eq!(single.finish(), whole, "{kind} by character");
        }
    }
}

#[test]
fn surcharges_are_on_top() {
    for Golden { text, .. } in golden() {
        let [_, cl100k, claude, other] = ALL.map(|vocabulary| estimate(text, vocabulary));
        for dearer in [claude, other] {
            assert!(dearer.tokens >= cl100k.tokens && dearer.upper_bound >= cl100k.upper_bound);
        }
    }
}
