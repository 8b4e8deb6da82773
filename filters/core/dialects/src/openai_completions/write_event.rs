//! The canonical model, written as the chunks of a stream.

use std::collections::BTreeMap;

use tollgate_wire::json::{Str, Writer};
use tollgate_wire::sse;

use super::logprobs::write_logprobs;
use super::write_answer::{ID_PREFIX, finish_reason};
use crate::canonical::{Event, TokenLogprob, synthetic_id};
use crate::openai_chat::write_usage;
use crate::refusal::Refusal;
use crate::stream::DONE;
use crate::translate::AnswerPlan;
use crate::{ClientDialect, Usage};

/// Longest `id` and `model` that are repeated in every chunk, in bytes; a longer one is left out.
const MAX_KEPT: usize = 256;

/// Writes one stream. A completion is its text: reasoning, calls and citations have no place in it.
#[derive(Debug)]
pub(crate) struct EventWriter {
    /// Unix seconds, as every chunk names it.
    created: u64,
    include_usage: bool,
    /// Still escaped.
    id: String,
    model: String,
    /// The choice that is spoken of, and what is known of each.
    current: u32,
    choices: BTreeMap<u32, Choice>,
    ended: bool,
    usage: Option<Usage>,
}

#[derive(Debug, Default)]
struct Choice {
    finished: bool,
    /// Likelihoods of the text that comes next, as JSON text.
    logprobs: Option<String>,
    /// Characters they are about so far.
    offset: u64,
}

impl EventWriter {
    pub fn new(plan: &AnswerPlan) -> Self {
        Self {
            created: plan.now_secs(),
            include_usage: plan.include_usage,
            id: synthetic_id(ID_PREFIX, plan.now_nanos, 0),
            model: String::new(),
            current: 0,
            choices: BTreeMap::new(),
            ended: false,
            usage: None,
        }
    }

    /// Appends what an event is in this dialect.
    pub fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        match event {
            Event::Choice(index) => self.current = index,
            Event::Start { id, model } => {
                let kept = |text: &Str<'_>| !text.is_empty() && text.raw().len() <= MAX_KEPT;
                if let Some(id) = id.filter(kept) {
                    id.raw().clone_into(&mut self.id);
                }
                self.model = model.filter(kept).map(|model| model.raw().to_owned()).unwrap_or_default();
            }
            Event::Text(text) | Event::Refusal(text) => {
                let logprobs = self.choice().logprobs.take();
                self.chunk(text, logprobs.as_deref(), None, out);
            }
            Event::Logprobs(logprobs) => self.logprobs(&logprobs, out),
            Event::Finish { reason, .. } => self.finish_choice(finish_reason(reason), out),
            Event::Usage(usage) => self.usage.get_or_insert_default().merge(&usage),
            Event::Error(refusal) => self.fail(&refusal, out),
            Event::End => self.end(out),
            Event::Reasoning(_)
            | Event::Signature(_)
            | Event::RedactedReasoning(_)
            | Event::ToolStart { .. }
            | Event::ToolArguments { .. }
            | Event::ToolInput { .. }
            | Event::Citation(_)
            | Event::PartEnd => {}
        }
    }

    /// The upstream's bytes have ended: what is missing for a legal end.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        if !self.choices.is_empty() && self.choices.values().all(|choice| choice.finished) {
            return self.end(out);
        }
        self.fail(&Refusal::upstream("ended the answer before it was complete"), out);
    }

    /// The choice that is spoken of.
    fn choice(&mut self) -> &mut Choice {
        self.choices.entry(self.current).or_default()
    }

    /// Keeps likelihoods for the text they belong to, which comes next; those that are kept already belonged to a text that did not come.
    fn logprobs(&mut self, logprobs: &[TokenLogprob<'_>], out: &mut Vec<u8>) {
        self.without_text(out);
        let choice = self.choice();
        let mut json = Writer::with_capacity(256);
        write_logprobs(logprobs, &mut choice.offset, &mut json);
        choice.logprobs = String::from_utf8(json.finish()).ok();
    }

    fn without_text(&mut self, out: &mut Vec<u8>) {
        if let Some(logprobs) = self.choice().logprobs.take() {
            self.chunk(Str::from_escaped(""), Some(&logprobs), None, out);
        }
    }

    fn finish_choice(&mut self, reason: &str, out: &mut Vec<u8>) {
        if !self.choice().finished {
            self.without_text(out);
            self.choice().finished = true;
            self.chunk(Str::from_escaped(""), None, Some(reason), out);
        }
    }

    fn chunk(&self, text: Str<'_>, logprobs: Option<&str>, finish: Option<&str>, out: &mut Vec<u8>) {
        let mut json = self.head();
        json.begin_object().field_raw_str("text", text).field_u64("index", self.current.into()).key("logprobs");
        match logprobs {
            Some(logprobs) => json.raw(logprobs),
            None => json.null(),
        };
        match finish {
            Some(reason) => json.field_str("finish_reason", reason),
            None => json.field_null("finish_reason"),
        };
        json.end_object().end_array().end_object();
        sse::write_event(out, None, json.as_bytes());
    }

    /// A chunk up to its list of choices.
    fn head(&self) -> Writer {
        let mut json = Writer::with_capacity(256);
        json.begin_object().field_raw_str("id", Str::from_escaped(&self.id)).field_str("object", "text_completion");
        json.field_u64("created", self.created).field_raw_str("model", Str::from_escaped(&self.model));
        json.key("choices").begin_array();
        json
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if self.choices.is_empty() {
            self.choice();
        }
        let open: Vec<_> =
            self.choices.iter().filter(|(_, choice)| !choice.finished).map(|(index, _)| *index).collect();
        for index in open {
            self.current = index;
            self.finish_choice("stop", out);
        }
        self.ended = true;
        if let Some(usage) = self.usage.filter(|_| self.include_usage) {
            let mut json = self.head();
            write_usage(&usage, json.end_array().key("usage"));
            json.end_object();
            sse::write_event(out, None, json.as_bytes());
        }
        sse::write_event(out, None, DONE);
    }

    fn fail(&mut self, refusal: &Refusal, out: &mut Vec<u8>) {
        self.ended = true;
        out.extend_from_slice(&refusal.render_event(ClientDialect::OpenaiCompletions));
        sse::write_event(out, None, DONE);
    }
}
