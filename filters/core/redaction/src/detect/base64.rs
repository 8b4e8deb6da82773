//! Decoding base64 of either alphabet (RFC 4648 sections 4 and 5).

/// The bytes of `encoded`, up to the first character of neither alphabet. Bits left over at the end are dropped.
pub(super) fn decode(encoded: &[u8]) -> impl Iterator<Item = u8> {
    let mut bits: u32 = 0;
    let mut count = 0;
    encoded.iter().map_while(|&byte| sextet(byte)).filter_map(move |sextet| {
        bits = bits << 6 | sextet;
        count += 6;
        if count < 8 {
            return None;
        }
        count -= 8;
        let byte = (bits >> count) as u8;
        bits &= (1 << count) - 1;
        Some(byte)
    })
}

fn sextet(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn the_vectors_of_rfc_4648() {
        for (encoded, decoded) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg", "foob"),
            ("Zm9vYmFy", "foobar"),
            ("Zm.9v", "f"),
        ] {
            assert_eq!(decode(encoded.as_bytes()).collect::<Vec<_>>(), decoded.as_bytes(), "{encoded}");
        }
        assert_eq!(decode(b"--__").collect::<Vec<_>>(), decode(b"++//").collect::<Vec<_>>());
    }
}
