//! What begins with a fixed text, where a row of letters begins: keys and tokens with a prefix, JSON web tokens, private keys.

use super::registry::Detector;
use super::scan::Sink;
use super::score::CERTAIN;
use super::starts::Starts;
use super::token::Tokens;
use super::{jwt, private_key, secret};
use crate::text;

/// The beginnings that a policy's detectors want.
pub(super) struct Fixed {
    tokens: Tokens,
    web_tokens: bool,
    private_keys: bool,
}

impl Fixed {
    /// Those of the detectors in use.
    pub fn new(uses: impl Fn(Detector) -> bool) -> Self {
        Self { tokens: Tokens::new(&uses), web_tokens: uses(Detector::Jwt), private_keys: uses(Detector::PrivateKey) }
    }

    /// Adds them.
    pub fn add_to(&self, starts: &mut Starts) {
        self.tokens.add_to(starts);
        if self.web_tokens {
            starts.insert_before(jwt::PREFIX, jwt::is_part);
        }
        if self.private_keys {
            private_key::STARTS.iter().for_each(|(start, _)| starts.insert(start));
        }
    }

    /// Looks at what begins at `place`, which no letter stands in front of. The end of a key that the scan need not look into.
    pub fn ask(&self, text: &[u8], place: usize, sink: &mut Sink<'_>) -> Option<usize> {
        if self.web_tokens
            && text::follows(text, place, jwt::PREFIX)
            && let Some(range) = jwt::find(text, place)
        {
            sink.emit(Detector::Jwt, range, CERTAIN);
            return None;
        }
        if self.private_keys
            && let Some(range) = private_key::find(text, place)
        {
            let end = range.end;
            sink.emit(Detector::PrivateKey, range, CERTAIN);
            return Some(end);
        }
        let (detector, range) = self.tokens.find(text, place)?;
        let end = range.end;
        if detector == Detector::AwsAccessKey
            && let Some(secret) = secret::behind_key_id(text, end)
        {
            sink.emit(Detector::AwsSecretKey, secret, CERTAIN);
        }
        sink.emit(detector, range, CERTAIN);
        Some(end)
    }
}
