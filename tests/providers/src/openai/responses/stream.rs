//! The events of a response: <https://platform.openai.com/docs/api-reference/responses-streaming>.

use bytes::Bytes;

use super::Form;
use crate::Reply;
use crate::brain::{fragments, pieces};
use crate::json::{Json, object};
use crate::reply::named;

pub(super) fn reply(form: &Form<'_>) -> Reply {
    let mut events = Log::default();
    events.response("response.created", form, "in_progress", &[]);
    events.response("response.in_progress", form, "in_progress", &[]);
    if form.answer.calls.is_empty() {
        message(form, &mut events);
    }
    for number in 0..form.answer.calls.len() {
        function_call(form, number, &mut events);
    }
    let end = form.end();
    events.response(&format!("response.{end}"), form, end, &form.items());
    let error = object! {
        "type": "error"; "code": "server_error";
        "message": "The server had an error while processing your request. Sorry about that!"; "param": ();
        "sequence_number": events.list.len()
    };
    Reply::sse(events.list, named("error", &error))
}

/// Events so far; numbers them.
#[derive(Default)]
struct Log {
    list: Vec<Bytes>,
}

impl Log {
    fn push(&mut self, kind: &str, json: impl FnOnce(usize) -> Json) {
        self.list.push(named(kind, &json(self.list.len())));
    }

    fn response(&mut self, kind: &str, form: &Form<'_>, status: &str, output: &[Json]) {
        self.push(kind, |n| object! { "type": kind; "sequence_number": n; "response": form.response(status, output) });
    }

    fn item(&mut self, kind: &str, output_index: usize, item: Json) {
        self.push(kind, |n| object! { "type": kind; "sequence_number": n; "output_index": output_index; "item": item });
    }
}

fn message(form: &Form<'_>, events: &mut Log) {
    let (id, text) = (form.message_id(), form.answer.text.as_str());
    events.item("response.output_item.added", 0, form.message("in_progress", &[]));
    let part = |events: &mut Log, kind: &str, text: &str| {
        events.push(kind, |n| object! {
            "type": kind; "sequence_number": n; "item_id": id; "output_index": 0; "content_index": 0; "part": form.part(text)
        });
    };
    part(events, "response.content_part.added", "");
    for piece in pieces(text, form.call.options.delta_chars) {
        let kind = "response.output_text.delta";
        events.push(kind, |n| object! {
            "type": kind; "sequence_number": n; "item_id": id; "output_index": 0; "content_index": 0; "delta": piece;
            "logprobs": [(); 0]
        });
    }
    let kind = "response.output_text.done";
    events.push(kind, |n| {
        object! {
            "type": kind; "sequence_number": n; "item_id": id; "output_index": 0; "content_index": 0; "text": text;
            "logprobs": [(); 0]
        }
    });
    part(events, "response.content_part.done", text);
    events.item("response.output_item.done", 0, form.message(form.end(), &[form.part(text)]));
}

fn function_call(form: &Form<'_>, number: usize, events: &mut Log) {
    let (id, arguments) = (form.item_id(number), form.answer.calls[number].arguments.to_string());
    events.item("response.output_item.added", number, form.function_call(number, "in_progress", ""));
    for fragment in fragments(&arguments) {
        let kind = "response.function_call_arguments.delta";
        events.push(kind, |n| {
            object! {
                "type": kind; "sequence_number": n; "item_id": id; "output_index": number; "delta": fragment
            }
        });
    }
    let kind = "response.function_call_arguments.done";
    events.push(kind, |n| {
        object! {
            "type": kind; "sequence_number": n; "item_id": id; "output_index": number; "arguments": arguments
        }
    });
    events.item("response.output_item.done", number, form.function_call(number, "completed", &arguments));
}
