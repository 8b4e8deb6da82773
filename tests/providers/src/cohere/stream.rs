//! The events of a chat: <https://docs.cohere.com/v2/docs/streaming>.

use bytes::Bytes;

use super::chat::Form;
use super::{errors, request_id};
use crate::Reply;
use crate::brain::{fragments, pieces};
use crate::json::{Json, object};
use crate::reply::named;

pub(super) fn reply(form: &Form<'_>) -> Reply {
    let mut log = Log { events: Vec::new(), blocks: 0 };
    let message = object! {
        "role": "assistant"; "content": [(); 0]; "tool_plan": ""; "tool_calls": [(); 0]; "citations": [(); 0]
    };
    log.push("message-start", |kind| {
        object! { "id": request_id(form.call); "type": kind; "delta": object! { "message": message } }
    });
    let delta_chars = form.call.options.delta_chars;
    if let Some(thinking) = &form.answer.thinking {
        let deltas = pieces(thinking, delta_chars).into_iter().map(|text| (object! { "thinking": text }, None));
        log.block(object! { "type": "thinking"; "thinking": "" }, deltas, None);
    }
    if !form.answer.text.is_empty() {
        let wanted = form.request.logprobs;
        let deltas = pieces(&form.answer.text, delta_chars)
            .into_iter()
            .map(|text| (object! { "text": text }, wanted.then(|| form.logprob(text))));
        // Fast citations come while the text does, others after it.
        let citation = form.citation();
        let (inside, after) = if form.request.fast_citations { (citation, None) } else { (None, citation) };
        log.block(object! { "type": "text"; "text": "" }, deltas, inside);
        log.citation(after);
    }
    for piece in form.plan().iter().flat_map(|plan| pieces(plan, delta_chars)) {
        log.push(
            "tool-plan-delta",
            |kind| object! { "type": kind; "delta": message_of(object! { "tool_plan": piece }) },
        );
    }
    for (index, made) in form.answer.calls.iter().enumerate() {
        let start = object! { "tool_calls": form.tool_call(index, "") };
        log.indexed("tool-call-start", index, Some(message_of(start)));
        for fragment in fragments(&made.arguments.to_string(), form.call.options.argument_chars) {
            let function = object! { "function": object! { "arguments": fragment } };
            log.indexed("tool-call-delta", index, Some(message_of(object! { "tool_calls": function })));
        }
        log.indexed("tool-call-end", index, None);
    }
    let failed = form.finish_reason() == "ERROR";
    let end = object! {
        "error": errors::MID_STREAM, if failed;
        "finish_reason": form.finish_reason();
        "usage": form.usage(), if !form.call.options.omit_usage
    };
    log.push("message-end", |kind| object! { "id": request_id(form.call); "type": kind; "delta": end });
    log.events.push(Bytes::from_static(b"data: [DONE]\n\n"));
    let broken = object! { "error": errors::MID_STREAM; "finish_reason": "ERROR" };
    let broken = object! { "id": request_id(form.call); "type": "message-end"; "delta": broken };
    Reply::sse(log.events, named("message-end", &broken))
}

fn message_of(message: Json) -> Json {
    object! { "message": message }
}

struct Log {
    events: Vec<Bytes>,
    blocks: usize,
}

impl Log {
    fn push(&mut self, kind: &str, json: impl FnOnce(&str) -> Json) {
        self.events.push(named(kind, &json(kind)));
    }

    fn indexed(&mut self, kind: &str, index: usize, delta: Option<Json>) {
        self.push(kind, |kind| object! { "type": kind; "index": index; "delta": delta, if delta.is_some() });
    }

    /// A block of content, with a citation before its end if one is to be there.
    fn block(&mut self, start: Json, deltas: impl Iterator<Item = (Json, Option<Json>)>, citation: Option<Json>) {
        let index = self.blocks;
        self.blocks += 1;
        self.indexed("content-start", index, Some(message_of(object! { "content": start })));
        for (content, logprobs) in deltas {
            let delta = message_of(object! { "content": content });
            self.push("content-delta", |kind| {
                object! { "type": kind; "index": index; "delta": delta; "logprobs": logprobs, if logprobs.is_some() }
            });
        }
        self.citation(citation);
        self.indexed("content-end", index, None);
    }

    fn citation(&mut self, citation: Option<Json>) {
        if let Some(citation) = citation {
            self.indexed("citation-start", 0, Some(message_of(object! { "citations": citation })));
            self.indexed("citation-end", 0, None);
        }
    }
}
