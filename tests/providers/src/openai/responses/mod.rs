//! `POST /v1/responses`: <https://platform.openai.com/docs/api-reference/responses>.

mod request;
mod stream;

use super::{Answered, CREATED, errors, known_model, parse_with};
use crate::Reply;
use crate::brain::{self, Answer, Finish};
use crate::call::Call;
use crate::json::{Json, object};
use request::Request;

pub(super) fn answer(call: &Call<'_>) -> Answered {
    let request = parse_with(call, request::read, errors::modern_fault)?;
    known_model(call, &request.model)?;
    let answer = brain::answer(&request.prompt, call.options);
    let form = Form { call, request: &request, answer: &answer };
    Ok(if request.stream { stream::reply(&form) } else { Reply::json(200, &form.response(form.end(), &form.items())) })
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
        if self.answer.finish == Finish::Length { "incomplete" } else { "completed" }
    }

    /// The response object in a given state.
    fn response(&self, status: &str, output: &[Json]) -> Json {
        let (ended, answer) = (status != "in_progress", self.answer);
        let usage = object! {
            "input_tokens": answer.input_tokens;
            "input_tokens_details": object! { "cached_tokens": 0; "cache_write_tokens": 0 };
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
            "error": ();
            "incomplete_details": (status == "incomplete").then(|| object! { "reason": "max_output_tokens" });
            "instructions": self.request.echoed("instructions");
            "max_output_tokens": self.request.prompt.max_tokens;
            "model": self.request.model;
            "output": output;
            "parallel_tool_calls": !self.request.prompt.single_call;
            "previous_response_id": ();
            "reasoning": object! { "effort": (); "summary": () };
            "service_tier": "default";
            "store": self.request.echoed("store").as_bool().unwrap_or(true);
            "temperature": self.request.echoed("temperature").as_f64().unwrap_or(1.0);
            "text": self.request.text();
            "tool_choice": self.request.tool_choice();
            "tools": self.request.tools();
            "top_p": self.request.echoed("top_p").as_f64().unwrap_or(1.0);
            "truncation": "disabled";
            "usage": ended.then_some(usage), if !self.call.options.omit_usage;
            "user": self.request.echoed("user");
            "metadata": self.request.metadata()
        }
    }

    /// The output items, complete.
    fn items(&self) -> Vec<Json> {
        match self.answer.calls.len() {
            0 => vec![self.message(self.end(), &[self.part(&self.answer.text)])],
            count => (0..count)
                .map(|number| {
                    let arguments = self.answer.calls[number].arguments.to_string();
                    self.function_call(number, "completed", &arguments)
                })
                .collect(),
        }
    }

    fn message(&self, status: &str, content: &[Json]) -> Json {
        object! { "id": self.message_id(); "type": "message"; "status": status; "content": content; "role": "assistant" }
    }

    fn message_id(&self) -> String {
        self.call.id("msg_", 0)
    }

    fn part(&self, text: &str) -> Json {
        object! { "type": "output_text"; "annotations": [(); 0]; "logprobs": [(); 0]; "text": text }
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
