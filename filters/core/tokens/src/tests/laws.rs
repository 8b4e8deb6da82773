use proptest::prelude::*;

use super::ALL;
use crate::{Counter, Estimate, estimate};

proptest! {
    #[test]
    fn any_text_in_any_pieces(pieces: Vec<String>) {
        let text = pieces.concat();
        for vocabulary in ALL {
            let mut counter = Counter::new(vocabulary);
            let mut before = counter.finish();
            for piece in &pieces {
                counter.push(piece);
                let after = counter.finish();
                prop_assert!(after.tokens >= before.tokens && after.upper_bound >= before.upper_bound);
                before = after;
            }
            prop_assert_eq!(before, estimate(&text, vocabulary));
            prop_assert!(before.tokens <= before.upper_bound && before.upper_bound <= text.len() as u64);
            prop_assert_eq!(before.tokens == 0, text.is_empty());
        }
    }

    #[test]
    fn digits_are_counted_exactly(groups in prop::collection::vec("[0-9]{1,800}", 1..5)) {
        // Each number follows a comma, which is a token of its own between digits.
        let truth: usize = groups.iter().map(|group| group.len().div_ceil(3)).sum::<usize>() + groups.len() - 1;
        let counted = estimate(&groups.join(","), crate::Vocabulary::O200k).tokens as usize;
        prop_assert!(counted.abs_diff(truth) <= 1, "{} for {}", counted, truth);
    }

    #[test]
    fn sums_saturate(a: u64, b: u64) {
        let sum = Estimate { tokens: a, upper_bound: a } + Estimate { tokens: b, upper_bound: b };
        prop_assert_eq!(sum.tokens, a.saturating_add(b));
        prop_assert_eq!(sum.upper_bound, a.saturating_add(b));
    }
}
