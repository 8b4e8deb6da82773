//! The canonical model, written as the events of a response.
//!
//! Each piece goes out as it comes. The last event shows the whole answer again, so all of it is kept: up to [`MAX_KEPT`] bytes, beyond which the
//! stream ends with `response.failed`. So does one that breaks off or whose provider fails: the API's own way, which leaves what was said in it.
//! <https://platform.openai.com/docs/api-reference/responses-streaming>

mod items;
mod log;
#[cfg(test)]
mod tests;

use tollgate_wire::json::{Str, Writer};

use super::echo;
use super::output::{Content, Item, PieceKind, State, append, chars, logprobs};
use super::write_answer::write_usage;
use crate::Usage;
use crate::canonical::{Event, FinishReason, synthetic_id};
use crate::protocol::Signer;
use crate::refusal::{Refusal, RefusalKind};
use crate::translate::AnswerPlan;
use items::Early;
use log::Log;

/// Most bytes of an answer's texts that are kept, escapes included. The longest answers of today's models are a tenth of it.
const MAX_KEPT: usize = 4 << 20;

/// Longest id and model name of the provider's that are taken over, in bytes.
const MAX_NAME: usize = 256;

/// Writes one stream.
#[derive(Debug)]
pub(crate) struct EventWriter {
    log: Log,
    now_nanos: u64,
    /// A tool call is the text that was asked for; and one of those has no arguments yet.
    json_tool: bool,
    bare_json: bool,
    /// In front of signatures.
    seal: String,
    echo: String,
    /// Still escaped.
    id: String,
    model: String,
    items: Vec<Item>,
    /// The item of each call.
    calls: Vec<(u32, usize)>,
    /// The reasoning or message that is going on, and the item that got the last piece.
    current: Option<usize>,
    touched: Option<usize>,
    /// A part of the provider's has ended: the next text begins another.
    boundary: bool,
    /// Of the text that comes next, as JSON text.
    logprobs: String,
    /// Sources that were named before any text of their message.
    early: Vec<Early>,
    kept: usize,
    max_kept: usize,
    refused_in_words: bool,
    other_choice: bool,
    started: bool,
    finish: Option<FinishReason>,
    ended: bool,
    usage: Option<Usage>,
}

impl EventWriter {
    pub fn new(plan: &AnswerPlan) -> Self {
        Self {
            log: Log::default(),
            now_nanos: plan.now_nanos,
            json_tool: plan.json_tool,
            bare_json: false,
            seal: seal(plan.signer()),
            echo: if plan.echo.is_empty() { echo::of_nothing() } else { plan.echo.clone() },
            id: String::new(),
            model: String::new(),
            items: Vec::new(),
            calls: Vec::new(),
            current: None,
            touched: None,
            boundary: false,
            logprobs: String::new(),
            early: Vec::new(),
            kept: 0,
            max_kept: MAX_KEPT,
            refused_in_words: false,
            other_choice: false,
            started: false,
            finish: None,
            ended: false,
            usage: None,
        }
    }

    /// One that gathers the answer and writes no events. The answer is in memory whole, so that there is no bound to what is kept.
    pub(super) fn without_events(plan: &AnswerPlan) -> Self {
        Self { log: Log::silent(), max_kept: usize::MAX, ..Self::new(plan) }
    }

    /// The whole answer.
    pub(super) fn into_response(mut self) -> Vec<u8> {
        self.finish(&mut Vec::new());
        let mut out = Writer::with_capacity(self.kept + self.echo.len() + 512);
        self.response(self.status(), None, &mut out);
        out.finish()
    }

    /// Appends what an event is in this dialect.
    pub fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        match &event {
            // There is one answer in this dialect, and more are refused at the request.
            Event::Choice(index) => return self.other_choice = *index != 0,
            Event::Start { .. } | Event::Usage(_) | Event::Error(_) | Event::End => {}
            _ if self.other_choice => return,
            Event::ToolArguments { .. } | Event::ToolInput { .. } => self.bare_json = false,
            Event::ToolStart { .. } | Event::PartEnd | Event::Finish { .. } => self.complete_json(out),
            _ => {}
        }
        match event {
            Event::Choice(_) => {}
            Event::Start { id, model } => self.start(id, model, out),
            Event::Text(text) => self.text(PieceKind::Text, text, out),
            Event::Refusal(text) => self.text(PieceKind::Refusal, text, out),
            Event::Reasoning(text) => self.reasoning(text, out),
            Event::Signature(signature) => self.signature(signature, out),
            Event::RedactedReasoning(data) => self.redacted(data, out),
            Event::ToolStart { .. } if self.json_tool => self.bare_json = true,
            Event::ToolArguments { json, .. } if self.json_tool => self.text(PieceKind::Text, json, out),
            Event::ToolInput { json, .. } if self.json_tool => {
                let escaped = escaped(json.raw());
                self.text(PieceKind::Text, Str::from_escaped(&escaped), out);
            }
            Event::ToolStart { tool, id, name } => self.call(tool, id, name, out),
            Event::ToolArguments { tool, json } => self.arguments(tool, json, out),
            Event::ToolInput { tool, json } => self.arguments(tool, Str::from_escaped(&escaped(json.raw())), out),
            Event::Citation(citation) => self.citation(&citation, out),
            Event::Logprobs(tokens) => append(&mut self.logprobs, &logprobs(&tokens)),
            Event::PartEnd => self.part_end(out),
            Event::Finish { reason, .. } => {
                self.start(None, None, out);
                if self.finish.is_none() {
                    self.finish = Some(reason);
                    self.close_all(out);
                }
            }
            Event::Usage(usage) => self.usage.get_or_insert_default().merge(&usage),
            Event::Error(refusal) => self.fail(&refusal, out),
            Event::End => self.end(out),
        }
        if self.kept > self.max_kept && !self.ended {
            self.fail(&Refusal::upstream("sent an answer that is too long to be shown whole at its end"), out);
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

    fn start(&mut self, id: Option<Str<'_>>, model: Option<Str<'_>>, out: &mut Vec<u8>) {
        if self.started {
            return;
        }
        self.started = true;
        let kept = |text: Option<Str<'_>>| {
            text.map(|text| text.raw()).filter(|raw| !raw.is_empty() && raw.len() <= MAX_NAME).map(str::to_owned)
        };
        self.model = kept(model).unwrap_or_default();
        self.id = match kept(id) {
            Some(id) if id.starts_with("resp_") => id,
            Some(id) => format!("resp_{id}"),
            None => synthetic_id("resp_", self.now_nanos, 0),
        };
        self.lifecycle("response.created", "in_progress", None, out);
        self.lifecycle("response.in_progress", "in_progress", None, out);
    }

    /// How the answer has ended. Words of refusal are an answer; anything else that was refused is an answer that lacks its end.
    fn status(&self) -> &'static str {
        match self.finish {
            Some(FinishReason::Length) => "incomplete",
            Some(FinishReason::Refused) if !self.refused_in_words => "incomplete",
            _ => "completed",
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.start(None, None, out);
        self.complete_json(out);
        self.close_all(out);
        self.ended = true;
        let status = self.status();
        let kind = if status == "completed" { "response.completed" } else { "response.incomplete" };
        self.lifecycle(kind, status, None, out);
    }

    fn fail(&mut self, refusal: &Refusal, out: &mut Vec<u8>) {
        self.start(None, None, out);
        for item in self.items.iter_mut().filter(|item| !item.is_told()) {
            item.state = State::Incomplete;
        }
        self.ended = true;
        self.lifecycle("response.failed", "failed", Some(refusal), out);
    }

    fn lifecycle(&mut self, kind: &str, status: &str, error: Option<&Refusal>, out: &mut Vec<u8>) {
        let Some(mut json) = self.log.begin(kind) else { return };
        self.response(status, error, json.key("response"));
        self.log.end(kind, json, out);
    }

    /// The response object. When it was completed is not known here, since only the attempt's beginning is: it is left open.
    fn response(&self, status: &str, error: Option<&Refusal>, out: &mut Writer) {
        out.begin_object().field_raw_str("id", Str::from_escaped(&self.id)).field_str("object", "response");
        out.field_u64("created_at", self.now_nanos / 1_000_000_000).field_null("completed_at");
        out.field_str("status", status).key("error");
        match error {
            Some(refusal) => {
                out.begin_object().field_str("code", error_code(refusal.kind));
                out.field_str("message", &refusal.message).end_object()
            }
            None => out.null(),
        };
        out.key("incomplete_details");
        match status {
            "incomplete" => {
                let length = self.finish == Some(FinishReason::Length);
                let reason = if length { "max_output_tokens" } else { "content_filter" };
                out.begin_object().field_str("reason", reason).end_object()
            }
            _ => out.null(),
        };
        out.field_raw_str("model", Str::from_escaped(&self.model)).key("output").begin_array();
        self.items.iter().for_each(|item| item.write(out));
        out.end_array().raw(&self.echo).key("usage");
        match &self.usage {
            Some(usage) if status != "in_progress" => write_usage(usage, out),
            _ => {
                out.null();
            }
        }
        out.end_object();
    }

    /// Of the text of the messages that came before the piece at hand, in characters.
    fn chars_before(&self, index: usize, piece: usize) -> u64 {
        let before = self.items.iter().take(index + 1).enumerate().flat_map(|(at, item)| match &item.content {
            Content::Message(pieces) => pieces.iter().take(if at == index { piece } else { pieces.len() }),
            _ => [].iter().take(0),
        });
        before.filter(|piece| piece.kind == PieceKind::Text).map(|piece| chars(&piece.text)).sum()
    }
}

/// `code` of a response that failed: one of the few that the API lists.
fn error_code(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::RateLimited => "rate_limit_exceeded",
        RefusalKind::InvalidRequest | RefusalKind::Blocked | RefusalKind::TooLarge | RefusalKind::Unsupported => {
            "invalid_prompt"
        }
        _ => "server_error",
    }
}

/// What stands in front of a signature; nothing where it is this dialect's own provider who has signed.
fn seal(signer: Signer) -> String {
    if signer == Signer::Openai {
        return String::new();
    }
    let mut sealed = Writer::new();
    signer.seal(Str::from_escaped(""), &mut sealed);
    String::from_utf8(sealed.finish()).unwrap_or_default().trim_matches('"').to_owned()
}

/// A text as it stands between the quotes of a string.
fn escaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 16);
    tollgate_wire::json::escape_into(&mut out, text);
    // Escapes of UTF-8 are UTF-8.
    String::from_utf8(out).unwrap_or_default()
}
