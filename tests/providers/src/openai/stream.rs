//! Chat completion chunks: <https://platform.openai.com/docs/api-reference/chat-streaming>.

use bytes::Bytes;

use super::chat::{
    FINGERPRINT, annotations, call_id, filtered, finish_reason, logprobs, refused, spoken_thought, usage,
};
use super::request::Request;
use super::{CREATED, errors};
use crate::azure::filters;
use crate::brain::{Answer, fragments, pieces};
use crate::call::Call;
use crate::json::{Json, object};
use crate::reply::data;
use crate::{Reply, UsagePlace};

pub(super) fn reply(call: &Call<'_>, request: &Request, answer: &Answer) -> Reply {
    let chunk = Chunk { call, request, answer };
    // The choices are told in turns, as they are when they are generated side by side.
    let steps = deltas(call, answer);
    let mut events: Vec<Bytes> = Vec::new();
    if filtered(call) {
        events.push(data(&filters::first_chunk()));
    }
    for index in 0..request.n {
        events.push(chunk.delta(index, first(call, answer, index), ""));
    }
    for step in &steps {
        for index in 0..request.n {
            events.push(chunk.delta(index, step.delta(call, index), step.text()));
        }
    }
    let place = call.options.usage_place;
    for index in 0..request.n {
        let finish = chunk.choice(index, object! {}, Some(finish_reason(&answer.finish)), "");
        let usage = (place.is_some() && index + 1 == request.n).then(|| usage(answer, request.n));
        events.push(data(&chunk.json(&[finish], usage)));
    }
    if request.include_usage && !call.options.omit_usage && place != Some(UsagePlace::Finish) {
        events.push(data(&chunk.json(&[], Some(usage(answer, request.n)))));
    }
    events.push(Bytes::from_static(b"data: [DONE]\n\n"));
    Reply::sse(events, data(&errors::mid_stream()))
}

/// What a chunk after the first adds to a choice.
enum Step<'a> {
    Thought(&'a str),
    Text(&'a str),
    Refusal(&'a str),
    Annotations(Vec<Json>),
    Call { number: usize, name: &'a str },
    Whole { number: usize, name: &'a str, arguments: String },
    Arguments { number: usize, fragment: String },
}

fn deltas<'a>(call: &'a Call<'_>, answer: &'a Answer) -> Vec<Step<'a>> {
    let delta_chars = call.options.delta_chars;
    let thought = pieces(spoken_thought(call).unwrap_or_default(), delta_chars).into_iter().map(Step::Thought);
    let text: fn(&'a str) -> Step<'a> = if refused(answer) { Step::Refusal } else { Step::Text };
    let mut steps: Vec<Step<'_>> = thought.chain(pieces(&answer.text, delta_chars).into_iter().map(text)).collect();
    if answer.citation().is_some() {
        steps.push(Step::Annotations(annotations(answer)));
    }
    let single = answer.calls.len() == 1;
    for (number, made) in answer.calls.iter().enumerate() {
        if call.options.whole_calls {
            steps.push(Step::Whole { number, name: &made.name, arguments: made.arguments.to_string() });
            continue;
        }
        if !single {
            steps.push(Step::Call { number, name: &made.name });
        }
        let arguments = made.arguments.to_string();
        steps.extend(
            fragments(&arguments, call.options.argument_chars)
                .into_iter()
                .map(|part| Step::Arguments { number, fragment: part.to_owned() }),
        );
    }
    steps
}

/// The chunk that opens a choice. A lone call begins in it, several each begin in one of their own.
fn first(call: &Call<'_>, answer: &Answer, index: usize) -> Json {
    match answer.calls.as_slice() {
        [] if refused(answer) => object! { "role": "assistant"; "content": (); "refusal": "" },
        [] => object! { "role": "assistant"; "content": ""; "refusal": () },
        _ if call.options.whole_calls && !answer.calls.is_empty() => object! { "role": "assistant"; "content": "" },
        [only] => object! {
            "role": "assistant"; "content": ();
            "tool_calls": [started(call, index, 0, &only.name, "")];
            "refusal": ()
        },
        _ => object! { "role": "assistant"; "content": () },
    }
}

fn started(call: &Call<'_>, index: usize, number: usize, name: &str, arguments: &str) -> Json {
    object! {
        "index": number; "id": call_id(call, index, number); "type": "function";
        "function": object! { "name": name; "arguments": arguments }
    }
}

impl Step<'_> {
    fn delta(&self, call: &Call<'_>, index: usize) -> Json {
        match self {
            Self::Thought(text) => object! { "reasoning_content": text },
            Self::Text(text) => object! { "content": text },
            Self::Refusal(text) => object! { "refusal": text },
            Self::Annotations(all) => object! { "annotations": all },
            Self::Call { number, name } => object! { "tool_calls": [started(call, index, *number, name, "")] },
            Self::Whole { number, name, arguments } => {
                object! { "tool_calls": [started(call, index, *number, name, arguments)] }
            }
            Self::Arguments { number, fragment } => object! {
                "tool_calls": [object! { "index": number; "function": object! { "arguments": fragment } }]
            },
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }
}

struct Chunk<'a> {
    call: &'a Call<'a>,
    request: &'a Request,
    answer: &'a Answer,
}

impl Chunk<'_> {
    fn delta(&self, index: usize, delta: Json, text: &str) -> Bytes {
        let choice = self.choice(index, delta, None, text);
        // Counting up: of the answer no more than its first token yet.
        let early =
            Answer { output_tokens: self.answer.output_tokens.min(1), thinking_tokens: 0, ..self.answer.clone() };
        let every = self.call.options.usage_place == Some(UsagePlace::Every);
        data(&self.json(&[choice], every.then(|| usage(&early, self.request.n))))
    }

    fn choice(&self, index: usize, delta: Json, finish: Option<&str>, text: &str) -> Json {
        object! {
            "index": index;
            "delta": delta;
            "logprobs": self.request.logprobs.filter(|_| !text.is_empty()).map(|top| {
                logprobs(text, self.call.options.delta_chars, top)
            });
            "finish_reason": finish;
            "content_filter_results": filters::delta(text, finish), if filtered(self.call)
        }
    }

    /// With `include_usage`, every chunk has the member, null but in the last.
    fn json(&self, choices: &[Json], usage: Option<Json>) -> Json {
        object! {
            "id": self.call.id("chatcmpl-", 0);
            "object": "chat.completion.chunk";
            "created": CREATED;
            "model": self.request.model;
            "service_tier": "default";
            "system_fingerprint": FINGERPRINT;
            "choices": choices;
            "usage": usage, if (self.request.include_usage || usage.is_some()) && !self.call.options.omit_usage
        }
    }
}
