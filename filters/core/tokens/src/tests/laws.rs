use proptest::prelude::*;

use super::ALL;
use crate::ascii::{Simple, simple};
use crate::entries::Key;
use crate::pretoken::{LONGEST, Pattern, length};
use crate::{Counter, Estimate, estimate};

proptest! {
    #[test]
    fn any_text_in_any_pieces(pieces in prop::collection::vec(".{0,90}|[a-zA-Z ]{0,300}|[ \n\r]{0,40}|['/\n]{0,9}", 0..9)) {
        let text = pieces.concat();
        for vocabulary in ALL {
            let mut counter = Counter::new(vocabulary);
            for piece in &pieces {
                counter.push(piece);
            }
            let whole = estimate(&text, vocabulary);
            prop_assert_eq!(counter.finish(), whole);
            prop_assert!(whole.tokens <= whole.upper_bound && whole.upper_bound <= text.len() as u64);
            prop_assert_eq!(whole.tokens == 0, text.is_empty());
        }
    }

    #[test]
    fn what_is_simple_is_what_the_patterns_say(text in "([ \t\n\r'/(.0-9a-cA-C]|es|'ll|\u{301}|é|漢|٣|\u{a0}|[a-z]{7,40}){1,12}") {
        let mut rest = text.as_str();
        while !rest.is_empty() {
            for pattern in [Pattern::O200k, Pattern::Cl100k] {
                let length = length(rest, pattern);
                match simple(rest.as_bytes(), pattern) {
                    Some(Simple::Word(word, key)) => {
                        prop_assert_eq!(word, length, "{:?} in {:?}", pattern, rest);
                        prop_assert_eq!(key, Key::of(&rest.as_bytes()[..length]));
                    }
                    Some(Simple::Entry(entry)) => prop_assert_eq!(entry, length, "{:?} in {:?}", pattern, rest),
                    None => {}
                }
            }
            rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap();
        }
    }

    #[test]
    fn a_pretoken_is_bounded(text in "[a-z]{0,600}|[ ]{0,600}|[\n/]{0,600}|[漢]{0,200}|[-!]{0,600}") {
        for pattern in [Pattern::O200k, Pattern::Cl100k] {
            let length = length(&text, pattern);
            prop_assert!(length <= LONGEST + 4 && (length > 0) != text.is_empty());
        }
    }

    #[test]
    fn digits_are_counted_exactly(groups in prop::collection::vec("[0-9]{1,800}", 1..5)) {
        // Each number follows a comma, which is a token of its own between digits.
        let truth: usize = groups.iter().map(|group| group.len().div_ceil(3)).sum::<usize>() + groups.len() - 1;
        prop_assert_eq!(estimate(&groups.join(","), crate::Vocabulary::O200k).tokens as usize, truth);
    }

    #[test]
    fn sums_saturate(a: u64, b: u64) {
        let sum = Estimate { tokens: a, upper_bound: a } + Estimate { tokens: b, upper_bound: b };
        prop_assert_eq!(sum.tokens, a.saturating_add(b));
        prop_assert_eq!(sum.upper_bound, a.saturating_add(b));
    }
}
