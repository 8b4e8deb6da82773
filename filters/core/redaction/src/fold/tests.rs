#![allow(clippy::string_slice, reason = "a test may panic")]

use super::*;

fn plain(text: &str) -> String {
    folded(text).into_owned()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn what_becomes_of_characters() {
    for (text, expected) in [
        ("ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "jane@example.com"),
        ("４１１１　１１１１－１１１１", "4111 1111-1111"),
        ("٤١١١ ۴۱ ४१ ৪১ ๔๑ ໔ ༤ ၄ ᠔ 𞥔 🯴", "4111 41 41 41 41 4 4 4 4 4 4"),
        ("𝟒𝟙𝟣𝟭𝟷 𝐀𝐳 𝒵𝓪 𝖪𝚣 ℎℬℯ", "41111 Az Za Kz hBe"),
        ("4\u{200b}1\u{ad}1\u{2060}1\u{feff}1\u{fe0f}1\u{e0031}1", "4111111"),
        ("a\u{a0}b\u{2009}c\u{202f}d\u{3000}e\u{2028}f", "a b c d e\nf"),
        ("1\u{2010}2\u{2011}3\u{2013}4\u{2212}5\u{2014}6", "1-2-3-4-5-6"),
        ("jane﹫example﹒com ﹣1", "jane@example.com -1"),
        // A sentence's own punctuation.
        ("你好，世界！（电话：12）。", "你好，世界！（电话:12)。"),
        ("word\u{2014}word, 5\u{2014}6", "word\u{2014}word, 5-6"),
        ("plain é ’ “ ü 漢字 かな 한국어 ½ ² Ⓐ", "plain é ’ “ ü 漢字 かな 한국어 ½ ² Ⓐ"),
    ] {
        assert_eq!(plain(text), expected, "{text}");
    }
}

#[test]
fn every_digit_and_every_full_width_character() {
    for zero in ('\u{80}'..=char::MAX).filter(|&character| fold(character) == Fold::To(b'0')) {
        for value in 0..10 {
            let digit = char::from_u32(zero as u32 + value).unwrap();
            assert_eq!(fold(digit), Fold::To(b'0' + value as u8), "{digit:?}");
            assert!(digit.is_numeric(), "{digit:?}");
        }
    }
    for ascii in '!'..='~' {
        let wide = char::from_u32(ascii as u32 - 0x21 + 0xff01).unwrap();
        assert_eq!(plain(&format!("a{wide}")), format!("a{ascii}"));
    }
    // Whatever is folded begins with a byte that is looked for.
    for character in '\u{80}'..=char::MAX {
        if fold(character) != Fold::Keep {
            let text = character.to_string();
            assert!(leads(text.as_bytes()[0]) && may_fold(text.as_bytes()), "{character:?}");
        }
    }
}

#[test]
fn offsets_lead_back() {
    let text = "é ｊａ\u{200b}ｎｅ＠ 4\u{200d}\u{200d}1१२x\u{feff}";
    let folded = Folded::of(text).unwrap();
    assert_eq!(folded.text(), "é jane@ 4112x");
    for (part, original) in [
        ("jane@", "ｊａ\u{200b}ｎｅ＠"),
        ("a", "ａ"),
        ("n", "ｎ"),
        ("an", "ａ\u{200b}ｎ"),
        ("411", "4\u{200d}\u{200d}1१"),
        ("12x", "१२x"),
        ("x", "x"),
        ("é ", "é "),
    ] {
        let start = folded.text().find(part).unwrap();
        let range = folded.original(start..start + part.len());
        assert_eq!(&text[range.clone()], original);
        assert_eq!(folded.offset(range.start), start);
    }
    assert_eq!(folded.offset(text.len()), folded.text().len());
    // In the middle of what is invisible, what comes next.
    assert_eq!(folded.offset(text.find('\u{200d}').unwrap() + 3), folded.text().find("112x").unwrap());
}

#[test]
fn words_that_were_apart() {
    for (text, joins) in [
        ("a\u{200b}4111", true),
        ("a \u{200b}4111", false),
        ("a\u{200b} 4111", false),
        ("⚠\u{fe0f} 4111", false),
        ("a\u{a0}b，c", false),
        ("ｘ4111", true),
        ("4111\u{2013}2", true),
    ] {
        assert_eq!(Folded::of(text).unwrap().joins().is_empty(), !joins, "{text:?}");
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use proptest::prelude::*;

    use super::*;

    fn texts() -> impl Strategy<Value = String> {
        let pieces = prop_oneof![
            "[a-z0-9 ]{1,40}",
            "[ａ-ｚ０-９，：－\u{200b}\u{ad}\u{a0}\u{2014}٠-٩०-९]{1,4}",
            "[漢字かなé’]{1,12}",
            any::<char>().prop_map(String::from),
        ];
        proptest::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        /// The blocks find what a look at every character finds, and offsets lead to characters and back.
        #[test]
        fn as_character_by_character(text in texts()) {
            let mut expected = String::new();
            let mut original = Vec::new();
            for (at, character) in text.char_indices() {
                match change_at(&text, at) {
                    Some(Change { to: None, .. }) => continue,
                    Some(Change { to: Some(ascii), .. }) => expected.push(char::from(ascii)),
                    None => expected.push(character),
                }
                original.push((expected.len() - expected.chars().next_back().unwrap().len_utf8(), at, character.len_utf8()));
            }
            prop_assert_eq!(&plain(&text), &expected);
            if let Some(folded) = Folded::of(&text) {
                for &(place, at, width) in &original {
                    let length = expected[place..].chars().next().unwrap().len_utf8();
                    prop_assert_eq!(folded.original(place..place + length), at..at + width);
                    prop_assert_eq!(folded.offset(at), place);
                }
            } else {
                prop_assert_eq!(text, expected);
            }
        }

        #[test]
        fn what_is_folded_stays(text in texts()) {
            // Punctuation of sentences may get new neighbours: `，`, an invisible character, `1`.
            let once = plain(&text);
            let steady: String = once.chars().filter(|&character| !matches!(fold(character), Fold::Beside(_))).collect();
            prop_assert_eq!(plain(&steady), steady);
        }
    }
}
