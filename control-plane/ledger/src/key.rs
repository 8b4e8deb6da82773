//! Texts that become part of a key.

use std::borrow::Cow;

/// The most bytes of one text of a key. PostgreSQL refuses an index entry beyond 2,704 bytes, and seven of these are well below.
const MOST: usize = 200;

/// `text` as it is stored: NUL, which PostgreSQL cannot hold, is replaced; a text beyond [`MOST`] bytes is cut and ends in a digest of
/// the whole, so that two long names stay two. Nothing a caller sends may keep its use from being booked.
pub(crate) fn fit(text: &str) -> Cow<'_, str> {
    let text = if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) };
    if text.len() <= MOST {
        return text;
    }
    // FNV-1a: it has to tell names apart, not to withstand anyone.
    let digest = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let end = text.floor_char_boundary(MOST - 17);
    let head = text.get(..end).unwrap_or_default();
    Cow::Owned(format!("{head}~{digest:016x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        assert_eq!(fit("jane"), "jane");
        assert_eq!(fit("a\0b"), "a\u{fffd}b");
        let (a, b) = ("é".repeat(150) + "a", "é".repeat(150) + "b");
        let (a, b) = (fit(&a), fit(&b));
        assert!(a.len() <= MOST && b.len() <= MOST && a != b, "{a} {b}");
    }
}
