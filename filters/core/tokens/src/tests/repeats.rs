//! Texts that are one made-up word again and again: a mistake about that word is a mistake about all of the text. `words.txt` holds, for
//! each, the word and how many tokens it is, with a blank before it, for OpenAI's own tokenizers in o200k and cl100k. The words are made
//! of random letters of several scripts, or of random marks.

use crate::{Vocabulary, estimate};

struct Word {
    word: &'static str,
    tokens: [(Vocabulary, u64); 2],
}

fn words() -> Vec<Word> {
    let word = |line: &'static str| {
        let mut fields = line.split(' ');
        let word = fields.next().unwrap();
        let [o200k, cl100k] = [(); 2].map(|()| fields.next().unwrap().parse().unwrap());
        Word { word, tokens: [(Vocabulary::O200k, o200k), (Vocabulary::Cl100k, cl100k)] }
    };
    include_str!("words.txt").lines().map(word).collect()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn the_bound_holds_for_one_word_again_and_again() {
    let words = words();
    assert!(words.len() > 550);
    for Word { word, tokens } in words {
        for times in [1, 2, 3, 5, 8, 20, 50, 300] {
            let text = format!(" {word}").repeat(times);
            for (vocabulary, tokens) in tokens {
                let estimate = estimate(&text, vocabulary);
                assert!(
                    estimate.upper_bound >= tokens * times as u64,
                    "{word} {times} times, {vocabulary:?}: {tokens} each, {estimate:?}"
                );
            }
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use proptest::prelude::*;

    use super::*;
    use crate::tests::golden::golden;

    proptest! {
        #[test]
        fn the_bound_holds_for_any_word_any_number_of_times(
            at in any::<prop::sample::Index>(),
            times in 1usize..5_000,
            another in any::<prop::sample::Index>(),
        ) {
            let words = words();
            let (word, another) = (at.get(&words), another.get(&words));
            // Two in turn are no better hidden than one.
            for (text, others) in [(format!(" {}", word.word), None), (format!(" {} {}", word.word, another.word), Some(another))] {
                let text = text.repeat(times);
                for (index, (vocabulary, tokens)) in word.tokens.into_iter().enumerate() {
                    let tokens = tokens + others.map_or(0, |other| other.tokens[index].1);
                    let estimate = estimate(&text, vocabulary);
                    prop_assert!(estimate.upper_bound >= tokens * times as u64, "{text:.60}: {tokens} each, {estimate:?}");
                }
            }
        }
    }

    /// Where a word is a smaller part of a text, chance has more room: what `docs/tokens.md` says of it.
    #[test]
    fn among_other_words_the_bound_is_hardly_ever_short_and_never_by_much() {
        let golden = golden();
        let prose = golden.iter().find(|golden| golden.kind == "language english").unwrap();
        let text = format!("{}\n", prose.text).repeat(4);
        let (mut texts, mut short) = (0, 0);
        for Word { word, tokens } in words() {
            for times in [20, 40, 80, 160] {
                let repeated = format!(" {word}").repeat(times);
                for text in [format!("{repeated}\n{text}"), format!("{text}{repeated}")] {
                    for (index, (vocabulary, tokens)) in tokens.into_iter().enumerate() {
                        let truth = 4 * prose.truths()[index].1 + tokens * times as u64;
                        let bound = estimate(&text, vocabulary).upper_bound;
                        texts += 1;
                        short += usize::from(bound < truth);
                        assert!(bound * 5 >= truth * 4, "{word} {times} times: {bound} for {truth}");
                    }
                }
            }
        }
        assert!(short * 100 <= texts, "{short} of {texts}");
    }
}
