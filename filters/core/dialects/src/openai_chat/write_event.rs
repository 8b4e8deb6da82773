//! The canonical model, written as the chunks of a chat completion.

use tollgate_wire::json::{Str, Writer};
use tollgate_wire::sse;

use super::write_answer::{finish_reason, write_redacted_thinking, write_thinking, write_usage};
use crate::canonical::Event;
use crate::refusal::Refusal;
use crate::stream::DONE;
use crate::translate::AnswerPlan;
use crate::{ClientDialect, Usage};

/// Longest `id` and `model` that are repeated in every chunk, in bytes; a longer one is left out.
const MAX_KEPT: usize = 256;

/// Writes one stream.
#[derive(Debug)]
pub(crate) struct EventWriter {
    /// Unix seconds, as every chunk names it.
    created: u64,
    include_usage: bool,
    /// A tool call is the content that was asked for.
    json_tool: bool,
    /// Still escaped.
    id: String,
    model: String,
    started: bool,
    finished: bool,
    ended: bool,
    usage: Option<Usage>,
    /// A call that has no arguments yet. Clients parse them as JSON, so one without any is given an empty object in the end.
    bare_call: Option<u32>,
    /// How many blocks of thinking were signed.
    thinking_blocks: u64,
}

impl EventWriter {
    pub fn new(plan: &AnswerPlan) -> Self {
        let (created, include_usage, json_tool) = (plan.now_secs(), plan.include_usage, plan.json_tool);
        let (id, model) = (String::new(), String::new());
        let (started, finished, ended, usage, bare_call) = (false, false, false, None, None);
        Self {
            created,
            include_usage,
            json_tool,
            id,
            model,
            started,
            finished,
            ended,
            usage,
            bare_call,
            thinking_blocks: 0,
        }
    }

    /// Appends what an event is in this dialect.
    pub fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        match &event {
            Event::ToolArguments { .. } | Event::ToolInput { .. } => self.bare_call = None,
            Event::ToolStart { .. } | Event::PartEnd | Event::Finish { .. } => self.complete_call(out),
            _ => {}
        }
        match event {
            Event::Start { id, model } => {
                let kept = |text: Option<Str<'_>>| {
                    text.map(|text| text.raw()).filter(|raw| raw.len() <= MAX_KEPT).unwrap_or_default().to_owned()
                };
                (self.id, self.model) = (kept(id), kept(model));
                self.start(out);
            }
            Event::Text(text) => self.delta(out, |delta| {
                delta.field_raw_str("content", text);
            }),
            Event::Refusal(text) => self.delta(out, |delta| {
                delta.field_raw_str("refusal", text);
            }),
            Event::Reasoning(text) => self.delta(out, |delta| {
                delta.field_raw_str("reasoning_content", text);
            }),
            Event::Signature(signature) => self.thinking_block(out, |index, block| {
                write_thinking(Some(index), None, signature, block);
            }),
            Event::RedactedReasoning(data) => self.thinking_block(out, |index, block| {
                write_redacted_thinking(Some(index), data, block);
            }),
            Event::ToolStart { tool, id, name } => {
                self.bare_call = Some(tool);
                if !self.json_tool {
                    self.call(tool, id, name, out);
                }
            }
            Event::ToolArguments { json, .. } if self.json_tool => self.delta(out, |delta| {
                delta.field_raw_str("content", json);
            }),
            Event::ToolInput { json, .. } if self.json_tool => self.delta(out, |delta| {
                delta.field_str("content", json.raw());
            }),
            Event::ToolArguments { tool, json } => self.arguments(tool, out, |function| {
                function.field_raw_str("arguments", json);
            }),
            Event::ToolInput { tool, json } => self.arguments(tool, out, |function| {
                function.field_str("arguments", json.raw());
            }),
            Event::PartEnd | Event::Choice(_) | Event::Citation(_) | Event::Logprobs(_) => {}
            Event::Finish { reason, .. } => self.finish_chunk(finish_reason(reason, self.json_tool), out),
            Event::Usage(usage) => self.usage.get_or_insert_default().merge(&usage),
            Event::Error(refusal) => self.fail(&refusal, out),
            Event::End => self.end(out),
        }
    }

    /// The upstream's bytes have ended: what is missing for a legal end.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        if self.finished {
            return self.end(out);
        }
        self.fail(&Refusal::upstream("ended the answer before it was complete"), out);
    }

    fn start(&mut self, out: &mut Vec<u8>) {
        if !self.started {
            self.started = true;
            self.chunk(out, None, |delta| {
                delta.field_str("role", "assistant").field_str("content", "");
            });
        }
    }

    fn delta(&mut self, out: &mut Vec<u8>, write: impl FnOnce(&mut Writer)) {
        self.start(out);
        self.chunk(out, None, write);
    }

    /// What must come back with the calls that thinking led to. SDKs put the pieces of a list together by an `index`; the text itself was
    /// `reasoning_content`, and is put in its place again when the message comes back.
    fn thinking_block(&mut self, out: &mut Vec<u8>, write: impl FnOnce(u64, &mut Writer)) {
        let index = self.thinking_blocks;
        self.thinking_blocks += 1;
        self.delta(out, |delta| {
            write(index, delta.key("thinking_blocks").begin_array());
            delta.end_array();
        });
    }

    fn call(&mut self, tool: u32, id: Option<Str<'_>>, name: Str<'_>, out: &mut Vec<u8>) {
        self.delta(out, |delta| {
            delta.key("tool_calls").begin_array().begin_object().field_u64("index", tool.into());
            match id {
                Some(id) => delta.field_raw_str("id", id),
                None => delta.field_str("id", ""),
            };
            delta.field_str("type", "function").key("function").begin_object().field_raw_str("name", name);
            delta.field_str("arguments", "").end_object().end_object().end_array();
        });
    }

    fn complete_call(&mut self, out: &mut Vec<u8>) {
        match self.bare_call.take() {
            None => {}
            Some(_) if self.json_tool => self.delta(out, |delta| {
                delta.field_str("content", "{}");
            }),
            Some(tool) => self.arguments(tool, out, |function| {
                function.field_str("arguments", "{}");
            }),
        }
    }

    fn arguments(&mut self, tool: u32, out: &mut Vec<u8>, write: impl FnOnce(&mut Writer)) {
        self.delta(out, |delta| {
            delta.key("tool_calls").begin_array().begin_object().field_u64("index", tool.into());
            write(delta.key("function").begin_object());
            delta.end_object().end_object().end_array();
        });
    }

    fn finish_chunk(&mut self, reason: &str, out: &mut Vec<u8>) {
        if !self.finished {
            self.start(out);
            self.finished = true;
            self.chunk(out, Some(reason), |_| {});
        }
    }

    fn chunk(&self, out: &mut Vec<u8>, finish: Option<&str>, write: impl FnOnce(&mut Writer)) {
        let mut json = self.head();
        json.key("choices").begin_array().begin_object().field_u64("index", 0).key("delta").begin_object();
        write(&mut json);
        json.end_object();
        match finish {
            Some(reason) => json.field_str("finish_reason", reason),
            None => json.field_null("finish_reason"),
        };
        json.end_object().end_array().end_object();
        sse::write_event(out, None, json.as_bytes());
    }

    fn head(&self) -> Writer {
        let mut json = Writer::with_capacity(256);
        json.begin_object().key("id").begin_string().raw(&self.id).end_string();
        json.field_str("object", "chat.completion.chunk").field_u64("created", self.created);
        json.key("model").begin_string().raw(&self.model).end_string();
        json
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.finish_chunk("stop", out);
        self.ended = true;
        if let Some(usage) = self.usage.filter(|_| self.include_usage) {
            let mut json = self.head();
            json.key("choices").begin_array().end_array();
            write_usage(&usage, json.key("usage"));
            json.end_object();
            sse::write_event(out, None, json.as_bytes());
        }
        sse::write_event(out, None, DONE);
    }

    fn fail(&mut self, refusal: &Refusal, out: &mut Vec<u8>) {
        self.ended = true;
        out.extend_from_slice(&refusal.render_event(ClientDialect::OpenaiChat));
        sse::write_event(out, None, DONE);
    }
}
