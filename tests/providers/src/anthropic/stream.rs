//! The events of a message: <https://docs.anthropic.com/en/docs/build-with-claude/streaming>.

use bytes::Bytes;

use super::errors;
use super::messages::{Message, SIGNATURE, redacted};
use crate::Reply;
use crate::brain::{fragments, pieces};
use crate::json::{Json, object};
use crate::reply::named;

pub(super) fn reply(message: &Message<'_>) -> Reply {
    // What the message will have cost is not known at its start; the real API reports a token or so.
    let mut log = Log { events: Vec::new(), blocks: 0 };
    let started = message.envelope(&[], None, message.usage(message.answer.output_tokens.min(1)));
    log.push("message_start", object! { "type": "message_start"; "message": started });

    let answer = message.answer;
    let delta_chars = message.call.options.delta_chars;
    if message.thinking().is_some() && message.call.options.redacted_thinking {
        log.block(redacted(), std::iter::empty());
    } else if let Some(thinking) = message.thinking() {
        let deltas = pieces(thinking, delta_chars)
            .into_iter()
            .map(|text| object! { "type": "thinking_delta"; "thinking": text });
        let signed = object! { "type": "signature_delta"; "signature": SIGNATURE };
        log.block(object! { "type": "thinking"; "thinking": ""; "signature": "" }, deltas.chain([signed]));
    }
    if !answer.text.is_empty() {
        let deltas =
            pieces(&answer.text, delta_chars).into_iter().map(|text| object! { "type": "text_delta"; "text": text });
        let citation = message.citation();
        let start = object! { "type": "text"; "text": ""; "citations": [(); 0], if citation.is_some() };
        let cited = citation.map(|citation| object! { "type": "citations_delta"; "citation": citation });
        log.block(start, deltas.chain(cited));
    }
    for (number, call) in answer.calls.iter().enumerate() {
        let start =
            object! { "type": "tool_use"; "id": message.tool_id(number); "name": call.name; "input": object! {} };
        let input = call.arguments.to_string();
        // The first fragment is always empty.
        let deltas = [""].into_iter().chain(fragments(&input, message.call.options.argument_chars));
        log.block(start, deltas.map(|part| object! { "type": "input_json_delta"; "partial_json": part }));
    }

    log.push(
        "message_delta",
        object! {
            "type": "message_delta";
            "delta": object! {
                "stop_reason": message.stop_reason(); "stop_sequence": message.stop_sequence();
                "stop_details": message.stop_details(), if message.stop_details().is_some()
            };
            "usage": message.final_usage(), if !message.call.options.omit_usage
        },
    );
    log.push("message_stop", object! { "type": "message_stop" });
    Reply::sse(log.events, named("error", &errors::mid_stream(message.call)))
}

struct Log {
    events: Vec<Bytes>,
    blocks: usize,
}

impl Log {
    fn push(&mut self, name: &str, json: Json) {
        self.events.push(named(name, &json));
    }

    fn block(&mut self, start: Json, deltas: impl Iterator<Item = Json>) {
        let index = self.blocks;
        self.blocks += 1;
        let kind = "content_block_start";
        self.push(kind, object! { "type": kind; "index": index; "content_block": start });
        if index == 0 {
            self.push("ping", object! { "type": "ping" });
        }
        for delta in deltas {
            let kind = "content_block_delta";
            self.push(kind, object! { "type": kind; "index": index; "delta": delta });
        }
        let kind = "content_block_stop";
        self.push(kind, object! { "type": kind; "index": index });
    }
}
