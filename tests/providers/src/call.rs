//! A request as the APIs see it.

use hyper::header::HeaderMap;

use crate::Options;
use crate::shared::Shared;

/// A request on its way to an API.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// Method.
    pub method: &'a str,
    /// Path without query, as sent.
    pub path: &'a str,
    /// Query, without the `?`; empty if there is none.
    pub query: &'a str,
    /// Headers.
    pub headers: &'a HeaderMap,
    /// Body.
    pub body: &'a [u8],
    /// Options in force for this request.
    pub options: &'a Options,
    /// Number of the request: ids are made from it.
    pub number: u64,
    pub(crate) shared: &'a Shared,
}

impl Call<'_> {
    /// A header as text, if there is one and it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The token of an `authorization: Bearer` header, if there is one.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
    }

    /// A value of the query, as sent.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// Whether the options let this model exist.
    pub fn serves(&self, model: &str) -> bool {
        self.options.models.is_empty() || self.options.models.iter().any(|known| known == model)
    }

    /// An id such as `msg_sim000000000001a0`, different for every request and `part` of one.
    pub fn id(&self, prefix: &str, part: usize) -> String {
        format!("{prefix}sim{:014x}{part:02x}", self.number)
    }
}
