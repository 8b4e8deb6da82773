//! The canonical model, written as a chat completion request.

mod message;

use tollgate_wire::json::{Value, Writer};

use crate::canonical::{Effort, Format, Losses, Reasoning, Request, Tier, Tool, ToolChoice, Written};
use crate::refusal::Refusal;
use crate::translate::target::Target;

/// `stop` takes so many sequences.
const MAX_STOPS: usize = 4;

/// From so many tokens of thinking on, the effort is called medium, and high: OpenAI has no budget, so its three levels share out
/// the range from Anthropic's least budget (1,024) to the usual largest (32,000) evenly by powers of two.
const MEDIUM_BUDGET: u64 = 4_096;
const HIGH_BUDGET: u64 = 16_384;

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
    let mut out = Writer::with_capacity(1024);
    out.begin_object();
    if let Some(model) = target.model_in_body {
        out.field_str("model", model);
    }
    out.key("messages").begin_array();
    message::messages(&request.messages, &mut out, losses)?;
    out.end_array();
    if !request.tools.is_empty() {
        out.key("tools").begin_array();
        request.tools.iter().for_each(|item| tool(item, &mut out, losses));
        out.end_array();
    }
    tool_choice(request, &mut out);
    if let Some(limit) = request.max_output_tokens {
        out.field_u64("max_completion_tokens", limit);
    }
    sampling(request, &mut out, losses)?;
    format(&request.format, &mut out);
    if let Some(effort) = effort(request.reasoning) {
        out.field_str("reasoning_effort", effort.as_str());
    }
    if let Some(user) = request.end_user {
        out.field_raw_str("user", user);
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
    if request.stream {
        out.field_bool("stream", true);
        if request.stream_usage {
            out.key("stream_options").begin_object().field_bool("include_usage", true).end_object();
        }
    }
    out.end_object();
    Ok(Written { body: out.finish(), json_tool: false })
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

fn tool_choice(request: &Request<'_>, out: &mut Writer) {
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
            out.key("tool_choice").begin_object().field_str("type", "function");
            out.key("function").begin_object().field_raw_str("name", name).end_object().end_object();
        }
    }
    // The API refuses the field where there are no tools.
    if let Some(parallel) = request.parallel_tools.filter(|_| !request.tools.is_empty()) {
        out.field_bool("parallel_tool_calls", parallel);
    }
}

fn sampling(request: &Request<'_>, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let sampling = &request.sampling;
    let fields: [(&str, Option<Value<'_>>); 5] = [
        ("temperature", sampling.temperature),
        ("top_p", sampling.top_p),
        ("frequency_penalty", sampling.frequency_penalty),
        ("presence_penalty", sampling.presence_penalty),
        ("seed", sampling.seed),
    ];
    for (field, value) in fields {
        if let Some(value) = value {
            out.field_value(field, value);
        }
    }
    if sampling.top_k.is_some() {
        losses.lacks("top_k")?;
    }
    if request.choices != 1 {
        out.field_u64("n", request.choices);
    }
    let mut stops = &*request.stop;
    if stops.len() > MAX_STOPS {
        losses.lacks("stop_sequences")?;
        stops = stops.get(..MAX_STOPS).unwrap_or_default();
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

fn format(format: &Format<'_>, out: &mut Writer) {
    match format {
        Format::Text => {}
        Format::JsonObject => {
            out.key("response_format").begin_object().field_str("type", "json_object").end_object();
        }
        Format::JsonSchema { name, description, schema, strict } => {
            out.key("response_format").begin_object().field_str("type", "json_schema");
            out.key("json_schema").begin_object();
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
    }
}

/// An effort the client names counts before one that its budget amounts to. Adaptive thinking is what the API does anyway.
fn effort(reasoning: Reasoning) -> Option<Effort> {
    let from_budget = |budget| match budget {
        0..MEDIUM_BUDGET => Effort::Low,
        MEDIUM_BUDGET..HIGH_BUDGET => Effort::Medium,
        _ => Effort::High,
    };
    reasoning.effort.or(reasoning.budget.map(from_budget))
}
