//! How likely the tokens of an answer were.

use tollgate_wire::json::{Str, Value};

use crate::canonical::TokenLogprob;

/// The tokens of one `LogprobItem`: a piece of text, and the numbers of the tokens it is made of. Which token is which part of the text is
/// not told: the first one is given all of it, so that the texts still add up to the answer and no number is lost.
pub(super) fn tokens<'a>(item: Value<'a>) -> impl Iterator<Item = TokenLogprob<'a>> {
    let text = item.get("text").and_then(|text| text.as_str());
    let numbers = item.get("logprobs").into_iter().flat_map(|numbers| numbers.items());
    numbers.enumerate().map(move |(index, logprob)| TokenLogprob {
        token: text.filter(|_| index == 0).unwrap_or(Str::from_escaped("")),
        logprob,
        bytes: None,
        top: Vec::new(),
    })
}
