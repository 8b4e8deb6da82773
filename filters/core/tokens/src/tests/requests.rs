use super::ALL;
use crate::request::{image, message, name, reply, tool, tools};
use crate::{Estimate, Vocabulary};

#[test]
fn openai_images_cost_what_its_guide_says() {
    // The examples of the guide: 1024 × 1024 is 765, 2048 × 4096 is 1105, low detail is 85.
    for (size, tokens) in [((1024, 1024), 765), ((2048, 4096), 1105), ((512, 512), 255), ((4096, 2048), 1105)] {
        assert_eq!(image(Vocabulary::O200k, Some(size), false).tokens, tokens);
    }
    assert_eq!(image(Vocabulary::O200k, Some((1024, 1024)), true).tokens, 85);
    // Patches: 1024 for 1024 × 1024, times 2.46.
    assert_eq!(image(Vocabulary::O200k, Some((1024, 1024)), false).upper_bound, 2519);
}

#[test]
fn anthropic_images_cost_what_its_guide_says() {
    for (size, tokens) in [((200, 200), 54), ((1000, 1000), 1334), ((4000, 4000), 1600)] {
        assert_eq!(image(Vocabulary::Claude, Some(size), false).tokens, tokens);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn an_image_of_unknown_size_is_the_largest() {
    for vocabulary in ALL {
        let unknown = image(vocabulary, None, false);
        for size in [(0, 0), (1, 1), (1, 5000), (768, 2048), (1800, 2400), (u32::MAX, u32::MAX), (u32::MAX, 1)] {
            for low in [false, true] {
                let known = image(vocabulary, Some(size), low);
                assert!(known.tokens <= unknown.tokens && known.upper_bound <= unknown.upper_bound, "{size:?}");
                assert!(known.tokens <= known.upper_bound);
            }
        }
    }
}

#[test]
fn frames_add_up() {
    // The Cookbook's frame of two messages, one of them named, and the reply.
    let frame: Estimate =
        [message(Vocabulary::O200k), message(Vocabulary::O200k), name(), reply(Vocabulary::O200k)].into_iter().sum();
    assert_eq!(frame.tokens, 10);
    for vocabulary in ALL {
        for part in [message(vocabulary), reply(vocabulary), tools(vocabulary), tool()] {
            assert!(part.tokens > 0 && part.tokens <= part.upper_bound);
        }
    }
}
