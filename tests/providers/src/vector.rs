//! Embedding vectors: words hashed onto axes, so that texts with words in common are close.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::json::{Json, json, ordered};

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

/// The forms Cohere gives vectors in.
pub(crate) const FORMS: [&str; 6] = ["float", "int8", "uint8", "binary", "ubinary", "base64"];

/// Vectors in each of the forms that are asked for, as Cohere nests them: by form first.
pub(crate) fn forms(vectors: &[Vec<f32>], wanted: &[String]) -> Json {
    let of = |form: &str| match form {
        "int8" => json(&each(vectors, |x| scaled(x) as i16)),
        "uint8" => json(&each(vectors, |x| scaled(x) as i16 + 128)),
        "binary" => {
            json(&vectors.iter().map(|one| packed(one).map(|x| i16::from(x) - 128).collect()).collect::<Vec<Vec<_>>>())
        }
        "ubinary" => json(&vectors.iter().map(|one| packed(one).collect()).collect::<Vec<Vec<u8>>>()),
        "base64" => json(&vectors.iter().map(|one| base64(one)).collect::<Vec<_>>()),
        _ => json(vectors),
    };
    let members: Vec<(&str, Json)> =
        FORMS.into_iter().filter(|form| wanted.iter().any(|one| one == form)).map(|form| (form, of(form))).collect();
    ordered(&members)
}

/// The bytes of its 32-bit floats, little-endian, in base64.
pub(crate) fn base64(vector: &[f32]) -> String {
    STANDARD.encode(vector.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>())
}

fn each(vectors: &[Vec<f32>], change: fn(f32) -> i16) -> Vec<Vec<i16>> {
    vectors.iter().map(|one| one.iter().map(|x| change(*x)).collect()).collect()
}

/// From -1 and 1 to -127 and 127.
fn scaled(x: f32) -> f32 {
    (x * 127.0).round().clamp(-128.0, 127.0)
}

/// Signs, eight to a byte, the first in the highest bit.
fn packed(vector: &[f32]) -> impl Iterator<Item = u8> {
    vector
        .chunks(8)
        .map(|eight| eight.iter().enumerate().fold(0, |byte, (at, x)| if *x > 0.0 { byte | 0x80 >> at } else { byte }))
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

    #[test]
    fn vectors_take_other_forms() {
        let vectors = [vec![1.0, -1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.25, -0.5]];
        let all = FORMS.map(str::to_owned);
        let made: serde_json::Value = serde_json::from_str(forms(&vectors, &all).get()).unwrap();
        assert_eq!(made["int8"][0].to_string(), "[127,-127,64,0,0,0,0,32,-64]");
        assert_eq!(made["uint8"][0].to_string(), "[255,1,192,128,128,128,128,160,64]");
        assert_eq!(made["ubinary"][0].to_string(), "[161,0]");
        assert_eq!(made["binary"][0].to_string(), "[33,-128]");
        assert_eq!(base64(&[1.0]), "AACAPw==");
        assert_eq!(forms(&vectors, &[]).get(), "{}");
    }
}
