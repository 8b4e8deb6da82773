//! The content blocks of a Converse request.

use tollgate_wire::json::{Str, Value, Writer};

use super::super::family::Family;
use super::super::names::{Documents, call_id, called_name};
use crate::anthropic::is_blank;
use crate::canonical::{ERROR_PREFIX, Losses, Part, Role};
use crate::refusal::Refusal;

/// Writes the blocks of one request.
#[derive(Debug)]
pub(super) struct Blocks<'b, 'l> {
    pub(super) family: Family,
    pub(super) documents: Documents,
    /// Documents are to be cited.
    pub(super) cited: bool,
    pub(super) losses: &'b mut Losses<'l>,
}

impl<'b, 'l> Blocks<'b, 'l> {
    /// `cited` asks for citations of the documents, where the models cite.
    pub fn new(family: Family, cited: bool, losses: &'b mut Losses<'l>) -> Self {
        Self { family, documents: Documents::default(), cited: cited && family.cites(), losses }
    }

    /// Converse refuses blank texts, which other dialects send beside tool calls, and reasoning that the model has not signed.
    pub fn says_something(&mut self, part: &Part<'_>) -> bool {
        match part {
            Part::Text { text, .. } | Part::Refusal { text } => !is_blank(*text),
            Part::Reasoning { signature: None, .. } => {
                self.losses.note("thinking");
                false
            }
            // Models other than Claude take no readable reasoning back.
            Part::Reasoning { signature: Some(signature), .. } => {
                self.kept(self.family == Family::Claude && self.open(*signature).is_some_and(|own| !own.is_empty()))
            }
            Part::RedactedReasoning { data } => {
                self.kept(self.family.takes_redacted_reasoning() && self.open(*data).is_some_and(is_blob))
            }
            Part::Citation(_) => {
                self.losses.note("citations");
                false
            }
            _ => true,
        }
    }

    /// Reasoning that these models have signed.
    fn open<'s>(&self, signature: Str<'s>) -> Option<&'s str> {
        self.family.signer().open(signature)
    }

    fn kept(&mut self, kept: bool) -> bool {
        if !kept {
            self.losses.note("thinking");
        }
        kept
    }

    /// A text block.
    pub fn text(&self, text: Str<'_>, out: &mut Writer) {
        out.begin_object().field_raw_str("text", text).end_object();
    }

    /// The title of a document that nothing is said about.
    pub fn title(&self, title: Option<Str<'_>>, out: &mut Writer) {
        match title.filter(|title| !is_blank(*title)) {
            Some(title) => self.text(title, out),
            None => {
                out.begin_object().field_str("text", "document").end_object();
            }
        }
    }

    /// A cache mark, as a block of its own behind what it marks.
    pub fn cache_point(&mut self, cache: Option<Value<'_>>, out: &mut Writer) {
        let Some(cache) = cache.filter(Value::is_object) else { return };
        if !self.family.caches() {
            return self.losses.note("cache_control");
        }
        out.begin_object().key("cachePoint").begin_object().field_str("type", "default");
        if cache.get("ttl").and_then(|ttl| ttl.as_str()).is_some_and(|ttl| ttl == "1h") {
            if self.family == Family::Claude {
                out.field_str("ttl", "1h");
            } else {
                self.losses.note("cache_control.ttl");
            }
        }
        out.end_object().end_object();
    }

    /// A part of a message, its cache mark included.
    pub fn block(&mut self, role: Role, part: &Part<'_>, out: &mut Writer) -> Result<(), Refusal> {
        let cache = match part {
            Part::Text { text, cache } => {
                self.text(*text, out);
                *cache
            }
            Part::Refusal { text } => {
                self.text(*text, out);
                None
            }
            Part::Image { .. } if role == Role::Assistant => return self.losses.lacks("assistant.image"),
            Part::Document { .. } if role == Role::Assistant => return self.losses.lacks("assistant.document"),
            Part::Audio { .. } if role == Role::Assistant => return self.losses.lacks("assistant.audio"),
            Part::Image { cache, .. } | Part::Document { cache, .. } | Part::Audio { cache, .. } => {
                self.media(part, out)?;
                *cache
            }
            Part::Reasoning { text, signature } => {
                out.begin_object().key("reasoningContent").begin_object().key("reasoningText").begin_object();
                out.field_raw_str("text", *text);
                if let Some(signature) = signature.and_then(|signature| self.open(signature)) {
                    out.field_raw_str("signature", Str::from_escaped(signature));
                }
                out.end_object().end_object().end_object();
                None
            }
            Part::RedactedReasoning { data } => {
                let data = Str::from_escaped(self.open(*data).unwrap_or_default());
                out.begin_object().key("reasoningContent").begin_object();
                out.field_raw_str("redactedContent", data).end_object().end_object();
                None
            }
            Part::ToolCall { id, name, arguments, cache } => {
                out.begin_object().key("toolUse").begin_object();
                out.field_str("toolUseId", &call_id(id.unwrap_or(*name), self.family));
                out.field_str("name", &called_name(*name)).key("input");
                arguments.write_object(*name, out)?;
                out.end_object().end_object();
                *cache
            }
            Part::ToolResult { id, content, is_error, cache } => {
                self.result(*id, content, *is_error, out)?;
                // A mark inside has no place there; behind all of it is the nearest.
                cache.or_else(|| content.iter().rev().find_map(text_cache))
            }
            Part::Citation(_) => None,
        };
        self.cache_point(cache, out);
        Ok(())
    }

    fn result(&mut self, id: Str<'_>, content: &[Part<'_>], is_error: bool, out: &mut Writer) -> Result<(), Refusal> {
        let rich = self.family.has_rich_results();
        let mut prefix = if is_error && !rich { ERROR_PREFIX } else { "" };
        out.begin_object().key("toolResult").begin_object().field_str("toolUseId", &call_id(id, self.family));
        out.key("content").begin_array();
        for part in content {
            match part {
                Part::Text { text, .. } => {
                    out.begin_object().key("text").begin_string().push_str(prefix).push_raw_str(*text);
                    out.end_string().end_object();
                    prefix = "";
                }
                Part::Image { .. } if !rich => self.losses.lacks("tool_result.image")?,
                Part::Audio { .. } => self.losses.lacks("tool_result.audio")?,
                Part::Image { .. } | Part::Document { .. } => self.media(part, out)?,
                _ => {}
            }
        }
        if !prefix.is_empty() {
            out.begin_object().field_str("text", prefix.trim_end_matches([':', ' '])).end_object();
        }
        out.end_array();
        if is_error && rich {
            out.field_str("status", "error");
        }
        out.end_object().end_object();
        Ok(())
    }
}

fn text_cache<'a>(part: &Part<'a>) -> Option<Value<'a>> {
    match part {
        Part::Text { cache, .. } => *cache,
        _ => None,
    }
}

/// Whether data is base64 with its padding, all that AWS takes for bytes. Still escaped, where `/` may be `\/`.
fn is_blob(raw: &str) -> bool {
    let stem = raw.trim_end_matches('=');
    let letters = stem.bytes().filter(|byte| *byte != b'\\').count();
    let padding = raw.len() - stem.len();
    letters > 0
        && padding <= 2
        && (letters + padding).is_multiple_of(4)
        && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'\\'))
}
