//! CRC-32 (IEEE 802.3, reflected), eight bytes a step.

/// `TABLES[n][b]`: the remainder of byte `b` with `n` zero bytes behind it.
const TABLES: [[u32; 256]; 8] = tables();

// Runs at compile time, where an index that misses is a build error.
#[allow(clippy::indexing_slicing)]
const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut remainder = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            remainder = if remainder & 1 == 1 { remainder >> 1 ^ 0xEDB8_8320 } else { remainder >> 1 };
            bit += 1;
        }
        tables[0][byte] = remainder;
        byte += 1;
    }
    let mut behind = 1;
    while behind < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[behind - 1][byte];
            tables[behind][byte] = before >> 8 ^ tables[0][(before & 0xFF) as usize];
            byte += 1;
        }
        behind += 1;
    }
    tables
}

/// The checksum of `bytes`.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let [t0, t1, t2, t3, t4, t5, t6, t7] = &TABLES;
    let (steps, tail) = bytes.as_chunks::<8>();
    let mut crc = u32::MAX;
    for &[a, b, c, d, e, f, g, h] in steps {
        let [w, x, y, z] = (crc ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
        crc = at(t7, w) ^ at(t6, x) ^ at(t5, y) ^ at(t4, z) ^ at(t3, e) ^ at(t2, f) ^ at(t1, g) ^ at(t0, h);
    }
    for &byte in tail {
        crc = crc >> 8 ^ at(t0, crc as u8 ^ byte);
    }
    !crc
}

// A byte cannot miss one of 256 entries.
#[allow(clippy::indexing_slicing)]
#[inline]
fn at(table: &[u32; 256], byte: u8) -> u32 {
    table[byte as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn known_checksums() {
        assert_eq!(crc32(b""), 0);
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b"The quick brown fox jumps over the lazy dog"), 0x414F_A339);
        assert_eq!(crc32(&[0; 32]), 0x190A_55AD);
    }

    #[test]
    fn steps_and_single_bytes_agree() {
        let bytes: Vec<u8> = (0..100u32).map(|n| (n * n) as u8).collect();
        for end in 0..bytes.len() {
            let slow =
                !bytes[..end].iter().fold(u32::MAX, |crc, byte| crc >> 8 ^ TABLES[0][(crc as u8 ^ byte) as usize]);
            assert_eq!(crc32(&bytes[..end]), slow);
        }
    }
}
