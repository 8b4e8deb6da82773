//! The canonical model, written as a chat completion request.

mod message;

use tollgate_wire::json::{Value, Writer};

use super::servers::Server;
use crate::canonical::{Effort, Format, Losses, Reasoning, Request, Tier, Tool, ToolChoice, Written};
use crate::refusal::Refusal;
use crate::translate::target::Target;

/// From so many tokens of thinking on, the effort is called medium, and high: OpenAI has no budget, so its three levels share out
/// the range from Anthropic's least budget (1,024) to the usual largest (32,000) evenly by powers of two.
const MEDIUM_BUDGET: u64 = 4_096;
const HIGH_BUDGET: u64 = 16_384;

/// Longest name of a tool at OpenAI, in bytes.
pub(crate) const MAX_NAME: usize = 64;
/// The same in words.
pub(crate) const NAMES: &str = "1 to 64 letters, digits, `_` and `-`";

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
    let server = Server::of(target.provider);
    if !server.deviates {
        request.named_as(NAMES, |name| (1..=MAX_NAME).contains(&name.len()))?;
    }
    let mut out = Writer::with_capacity(target.likely_size);
    out.begin_object();
    if let Some(model) = target.model_in_body {
        out.field_str("model", model);
    }
    out.key("messages").begin_array();
    message::messages(&request.messages, server, &mut out, losses)?;
    out.end_array();
    if !request.tools.is_empty() {
        out.key("tools").begin_array();
        request.tools.iter().for_each(|item| tool(item, &mut out, losses));
        out.end_array();
    }
    tool_choice(request, server, &mut out, losses)?;
    if let Some(limit) = request.max_output_tokens {
        out.field_u64(server.limit, limit);
    }
    sampling(request, server, &mut out, losses)?;
    format(&request.format, server, &mut out, losses)?;
    thinking(request.reasoning, server, &mut out, losses)?;
    who(request, server, &mut out, losses)?;
    for (field, value) in &request.openai {
        if server.takes(field, losses)? {
            out.field_value(field, *value);
        }
    }
    if request.stream {
        out.field_bool("stream", true);
        if request.stream_usage && server.asks_for_usage {
            out.key("stream_options").begin_object().field_bool("include_usage", true).end_object();
        }
    }
    out.end_object();
    Ok(Written { body: out.finish(), json_tool: false })
}

/// Who asks, and which capacity may serve it.
fn who(request: &Request<'_>, server: &Server, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    // The newer name says the same.
    if let Some(user) = request.end_user.filter(|user| request.safety_identifier != Some(*user))
        && server.takes("user", losses)?
    {
        out.field_raw_str("user", user);
    }
    if let Some(user) = request.safety_identifier
        && server.takes("safety_identifier", losses)?
    {
        out.field_raw_str("safety_identifier", user);
    }
    if let Some(tier) = request.tier
        && server.takes("service_tier", losses)?
    {
        out.field_str("service_tier", if tier == Tier::Auto { "auto" } else { server.standard_tier });
    }
    Ok(())
}

fn tool(tool: &Tool<'_>, out: &mut Writer, losses: &mut Losses<'_>) {
    if tool.cache.is_some() {
        losses.note("cache_control");
    }
    out.begin_object().field_str("type", "function").key("function").begin_object().field_raw_str("name", tool.name);
    if let Some(description) = tool.description {
        out.field_raw_str("description", description);
    }
    if let Some(parameters) = tool.parameters {
        out.field_value("parameters", parameters);
    }
    if let Some(strict) = tool.strict {
        out.field_bool("strict", strict);
    }
    out.end_object().end_object();
}

fn tool_choice(
    request: &Request<'_>,
    server: &Server,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    // To choose freely is the default, also where there is no other choice. The API refuses the field where there are no tools.
    let choice = match request.tool_choice.filter(|_| !request.tools.is_empty()) {
        Some(choice) if matches!(choice, ToolChoice::Auto) || server.takes("tool_choice", losses)? => Some(choice),
        _ => None,
    };
    match choice {
        Some(ToolChoice::Auto) if server.has("tool_choice") => {
            out.field_str("tool_choice", "auto");
        }
        None | Some(ToolChoice::Auto) => {}
        Some(ToolChoice::None) => {
            out.field_str("tool_choice", "none");
        }
        Some(ToolChoice::Required) => {
            out.field_str("tool_choice", server.required);
        }
        Some(ToolChoice::Named(name)) => {
            out.key("tool_choice").begin_object().field_str("type", "function");
            out.key("function").begin_object().field_raw_str("name", name).end_object().end_object();
        }
    }
    // The API refuses the field where there are no tools. Several calls are the default.
    if let Some(parallel) = request.parallel_tools.filter(|_| !request.tools.is_empty())
        && (parallel && server.has("parallel_tool_calls")
            || !parallel && server.takes("parallel_tool_calls", losses)?)
    {
        out.field_bool("parallel_tool_calls", parallel);
    }
    Ok(())
}

fn sampling(request: &Request<'_>, server: &Server, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let sampling = &request.sampling;
    let fields: [(&str, &str, Option<Value<'_>>); 6] = [
        ("temperature", "temperature", sampling.temperature),
        ("top_p", "top_p", sampling.top_p),
        ("top_k", "top_k", sampling.top_k),
        ("frequency_penalty", "frequency_penalty", sampling.frequency_penalty),
        ("presence_penalty", "presence_penalty", sampling.presence_penalty),
        ("seed", server.seed, sampling.seed),
    ];
    for (feature, field, value) in fields {
        if let Some(value) = value
            && server.takes(feature, losses)?
        {
            out.field_value(field, value);
        }
    }
    if request.choices != 1 && server.takes("n", losses)? {
        out.field_u64("n", request.choices);
    }
    if let Some(top) = request.logprobs
        && server.takes("logprobs", losses)?
    {
        out.field_bool("logprobs", true);
        if top > 0 {
            out.field_u64("top_logprobs", top);
        }
    }
    let mut stops = &*request.stop;
    if stops.len() > server.max_stops {
        losses.lacks("stop")?;
        stops = stops.get(..server.max_stops).unwrap_or_default();
    }
    if !stops.is_empty() {
        out.key("stop").begin_array();
        for stop in stops {
            out.raw_str(*stop);
        }
        out.end_array();
    }
    Ok(())
}

fn format(format: &Format<'_>, server: &Server, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    match format {
        Format::Text => {}
        // Some JSON is what comes closest to a schema the server does not take.
        Format::JsonSchema { name, description, schema, strict }
            if server.takes("response_format.json_schema", losses)? =>
        {
            out.key("response_format").begin_object().field_str("type", "json_schema");
            out.key(if server.schema_is_value { "value" } else { "json_schema" }).begin_object();
            match name {
                Some(name) => out.field_raw_str("name", *name),
                // Required, and of no effect.
                None => out.field_str("name", "answer"),
            };
            if let Some(description) = description {
                out.field_raw_str("description", *description);
            }
            out.field_value("schema", *schema);
            if let Some(strict) = strict {
                out.field_bool("strict", *strict);
            }
            out.end_object().end_object();
        }
        Format::JsonObject | Format::JsonSchema { .. } => {
            out.key("response_format").begin_object().field_str("type", "json_object");
            if server.schema_is_value {
                out.field_raw("value", r#"{"type":"object"}"#);
            }
            out.end_object();
        }
    }
    Ok(())
}

/// What OpenAI is told of how much to think. An effort the client names counts before one that its budget amounts to; adaptive thinking is
/// what the API does anyway.
pub(crate) fn effort(reasoning: Reasoning) -> Option<Effort> {
    let from_budget = |budget| match budget {
        0..MEDIUM_BUDGET => Effort::Low,
        MEDIUM_BUDGET..HIGH_BUDGET => Effort::Medium,
        _ => Effort::High,
    };
    reasoning.effort.or(reasoning.budget.map(from_budget))
}

fn thinking(reasoning: Reasoning, server: &Server, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let Some(effort) = effort(reasoning) else { return Ok(()) };
    if !server.takes("reasoning_effort", losses)? {
        return Ok(());
    }
    match (server.effort(effort), server.no_thinking) {
        (Some(word), _) => {
            if word != effort.as_str() {
                losses.note("reasoning_effort");
            }
            out.field_str("reasoning_effort", word);
        }
        (None, Some((field, off))) => {
            out.field_raw(field, off);
        }
        (None, None) => {}
    }
    Ok(())
}
