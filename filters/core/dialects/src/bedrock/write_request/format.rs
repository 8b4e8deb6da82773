//! What the answer must look like.

use tollgate_wire::json::{Str, Value, Writer};

use super::super::family::{Family, is_structured};
use crate::anthropic::schema;
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
        // Claude takes no schema that it cannot keep.
        Format::JsonSchema { schema, strict, .. }
            if family == Family::Claude && strict != Some(true) && !schema::is_kept(schema) =>
        {
            if takes_tool && is_object(schema) {
                return Ok(Form::Tool(Some(schema)));
            }
            losses.lacks("response_format.json_schema")?;
            Ok(Form::Text)
        }
        Format::JsonSchema { name, description, schema, .. } if is_structured(model) => {
            Ok(Form::Schema { name, description, schema })
        }
        Format::JsonSchema { schema, strict, .. } => {
            if !takes_tool || !is_object(schema) {
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

fn is_object(schema: Value<'_>) -> bool {
    schema.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "object")
}

impl Form<'_> {
    /// Whether the answer comes as the call of a tool.
    pub fn is_tool(&self) -> bool {
        matches!(self, Self::Tool(_))
    }

    /// Writes `outputConfig`. The schema is JSON in a string there.
    ///
    /// # Errors
    /// A 400 that names a keyword which Claude does not keep.
    pub fn write(&self, family: Family, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
        let Self::Schema { name, description, schema } = self else { return Ok(()) };
        let mut text = Writer::with_capacity(256);
        match family {
            Family::Claude => schema::write(*schema, "json_schema", &mut text, losses)?,
            _ => _ = text.value(*schema),
        }
        let text = text.finish();
        out.key("outputConfig").begin_object().key("textFormat").begin_object().field_str("type", "json_schema");
        out.key("structure")
            .begin_object()
            .key("jsonSchema")
            .begin_object()
            .field_str("schema", &String::from_utf8_lossy(&text));
        if let Some(name) = name {
            out.field_raw_str("name", *name);
        }
        if let Some(description) = description {
            out.field_raw_str("description", *description);
        }
        out.end_object().end_object().end_object().end_object();
        Ok(())
    }
}
