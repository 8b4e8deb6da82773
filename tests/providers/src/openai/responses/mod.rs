//! `POST /v1/responses`: <https://platform.openai.com/docs/api-reference/responses>.

mod request;
mod stream;

use super::chat::{filtered, token_logprobs};
use super::{Answered, CREATED, errors, known_model, parse_with};
use crate::Reply;
use crate::azure::filters;
use crate::brain::{self, Answer, End, Finish, SOURCE_TITLE, SOURCE_URL, tokens};
use crate::call::Call;
use crate::json::{Json, object};
use request::Request;

/// Stands for the thoughts themselves; the client hands it back unread.
const ENCRYPTED: &str = "c2ltdWxhdGVkIHJlYXNvbmluZw==";

/// Answers a request for a response, which is authorized.
pub(crate) fn answer(call: &Call<'_>) -> Answered {
    let request = parse_with(call, |body| request::read(body, false), errors::modern_fault)?;
    known_model(call, &request.model)?;
    let answer = brain::answer(&request.prompt, call.options);
    if answer.finish == Finish::Ordered(End::Blocked) {
        return Err(if filtered(call) { filters::blocked() } else { errors::blocked() });
    }
    let form = Form { call, request: &request, answer: &answer };
    Ok(if request.stream { stream::reply(&form) } else { Reply::json(200, &form.response(form.end(), &form.items())) })
}

/// Counts the tokens of a request: <https://platform.openai.com/docs/api-reference/responses/input-tokens>.
pub(crate) fn count(call: &Call<'_>) -> Answered {
    let request = parse_with(call, |body| request::read(body, true), errors::modern_fault)?;
    known_model(call, &request.model)?;
    let counted = tokens(request.prompt.input_bytes).max(1);
    let counted = call.options.usage.map_or(counted, |usage| usage.input);
    Ok(Reply::json(200, &object! { "object": "response.input_tokens"; "input_tokens": counted }))
}

/// What answers and events are made from.
struct Form<'a> {
    call: &'a Call<'a>,
    request: &'a Request,
    answer: &'a Answer,
}

impl Form<'_> {
    /// The status at the end.
    fn end(&self) -> &'static str {
        match self.answer.finish {
            Finish::Ordered(End::Error | End::MalformedCall) => "failed",
            _ if self.incomplete().is_some() => "incomplete",
            _ => "completed",
        }
    }

    /// Why it is incomplete.
    fn incomplete(&self) -> Option<&'static str> {
        match self.answer.finish {
            Finish::Length | Finish::Ordered(End::Length | End::ContextWindow) => Some("max_output_tokens"),
            Finish::Ordered(End::Safety | End::Recitation) => Some("content_filter"),
            _ => None,
        }
    }

    /// How an item ends: it cannot fail.
    fn item_end(&self) -> &'static str {
        if self.end() == "completed" { "completed" } else { "incomplete" }
    }

    /// The response object in a given state.
    fn response(&self, status: &str, output: &[Json]) -> Json {
        let (ended, answer) = (status != "in_progress", self.answer);
        let usage = object! {
            "input_tokens": answer.input_tokens;
            "input_tokens_details": object! {
                "cached_tokens": answer.cached_tokens(); "cache_write_tokens": answer.written_tokens()
            };
            "output_tokens": answer.output_tokens;
            "output_tokens_details": object! { "reasoning_tokens": answer.thinking_tokens };
            "total_tokens": answer.input_tokens + answer.output_tokens
        };
        object! {
            "id": self.call.id("resp_", 0);
            "object": "response";
            "created_at": CREATED;
            "status": status;
            "background": false;
            "error": (status == "failed").then(|| object! { "code": "server_error"; "message": errors::SERVER_ERROR });
            "incomplete_details": self.incomplete().filter(|_| ended).map(|reason| object! { "reason": reason });
            "instructions": self.request.echoed("instructions");
            "max_output_tokens": self.request.prompt.max_tokens;
            "model": self.request.model;
            "output": output;
            "parallel_tool_calls": !self.request.prompt.single_call;
            "previous_response_id": ();
            "reasoning": self.request.reasoning();
            "service_tier": "default";
            "store": self.request.echoed("store").as_bool().unwrap_or(true);
            "temperature": self.request.echoed("temperature").as_f64().unwrap_or(1.0);
            "text": self.request.text();
            "tool_choice": self.request.tool_choice();
            "tools": self.request.tools();
            "top_p": self.request.echoed("top_p").as_f64().unwrap_or(1.0);
            "top_logprobs": self.request.echoed("top_logprobs").as_u64().unwrap_or(0);
            "truncation": "disabled";
            "usage": ended.then_some(usage), if !self.call.options.omit_usage;
            "user": self.request.echoed("user");
            "metadata": self.request.metadata()
        }
    }

    /// The output items, complete.
    fn items(&self) -> Vec<Json> {
        let thought = self.answer.thinking.as_ref().map(|_| self.reasoning(true));
        let calls = self.answer.calls.iter().enumerate();
        let calls = calls.map(|(number, made)| self.function_call(number, "completed", &made.arguments.to_string()));
        thought
            .into_iter()
            .chain(self.says().then(|| self.message(self.item_end(), &[self.part()])))
            .chain(calls)
            .collect()
    }

    /// Whether there is a message among the items.
    fn says(&self) -> bool {
        self.answer.calls.is_empty() && self.answer.finish != Finish::Ordered(End::MalformedCall)
    }

    /// Items before the message or the calls.
    fn before(&self) -> usize {
        usize::from(self.answer.thinking.is_some())
    }

    /// A reasoning item, before or after its summary is told. There is a summary where one was asked for.
    fn reasoning(&self, done: bool) -> Json {
        let summary: Vec<Json> = self.summary().filter(|_| done).map(summary_part).into_iter().collect();
        object! {
            "id": self.reasoning_id(); "type": "reasoning"; "summary": summary; "encrypted_content": ENCRYPTED, if done
        }
    }

    fn reasoning_id(&self) -> String {
        self.call.id("rs_", 0)
    }

    fn summary(&self) -> Option<&str> {
        let asked = self.request.summarized || self.call.options.thinking.is_some();
        self.answer.thinking.as_deref().filter(|_| asked)
    }

    fn refused(&self) -> bool {
        self.answer.finish == Finish::Ordered(End::Refusal)
    }

    fn message(&self, status: &str, content: &[Json]) -> Json {
        object! { "id": self.message_id(); "type": "message"; "status": status; "content": content; "role": "assistant" }
    }

    fn message_id(&self) -> String {
        self.call.id("msg_", 0)
    }

    /// The part of the message, complete.
    fn part(&self) -> Json {
        let text = &self.answer.text;
        if self.refused() {
            return object! { "type": "refusal"; "refusal": text };
        }
        let annotations: Vec<Json> = self.annotation().into_iter().collect();
        object! { "type": "output_text"; "annotations": annotations; "logprobs": self.logprobs(text); "text": text }
    }

    /// The part of the message as it begins.
    fn empty_part(&self) -> Json {
        if self.refused() {
            return object! { "type": "refusal"; "refusal": "" };
        }
        object! { "type": "output_text"; "annotations": [(); 0]; "logprobs": [(); 0]; "text": "" }
    }

    fn logprobs(&self, text: &str) -> Vec<Json> {
        let of = |top| token_logprobs(text, self.call.options.delta_chars, top);
        self.request.logprobs.map(of).unwrap_or_default()
    }

    fn annotation(&self) -> Option<Json> {
        self.answer.citation().map(|(_, length)| {
            object! {
                "type": "url_citation"; "start_index": 0; "end_index": length; "title": SOURCE_TITLE; "url": SOURCE_URL
            }
        })
    }

    fn function_call(&self, number: usize, status: &str, arguments: &str) -> Json {
        object! {
            "id": self.item_id(number);
            "type": "function_call";
            "status": status;
            "arguments": arguments;
            "call_id": self.call.id("call_", number);
            "name": self.answer.calls[number].name
        }
    }

    fn item_id(&self, number: usize) -> String {
        self.call.id("fc_", number)
    }
}

fn summary_part(text: &str) -> Json {
    object! { "type": "summary_text"; "text": text }
}
