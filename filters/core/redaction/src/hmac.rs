//! HMAC-SHA-256 (RFC 2104), for the `hash` action.

use sha2::{Digest, Sha256};

/// Block length of SHA-256 in bytes.
const BLOCK: usize = 64;

/// A key with its padding already taken in, so that a value costs two short hashes.
#[derive(Clone)]
pub(crate) struct Key {
    inner: Sha256,
    outer: Sha256,
}

impl Key {
    pub fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        if key.len() > BLOCK {
            block.iter_mut().zip(Sha256::digest(key)).for_each(|(slot, byte)| *slot = byte);
        } else {
            block.iter_mut().zip(key).for_each(|(slot, &byte)| *slot = byte);
        }
        let mut inner = Sha256::new();
        inner.update(block.map(|byte| byte ^ 0x36));
        let mut outer = Sha256::new();
        outer.update(block.map(|byte| byte ^ 0x5c));
        Self { inner, outer }
    }

    /// The first 48 bits of the code of `value`, as twelve lower-case hexadecimal digits.
    pub fn short(&self, value: &[u8]) -> String {
        let mut inner = self.inner.clone();
        inner.update(value);
        let mut outer = self.outer.clone();
        outer.update(inner.finalize());
        let code = outer.finalize();
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        code.iter().take(6).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    /// RFC 4231, test cases 1, 2 and 6 (the last with a key longer than a block).
    #[test]
    fn known_answers() {
        assert_eq!(Key::new(&[0x0b; 20]).short(b"Hi There"), "b0344c61d8db");
        assert_eq!(Key::new(b"Jefe").short(b"what do ya want for nothing?"), "5bdcc146bf60");
        assert_eq!(
            Key::new(&[0xaa; 131]).short(b"Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0"
        );
    }
}
