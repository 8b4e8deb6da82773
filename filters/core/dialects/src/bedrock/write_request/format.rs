//! What the answer must look like.

use tollgate_wire::json::{Str, Value, Writer};

use super::super::family::{Family, is_structured};
use crate::canonical::{Format, Losses, Request};
use crate::refusal::Refusal;

/// How the model is brought to give it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form<'a> {
    /// Not at all: text.
    Text,
    /// By a tool that must be called; None takes any object.
    Tool(Option<Value<'a>>),
    /// By a schema that binds it.
    Schema { name: Option<Str<'a>>, description: Option<Str<'a>>, schema: Value<'a> },
}

/// Chooses the way. Converse has schemas, which older models do not know, and no "some JSON object"; a tool that must be called comes to the
/// same, but for strictness, and unless the request has other plans for tools.
pub(super) fn choose<'a>(
    request: &Request<'a>,
    family: Family,
    model: &str,
    losses: &mut Losses<'_>,
) -> Result<Form<'a>, Refusal> {
    // A forced call does not go with thinking.
    let takes_tool = request.tools.is_empty()
        && request.reasoning == Default::default()
        && (family.takes_named_choice() || family == Family::Mistral);
    match request.format {
        Format::Text => Ok(Form::Text),
        Format::JsonObject if takes_tool => Ok(Form::Tool(None)),
        Format::JsonObject => {
            losses.lacks("response_format.json_object")?;
            Ok(Form::Text)
        }
        // Claude is bound by closed schemas only: https://docs.claude.com/en/docs/build-with-claude/structured-outputs
        Format::JsonSchema { schema, strict, .. }
            if takes_tool && family == Family::Claude && strict != Some(true) && is_open(schema) =>
        {
            Ok(Form::Tool(Some(schema)))
        }
        Format::JsonSchema { name, description, schema, .. } if is_structured(model) => {
            Ok(Form::Schema { name, description, schema })
        }
        Format::JsonSchema { schema, strict, .. } => {
            let is_object = schema.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "object");
            if !takes_tool || !is_object {
                losses.lacks("response_format.json_schema")?;
                return Ok(Form::Text);
            }
            if strict == Some(true) {
                losses.lacks("json_schema.strict")?;
            }
            Ok(Form::Tool(Some(schema)))
        }
    }
}

/// Whether a schema of objects lets them have more than it names.
fn is_open(schema: Value<'_>) -> bool {
    schema.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "object")
        && schema.get("additionalProperties").and_then(|more| more.as_bool()) != Some(false)
}

impl Form<'_> {
    /// Whether the answer comes as the call of a tool.
    pub fn is_tool(&self) -> bool {
        matches!(self, Self::Tool(_))
    }

    /// Writes `outputConfig`. The schema is JSON in a string there.
    pub fn write(&self, out: &mut Writer) {
        let Self::Schema { name, description, schema } = self else { return };
        out.key("outputConfig").begin_object().key("textFormat").begin_object().field_str("type", "json_schema");
        out.key("structure").begin_object().key("jsonSchema").begin_object().field_str("schema", schema.raw());
        if let Some(name) = name {
            out.field_raw_str("name", *name);
        }
        if let Some(description) = description {
            out.field_raw_str("description", *description);
        }
        out.end_object().end_object().end_object().end_object();
    }
}
