//! What a tool is called with.

use tollgate_wire::json::{Limits, Str, Tape, Value, Writer};

use crate::refusal::Refusal;

/// What a tool is called with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arguments<'a> {
    /// JSON text in a string, as OpenAI has it. It may not be JSON at all: models fail, and answers are cut.
    Quoted(Str<'a>),
    /// The JSON itself, as Anthropic has it.
    Json(Value<'a>),
}

impl Arguments<'_> {
    /// Writes them as a string that holds JSON.
    pub fn write_quoted(&self, out: &mut Writer) {
        match self {
            Self::Quoted(text) => out.raw_str(*text),
            Self::Json(json) => out.string(json.raw()),
        };
    }

    /// Writes them as the object that a provider wants.
    ///
    /// # Errors
    /// A 400 if the client's string holds no JSON object. A tool without parameters is called with nothing at all by some models: that is
    /// an empty one.
    pub fn write_object(&self, tool: Str<'_>, out: &mut Writer) -> Result<(), Refusal> {
        if self.write_if_object(out) {
            return Ok(());
        }
        let field = format!("tool_calls.{}.arguments", tool.decode());
        Err(Refusal::invalid_field(&field, "a string that holds a JSON object"))
    }

    /// Writes them as the object that a client gets. What a model wrote may be none, most often because the answer was cut: then its text
    /// is kept under a name of its own rather than lost.
    pub fn write_object_or_text(&self, out: &mut Writer) {
        if !self.write_if_object(out) {
            let text = match self {
                Self::Quoted(text) => text.decode(),
                Self::Json(json) => json.raw().into(),
            };
            out.begin_object().field_str("invalid_arguments", &text).end_object();
        }
    }

    fn write_if_object(&self, out: &mut Writer) -> bool {
        let text = match self {
            Self::Json(json) => {
                out.value(*json);
                return true;
            }
            Self::Quoted(text) => text.decode(),
        };
        if text.trim().is_empty() {
            out.raw("{}");
            return true;
        }
        let mut tape = Tape::default();
        match tape.parse(text.as_bytes(), Limits::default()) {
            Ok(json) if json.is_object() => {
                out.value(json);
                true
            }
            _ => false,
        }
    }
}
