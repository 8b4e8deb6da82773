//! How likely the tokens of an answer were.

use tollgate_wire::json::{Str, Value};

/// A token of the answer, and the likeliest ones in its place.
#[derive(Debug, Clone)]
pub(crate) struct TokenLogprob<'a> {
    pub token: Str<'a>,
    /// Natural logarithm of its probability, as written.
    pub logprob: Value<'a>,
    /// Its bytes, an array of numbers, where the provider tells them.
    pub bytes: Option<Value<'a>>,
    /// The likeliest tokens in its place, most likely first.
    pub top: Vec<Self>,
}
