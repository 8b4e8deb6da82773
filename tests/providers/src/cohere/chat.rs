//! `POST /v2/chat`: <https://docs.cohere.com/reference/chat>.
//!
//! Before calls stands a plan for them, whose tokens are not counted.

use super::request::Request;
use super::{Answered, errors, known_model, parse, request, request_id, stream};
use crate::Reply;
use crate::brain::{self, Answer, End, Finish, SOURCE_TITLE, SOURCE_URL};
use crate::call::Call;
use crate::json::{Json, json, object};

pub(super) fn answer(call: &Call<'_>) -> Answered {
    let request = parse(call, request::read)?;
    known_model(call, &request.model)?;
    let answer = brain::answer(&request.prompt, call.options);
    if answer.finish == Finish::Ordered(End::Blocked) {
        return Err(errors::blocked(call));
    }
    let form = Form { call, request: &request, answer: &answer };
    Ok(if request.stream { stream::reply(&form) } else { Reply::json(200, &form.whole()) })
}

/// What answers and events are made from.
pub(super) struct Form<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) request: &'a Request,
    pub(super) answer: &'a Answer,
}

impl Form<'_> {
    fn whole(&self) -> Json {
        let mut content: Vec<Json> = Vec::new();
        if let Some(thinking) = &self.answer.thinking {
            content.push(object! { "type": "thinking"; "thinking": thinking });
        }
        if !self.answer.text.is_empty() {
            content.push(object! { "type": "text"; "text": self.answer.text });
        }
        let calls: Vec<Json> = (0..self.answer.calls.len())
            .map(|number| self.tool_call(number, &self.answer.calls[number].arguments.to_string()))
            .collect();
        let citations: Vec<Json> = self.citation().into_iter().collect();
        let message = object! {
            "role": "assistant";
            "content": content, if !content.is_empty();
            "tool_plan": self.plan(), if self.plan().is_some();
            "tool_calls": calls, if !calls.is_empty();
            "citations": citations, if !citations.is_empty()
        };
        object! {
            "id": request_id(self.call);
            "message": message;
            "finish_reason": self.finish_reason();
            "usage": self.usage(), if !self.call.options.omit_usage;
            "logprobs": self.logprobs(&self.answer.text), if self.request.logprobs
        }
    }

    /// What the model says it will do, where it calls tools.
    pub(super) fn plan(&self) -> Option<String> {
        let names: Vec<&str> = self.answer.calls.iter().map(|call| call.name.as_str()).collect();
        (!names.is_empty()).then(|| format!("I will use {}.", names.join(" and ")))
    }

    pub(super) fn tool_call(&self, number: usize, arguments: &str) -> Json {
        let name = &self.answer.calls[number].name;
        object! {
            "id": self.call.id(&format!("{name}_"), number); "type": "function";
            "function": object! { "name": name; "arguments": arguments }
        }
    }

    /// The cited source: the first document of the request, or one of our own.
    pub(super) fn citation(&self) -> Option<Json> {
        let (text, length) = self.answer.citation().filter(|_| !self.request.no_citations)?;
        let (id, document) = match &self.request.document {
            Some((id, data)) => (id.as_str(), json(data)),
            None => ("doc:0", object! { "title": SOURCE_TITLE; "url": SOURCE_URL }),
        };
        let index = usize::from(self.answer.thinking.is_some());
        let source = object! { "type": "document"; "id": id; "document": document };
        Some(object! {
            "start": 0; "end": length; "text": text; "sources": [source]; "content_index": index; "type": "TEXT_CONTENT"
        })
    }

    pub(super) fn finish_reason(&self) -> &'static str {
        match self.answer.finish {
            Finish::Length | Finish::Ordered(End::Length | End::ContextWindow) => "MAX_TOKENS",
            Finish::StopText(_) => "STOP_SEQUENCE",
            Finish::Calls => "TOOL_CALL",
            Finish::Ordered(End::Safety | End::Recitation | End::MalformedCall | End::Error | End::Blocked) => "ERROR",
            Finish::Stop | Finish::Ordered(End::Stop | End::Refusal | End::Pause) => "COMPLETE",
        }
    }

    pub(super) fn usage(&self) -> Json {
        let counted = object! { "input_tokens": self.answer.input_tokens; "output_tokens": self.answer.output_tokens };
        object! { "billed_units": counted; "tokens": counted; "cached_tokens": self.answer.cached_tokens() }
    }

    /// A chunk with tokens made up and certain.
    pub(super) fn logprob(&self, text: &str) -> Json {
        object! { "text": text; "token_ids": [text.len()]; "logprobs": [0.0] }
    }

    fn logprobs(&self, text: &str) -> Vec<Json> {
        brain::pieces(text, self.call.options.delta_chars).into_iter().map(|piece| self.logprob(piece)).collect()
    }
}
