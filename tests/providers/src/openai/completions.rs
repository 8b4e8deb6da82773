//! `POST /v1/completions`, the API of old: <https://platform.openai.com/docs/api-reference/completions>.

use bytes::Bytes;
use serde_json::Value;

use super::chat::{filtered, finish_reason, usage};
use super::request::{choices, include_usage, range, stops};
use super::{Answered, CREATED, errors, known_model, parse};
use crate::Reply;
use crate::azure::filters;
use crate::brain::{self, Answer, End, Finish, Prompt};
use crate::call::Call;
use crate::fields::{Fault, Object, Read, type_of};
use crate::json::{Json, json, object};
use crate::reply::data;

const KNOWN: [&str; 18] = [
    "best_of",
    "echo",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "max_tokens",
    "model",
    "n",
    "presence_penalty",
    "prompt",
    "seed",
    "stop",
    "stream",
    "stream_options",
    "suffix",
    "temperature",
    "top_p",
    "user",
];
/// Tokens of an answer where the request sets no limit.
const DEFAULT_TOKENS: u64 = 16;
/// Alternatives whose probabilities can be had.
const MAX_LOGPROBS: u64 = 5;

struct Request {
    model: String,
    /// Each prompt as text; token arrays as their numbers.
    prompts: Vec<String>,
    n: usize,
    echo: bool,
    logprobs: Option<u64>,
    stream: bool,
    include_usage: bool,
    max_tokens: u64,
    stops: Vec<String>,
}

/// Answers a completion request, which is authorized.
pub(crate) fn answer(call: &Call<'_>) -> Answered {
    let request = parse(call, read)?;
    known_model(call, &request.model)?;
    let answers: Vec<Answer> = request.prompts.iter().map(|prompt| request.complete(call, prompt)).collect();
    if answers.iter().any(|answer| answer.finish == Finish::Ordered(End::Blocked)) {
        return Err(if filtered(call) { filters::blocked() } else { errors::blocked() });
    }
    let form = Form { call, request: &request, answers: &answers };
    Ok(if request.stream { form.stream() } else { Reply::json(200, &form.whole()) })
}

impl Request {
    fn complete(&self, call: &Call<'_>, text: &str) -> Answer {
        let prompt = Prompt {
            user: text.to_owned(),
            input_bytes: text.len(),
            max_tokens: Some(self.max_tokens),
            stops: self.stops.clone(),
            ..Prompt::default()
        };
        brain::answer(&prompt, call.options)
    }
}

fn read(body: &Object<'_>) -> Read<Request> {
    body.only(&KNOWN)?;
    let model = body.need_string("model")?.to_owned();
    let stream = body.flag("stream")?.unwrap_or(false);
    let n = choices(body)?;
    let best_of = body.count("best_of")?;
    if best_of.is_some_and(|best| best < n as u64) {
        let message =
            "You requested that the server return more choices than it will generate (HINT: best_of must be >= n)";
        return Err(body.fault("best_of", message));
    }
    if stream && best_of.is_some_and(|best| best > n as u64) {
        return Err(body.fault("best_of", "Results cannot be streamed when best_of is greater than n"));
    }
    for (name, low, high) in [
        ("temperature", 0.0, 2.0),
        ("top_p", 0.0, 1.0),
        ("frequency_penalty", -2.0, 2.0),
        ("presence_penalty", -2.0, 2.0),
    ] {
        range(body, name, low, high)?;
    }
    body.string("suffix")?;
    let logprobs = body.count("logprobs")?;
    if let Some(many) = logprobs.filter(|many| *many > MAX_LOGPROBS) {
        let message = format!(
            "Invalid value for 'logprobs': expected a value <= {MAX_LOGPROBS}, but got {many} instead. Please contact us through our help \
             center at help.openai.com if your use case requires this."
        );
        return Err(body.fault("logprobs", message));
    }
    Ok(Request {
        model,
        prompts: prompts(body)?,
        n,
        echo: body.flag("echo")?.unwrap_or(false),
        logprobs,
        stream,
        include_usage: include_usage(body, stream)?,
        max_tokens: body.count("max_tokens")?.unwrap_or(DEFAULT_TOKENS),
        stops: stops(body)?,
    })
}

/// A text, several, or either as tokens. Without any, the model starts from nothing.
fn prompts(body: &Object<'_>) -> Read<Vec<String>> {
    let numbers = |items: &[Value]| items.iter().map(Value::to_string).collect::<Vec<_>>().join(" ");
    match body.get("prompt") {
        None => Ok(vec![String::new()]),
        Some(Value::String(text)) => Ok(vec![text.clone()]),
        Some(Value::Array(items)) if !items.is_empty() && items.iter().all(Value::is_u64) => Ok(vec![numbers(items)]),
        Some(Value::Array(items)) if !items.is_empty() => {
            let texts = items.iter().enumerate().map(|(index, item)| match item {
                Value::String(text) => Ok(text.clone()),
                Value::Array(tokens) if !tokens.is_empty() && tokens.iter().all(Value::is_u64) => Ok(numbers(tokens)),
                other => {
                    Err(Fault::Type(body.at("prompt").index(index), "a string or an array of integers", type_of(other)))
                }
            });
            texts.collect()
        }
        Some(Value::Array(_)) => Err(body.fault("prompt", "Invalid 'prompt': empty array.")),
        Some(other) => Err(Fault::Type(body.at("prompt"), "a string or an array", type_of(other))),
    }
}

/// What answers and events are made from.
struct Form<'a> {
    call: &'a Call<'a>,
    request: &'a Request,
    answers: &'a [Answer],
}

impl Form<'_> {
    /// Every choice: its index, its prompt and its answer.
    fn choices(&self) -> impl Iterator<Item = (usize, &str, &Answer)> {
        let all = self.request.prompts.iter().zip(self.answers);
        let n = self.request.n;
        all.enumerate().flat_map(move |(at, (prompt, answer))| {
            (0..n).map(move |choice| (at * n + choice, prompt.as_str(), answer))
        })
    }

    fn usage(&self) -> Json {
        let mut total = Answer { input_tokens: 0, output_tokens: 0, ..self.answers[0].clone() };
        for answer in self.answers {
            total.input_tokens += answer.input_tokens;
            total.output_tokens += answer.output_tokens;
        }
        usage(&total, self.request.n)
    }

    fn whole(&self) -> Json {
        let choices: Vec<Json> = self
            .choices()
            .map(|(index, prompt, answer)| {
                let text = if self.request.echo { format!("{prompt}{}", answer.text) } else { answer.text.clone() };
                self.choice(index, &text, 0, Some(&answer.finish))
            })
            .collect();
        self.envelope(&choices, (!self.call.options.omit_usage).then(|| self.usage()))
    }

    fn stream(&self) -> Reply {
        let mut events: Vec<Bytes> = Vec::new();
        let mut push = |choice: Json| events.push(data(&self.envelope(&[choice], None)));
        for (index, prompt, answer) in self.choices() {
            let echo = if self.request.echo { prompt } else { "" };
            let mut offset = 0;
            let pieces = brain::pieces(&answer.text, self.call.options.delta_chars);
            for piece in Some(echo).filter(|echo| !echo.is_empty()).into_iter().chain(pieces) {
                push(self.choice(index, piece, offset, None));
                offset += piece.chars().count();
            }
            push(self.choice(index, "", offset, Some(&answer.finish)));
        }
        if self.request.include_usage && !self.call.options.omit_usage {
            events.push(data(&self.envelope(&[], Some(self.usage()))));
        }
        events.push(Bytes::from_static(b"data: [DONE]\n\n"));
        Reply::sse(events, data(&errors::mid_stream()))
    }

    fn choice(&self, index: usize, text: &str, offset: usize, finish: Option<&Finish>) -> Json {
        let logprobs = self.request.logprobs.filter(|_| !text.is_empty()).map(|top| self.logprobs(text, offset, top));
        object! {
            "text": text;
            "index": index;
            "logprobs": logprobs;
            "finish_reason": finish.map(finish_reason);
            "content_filter_results": finish.map_or_else(|| filters::delta(text, None), filters::completion),
                if filtered(self.call)
        }
    }

    /// Four lists side by side; every piece was certain.
    fn logprobs(&self, text: &str, mut offset: usize, top: u64) -> Json {
        let tokens = brain::pieces(text, self.call.options.delta_chars);
        let offsets: Vec<usize> = tokens
            .iter()
            .map(|token| {
                let start = offset;
                offset += token.chars().count();
                start
            })
            .collect();
        let tops: Vec<Json> = tokens.iter().map(|token| crate::json::ordered(&[(token, json(&0.0))])).collect();
        object! {
            "tokens": tokens;
            "token_logprobs": vec![0.0; tokens.len()];
            "top_logprobs": (top > 0).then_some(tops);
            "text_offset": offsets
        }
    }

    /// With `include_usage`, every event of a stream has the member, null but in the last.
    fn envelope(&self, choices: &[Json], usage: Option<Json>) -> Json {
        let shown = !self.call.options.omit_usage && (self.request.include_usage || !self.request.stream);
        object! {
            "id": self.call.id("cmpl-", 0);
            "object": "text_completion";
            "created": CREATED;
            "model": self.request.model;
            "choices": choices;
            "usage": usage, if shown;
            "prompt_filter_results": filters::prompt(self.request.prompts.len()), if filtered(self.call) && !self.request.stream
        }
    }
}
