use crate::image::{image, size_of_base64};

fn tokens(model: &str, size: (u32, u32)) -> u64 {
    image(model, Some(size)).tokens
}

#[test]
fn openai_images_cost_what_its_guide_says() {
    // The guide's examples.
    for (size, cost) in [((1024, 1024), 765), ((2048, 4096), 1105), ((512, 512), 255), ((4096, 2048), 1105)] {
        assert_eq!(tokens("gpt-4o", size), cost);
    }
    assert_eq!(tokens("gpt-4o-mini", (1024, 1024)), 2833 + 4 * 5667);
    assert_eq!(tokens("gpt-5", (1024, 1024)), 70 + 4 * 140);
    assert_eq!(tokens("o3", (1024, 1024)), 75 + 4 * 150);
    // Patches: 1024 for 1024 × 1024, at most 1536, times the model's factor.
    assert_eq!(tokens("gpt-4.1-mini", (1024, 1024)), 1659);
    assert_eq!(tokens("o4-mini-2025-04-16", (1800, 2400)), 2642);
    assert_eq!(tokens("azure/gpt-5-nano", (1800, 2400)), 3779);
    assert_eq!(tokens("gpt-5.6", (1024, 1024)), 1229);
    assert_eq!(tokens("gpt-9", (4032, 3024)), 14_364);
}

#[test]
fn anthropic_images_cost_what_its_guide_says() {
    for (size, cost) in [((200, 200), 54), ((1000, 1000), 1334), ((4000, 4000), 1600)] {
        assert_eq!(tokens("claude-sonnet-4-5", size), cost);
    }
    // The later models' patches: 69 × 39.
    assert!(image("claude-opus-4-7", Some((1920, 1080))).upper_bound >= 2691);
}

#[test]
fn google_images_cost_what_its_guide_says() {
    assert_eq!(tokens("gemini-2.5-flash", (384, 384)), 258);
    // The guide's example: a crop unit of 360, so 3 × 2 tiles.
    assert_eq!(tokens("gemini-2.5-flash", (960, 540)), 6 * 258);
    assert_eq!(tokens("gemini-3-pro", (960, 540)), 1120);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn the_bound_of_an_image_of_unknown_size_is_the_largest() {
    for model in ["gpt-4o", "gpt-4o-mini", "gpt-5-mini", "gpt-5.5", "claude-opus-4-7", "gemini-2.0-flash", "llava"] {
        let unknown = image(model, None);
        for size in [(0, 0), (1, 1), (1, 5000), (768, 2048), (1800, 2400), (3072, 3072), (u32::MAX, u32::MAX)] {
            let known = image(model, Some(size));
            assert!(known.upper_bound <= unknown.upper_bound, "{model} {size:?}");
            assert!(known.tokens <= known.upper_bound, "{model} {size:?}");
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let quads = bytes.chunks(3).flat_map(|chunk| {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | chunk.get(at).map_or(0, |byte| u32::from(*byte)));
        (0..=chunk.len()).map(move |digit| char::from(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize]))
    });
    quads.collect()
}

/// An image of 800 × 600 in each format, as far as its header goes.
fn headers() -> Vec<Vec<u8>> {
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &800u32.to_be_bytes(), &600u32.to_be_bytes()].concat();
    let gif = [b"GIF89a".as_slice(), &800u16.to_le_bytes(), &600u16.to_le_bytes()].concat();
    let frame = [b"\xff\xc2\0\x11\x08".as_slice(), &600u16.to_be_bytes(), &800u16.to_be_bytes()].concat();
    // A camera's notes before it, a table, and a byte to fill.
    let notes = [b"\xff\xd8\xff\xe1\x80\x02".as_slice(), &[0xff; 0x8000], b"\xff\xc4\0\x03\0\xff"].concat();
    let jpeg = [notes, frame].concat();
    let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x20\x03\x58\x02".to_vec();
    let bits: u32 = 799 | 599 << 14;
    let lossless = [b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f".as_slice(), &bits.to_le_bytes()].concat();
    let extended = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x1f\x03\0\x57\x02\0".to_vec();
    vec![png, gif, jpeg, lossy, lossless, extended]
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn the_size_is_in_the_first_bytes() {
    for header in headers() {
        let text = base64(&header);
        assert_eq!(size_of_base64(&text), Some((800, 600)), "{:?}", header.get(..16));
        // Cut short, it is unknown.
        for length in 0..text.len().min(24) {
            assert_eq!(size_of_base64(text.get(..length).unwrap()), None);
        }
        // An escape moves what is behind it.
        assert_eq!(size_of_base64(&format!("\\/{text}")), None);
    }
    for no_image in ["", "AAAA", "JVBERi0xLjcK", "not base64 at all"] {
        assert_eq!(size_of_base64(no_image), None);
    }
}
