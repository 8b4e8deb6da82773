//! The canonical model, written as the events of a message.
//!
//! Here an answer is a row of blocks, and one ends before the next begins, while other dialects may deliver parts of several calls in
//! turns. So what belongs to a later block waits while the JSON of an earlier call is not complete, and only then.

mod blocks;
mod completeness;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use tollgate_wire::json::{Str, Writer};
use tollgate_wire::sse;

use super::citation::write_citation;
use super::write_answer::{call_id, message_id, signature, stop_reason, write_usage};
use crate::canonical::{Event, FinishReason};
use crate::protocol::Signer;
use crate::refusal::Refusal;
use crate::translate::AnswerPlan;
use crate::{ClientDialect, Usage};
use blocks::{Blocks, Kind};

/// Writes one stream.
#[derive(Debug)]
pub(crate) struct EventWriter {
    /// The answer's id, if the provider gives none.
    id: String,
    now_nanos: u64,
    signer: Signer,
    /// Whether events belong to a choice that this dialect has no place for.
    other_choice: bool,
    blocks: Blocks,
    started: bool,
    /// Why the answer ended, and the stop sequence, still escaped.
    finish: Option<(FinishReason, Option<String>)>,
    /// The `message_delta` is out.
    told: bool,
    ended: bool,
    usage: Usage,
}

impl EventWriter {
    pub fn new(plan: &AnswerPlan) -> Self {
        Self {
            id: message_id(plan),
            now_nanos: plan.now_nanos,
            signer: plan.signer(),
            other_choice: false,
            blocks: Blocks::default(),
            started: false,
            finish: None,
            told: false,
            ended: false,
            usage: Usage::default(),
        }
    }

    /// Appends what an event is in this dialect.
    pub fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        if self.other_choice && !matches!(event, Event::Choice(_) | Event::Usage(_) | Event::Error(_) | Event::End) {
            return;
        }
        let fits = match event {
            Event::Start { id, model } => {
                self.start(id, model, out);
                true
            }
            Event::Text(text) | Event::Refusal(text) => self.text(Kind::Text, text, out),
            Event::Reasoning(text) => self.text(Kind::Thinking, text, out),
            Event::Signature(own) => self.text(Kind::Signature, Str::from_escaped(&signature(own, self.signer)), out),
            Event::RedactedReasoning(data) => {
                self.text(Kind::Redacted, Str::from_escaped(&signature(data, self.signer)), out)
            }
            Event::ToolStart { tool, id, name } => {
                self.start(None, None, out);
                let id = id.map_or_else(|| call_id(tool, self.now_nanos).into(), |id| Cow::Borrowed(id.raw()));
                self.blocks.tool(tool, &id, name.raw(), out)
            }
            Event::ToolArguments { tool, json } => self.blocks.push(Kind::Tool(tool), json.raw(), out),
            Event::ToolInput { tool, json } => {
                let mut escaped = Vec::new();
                tollgate_wire::json::escape_into(&mut escaped, json.raw());
                // What was escaped as JSON is UTF-8.
                self.blocks.push(Kind::Tool(tool), &String::from_utf8(escaped).unwrap_or_default(), out)
            }
            Event::Choice(index) => {
                self.other_choice = index > 0;
                true
            }
            Event::Citation(citation) => match write_citation(&citation) {
                // Our own writing is UTF-8.
                Some(json) => {
                    let json = String::from_utf8(json).unwrap_or_default();
                    self.text(Kind::Citation, Str::from_escaped(&json), out)
                }
                None => true,
            },
            // Nothing that a client of this dialect can ask for.
            Event::Logprobs(_) => true,
            Event::PartEnd => {
                self.blocks.part_end(out);
                true
            }
            Event::Finish { reason, stop_sequence } => {
                self.start(None, None, out);
                self.blocks.end(out);
                self.finish = Some((reason, stop_sequence.map(|stop| stop.raw().to_owned())));
                true
            }
            Event::Usage(usage) => {
                self.usage.merge(&usage);
                // The delta must carry the usage, and nothing better is to come.
                if self.finish.is_some() {
                    self.tell(out);
                }
                true
            }
            Event::Error(refusal) => {
                self.fail(&refusal, out);
                true
            }
            Event::End => {
                self.end(out);
                true
            }
        };
        if !fits {
            self.fail(&Refusal::upstream("mixed the parts of several tool calls beyond what can be held back"), out);
        }
    }

    /// The upstream's bytes have ended: what is missing for a legal end.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        if self.finish.is_some() {
            return self.end(out);
        }
        self.fail(&Refusal::upstream("ended the answer before it was complete"), out);
    }

    fn text(&mut self, kind: Kind, text: Str<'_>, out: &mut Vec<u8>) -> bool {
        self.start(None, None, out);
        self.blocks.push(kind, text.raw(), out)
    }

    fn start(&mut self, id: Option<Str<'_>>, model: Option<Str<'_>>, out: &mut Vec<u8>) {
        if self.started {
            return;
        }
        self.started = true;
        let mut json = Writer::with_capacity(256);
        json.begin_object().field_str("type", "message_start").key("message").begin_object();
        match id {
            Some(id) => json.field_raw_str("id", id),
            None => json.field_str("id", &self.id),
        };
        json.field_str("type", "message").field_str("role", "assistant");
        match model {
            Some(model) => json.field_raw_str("model", model),
            None => json.field_str("model", ""),
        };
        json.key("content").begin_array().end_array().field_null("stop_reason").field_null("stop_sequence");
        write_usage(&self.usage, json.key("usage"));
        json.end_object().end_object();
        sse::write_event(out, Some("message_start"), json.as_bytes());
    }

    /// Writes `message_delta`, once.
    fn tell(&mut self, out: &mut Vec<u8>) {
        if self.told {
            return;
        }
        self.told = true;
        let (reason, stop) = self.finish.take().unwrap_or((FinishReason::Stop, None));
        self.finish = Some((reason, None));
        let mut json = Writer::with_capacity(192);
        json.begin_object().field_str("type", "message_delta").key("delta").begin_object();
        json.field_str("stop_reason", stop_reason(reason));
        match stop {
            Some(stop) => json.key("stop_sequence").begin_string().raw(&stop).end_string(),
            None => json.field_null("stop_sequence"),
        };
        write_usage(&self.usage, json.end_object().key("usage"));
        json.end_object();
        sse::write_event(out, Some("message_delta"), json.as_bytes());
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.start(None, None, out);
        self.blocks.end(out);
        self.tell(out);
        self.ended = true;
        sse::write_event(out, Some("message_stop"), br#"{"type":"message_stop"}"#);
    }

    fn fail(&mut self, refusal: &Refusal, out: &mut Vec<u8>) {
        self.ended = true;
        out.extend_from_slice(&refusal.render_event(ClientDialect::AnthropicMessages));
    }
}
