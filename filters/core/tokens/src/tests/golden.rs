//! Texts with the counts that OpenAI's own tokenizers give for them. `golden.txt` holds, for each: a line of `%%`, the
//! tokens in o200k and cl100k and the kind of text, then the text. The languages are articles of the Universal
//! Declaration of Human Rights; everything else was written for this file.

use super::ALL;
use crate::{Counter, Vocabulary, estimate};

pub(super) struct Golden {
    pub kind: &'static str,
    pub text: &'static str,
    pub o200k: u64,
    pub cl100k: u64,
}

impl Golden {
    /// What the reference tokenizers count.
    pub fn truths(&self) -> [(Vocabulary, u64); 2] {
        [(Vocabulary::O200k, self.o200k), (Vocabulary::Cl100k, self.cl100k)]
    }

    /// What is nobody's text: strings that only show what happens at the edge.
    pub fn is_edge(&self) -> bool {
        EDGES.iter().any(|edge| self.kind.starts_with(edge))
    }
}

const EDGES: [&str; 3] = ["random", "rules", "hex"];

pub(super) fn golden() -> Vec<Golden> {
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
    let mut missed = Vec::new();
    for golden in golden {
        for (vocabulary, truth) in golden.truths() {
            let estimate = estimate(golden.text, vocabulary);
            let context = format!("{}, {vocabulary:?}: {truth} tokens, {estimate:?}", golden.kind);
            // Texts of a few sentences: a few words more or less are what chance makes of them.
            let margin = if golden.is_edge() { truth / 8 + 2 } else { truth / 32 + 3 };
            let holds = estimate.tokens.abs_diff(truth) <= margin
                && estimate.upper_bound >= truth
                && estimate.upper_bound <= (golden.text.len() as u64).min(truth + truth / 3 + 16);
            missed.extend((!holds).then_some(context));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn whole_texts_together_are_closer() {
    for of in 0..2 {
        let (mut truths, mut estimated) = (0, 0);
        for golden in golden().iter().filter(|golden| !golden.is_edge()) {
            let (vocabulary, truth) = golden.truths()[of];
            truths += truth;
            estimated += estimate(golden.text, vocabulary).tokens;
        }
        assert!(estimated.abs_diff(truths) * 100 <= truths, "{estimated} for {truths}");
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
