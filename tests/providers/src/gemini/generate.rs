//! `:generateContent`, `:streamGenerateContent` and `:countTokens`.

use serde_json::Value;

use super::{Answered, errors, known_model, request, stream};
use crate::Reply;
use crate::brain::{self, Answer, Finish, Prompt, tokens};
use crate::call::Call;
use crate::fields::{Object, Path};
use crate::json::{Json, object};

pub(super) fn answer(call: &Call<'_>, model: &str) -> Answered {
    let answer = brain::answer(&prompt(call, model)?, call.options);
    let form = Form { call, model, answer: &answer };
    let reason = finish_reason(&answer.finish);
    Ok(Reply::json(200, &form.response(&parts(&answer), Some(reason), Some(form.usage()))))
}

pub(super) fn stream(call: &Call<'_>, model: &str) -> Answered {
    let answer = brain::answer(&prompt(call, model)?, call.options);
    Ok(stream::reply(&Form { call, model, answer: &answer }))
}

pub(super) fn count(call: &Call<'_>, model: &str) -> Answered {
    let body: Value = serde_json::from_slice(call.body).map_err(|error| errors::not_json(&error))?;
    let body = request::camel(body);
    let prompt = match body.get("generateContentRequest") {
        Some(inner) => read(inner),
        None => read(&body),
    }?;
    known_model(call, model)?;
    let counted = tokens(prompt.input_bytes).max(1);
    Ok(Reply::json(200, &object! { "totalTokens": call.options.usage.map_or(counted, |usage| usage.input) }))
}

fn prompt(call: &Call<'_>, model: &str) -> Result<Prompt, Box<Reply>> {
    let body: Value = serde_json::from_slice(call.body).map_err(|error| errors::not_json(&error))?;
    let prompt = read(&request::camel(body))?;
    known_model(call, model)?;
    Ok(prompt)
}

fn read(body: &Value) -> Result<Prompt, Box<Reply>> {
    Object::new(body, Path::default()).and_then(|body| request::read(&body)).map_err(errors::fault)
}

/// What answers and events are made from.
pub(super) struct Form<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) model: &'a str,
    pub(super) answer: &'a Answer,
}

impl Form<'_> {
    pub(super) fn response(&self, parts: &[Json], finish_reason: Option<&str>, usage: Option<Json>) -> Json {
        let candidate = object! {
            "content": object! { "parts": parts; "role": "model" };
            "finishReason": finish_reason, if finish_reason.is_some();
            "index": 0
        };
        object! {
            "candidates": [candidate];
            "usageMetadata": usage, if usage.is_some() && !self.call.options.omit_usage;
            "modelVersion": self.model;
            "responseId": self.call.id("", 0)
        }
    }

    /// Usage at the end. Thoughts count apart from the candidates here.
    pub(super) fn usage(&self) -> Json {
        let (input, output, thoughts) =
            (self.answer.input_tokens, self.answer.output_tokens, self.answer.thinking_tokens);
        object! {
            "promptTokenCount": input;
            "candidatesTokenCount": output - thoughts;
            "totalTokenCount": input + output;
            "promptTokensDetails": [object! { "modality": "TEXT"; "tokenCount": input }];
            "thoughtsTokenCount": thoughts, if thoughts > 0
        }
    }
}

fn parts(answer: &Answer) -> Vec<Json> {
    let mut parts = Vec::new();
    if let Some(thinking) = &answer.thinking {
        parts.push(thought(thinking));
    }
    if !answer.text.is_empty() {
        parts.push(object! { "text": answer.text });
    }
    parts.extend(answer.calls.iter().map(call_part));
    parts
}

pub(super) fn thought(text: &str) -> Json {
    object! { "text": text; "thought": true }
}

pub(super) fn call_part(made: &brain::Call) -> Json {
    object! { "functionCall": object! { "name": made.name; "args": made.arguments } }
}

/// Calls end with `STOP` as well.
pub(super) fn finish_reason(finish: &Finish) -> &'static str {
    match finish {
        Finish::Length => "MAX_TOKENS",
        Finish::Stop | Finish::StopText(_) | Finish::Calls => "STOP",
    }
}
