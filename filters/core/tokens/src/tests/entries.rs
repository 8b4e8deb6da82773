//! What the table holds, by examples.

use crate::entries::{Key, holds};

const O200K: u8 = 64;
const CL100K: u8 = 128;

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn entries_are_never_missed() {
    let both = [" the", " information", "tion", "\n\n", "        ", "();\n", "是", "한", " на", "Ä", "123", "////////"];
    for entry in both {
        assert!(holds(Key::of(entry.as_bytes()), O200K) && holds(Key::of(entry.as_bytes()), CL100K), "{entry:?}");
    }
    for byte in 0..=u8::MAX {
        assert!(holds(Key::of(&[byte]), O200K) && holds(Key::of(&[byte]), CL100K), "{byte}");
    }
    for number in 0..1000 {
        let number = format!("{number:03}");
        assert!(holds(Key::of(number.as_bytes()), O200K) && holds(Key::of(number.as_bytes()), CL100K), "{number}");
    }
    // What only the larger one has.
    assert!(holds(Key::of(" राज्य".as_bytes()), O200K) && !holds(Key::of(" राज्य".as_bytes()), CL100K));
}

#[test]
fn one_in_128_others_is_mistaken_for_one() {
    for bit in [O200K, CL100K] {
        let mistaken =
            (0u64..100_000).filter(|number| holds(Key::of(format!("qz{number:09}").as_bytes()), bit)).count();
        assert!((600..1000).contains(&mistaken), "{mistaken} of 100,000");
    }
}
