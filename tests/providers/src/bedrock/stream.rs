//! The events of ConverseStream.

use bytes::Bytes;

use super::converse::{Form, SIGNATURE, metrics};
use super::errors;
use crate::brain::{fragments, pieces};
use crate::eventstream::{event, exception};
use crate::json::{Json, object};
use crate::{Events, Payload, Reply};

pub(super) fn reply(form: &Form<'_>) -> Reply {
    let (call, answer) = (form.call, form.answer);
    let mut log = Log { events: Vec::new(), blocks: 0 };
    log.push("messageStart", |pad| object! { "p": pad; "role": "assistant" });
    let delta_chars = call.options.delta_chars;
    if answer.thinking.is_some() && call.options.redacted_thinking {
        let delta = object! { "reasoningContent": object! { "redactedContent": SIGNATURE } };
        log.block(None, std::iter::once(delta));
    } else if let Some(thinking) = &answer.thinking {
        let texts = pieces(thinking, delta_chars).into_iter().map(|text| object! { "text": text });
        let deltas = texts.chain([object! { "signature": SIGNATURE }]);
        log.block(None, deltas.map(|delta| object! { "reasoningContent": delta }));
    }
    if !answer.text.is_empty() {
        let deltas = pieces(&answer.text, delta_chars).into_iter().map(|text| object! { "text": text });
        let cited = form.citation().map(|citation| object! { "citation": citation });
        log.block(None, deltas.chain(cited));
    }
    for (number, made) in answer.calls.iter().enumerate() {
        let start = object! { "toolUse": object! { "name": made.name; "toolUseId": form.tool_id(number) } };
        let input = made.arguments.to_string();
        let deltas = [""].into_iter().chain(fragments(&input, call.options.argument_chars));
        log.block(Some(start), deltas.map(|part| object! { "toolUse": object! { "input": part } }));
    }
    log.push("messageStop", |pad| {
        object! {
            "additionalModelResponseFields": form.additional(), if form.request.wants_stop_sequence;
            "p": pad;
            "stopReason": form.stop_reason()
        }
    });
    log.push("metadata", |pad| {
        object! {
            "metrics": metrics();
            "p": pad;
            "usage": form.usage(), if !call.options.omit_usage
        }
    });
    let (kind, message) = errors::MID_STREAM;
    let error = exception(kind, errors::body(message).get());
    Reply {
        status: 200,
        content_type: "application/vnd.amazon.eventstream",
        headers: Vec::new(),
        payload: Payload::Events(Events { events: log.events, error, text: false }),
    }
}

struct Log {
    events: Vec<Bytes>,
    blocks: usize,
}

impl Log {
    /// Every event has a member `p` of varying length, which keeps its size from telling its text.
    fn push(&mut self, kind: &str, json: impl FnOnce(&str) -> Json) {
        let pad = &"abcdefghijklmnopqrstuvwxyz"[..1 + self.events.len() * 7 % 26];
        self.events.push(event(kind, json(pad).get()));
    }

    /// A block; only tool calls announce its start.
    fn block(&mut self, start: Option<Json>, deltas: impl Iterator<Item = Json>) {
        let index = self.blocks;
        self.blocks += 1;
        if let Some(start) = start {
            self.push("contentBlockStart", |pad| object! { "contentBlockIndex": index; "p": pad; "start": start });
        }
        for delta in deltas {
            self.push("contentBlockDelta", |pad| object! { "contentBlockIndex": index; "delta": delta; "p": pad });
        }
        self.push("contentBlockStop", |pad| object! { "contentBlockIndex": index; "p": pad });
    }
}
