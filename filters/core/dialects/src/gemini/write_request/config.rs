//! How to answer: <https://ai.google.dev/api/generate-content#v1beta.GenerationConfig>.

use tollgate_wire::json::{Value, Writer};

use super::{Server, schema, thinking};
use crate::canonical::{Format, Losses, Request};
use crate::refusal::Refusal;

/// `stopSequences` takes so many.
const MAX_STOPS: usize = 5;

/// `candidateCount` goes so far: <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#generationconfig>.
const MAX_CANDIDATES: u64 = 8;

/// `logprobs` goes so far.
const MAX_LOGPROBS: u64 = 20;

/// Counts are 32 bits wide.
const MAX_COUNT: u64 = i32::MAX as u64;

/// The object `generationConfig`, which is there only if it holds something.
struct Config<'w> {
    out: &'w mut Writer,
    begun: bool,
}

impl Config<'_> {
    /// A key of it. A value must follow.
    fn key(&mut self, key: &str) -> &mut Writer {
        if !self.begun {
            self.begun = true;
            self.out.key("generationConfig").begin_object();
        }
        self.out.key(key)
    }

    fn end(self) {
        if self.begun {
            self.out.end_object();
        }
    }
}

/// Writes `generationConfig`.
pub(super) fn write(
    request: &Request<'_>,
    server: &Server,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let mut config = Config { out, begun: false };
    sampling(request, &mut config, losses)?;
    if let Some(limit) = request.max_output_tokens {
        config.key("maxOutputTokens").u64(limit.min(MAX_COUNT));
    }
    if let Some(logprobs) = request.logprobs {
        logprobs_wanted(logprobs, &mut config, losses)?;
    }
    format(request, server, &mut config, losses)?;
    if let Some(thinking) = thinking::choose(request.reasoning, &server.family.thinking, losses)? {
        thinking.write(config.key("thinkingConfig"));
    }
    config.end();
    Ok(())
}

fn sampling(request: &Request<'_>, config: &mut Config<'_>, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let sampling = &request.sampling;
    let fields: [(&str, Option<Value<'_>>); 5] = [
        ("temperature", sampling.temperature),
        ("topP", sampling.top_p),
        ("topK", sampling.top_k),
        ("frequencyPenalty", sampling.frequency_penalty),
        ("presencePenalty", sampling.presence_penalty),
    ];
    for (field, value) in fields {
        if let Some(value) = value {
            config.key(field).value(value);
        }
    }
    if let Some(seed) = sampling.seed {
        // 32 bits wide here, 64 at OpenAI: another seed would not give the same answer.
        match seed.as_i64().and_then(|seed| i32::try_from(seed).ok()) {
            Some(seed) => _ = config.key("seed").i64(seed.into()),
            None => losses.lacks("seed")?,
        }
    }
    if request.choices > MAX_CANDIDATES {
        losses.lacks("n")?;
    }
    if request.choices != 1 {
        config.key("candidateCount").u64(request.choices.min(MAX_CANDIDATES));
    }
    let mut stops = &*request.stop;
    if stops.len() > MAX_STOPS {
        losses.lacks("stop")?;
        stops = stops.get(..MAX_STOPS).unwrap_or_default();
    }
    if !stops.is_empty() {
        let list = config.key("stopSequences").begin_array();
        stops.iter().for_each(|stop| _ = list.raw_str(*stop));
        list.end_array();
    }
    Ok(())
}

/// A token's own likelihood is asked for without a number.
fn logprobs_wanted(wanted: u64, config: &mut Config<'_>, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    config.key("responseLogprobs").bool(true);
    if wanted > MAX_LOGPROBS {
        losses.lacks("top_logprobs")?;
    }
    if wanted > 0 {
        config.key("logprobs").u64(wanted.min(MAX_LOGPROBS));
    }
    Ok(())
}

/// <https://ai.google.dev/gemini-api/docs/structured-output>.
fn format(
    request: &Request<'_>,
    server: &Server,
    config: &mut Config<'_>,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let clashes = !request.tools.is_empty() && !server.family.json_beside_tools;
    match &request.format {
        Format::Text => {}
        Format::JsonObject if clashes => losses.lacks("response_format.json_object")?,
        Format::JsonSchema { .. } if clashes => losses.lacks("response_format.json_schema")?,
        Format::JsonObject => _ = config.key("responseMimeType").string("application/json"),
        Format::JsonSchema { description, schema, strict, .. } => {
            if description.is_some() {
                losses.lacks("json_schema.description")?;
            }
            config.key("responseMimeType").string("application/json");
            let strict = *strict == Some(true);
            schema::write(*schema, "json_schema", strict, config.key("responseJsonSchema"), losses)?;
        }
    }
    Ok(())
}
