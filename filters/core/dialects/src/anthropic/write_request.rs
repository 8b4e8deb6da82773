//! The canonical model, written as a messages request.

mod message;
pub(crate) mod thinking;

use tollgate_wire::json::Writer;

use super::{Generation, JSON_TOOL, VERTEX_VERSION, is_blank, stops};
use crate::canonical::{Format, Losses, Part, Request, Role, Tier, Tool, ToolChoice, Written};
use crate::refusal::Refusal;
use crate::translate::target::Target;

/// Output limit where neither the client nor the provider's configuration names one: the API requires it, and every model it still
/// serves allows as much.
const DEFAULT_MAX_TOKENS: u64 = 4_096;

/// Writes a request.
///
/// # Errors
/// A 400 for what the provider lacks, unless the policy is lenient about it; and for tool arguments that are no JSON object.
pub(crate) fn write_request(
    request: &Request<'_>,
    target: &Target<'_>,
    losses: &mut Losses<'_>,
) -> Result<Written, Refusal> {
    losses.cites_documents();
    losses.lacks_extras(request)?;
    let json_tool = wants_json_tool(request, losses)?;
    let generation = Generation::of(target.model);
    let max_tokens = request.max_output_tokens.or(target.max_output_tokens());
    let thinking = thinking::choose(request, target.model, max_tokens, losses)?;
    let mut out = Writer::with_capacity(1024);
    out.begin_object();
    match target.model_in_body {
        Some(model) => out.field_str("model", model),
        // Where the path names the model, it does not say the version of the API.
        None => out.field_str("anthropic_version", VERTEX_VERSION),
    };
    let default = DEFAULT_MAX_TOKENS + thinking.budget().unwrap_or(0);
    out.field_u64("max_tokens", max_tokens.unwrap_or(default));
    let turns = message::turns(request, generation.drops_prefill(request, losses)?, losses);
    // At least one message is required: a system prompt alone is said by the user then.
    if turns.is_empty() {
        out.key("messages").begin_array().begin_object().field_str("role", "user");
        if !system("content", request, &mut out)? {
            return Err(Refusal::invalid_field("messages", "a message that says something"));
        }
        out.end_object();
    } else {
        system("system", request, &mut out)?;
        out.key("messages").begin_array();
        message::messages(turns, request.document_citations, &mut out, losses)?;
    }
    out.end_array();
    tools(request, json_tool, &mut out);
    sampling(request, generation, &mut out, losses)?;
    thinking.write(&request.format, &mut out, losses)?;
    if let Some(user) = request.end_user {
        out.key("metadata").begin_object().field_raw_str("user_id", user).end_object();
    }
    match request.tier {
        None => {}
        Some(Tier::Auto) => {
            out.field_str("service_tier", "auto");
        }
        Some(Tier::Standard) => {
            out.field_str("service_tier", "standard_only");
        }
    }
    if request.stream {
        out.field_bool("stream", true);
    }
    out.end_object();
    Ok(Written { body: out.finish(), json_tool })
}

/// The API has no "some JSON object"; a tool that must be called comes to the same, unless the request has other plans for tools.
fn wants_json_tool(request: &Request<'_>, losses: &mut Losses<'_>) -> Result<bool, Refusal> {
    if !matches!(request.format, Format::JsonObject) {
        return Ok(false);
    }
    // A forced call does not go with thinking.
    if request.tools.is_empty() && request.reasoning == Default::default() {
        return Ok(true);
    }
    losses.lacks("response_format.json_object")?;
    Ok(false)
}

/// The API has one system prompt. System messages further down are moved up to it, as Anthropic's own OpenAI-compatible endpoint does
/// (<https://docs.claude.com/en/api/openai-sdk>): only its newest models take them in between.
///
/// Writes it under a key, and tells whether there is one.
fn system(key: &str, request: &Request<'_>, out: &mut Writer) -> Result<bool, Refusal> {
    let parts =
        || request.messages.iter().filter(|message| message.role == Role::System).flat_map(|message| &message.parts);
    let texts = || parts().filter(|part| matches!(part, Part::Text { text, .. } if !is_blank(*text)));
    match (texts().next(), texts().nth(1)) {
        (None, _) => {}
        (Some(Part::Text { text, cache: None }), None) => {
            out.field_raw_str(key, *text);
        }
        _ => {
            out.key(key).begin_array();
            for part in texts() {
                message::text(part, out);
            }
            out.end_array();
        }
    }
    if let Some(other) = parts().find(|part| !matches!(part, Part::Text { .. } | Part::Refusal { .. })) {
        let kind = if matches!(other, Part::Image { .. }) { "images" } else { "files" };
        return Err(Refusal::invalid_field("messages", &format!("system messages without {kind}")));
    }
    Ok(texts().next().is_some())
}

fn tools(request: &Request<'_>, json_tool: bool, out: &mut Writer) {
    if json_tool {
        out.key("tools").begin_array().begin_object().field_str("name", JSON_TOOL);
        out.field_str("description", "Gives the answer, as a JSON object.");
        out.field_raw("input_schema", r#"{"type":"object","additionalProperties":true}"#).end_object().end_array();
        out.key("tool_choice").begin_object().field_str("type", "tool").field_str("name", JSON_TOOL).end_object();
        return;
    }
    if request.tools.is_empty() {
        return;
    }
    out.key("tools").begin_array();
    request.tools.iter().for_each(|item| tool(item, out));
    out.end_array();
    let one_at_a_time = request.parallel_tools == Some(false);
    if request.tool_choice.is_none() && !one_at_a_time {
        return;
    }
    out.key("tool_choice").begin_object();
    let may_call = match request.tool_choice {
        None | Some(ToolChoice::Auto) => {
            out.field_str("type", "auto");
            true
        }
        Some(ToolChoice::Required) => {
            out.field_str("type", "any");
            true
        }
        Some(ToolChoice::Named(name)) => {
            out.field_str("type", "tool").field_raw_str("name", name);
            true
        }
        Some(ToolChoice::None) => {
            out.field_str("type", "none");
            false
        }
    };
    if one_at_a_time && may_call {
        out.field_bool("disable_parallel_tool_use", true);
    }
    out.end_object();
}

fn tool(tool: &Tool<'_>, out: &mut Writer) {
    out.begin_object().field_raw_str("name", tool.name);
    if let Some(description) = tool.description {
        out.field_raw_str("description", description);
    }
    match tool.parameters {
        Some(parameters) if !parameters.is_empty() => out.field_value("input_schema", parameters),
        _ => out.field_raw("input_schema", r#"{"type":"object","properties":{}}"#),
    };
    // Not being strict is the default; models that know no other way refuse the field.
    if tool.strict == Some(true) {
        out.field_bool("strict", true);
    }
    if let Some(cache) = tool.cache {
        out.field_value("cache_control", cache);
    }
    out.end_object();
}

fn sampling(
    request: &Request<'_>,
    generation: Generation,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let sampling = &generation.sampling(&request.sampling, losses)?;
    for (field, value) in [("temperature", sampling.temperature), ("top_p", sampling.top_p), ("top_k", sampling.top_k)]
    {
        if let Some(value) = value {
            out.field_value(field, value);
        }
    }
    for (field, penalty) in
        [("frequency_penalty", sampling.frequency_penalty), ("presence_penalty", sampling.presence_penalty)]
    {
        if penalty.and_then(|penalty| penalty.as_f64()).is_some_and(|penalty| penalty != 0.0) {
            losses.lacks(field)?;
        }
    }
    if sampling.seed.is_some() {
        losses.lacks("seed")?;
    }
    if request.choices != 1 {
        losses.lacks("n")?;
    }
    if request.logprobs.is_some() {
        losses.lacks("logprobs")?;
    }
    let stops = stops(&request.stop, losses)?;
    if !stops.is_empty() {
        out.key("stop_sequences").begin_array();
        for stop in stops {
            out.raw_str(stop);
        }
        out.end_array();
    }
    Ok(())
}
