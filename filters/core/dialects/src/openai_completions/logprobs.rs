//! How likely the tokens were, in the form this API has it: lists side by side.

use tollgate_wire::json::{Str, Writer};

use crate::canonical::TokenLogprob;

/// Writes the tokens of a text that goes on from the character `offset`, which is moved behind them.
pub(super) fn write_logprobs(logprobs: &[TokenLogprob<'_>], offset: &mut u64, out: &mut Writer) {
    out.begin_object().key("tokens").begin_array();
    for token in logprobs {
        out.raw_str(token.token);
    }
    out.end_array().key("token_logprobs").begin_array();
    for token in logprobs {
        out.value(token.logprob);
    }
    out.end_array().key("top_logprobs");
    if logprobs.iter().all(|token| token.top.is_empty()) {
        out.null();
    } else {
        out.begin_array();
        logprobs.iter().for_each(|token| likeliest(&token.top, out));
        out.end_array();
    }
    out.key("text_offset").begin_array();
    for token in logprobs {
        out.u64(*offset);
        *offset += characters(token.token);
    }
    out.end_array().end_object();
}

/// By their text. Tokens that are pieces of a character have the same; the likeliest of them stands for all.
fn likeliest(top: &[TokenLogprob<'_>], out: &mut Writer) {
    out.begin_object();
    for (index, token) in top.iter().enumerate() {
        if !top.iter().take(index).any(|before| before.token.raw() == token.token.raw()) {
            out.raw_key(token.token).value(token.logprob);
        }
    }
    out.end_object();
}

fn characters(text: Str<'_>) -> u64 {
    text.decode().chars().count() as u64
}
