//! What a request is, by its method, path and headers alone.

mod count;
mod models;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use count::token_count;
pub use models::{model, models_list};

use crate::ClientDialect;
use crate::refusal::Refusal;

/// What a method and path ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint<'a> {
    /// A request to a model.
    Api(ClientDialect),
    /// How many tokens a request of Anthropic's would have: <https://docs.claude.com/en/api/messages-count-tokens>.
    CountTokens,
    /// The list of models.
    Models,
    /// One model, by its name, percent-decoded.
    Model(Cow<'a, str>),
}

/// What `method` on `path` (as in `:path`: a query is ignored) asks for.
///
/// # Errors
/// 404 for a path that is not served, 405 with what is allowed for a method that is not.
pub fn resolve<'a>(method: &str, path: &'a str) -> Result<Endpoint<'a>, Refusal> {
    let bare = path.split(['?', '#']).next().unwrap_or_default();
    let (endpoint, allow) = if let Some(dialect) = ClientDialect::ALL.iter().find(|dialect| dialect.path() == bare) {
        (Endpoint::Api(*dialect), "POST")
    } else if bare == COUNT_TOKENS {
        (Endpoint::CountTokens, "POST")
    } else if bare == "/v1/models" {
        (Endpoint::Models, "GET")
    } else if let Some(name) = bare.strip_prefix("/v1/models/").filter(|name| !name.is_empty()) {
        (Endpoint::Model(percent_decode(name)), "GET")
    } else {
        return Err(Refusal::unknown_path(method, bare));
    };
    if method == allow { Ok(endpoint) } else { Err(Refusal::method_not_allowed(method, allow)) }
}

/// The dialect of a caller whose path does not tell: Anthropic's if it sends what only Anthropic's SDKs send.
pub fn caller_dialect(has_header: impl Fn(&str) -> bool) -> ClientDialect {
    if has_header("anthropic-version") || has_header("x-api-key") {
        ClientDialect::AnthropicMessages
    } else {
        ClientDialect::OpenaiChat
    }
}

/// Path of [`Endpoint::CountTokens`].
pub const COUNT_TOKENS: &str = "/v1/messages/count_tokens";

/// Headers that may carry a caller's key, in the order they are looked at. All of them must be gone before a provider is asked.
pub const KEY_HEADERS: [&str; 3] = ["authorization", "x-api-key", "api-key"];

/// The caller's key: the first of [`KEY_HEADERS`] that holds one. `authorization` counts with the scheme `Bearer` only.
pub fn caller_key<'h>(header: impl Fn(&str) -> Option<&'h str>) -> Option<&'h str> {
    KEY_HEADERS.iter().find_map(|name| {
        let value = header(name)?;
        let key = if *name == "authorization" {
            let (scheme, key) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(key)?
        } else {
            value
        };
        Some(key.trim()).filter(|key| !key.is_empty())
    })
}

/// Undoes percent-encoding; what is not UTF-8 afterwards, or no encoding at all, stays as it was.
#[must_use]
pub fn percent_decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let digit = |at: usize| behind.get(at).and_then(|&byte| (byte as char).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = behind.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}
