//! The canonical model, written as a responses request.
//!
//! Nothing is left with the provider: `store` is off unless the client says otherwise, and the whole conversation goes along every time, its
//! reasoning included. <https://platform.openai.com/docs/guides/migrate-to-responses> says what each field of chat completions is here.

mod content;
mod input;
mod reasoning;

use tollgate_wire::json::{Str, Value, Writer};

use crate::canonical::{Format, Losses, Request, Tier, Tool, ToolChoice, Written, matching_id};
use crate::openai_chat::{MAX_NAME, NAMES};
use crate::refusal::Refusal;
use crate::translate::target::Target;

/// The least `max_output_tokens` the API takes.
const LEAST_OUTPUT: u64 = 16;

/// Longest `user` and `safety_identifier`, in bytes. A longer one becomes a short one of its own: the API tells end users apart by it and
/// asks for hashes anyway (<https://platform.openai.com/docs/guides/safety-best-practices>).
const MAX_USER: usize = 64;

/// The schema of a tool without parameters, which strict ones take as well.
const NO_PARAMETERS: &str = r#"{"type":"object","properties":{},"required":[],"additionalProperties":false}"#;

/// Writes a request.
///
/// # Errors
/// A 400 for what the provider lacks, unless the policy is lenient about it.
pub(crate) fn write_request(
    request: &Request<'_>,
    target: &Target<'_>,
    losses: &mut Losses<'_>,
) -> Result<Written, Refusal> {
    losses.lacks_extras(request)?;
    request.named_as(NAMES, |name| (1..=MAX_NAME).contains(&name.len()))?;
    let mut out = Writer::with_capacity(target.likely_size);
    out.begin_object();
    if let Some(model) = target.model_in_body {
        out.field_str("model", model);
    }
    input::conversation(request, &mut out, losses)?;
    tools(request, &mut out, losses);
    if let Some(limit) = request.max_output_tokens {
        if limit < LEAST_OUTPUT {
            losses.lacks("max_tokens")?;
        }
        out.field_u64("max_output_tokens", limit.max(LEAST_OUTPUT));
    }
    sampling(request, &mut out, losses)?;
    text(request, &mut out);
    reasoning::write(request, target.model, &mut out);
    account(request, &mut out, losses)?;
    if request.stream {
        out.field_bool("stream", true);
    }
    out.end_object();
    Ok(Written { body: out.finish(), json_tool: false })
}

fn tools(request: &Request<'_>, out: &mut Writer, losses: &mut Losses<'_>) {
    if request.tools.is_empty() {
        return;
    }
    out.key("tools").begin_array();
    request.tools.iter().for_each(|item| tool(item, out, losses));
    out.end_array();
    match request.tool_choice {
        None => {}
        Some(ToolChoice::None) => {
            out.field_str("tool_choice", "none");
        }
        Some(ToolChoice::Auto) => {
            out.field_str("tool_choice", "auto");
        }
        Some(ToolChoice::Required) => {
            out.field_str("tool_choice", "required");
        }
        Some(ToolChoice::Named(name)) => {
            out.key("tool_choice").begin_object().field_str("type", "function").field_raw_str("name", name);
            out.end_object();
        }
    }
    if let Some(parallel) = request.parallel_tools {
        out.field_bool("parallel_tool_calls", parallel);
    }
}

fn tool(tool: &Tool<'_>, out: &mut Writer, losses: &mut Losses<'_>) {
    if tool.cache.is_some() {
        losses.note("cache_control");
    }
    out.begin_object().field_str("type", "function").field_raw_str("name", tool.name);
    if let Some(description) = tool.description {
        out.field_raw_str("description", description);
    }
    match tool.parameters {
        Some(parameters) if !parameters.is_empty() => out.field_value("parameters", parameters),
        _ => out.field_raw("parameters", NO_PARAMETERS),
    };
    // Strict is the default here and nowhere else; it would refuse schemas with optional parameters.
    out.field_bool("strict", tool.strict.unwrap_or(false)).end_object();
}

fn sampling(request: &Request<'_>, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let sampling = &request.sampling;
    for (field, value) in [("temperature", sampling.temperature), ("top_p", sampling.top_p)] {
        if let Some(value) = value {
            out.field_value(field, value);
        }
    }
    if sampling.top_k.is_some() {
        losses.lacks("top_k")?;
    }
    let does_something = |value: Option<Value<'_>>| value.and_then(|value| value.as_f64()).is_some_and(|it| it != 0.0);
    for (field, penalty) in
        [("frequency_penalty", sampling.frequency_penalty), ("presence_penalty", sampling.presence_penalty)]
    {
        if does_something(penalty) {
            losses.lacks(field)?;
        }
    }
    if sampling.seed.is_some() {
        losses.lacks("seed")?;
    }
    if request.choices != 1 {
        losses.lacks("n")?;
    }
    if !request.stop.is_empty() {
        losses.lacks("stop")?;
    }
    // Without any, the token's own likelihood comes all the same: that is asked for by `include`.
    if let Some(top) = request.logprobs.filter(|top| *top > 0) {
        out.field_u64("top_logprobs", top);
    }
    Ok(())
}

/// What the answer's text is to be like.
fn text(request: &Request<'_>, out: &mut Writer) {
    let verbosity = shared(request, "verbosity");
    if verbosity.is_none() && matches!(request.format, Format::Text) {
        return;
    }
    out.key("text").begin_object();
    match request.format {
        Format::Text => {}
        Format::JsonObject => {
            out.key("format").begin_object().field_str("type", "json_object").end_object();
        }
        Format::JsonSchema { name, description, schema, strict } => {
            out.key("format").begin_object().field_str("type", "json_schema");
            match name {
                Some(name) => out.field_raw_str("name", name),
                // Required, and of no effect.
                None => out.field_str("name", "answer"),
            };
            if let Some(description) = description {
                out.field_raw_str("description", description);
            }
            out.field_value("schema", schema).field_bool("strict", strict.unwrap_or(false)).end_object();
        }
    }
    if let Some(verbosity) = verbosity {
        out.field_value("verbosity", verbosity);
    }
    out.end_object();
}

/// A field that chat completions has as well.
fn shared<'a>(request: &Request<'a>, field: &str) -> Option<Value<'a>> {
    request.openai.iter().find(|(name, _)| *name == field).map(|(_, value)| *value)
}

/// Who asks, what for, and what the provider may keep of it.
fn account(request: &Request<'_>, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    // A client that names its user in the newer way only has it in both places.
    if let Some(user) = request.end_user.filter(|user| request.safety_identifier != Some(*user)) {
        user_field("user", user, out);
    }
    if let Some(user) = request.safety_identifier {
        user_field("safety_identifier", user, out);
    }
    match request.tier {
        None => {}
        Some(Tier::Auto) => {
            out.field_str("service_tier", "auto");
        }
        Some(Tier::Standard) => {
            out.field_str("service_tier", "default");
        }
    }
    for (field, value) in &request.openai {
        match *field {
            "metadata" | "prompt_cache_key" | "prompt_cache_retention" | "service_tier" => {
                out.field_value(field, *value);
            }
            "store" | "verbosity" => {}
            other => losses.lacks(other)?,
        }
    }
    match shared(request, "store") {
        Some(store) => out.field_value("store", store),
        None => out.field_bool("store", false),
    };
    Ok(())
}

fn user_field(field: &str, user: Str<'_>, out: &mut Writer) {
    let user = matching_id(user.raw(), "user_", 13, |user| user.len() <= MAX_USER);
    out.field_raw_str(field, Str::from_escaped(&user));
}
