//! Embedding vectors: words hashed onto axes, so that texts with words in common are close.

/// A unit vector of `dimensions` for `text`; the same text always gives the same vector. Text without words gives the first
/// axis.
pub(crate) fn embed(text: &str, dimensions: usize) -> Vec<f32> {
    let mut vector = vec![0f32; dimensions.max(1)];
    for word in text.split_whitespace() {
        let hash = fnv1a(word.to_lowercase().as_bytes());
        let axis = (hash >> 1) as usize % vector.len();
        vector[axis] += if hash & 1 == 0 { 1.0 } else { -1.0 };
    }
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length == 0.0 {
        vector[0] = 1.0;
    } else {
        vector.iter_mut().for_each(|x| *x /= length);
    }
    vector
}

/// FNV-1a with 64 bits: stable across versions and machines, unlike the standard library's hashers.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_texts_are_closer() {
        let dot = |a: &str, b: &str| embed(a, 256).iter().zip(embed(b, 256)).map(|(x, y)| x * y).sum::<f32>();
        assert!((dot("red fox", "red fox") - 1.0).abs() < 1e-5);
        assert!(dot("red fox", "red wolf") > dot("red fox", "blue whale"));
        assert_eq!(embed("", 3), [1.0, 0.0, 0.0]);
    }
}
