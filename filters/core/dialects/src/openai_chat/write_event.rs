//! The canonical model, written as the chunks of a chat completion.

mod choice;

use tollgate_wire::json::{Str, Writer};
use tollgate_wire::sse;

use super::write_answer::{answer_id, finish_reason, write_usage};
use crate::canonical::Event;
use crate::protocol::Signer;
use crate::refusal::Refusal;
use crate::stream::DONE;
use crate::translate::AnswerPlan;
use crate::{ClientDialect, Usage};
use choice::Choice;

/// Longest `id` and `model` that are repeated in every chunk, in bytes; a longer one is left out.
const MAX_KEPT: usize = 256;

/// Most choices that are told apart: more than any API gives.
const MAX_CHOICES: usize = 128;

/// Writes one stream.
#[derive(Debug)]
pub(crate) struct EventWriter {
    head: Head,
    include_usage: bool,
    /// The choice that events belong to.
    current: usize,
    choices: Vec<Choice>,
    ended: bool,
    usage: Option<Usage>,
}

/// What every chunk repeats, and what pieces are made of.
#[derive(Debug)]
struct Head {
    /// Still escaped.
    id: String,
    model: String,
    now_nanos: u64,
    /// A tool call is the content that was asked for.
    json_tool: bool,
    signer: Signer,
}

impl EventWriter {
    pub fn new(plan: &AnswerPlan) -> Self {
        let head = Head {
            id: answer_id(plan),
            model: String::new(),
            now_nanos: plan.now_nanos,
            json_tool: plan.json_tool,
            signer: plan.signer(),
        };
        let (current, choices, ended, usage) = (0, vec![Choice::new(0)], false, None);
        Self { head, include_usage: plan.include_usage, current, choices, ended, usage }
    }

    /// Appends what an event is in this dialect.
    pub fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        let head = &self.head;
        let Some(choice) = self.choices.get_mut(self.current) else { return };
        choice.settle(&event, head, out);
        match event {
            Event::Start { id, model } => self.start(id, model, out),
            Event::Choice(index) => self.turn_to(index as usize),
            Event::Text(text) => choice.text(text, head, out),
            Event::Refusal(text) => choice.refusal(text, head, out),
            Event::Reasoning(text) => choice.delta(head, out, |delta| {
                delta.field_raw_str("reasoning_content", text);
            }),
            Event::Signature(signature) => choice.signature(signature, head, out),
            Event::RedactedReasoning(data) => choice.redacted(data, head, out),
            Event::ToolStart { tool, id, name } => choice.tool(tool, id, name, head, out),
            Event::ToolArguments { tool, json } => choice.arguments(tool, head, out, |out, key| {
                out.field_raw_str(key, json);
            }),
            Event::ToolInput { tool, json } => choice.arguments(tool, head, out, |out, key| {
                out.field_str(key, json.raw());
            }),
            Event::Citation(citation) => choice.citation(&citation, head, out),
            Event::Logprobs(tokens) => choice.logprobs(&tokens),
            Event::PartEnd => {}
            Event::Finish { reason, .. } => choice.finish(finish_reason(reason, head.json_tool), head, out),
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
        let begun = || self.choices.iter().filter(|choice| choice.started);
        if begun().next().is_some() && begun().all(|choice| choice.finished) {
            return self.end(out);
        }
        self.fail(&Refusal::upstream("ended the answer before it was complete"), out);
    }

    fn start(&mut self, id: Option<Str<'_>>, model: Option<Str<'_>>, out: &mut Vec<u8>) {
        let fits = |text: &Str<'_>| text.raw().len() <= MAX_KEPT;
        if let Some(id) = id.filter(fits) {
            id.raw().clone_into(&mut self.head.id);
        }
        model.filter(fits).map(|model| model.raw()).unwrap_or_default().clone_into(&mut self.head.model);
        if let Some(choice) = self.choices.get_mut(self.current) {
            choice.start(&self.head, out);
        }
    }

    fn turn_to(&mut self, index: usize) {
        while self.choices.len() <= index && index < MAX_CHOICES {
            self.choices.push(Choice::new(self.choices.len() as u32));
        }
        self.current = index;
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let none_began = self.choices.iter().all(|choice| !choice.started);
        for choice in self.choices.iter_mut().filter(|choice| choice.started || none_began).filter(|own| !own.finished)
        {
            choice.settle(&Event::End, &self.head, out);
            choice.finish("stop", &self.head, out);
        }
        self.ended = true;
        if let Some(usage) = self.usage.filter(|_| self.include_usage) {
            let mut json = self.head.begin();
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

impl Head {
    /// A chunk with what they all have.
    fn begin(&self) -> Writer {
        let mut json = Writer::with_capacity(256);
        json.begin_object().key("id").begin_string().raw(&self.id).end_string();
        json.field_str("object", "chat.completion.chunk").field_u64("created", self.now_nanos / 1_000_000_000);
        json.key("model").begin_string().raw(&self.model).end_string();
        json
    }
}
