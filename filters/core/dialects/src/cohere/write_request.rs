//! The canonical model, written as a request.

mod documents;
mod message;
mod schema;
mod thinking;

pub(super) use documents::ID as DOCUMENT_ID;
use tollgate_wire::json::{Value, Writer};

use crate::canonical::{Format, Losses, Request, Tool, ToolChoice, Written, begins_a_name};
use crate::refusal::Refusal;
use crate::translate::target::Target;

/// `stop_sequences` takes so many.
const MAX_STOPS: usize = 5;

/// The range of `p`.
const P: (f64, f64) = (0.01, 0.99);

/// The largest `k`.
const MAX_K: f64 = 500.0;

/// Writes a request.
///
/// # Errors
/// A 400 for what the provider lacks, unless the policy is lenient about it.
pub(crate) fn write_request(
    request: &Request<'_>,
    target: &Target<'_>,
    losses: &mut Losses<'_>,
) -> Result<Written, Refusal> {
    losses.has_detail();
    losses.cites_documents();
    losses.lacks_extras(request)?;
    request.named_as("a letter or `_` in front", begins_a_name)?;
    let cites = documents::are_cited(request);
    let mut out = Writer::with_capacity(target.likely_size);
    out.begin_object();
    out.field_str("model", target.model).key("messages").begin_array();
    message::messages(&request.messages, cites, &mut out, losses)?;
    out.end_array();
    if cites {
        documents::write(request, &mut out);
    }
    tools(request, &mut out, losses)?;
    if let Some(limit) = request.max_output_tokens {
        out.field_u64("max_tokens", limit);
    }
    sampling(request, &mut out, losses)?;
    format(request, &mut out, losses)?;
    thinking::write(request, &mut out);
    if request.logprobs.is_some_and(|top| top > 0) {
        losses.lacks("top_logprobs")?;
    }
    if request.logprobs.is_some() {
        out.field_bool("logprobs", true);
    }
    if request.end_user.is_some() {
        losses.note("user");
    }
    if request.stream {
        out.field_bool("stream", true);
    }
    out.end_object();
    Ok(Written { body: out.finish(), json_tool: false })
}

fn tools(request: &Request<'_>, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    if request.parallel_tools == Some(false) && !request.tools.is_empty() {
        losses.lacks("parallel_tool_calls")?;
    }
    // No tool can be named, but one that must be called among one is the one.
    let is_offered = |tool: &&Tool<'_>| match request.tool_choice {
        Some(ToolChoice::Named(name)) => tool.name == name,
        _ => true,
    };
    let offered = || request.tools.iter().filter(is_offered);
    if offered().next().is_none() {
        return match request.tool_choice {
            Some(ToolChoice::Named(_)) => Err(Refusal::invalid_field("tool_choice", "the name of one of the `tools`")),
            _ => Ok(()),
        };
    }
    out.key("tools").begin_array();
    offered().for_each(|item| tool(item, out, losses));
    out.end_array();
    if offered().any(|tool| tool.strict == Some(true)) {
        // One switch for all of them.
        if offered().all(|tool| tool.strict == Some(true)) {
            out.field_bool("strict_tools", true);
            offered()
                .filter_map(|tool| tool.parameters)
                .try_for_each(|parameters| schema::enforceable(parameters, "tools", losses))?;
        } else {
            losses.lacks("tools.strict")?;
        }
    }
    match request.tool_choice {
        None | Some(ToolChoice::Auto) => {}
        Some(ToolChoice::None) => {
            out.field_str("tool_choice", "NONE");
        }
        Some(ToolChoice::Required | ToolChoice::Named(_)) => {
            out.field_str("tool_choice", "REQUIRED");
        }
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
    match tool.parameters {
        Some(parameters) if !parameters.is_empty() => out.field_value("parameters", parameters),
        _ => out.field_raw("parameters", r#"{"type":"object","properties":{}}"#),
    };
    out.end_object().end_object();
}

fn sampling(request: &Request<'_>, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let sampling = &request.sampling;
    // From 0 to 1 here, to 2 at OpenAI.
    within("temperature", "temperature", sampling.temperature, 1.0, out, losses)?;
    match sampling.top_p.and_then(|top_p| Some((top_p, top_p.as_f64()?))) {
        None => {}
        Some((_, number)) if number < P.0 || number > P.1 => {
            losses.note("top_p");
            out.field_f64("p", number.clamp(P.0, P.1));
        }
        Some((top_p, _)) => {
            out.field_value("p", top_p);
        }
    }
    within("top_k", "k", sampling.top_k, MAX_K, out, losses)?;
    for (field, penalty) in
        [("frequency_penalty", sampling.frequency_penalty), ("presence_penalty", sampling.presence_penalty)]
    {
        // None is the default, and only one of them may be there at all.
        let penalty = penalty.filter(|penalty| penalty.as_f64() != Some(0.0));
        within(field, field, penalty, 1.0, out, losses)?;
    }
    match sampling.seed {
        Some(seed) if seed.as_u64().is_none() => losses.lacks("seed")?,
        Some(seed) => {
            out.field_value("seed", seed);
        }
        None => {}
    }
    if request.choices != 1 {
        losses.lacks("n")?;
    }
    let mut stops = &*request.stop;
    if stops.len() > MAX_STOPS {
        losses.lacks("stop")?;
        stops = stops.get(..MAX_STOPS).unwrap_or_default();
    }
    if !stops.is_empty() {
        out.key("stop_sequences").begin_array();
        for stop in stops {
            out.raw_str(*stop);
        }
        out.end_array();
    }
    Ok(())
}

/// A number from 0 to `most`; the provider lacks any other.
fn within(
    feature: &str,
    field: &str,
    value: Option<Value<'_>>,
    most: f64,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    match value {
        Some(value) if value.as_f64().is_none_or(|number| !(0.0..=most).contains(&number)) => losses.lacks(feature),
        Some(value) => {
            out.field_value(field, value);
            Ok(())
        }
        None => Ok(()),
    }
}

fn format(request: &Request<'_>, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let (feature, schema) = match request.format {
        Format::Text => return Ok(()),
        Format::JsonObject => ("response_format.json_object", None),
        Format::JsonSchema { description, schema, strict, .. } => {
            if description.is_some() {
                losses.lacks("json_schema.description")?;
            }
            if strict == Some(true) {
                schema::enforceable(schema, "json_schema", losses)?;
            }
            ("response_format.json_schema", Some(schema))
        }
    };
    // "Not supported when used in combinations with the `documents` or `tools` parameters."
    if !request.tools.is_empty() || documents::are_cited(request) {
        return losses.lacks(feature);
    }
    out.key("response_format").begin_object().field_str("type", "json_object");
    if let Some(schema) = schema {
        out.field_value("json_schema", schema);
    }
    out.end_object();
    Ok(())
}
