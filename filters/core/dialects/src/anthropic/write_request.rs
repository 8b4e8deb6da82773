//! The canonical model, written as a messages request.

mod message;
pub(crate) mod schema;
pub(crate) mod thinking;

use tollgate_wire::json::{Value, Writer};

use super::{Generation, JSON_TOOL, VERTEX_VERSION, is_blank, stops};
use crate::canonical::{Format, Losses, Part, Request, Role, Tier, Tool, ToolChoice, Written};
use crate::refusal::Refusal;
use crate::translate::target::Target;

/// Output limit where neither the client nor the provider's configuration names one: the API requires it, and every model it still
/// serves allows as much.
const DEFAULT_MAX_TOKENS: u64 = 4_096;

/// The schema of a tool without parameters, and of one that is strict.
const NO_PARAMETERS: &str = r#"{"type":"object","properties":{}}"#;
const STRICTLY_NONE: &str = r#"{"type":"object","properties":{},"additionalProperties":false}"#;

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
    let generation = Generation::of(target.model);
    let form = form(request, generation, losses)?;
    let max_tokens = request.max_output_tokens.or(target.max_output_tokens());
    let thinking = thinking::choose(request, target.model, max_tokens, losses)?;
    let mut out = Writer::with_capacity(target.likely_size);
    out.begin_object();
    match target.model_in_body {
        Some(model) => out.field_str("model", model),
        // Where the path names the model, it does not say the version of the API.
        None => out.field_str("anthropic_version", VERTEX_VERSION),
    };
    let default = DEFAULT_MAX_TOKENS + thinking.budget().unwrap_or(0);
    out.field_u64("max_tokens", max_tokens.unwrap_or(default));
    let mut turns = message::turns(request, losses);
    generation.without_prefill(&mut turns, losses)?;
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
    tools(request, form, generation, &mut out, losses)?;
    sampling(request, generation, &mut out, losses)?;
    let schema = if let Form::Schema(schema) = form { Some(schema) } else { None };
    thinking.write(schema, &mut out, losses)?;
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
    Ok(Written { body: out.finish(), json_tool: matches!(form, Form::Tool(_)) })
}

/// How the model is brought to give the answer its form.
#[derive(Debug, Clone, Copy)]
enum Form<'a> {
    /// Not at all: text.
    Text,
    /// By a tool that must be called; None takes any object.
    Tool(Option<Value<'a>>),
    /// By a schema that binds it.
    Schema(Value<'a>),
}

/// Chooses the way. The API has no "some JSON object", and takes no schema that it cannot keep; a tool that must be called comes to the same
/// where nobody insists on strictness, unless the request has other plans for tools.
fn form<'a>(request: &Request<'a>, generation: Generation, losses: &mut Losses<'_>) -> Result<Form<'a>, Refusal> {
    // A forced call does not go with thinking.
    let takes_tool = request.tools.is_empty() && request.reasoning == Default::default();
    match request.format {
        Format::Text => Ok(Form::Text),
        Format::JsonObject if takes_tool => Ok(Form::Tool(None)),
        Format::JsonObject => {
            losses.lacks("response_format.json_object")?;
            Ok(Form::Text)
        }
        Format::JsonSchema { schema, strict, description, .. } => {
            if description.is_some() {
                losses.lacks("json_schema.description")?;
            }
            let strict = strict == Some(true);
            if generation.is_structured() && (strict || schema::is_kept(schema)) {
                return Ok(Form::Schema(schema));
            }
            let is_object = schema.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "object");
            if !takes_tool || !is_object {
                losses.lacks("response_format.json_schema")?;
                return Ok(Form::Text);
            }
            if strict {
                losses.lacks("json_schema.strict")?;
            }
            Ok(Form::Tool(Some(schema)))
        }
    }
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

fn tools(
    request: &Request<'_>,
    form: Form<'_>,
    generation: Generation,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    if let Form::Tool(schema) = form {
        out.key("tools").begin_array().begin_object().field_str("name", JSON_TOOL);
        out.field_str("description", "Gives the answer, as a JSON object.");
        match schema {
            Some(schema) => out.field_value("input_schema", schema),
            None => out.field_raw("input_schema", r#"{"type":"object","additionalProperties":true}"#),
        };
        out.end_object().end_array();
        out.key("tool_choice").begin_object().field_str("type", "tool").field_str("name", JSON_TOOL).end_object();
        return Ok(());
    }
    if request.tools.is_empty() {
        return Ok(());
    }
    out.key("tools").begin_array();
    request.tools.iter().try_for_each(|item| tool(item, generation, out, losses))?;
    out.end_array();
    let one_at_a_time = request.parallel_tools == Some(false);
    if request.tool_choice.is_none() && !one_at_a_time {
        return Ok(());
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
    Ok(())
}

fn tool(tool: &Tool<'_>, generation: Generation, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    // Not being strict is the default; models that know no other way refuse the field.
    let mut strict = tool.strict == Some(true);
    if strict && !generation.is_structured() {
        losses.lacks("tools.strict")?;
        strict = false;
    }
    out.begin_object().field_raw_str("name", tool.name);
    if let Some(description) = tool.description {
        out.field_raw_str("description", description);
    }
    match tool.parameters.filter(|parameters| !parameters.is_empty()) {
        Some(parameters) if strict => schema::write(parameters, "tools", out.key("input_schema"), losses)?,
        Some(parameters) => _ = out.field_value("input_schema", parameters),
        None => _ = out.field_raw("input_schema", if strict { STRICTLY_NONE } else { NO_PARAMETERS }),
    }
    if strict {
        out.field_bool("strict", true);
    }
    if let Some(cache) = tool.cache {
        out.field_value("cache_control", cache);
    }
    out.end_object();
    Ok(())
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
    losses.lacks_numbers(request)?;
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
