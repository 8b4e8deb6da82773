//! `:generateContent`, `:streamGenerateContent` and `:countTokens`.

use serde_json::Value;

use super::request::{Request, Rules};
use super::{Answered, errors, known_model, request, stream};
use crate::brain::{self, Answer, End, Finish, SOURCE_TITLE, SOURCE_URL, tokens};
use crate::call::Call;
use crate::fields::{Object, Path};
use crate::json::{Json, object};
use crate::{Kind, Reply};

/// Signs function calls; the client hands it back unread.
const SIGNATURE: &str = "c2ltdWxhdGVkIHNpZ25hdHVyZQ==";

/// Answers `:generateContent`, which is authorized.
pub(crate) fn answer(call: &Call<'_>, model: &str) -> Answered {
    let request = prompt(call, model)?;
    let answer = brain::answer(&request.prompt, call.options);
    let form = Form { call, model, request: &request, answer: &answer };
    if form.blocked() {
        return Ok(Reply::json(200, &form.feedback()));
    }
    Ok(Reply::json(200, &form.response(&form.parts(), true, Some(form.usage()))))
}

/// Answers `:streamGenerateContent`, which is authorized.
pub(crate) fn stream(call: &Call<'_>, model: &str) -> Answered {
    let request = prompt(call, model)?;
    let answer = brain::answer(&request.prompt, call.options);
    Ok(stream::reply(&Form { call, model, request: &request, answer: &answer }))
}

pub(super) fn count(call: &Call<'_>, model: &str) -> Answered {
    let body: Value = serde_json::from_slice(call.body).map_err(|error| errors::not_json(&error))?;
    let body = request::camel(body);
    let request = match body.get("generateContentRequest") {
        Some(inner) => read(call, inner),
        None => read(call, &body),
    }?;
    known_model(call, model)?;
    Ok(Reply::json(200, &object! { "totalTokens": counted(call, &request) }))
}

/// Tokens of a request.
pub(crate) fn counted(call: &Call<'_>, request: &Request) -> u64 {
    call.options.usage.map_or(tokens(request.prompt.input_bytes).max(1), |usage| usage.input)
}

fn prompt(call: &Call<'_>, model: &str) -> Result<Request, Box<Reply>> {
    let body: Value = serde_json::from_slice(call.body).map_err(|error| errors::not_json(&error))?;
    let request = read(call, &request::camel(body))?;
    known_model(call, model)?;
    Ok(request)
}

/// Reads a request whose names are in camel case.
pub(crate) fn read(call: &Call<'_>, body: &Value) -> Result<Request, Box<Reply>> {
    let rules = Rules { vertex: vertex(call), signatures: call.options.require_signatures };
    Object::new(body, Path::default()).and_then(|body| request::read(&body, rules)).map_err(errors::fault)
}

fn vertex(call: &Call<'_>) -> bool {
    call.shared.kind == Kind::Vertex
}

/// What answers and events are made from.
pub(super) struct Form<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) model: &'a str,
    pub(super) request: &'a Request,
    pub(super) answer: &'a Answer,
}

impl Form<'_> {
    /// Whether there is no candidate, for the prompt.
    pub(super) fn blocked(&self) -> bool {
        self.answer.finish == Finish::Ordered(End::Blocked)
    }

    /// The whole answer to a prompt that is blocked.
    pub(super) fn feedback(&self) -> Json {
        let input = self.answer.input_tokens;
        let usage = object! { "promptTokenCount": input; "totalTokenCount": input };
        object! {
            "promptFeedback": object! { "blockReason": "PROHIBITED_CONTENT" };
            "usageMetadata": usage, if !self.call.options.omit_usage;
            "modelVersion": self.model;
            "responseId": self.call.id("", 0)
        }
    }

    /// A response, the whole or one of a stream. What ends the candidates is in the `last`.
    pub(super) fn response(&self, parts: &[Json], last: bool, usage: Option<Json>) -> Json {
        let candidates: Vec<Json> =
            (0..self.request.candidates).map(|index| self.candidate(index, parts, last)).collect();
        object! {
            "candidates": candidates;
            "usageMetadata": usage, if usage.is_some() && !self.call.options.omit_usage;
            "modelVersion": self.model;
            "createTime": "2025-01-01T00:00:00.000000Z", if vertex(self.call);
            "responseId": self.call.id("", 0)
        }
    }

    fn candidate(&self, index: usize, parts: &[Json], last: bool) -> Json {
        let finish = self.finish_reason();
        let malformed = self.answer.finish == Finish::Ordered(End::MalformedCall);
        let logprobs = self.request.logprobs.filter(|_| last);
        let grounding = self.grounding().filter(|_| last);
        object! {
            // Without parts there is no list of them.
            "content": object! { "parts": parts, if !parts.is_empty(); "role": "model" };
            "finishReason": finish, if last;
            "finishMessage": "Malformed function call: call:", if last && malformed;
            "safetyRatings": ratings(), if last && finish == "SAFETY";
            "avgLogprobs": 0.0, if logprobs.is_some();
            "logprobsResult": logprobs.map(|top| self.logprobs(top)), if logprobs.is_some();
            "groundingMetadata": grounding, if grounding.is_some();
            // Vertex AI leaves out what is zero.
            "index": index, if index > 0 || !vertex(self.call)
        }
    }

    /// Every piece was certain.
    fn logprobs(&self, top: u64) -> Json {
        let pieces = brain::pieces(&self.answer.text, self.call.options.delta_chars);
        let one = |text: &str, probability: f64, id: usize| object! { "token": text; "tokenId": id; "logProbability": probability };
        let chosen: Vec<Json> = pieces.iter().enumerate().map(|(id, piece)| one(piece, 0.0, id)).collect();
        let tops: Vec<Json> = pieces
            .iter()
            .enumerate()
            .map(|(id, piece)| {
                let others = (1..top).map(|rank| one(&format!("{piece}{rank}"), -9999.0, id + rank as usize));
                let all: Vec<Json> = [one(piece, 0.0, id)].into_iter().chain(others).collect();
                object! { "candidates": all }
            })
            .collect();
        object! { "topCandidates": tops, if top > 0; "chosenCandidates": chosen }
    }

    /// The cited source, as a search gives it. Places are counted in bytes here.
    fn grounding(&self) -> Option<Json> {
        self.answer.citation().map(|(text, _)| {
            let segment = object! { "startIndex": 0; "endIndex": text.len(); "text": text };
            let support = object! { "segment": segment; "groundingChunkIndices": [0]; "confidenceScores": [1.0] };
            let chunk = object! { "web": object! { "uri": SOURCE_URL; "title": SOURCE_TITLE } };
            object! {
                "webSearchQueries": ["simulated"]; "groundingChunks": [chunk]; "groundingSupports": [support]
            }
        })
    }

    /// Usage at the end. Thoughts count apart from the candidates here.
    pub(super) fn usage(&self) -> Json {
        let (input, thoughts) = (self.answer.input_tokens, self.answer.thinking_tokens);
        let output = (self.answer.output_tokens - thoughts) * self.request.candidates as u64;
        let details = |count: u64| [object! { "modality": "TEXT"; "tokenCount": count }];
        object! {
            "promptTokenCount": input;
            "cachedContentTokenCount": self.answer.cached_tokens(), if self.answer.cached_tokens() > 0;
            "candidatesTokenCount": output, if output > 0;
            "totalTokenCount": input + output + thoughts;
            "trafficType": "ON_DEMAND", if vertex(self.call);
            "promptTokensDetails": details(input);
            "candidatesTokensDetails": details(output), if vertex(self.call) && output > 0;
            "thoughtsTokenCount": thoughts, if thoughts > 0
        }
    }

    /// Thoughts that are shown.
    pub(super) fn thoughts(&self) -> Option<&str> {
        let shown = self.request.show_thoughts || self.call.options.thinking.is_some();
        self.answer.thinking.as_deref().filter(|_| shown)
    }

    fn parts(&self) -> Vec<Json> {
        let mut parts: Vec<Json> = self.thoughts().map(thought).into_iter().collect();
        if !self.answer.text.is_empty() {
            parts.push(object! { "text": self.answer.text });
        }
        parts.extend(self.call_parts());
        parts
    }

    /// Calls, the first with a signature where the model thinks or must; Gemini 3 gives them ids as well.
    pub(super) fn call_parts(&self) -> Vec<Json> {
        let three = self.model.starts_with("gemini-3");
        let signed = three || self.answer.thinking.is_some() || self.call.options.require_signatures;
        let part = |(number, made): (usize, &brain::Call)| {
            let call = object! {
                "id": self.call.id("", number), if three; "name": made.name; "args": made.arguments
            };
            object! { "functionCall": call; "thoughtSignature": SIGNATURE, if signed && number == 0 }
        };
        self.answer.calls.iter().enumerate().map(part).collect()
    }

    /// Calls end with `STOP` as well.
    fn finish_reason(&self) -> &'static str {
        match self.answer.finish {
            Finish::Length | Finish::Ordered(End::Length | End::ContextWindow) => "MAX_TOKENS",
            Finish::Ordered(End::Safety) => "SAFETY",
            Finish::Ordered(End::Refusal | End::Blocked) => "PROHIBITED_CONTENT",
            Finish::Ordered(End::Recitation) => "RECITATION",
            Finish::Ordered(End::MalformedCall) => "MALFORMED_FUNCTION_CALL",
            Finish::Ordered(End::Error) => "OTHER",
            Finish::Ordered(End::Stop | End::Pause) | Finish::Stop | Finish::StopText(_) | Finish::Calls => "STOP",
        }
    }
}

fn ratings() -> Vec<Json> {
    let rating = |category: &str, probability: &str, blocked: bool| {
        object! { "category": category; "probability": probability; "blocked": true, if blocked }
    };
    vec![
        rating("HARM_CATEGORY_HATE_SPEECH", "NEGLIGIBLE", false),
        rating("HARM_CATEGORY_DANGEROUS_CONTENT", "HIGH", true),
        rating("HARM_CATEGORY_HARASSMENT", "NEGLIGIBLE", false),
        rating("HARM_CATEGORY_SEXUALLY_EXPLICIT", "NEGLIGIBLE", false),
    ]
}

pub(super) fn thought(text: &str) -> Json {
    object! { "text": text; "thought": true }
}
