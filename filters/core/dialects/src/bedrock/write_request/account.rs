//! What Bedrock keeps of a request beside answering it: which capacity served it, and what its invocation logs say of it.

use tollgate_wire::json::{Str, Value, Writer};

use crate::canonical::{Losses, Request, Tier};

/// Most pairs of `requestMetadata`.
const MAX_PAIRS: usize = 16;
/// Longest key and value of `requestMetadata`, in bytes.
const MAX_METADATA: usize = 256;

/// The request's capacity and its notes.
#[derive(Debug, Default)]
pub(super) struct Account<'a> {
    tier: Option<&'static str>,
    user: Option<Str<'a>>,
    metadata: Option<Value<'a>>,
}

impl<'a> Account<'a> {
    /// Reads it, and gives the request without those of OpenAI's own fields that have a place here; None if it has none of them.
    pub fn of(request: &Request<'a>) -> (Self, Option<Request<'a>>) {
        // Whatever the account has is what comes without the field.
        let tier = (request.tier == Some(Tier::Standard)).then_some("default");
        let mut account = Self { tier, user: request.end_user, metadata: None };
        let takes = |account: &mut Self, field: &str, value: Value<'a>| match field {
            "service_tier" => {
                let tier = ["flex", "priority"].into_iter().find(|tier| value.as_str().is_some_and(|own| own == *tier));
                account.tier = account.tier.or(tier);
                tier.is_some()
            }
            "metadata" if fits(value) => {
                account.metadata = Some(value);
                true
            }
            _ => false,
        };
        let left: Vec<_> =
            request.openai.iter().copied().filter(|(field, value)| !takes(&mut account, field, *value)).collect();
        let rest = (left.len() < request.openai.len()).then(|| Request { openai: left, ..request.clone() });
        (account, rest)
    }

    /// Writes `requestMetadata` and `serviceTier`. An end user's id may be out of the logs' pattern; the answer is the same without it.
    pub fn write(&self, out: &mut Writer, losses: &mut Losses<'_>) {
        let user = self.user.filter(|user| is_note(*user));
        if user.is_none() && self.user.is_some() {
            losses.note("user");
        }
        if user.is_some() || self.metadata.is_some() {
            out.key("requestMetadata").begin_object();
            for (key, value) in self.metadata.iter().flat_map(|metadata| metadata.entries()) {
                if let Some(value) = value.as_str() {
                    out.raw_key(key).raw_str(value);
                }
            }
            if let Some(user) = user.filter(|_| self.metadata.is_none_or(|metadata| metadata.get("user").is_none())) {
                out.field_raw_str("user", user);
            }
            out.end_object();
        }
        if let Some(tier) = self.tier {
            out.key("serviceTier").begin_object().field_str("type", tier).end_object();
        }
    }
}

/// Whether all of it can be noted, and an end user beside.
fn fits(metadata: Value<'_>) -> bool {
    metadata.is_object()
        && (1..MAX_PAIRS).contains(&metadata.len())
        && metadata.duplicate_key().is_none()
        && metadata.entries().all(|(key, value)| !key.is_empty() && is_note(key) && value.as_str().is_some_and(is_note))
}

/// A text in the pattern of keys and values.
fn is_note(text: Str<'_>) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b" :_@$#=/+,-.".contains(&byte);
    text.raw().len() <= MAX_METADATA && text.raw().bytes().all(fits)
}
