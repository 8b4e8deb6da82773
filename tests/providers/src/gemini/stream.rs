//! The chunks of `:streamGenerateContent`: server-sent events with `alt=sse`, one JSON array without.

use bytes::Bytes;

use super::errors;
use super::generate::{Form, thought};
use crate::brain::pieces;
use crate::json::{Json, object};
use crate::reply::data;
use crate::{Events, Payload, Reply};

pub(super) fn reply(form: &Form<'_>) -> Reply {
    let (answer, delta_chars) = (form.answer, form.call.options.delta_chars);
    // A part to a chunk: text in pieces, calls whole.
    let thoughts = form.thoughts().into_iter().flat_map(|text| pieces(text, delta_chars)).map(thought);
    let texts = pieces(&answer.text, delta_chars).into_iter().map(|text| object! { "text": text });
    let mut parts: Vec<Json> = thoughts.chain(texts).chain(form.call_parts()).collect();
    let last: Vec<Json> = parts.pop().into_iter().collect();
    let early = object! { "promptTokenCount": answer.input_tokens; "totalTokenCount": answer.input_tokens };
    let chunks = parts.iter().map(|part| form.response(std::slice::from_ref(part), false, Some(early.clone())));
    let end = if form.blocked() { form.feedback() } else { form.response(&last, true, Some(form.usage())) };
    let chunks: Vec<Json> = chunks.chain([end]).collect();

    if form.call.query("alt") == Some("sse") {
        let reply = Reply::sse(chunks.iter().map(data).collect(), data(&errors::mid_stream()));
        return Reply { content_type: "text/event-stream", ..reply };
    }
    let count = chunks.len();
    let events = chunks.iter().enumerate().map(|(number, chunk)| element(number, chunk, number + 1 == count)).collect();
    let error = format!(",\r\n{}\n]", errors::mid_stream().get()).into();
    Reply {
        status: 200,
        content_type: "application/json; charset=UTF-8",
        headers: Vec::new(),
        payload: Payload::Events(Events { events, error, text: false }),
    }
}

fn element(number: usize, chunk: &Json, last: bool) -> Bytes {
    let before = if number == 0 { "[" } else { ",\r\n" };
    let after = if last { "\n]" } else { "\n" };
    format!("{before}{}{after}", chunk.get()).into()
}
