//! Texts that nobody wrote, made of random numbers, with the counts of OpenAI's own tokenizers: what a bound is for.
//! `random.txt` holds, for each: the kind, the first number, how many characters it has, and the tokens in o200k and
//! cl100k.

use crate::{Vocabulary, estimate};

/// Numerical Recipes' generator: quality does not matter here, being the same everywhere does.
struct Random(u32);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((self.0 ^ self.0 >> 16) >> 8) % bound
    }
}

fn text(kind: &str, first: u32, length: usize) -> String {
    let mut random = Random(first);
    if kind == "bytes" {
        let bytes: Vec<u8> = (0..length).map(|_| random.below(256) as u8).collect();
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    let mut c = || match kind {
        "ascii" => 32 + random.below(95),
        "capitals" => 65 + random.below(26),
        "small" => 97 + random.below(26),
        "latin" => random.below(256),
        "han" => 0x4e00 + random.below(0x5200),
        "hangul" => 0xac00 + random.below(11_172),
        "arabic" => 0x621 + random.below(42),
        "assigned" => random.below(0xd800),
        // Beyond the plane that most texts keep to.
        _ => 0x10000 + random.below(0x10000),
    };
    (0..length).filter_map(|_| char::from_u32(c())).collect()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn the_bound_holds_for_random_texts() {
    let mut texts = 0;
    for line in include_str!("random.txt").lines() {
        let [kind, numbers @ ..] = line.split(' ').collect::<Vec<_>>().try_into().unwrap_or([""; 5]);
        let [first, length, o200k, cl100k] = numbers.map(|number| number.parse().unwrap());
        let text = text(kind, first as u32, length as usize);
        for (vocabulary, truth) in [(Vocabulary::O200k, o200k), (Vocabulary::Cl100k, cl100k)] {
            let estimate = estimate(&text, vocabulary);
            assert!(estimate.upper_bound >= truth, "{line}: {vocabulary:?}, {estimate:?}, {text:?}");
            assert!(estimate.upper_bound <= text.len() as u64);
            texts += 1;
        }
    }
    assert!(texts > 1000);
}
