//! The events of a response: <https://platform.openai.com/docs/api-reference/responses-streaming>.

use bytes::Bytes;

use super::{Form, summary_part};
use crate::Reply;
use crate::brain::{fragments, pieces};
use crate::json::{Json, object};
use crate::reply::named;

pub(super) fn reply(form: &Form<'_>) -> Reply {
    let mut events = Log::default();
    events.response("response.created", form, "in_progress", &[]);
    events.response("response.in_progress", form, "in_progress", &[]);
    if form.answer.thinking.is_some() {
        reasoning(form, &mut events);
    }
    if form.says() {
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

fn reasoning(form: &Form<'_>, events: &mut Log) {
    events.item("response.output_item.added", 0, form.reasoning(false));
    if let Some(summary) = form.summary() {
        let id = form.reasoning_id();
        let part = |events: &mut Log, kind: &str, text: &str| {
            events.push(kind, |n| {
                object! {
                    "type": kind; "sequence_number": n; "item_id": id; "output_index": 0; "summary_index": 0;
                    "part": summary_part(text)
                }
            });
        };
        part(events, "response.reasoning_summary_part.added", "");
        for piece in pieces(summary, form.call.options.delta_chars) {
            let kind = "response.reasoning_summary_text.delta";
            events.push(kind, |n| {
                object! {
                    "type": kind; "sequence_number": n; "item_id": id; "output_index": 0; "summary_index": 0; "delta": piece
                }
            });
        }
        let kind = "response.reasoning_summary_text.done";
        events.push(kind, |n| {
            object! {
                "type": kind; "sequence_number": n; "item_id": id; "output_index": 0; "summary_index": 0; "text": summary
            }
        });
        part(events, "response.reasoning_summary_part.done", summary);
    }
    events.item("response.output_item.done", 0, form.reasoning(true));
}

fn message(form: &Form<'_>, events: &mut Log) {
    let (id, text, index) = (form.message_id(), form.answer.text.as_str(), form.before());
    events.item("response.output_item.added", index, form.message("in_progress", &[]));
    let part = |events: &mut Log, kind: &str, part: Json| {
        events.push(kind, |n| {
            object! {
                "type": kind; "sequence_number": n; "item_id": id; "output_index": index; "content_index": 0; "part": part
            }
        });
    };
    part(events, "response.content_part.added", form.empty_part());
    let refused = form.refused();
    let kind = if refused { "response.refusal" } else { "response.output_text" };
    for piece in pieces(text, form.call.options.delta_chars) {
        let kind = &format!("{kind}.delta");
        events.push(kind, |n| {
            object! {
                "type": kind; "sequence_number": n; "item_id": id; "output_index": index; "content_index": 0; "delta": piece;
                "logprobs": form.logprobs(piece), if !refused
            }
        });
    }
    if let Some(annotation) = form.annotation().filter(|_| !refused) {
        let kind = "response.output_text.annotation.added";
        events.push(kind, |n| {
            object! {
                "type": kind; "sequence_number": n; "item_id": id; "output_index": index; "content_index": 0;
                "annotation_index": 0; "annotation": annotation
            }
        });
    }
    let kind = &format!("{kind}.done");
    events.push(kind, |n| {
        object! {
            "type": kind; "sequence_number": n; "item_id": id; "output_index": index; "content_index": 0;
            "text": text, if !refused;
            "logprobs": form.logprobs(text), if !refused;
            "refusal": text, if refused
        }
    });
    part(events, "response.content_part.done", form.part());
    events.item("response.output_item.done", index, form.message(form.item_end(), &[form.part()]));
}

fn function_call(form: &Form<'_>, number: usize, events: &mut Log) {
    let (id, arguments) = (form.item_id(number), form.answer.calls[number].arguments.to_string());
    let index = form.before() + number;
    events.item("response.output_item.added", index, form.function_call(number, "in_progress", ""));
    for fragment in fragments(&arguments, form.call.options.argument_chars) {
        let kind = "response.function_call_arguments.delta";
        events.push(kind, |n| {
            object! {
                "type": kind; "sequence_number": n; "item_id": id; "output_index": index; "delta": fragment
            }
        });
    }
    let kind = "response.function_call_arguments.done";
    events.push(kind, |n| {
        object! {
            "type": kind; "sequence_number": n; "item_id": id; "output_index": index; "arguments": arguments
        }
    });
    events.item("response.output_item.done", index, form.function_call(number, "completed", &arguments));
}
