//! Whose request is this: the digest of the caller's API key, looked up among the teams' digests.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use tollgate_dialects::endpoint::{KEY_HEADERS, caller_key};
use tollgate_dialects::refusal::Refusal;

use crate::Headers;

/// SHA-256 of an API key.
type KeyDigest = [u8; 32];

/// Teams by the digests of their keys.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    by_key: HashMap<KeyDigest, usize>,
}

impl Identities {
    /// Adds a digest, in hexadecimal, of the team with this index.
    pub(crate) fn add(&mut self, hex: &str, team: usize) -> Result<(), String> {
        let digest = decode_hex(hex).ok_or_else(|| {
            format!(
                "`{hex}` is not the SHA-256 digest of a key: 64 hexadecimal digits are needed (see `tollgate keys new`)"
            )
        })?;
        match self.by_key.insert(digest, team) {
            Some(other) if other != team => Err(format!("the key digest `{hex}` belongs to two teams")),
            _ => Ok(()),
        }
    }

    /// The index of the caller's team.
    ///
    /// # Errors
    /// 401 in the caller's dialect. Nothing of the key is repeated.
    pub(crate) fn team(&self, headers: &dyn Headers) -> Result<usize, Refusal> {
        let key = caller_key(|name| headers.get(name)).ok_or_else(Refusal::missing_key)?;
        let digest: KeyDigest = Sha256::digest(key.as_bytes()).into();
        self.by_key.get(&digest).copied().ok_or_else(Refusal::unknown_key)
    }
}

/// Whether a header of this name may carry a secret of the caller: no provider gets to see it.
pub(crate) fn is_credential(name: &str) -> bool {
    KEY_HEADERS.contains(&name) || ["x-goog-api-key", "cookie", "proxy-authorization"].contains(&name)
}

fn decode_hex(hex: &str) -> Option<KeyDigest> {
    let mut digest = [0; 32];
    let mut pairs = hex.as_bytes().chunks_exact(2);
    if hex.len() != 64 {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(&mut pairs) {
        let [high, low] = pair else { return None };
        *byte = u8::try_from((char::from(*high).to_digit(16)? << 4) | char::from(*low).to_digit(16)?).ok()?;
    }
    Some(digest)
}
