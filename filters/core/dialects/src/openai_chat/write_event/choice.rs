//! The chunks of one choice.

use tollgate_wire::json::{Str, Writer};
use tollgate_wire::sse;

use super::Head;
use crate::canonical::{Citation, Event, TokenLogprob};
use crate::openai_chat::write_answer::annotations::annotation;
use crate::openai_chat::write_answer::thinking::{write_of_call, write_redacted, write_thinking};
use crate::openai_chat::write_answer::{call_id, characters, write_logprobs};
use crate::protocol::Signer;

/// Most bytes of sources that wait for the end of the text they belong to; beyond, they are given the text so far.
const MAX_WAITING: usize = 1 << 20;

/// What is known of one choice.
#[derive(Debug)]
pub(super) struct Choice {
    index: u32,
    pub started: bool,
    pub finished: bool,
    /// A call that has no arguments yet. Clients parse them as JSON, so one without any is given an empty object in the end.
    bare_call: Option<u32>,
    /// How many blocks of thinking were signed.
    thinking_blocks: u64,
    /// A signature of Google's, still escaped: it belongs to the call behind it, if one comes next.
    signature: Option<String>,
    /// Tokens of the text that comes next, as JSON text: how it is written depends on what that is.
    tokens: Option<[Vec<u8>; 2]>,
    /// Where the text that is going on began, and how long all text is so far, in characters.
    text: (u64, u64),
    /// Sources of the text that is going on, which can be written when it is over: url and title, still escaped.
    sources: Vec<(String, Option<String>)>,
    sources_bytes: usize,
}

impl Choice {
    pub fn new(index: u32) -> Self {
        Self {
            index,
            started: false,
            finished: false,
            bare_call: None,
            thinking_blocks: 0,
            signature: None,
            tokens: None,
            text: (0, 0),
            sources: Vec::new(),
            sources_bytes: 0,
        }
    }

    /// Writes what has waited for the next event, whatever that is.
    pub fn settle(&mut self, next: &Event<'_>, head: &Head, out: &mut Vec<u8>) {
        // What says nothing about this choice's parts changes nothing for them.
        if matches!(next, Event::Start { .. } | Event::Usage(_) | Event::Error(_)) {
            return;
        }
        if !matches!(next, Event::ToolStart { .. }) {
            self.release_signature(head, out);
        }
        if !matches!(next, Event::Text(_) | Event::Refusal(_)) {
            self.release_tokens(head, out);
        }
        if !matches!(next, Event::Text(_) | Event::Citation(_) | Event::Logprobs(_)) {
            self.release_sources(head, out);
        }
        match next {
            Event::ToolArguments { .. } | Event::ToolInput { .. } => self.bare_call = None,
            Event::ToolStart { .. } | Event::PartEnd | Event::Finish { .. } | Event::End => {
                self.complete_call(head, out)
            }
            _ => {}
        }
    }

    pub fn start(&mut self, head: &Head, out: &mut Vec<u8>) {
        if !self.started {
            self.started = true;
            self.chunk(head, out, None, None, |delta| {
                delta.field_str("role", "assistant").field_str("content", "");
            });
        }
    }

    pub fn text(&mut self, text: Str<'_>, head: &Head, out: &mut Vec<u8>) {
        self.text.1 += characters(text);
        self.spoken("content", text, 0, head, out);
    }

    pub fn refusal(&mut self, text: Str<'_>, head: &Head, out: &mut Vec<u8>) {
        self.spoken("refusal", text, 1, head, out);
    }

    fn spoken(&mut self, key: &str, text: Str<'_>, kind: usize, head: &Head, out: &mut Vec<u8>) {
        self.start(head, out);
        let tokens = self.tokens.take();
        let tokens = tokens.as_ref().and_then(|kinds| kinds.get(kind)).and_then(|json| std::str::from_utf8(json).ok());
        self.chunk(head, out, None, tokens, |delta| {
            delta.field_raw_str(key, text);
        });
    }

    pub fn delta(&mut self, head: &Head, out: &mut Vec<u8>, write: impl FnOnce(&mut Writer)) {
        self.start(head, out);
        self.chunk(head, out, None, None, write);
    }

    /// Google's may belong to the call behind it.
    pub fn signature(&mut self, signature: Str<'_>, head: &Head, out: &mut Vec<u8>) {
        if head.signer == Signer::Google {
            self.signature = Some(signature.raw().to_owned());
        } else {
            self.signed(signature, head, out);
        }
    }

    fn release_signature(&mut self, head: &Head, out: &mut Vec<u8>) {
        if let Some(signature) = self.signature.take() {
            self.signed(Str::from_escaped(&signature), head, out);
        }
    }

    fn signed(&mut self, signature: Str<'_>, head: &Head, out: &mut Vec<u8>) {
        self.thinking_block(head, out, |index, block| {
            write_thinking(Some(index), None, signature, head.signer, block);
        });
    }

    pub fn redacted(&mut self, data: Str<'_>, head: &Head, out: &mut Vec<u8>) {
        self.thinking_block(head, out, |index, block| write_redacted(Some(index), data, head.signer, block));
    }

    /// What must come back with the calls that thinking led to. SDKs put the pieces of a list together by an `index`; the text itself was
    /// `reasoning_content`, and is put in its place again when the message comes back.
    fn thinking_block(&mut self, head: &Head, out: &mut Vec<u8>, write: impl FnOnce(u64, &mut Writer)) {
        let index = self.thinking_blocks;
        self.thinking_blocks += 1;
        self.delta(head, out, |delta| {
            write(index, delta.key("thinking_blocks").begin_array());
            delta.end_array();
        });
    }

    pub fn tool(&mut self, tool: u32, id: Option<Str<'_>>, name: Str<'_>, head: &Head, out: &mut Vec<u8>) {
        self.bare_call = Some(tool);
        if head.json_tool {
            return;
        }
        let (signature, choice) = (self.signature.take(), self.index);
        self.delta(head, out, |delta| {
            delta.key("tool_calls").begin_array().begin_object().field_u64("index", tool.into());
            match id {
                Some(id) => delta.field_raw_str("id", id),
                None => delta.field_str("id", &call_id(choice, tool, head.now_nanos)),
            };
            delta.field_str("type", "function").key("function").begin_object().field_raw_str("name", name);
            delta.field_str("arguments", "").end_object();
            if let Some(signature) = &signature {
                write_of_call(Str::from_escaped(signature), head.signer, delta);
            }
            delta.end_object().end_array();
        });
    }

    /// More of a call's arguments; of the content, where a call stands for it. `write` writes them under the key it is given.
    pub fn arguments(&mut self, tool: u32, head: &Head, out: &mut Vec<u8>, write: impl FnOnce(&mut Writer, &str)) {
        self.delta(head, out, |delta| {
            if head.json_tool {
                return write(delta, "content");
            }
            delta.key("tool_calls").begin_array().begin_object().field_u64("index", tool.into());
            write(delta.key("function").begin_object(), "arguments");
            delta.end_object().end_object().end_array();
        });
    }

    fn complete_call(&mut self, head: &Head, out: &mut Vec<u8>) {
        if let Some(tool) = self.bare_call.take() {
            self.arguments(tool, head, out, |out, key| {
                out.field_str(key, "{}");
            });
        }
    }

    /// A source of the text so far: at once if it says of which, otherwise when the text is over.
    pub fn citation(&mut self, citation: &Citation<'_>, head: &Head, out: &mut Vec<u8>) {
        let Some(url) = citation.url else { return };
        if citation.range.is_some() {
            return self.annotation(citation, head, out);
        }
        let title = citation.title.map(|title| title.raw().to_owned());
        self.sources_bytes += url.raw().len() + title.as_ref().map_or(0, String::len);
        self.sources.push((url.raw().to_owned(), title));
        if self.sources_bytes > MAX_WAITING {
            self.release_sources(head, out);
        }
    }

    fn annotation(&mut self, citation: &Citation<'_>, head: &Head, out: &mut Vec<u8>) {
        let text = self.text;
        self.delta(head, out, |delta| {
            annotation(citation, text, delta.key("annotations").begin_array());
            delta.end_array();
        });
    }

    fn release_sources(&mut self, head: &Head, out: &mut Vec<u8>) {
        self.sources_bytes = 0;
        for (url, title) in std::mem::take(&mut self.sources) {
            let citation = Citation {
                url: Some(Str::from_escaped(&url)),
                title: title.as_deref().map(Str::from_escaped),
                ..Citation::default()
            };
            self.annotation(&citation, head, out);
        }
        // What comes next is a text of its own.
        self.text.0 = self.text.1;
    }

    /// They belong to the text behind them.
    pub fn logprobs(&mut self, tokens: &[TokenLogprob<'_>]) {
        let written = |refused| {
            let mut json = Writer::with_capacity(256);
            write_logprobs(tokens, refused, &mut json);
            json.finish()
        };
        self.tokens = Some([written(false), written(true)]);
    }

    /// No text came.
    fn release_tokens(&mut self, head: &Head, out: &mut Vec<u8>) {
        if let Some([content, _]) = self.tokens.take() {
            self.start(head, out);
            self.chunk(head, out, None, std::str::from_utf8(&content).ok(), |_| {});
        }
    }

    pub fn finish(&mut self, reason: &str, head: &Head, out: &mut Vec<u8>) {
        if !self.finished {
            self.start(head, out);
            self.finished = true;
            self.chunk(head, out, Some(reason), None, |_| {});
        }
    }

    fn chunk(
        &self,
        head: &Head,
        out: &mut Vec<u8>,
        finish: Option<&str>,
        logprobs: Option<&str>,
        write: impl FnOnce(&mut Writer),
    ) {
        let mut json = head.begin();
        json.key("choices").begin_array().begin_object().field_u64("index", self.index.into());
        write(json.key("delta").begin_object());
        json.end_object();
        if let Some(logprobs) = logprobs {
            json.field_raw("logprobs", logprobs);
        }
        match finish {
            Some(reason) => json.field_str("finish_reason", reason),
            None => json.field_null("finish_reason"),
        };
        json.end_object().end_array().end_object();
        sse::write_event(out, None, json.as_bytes());
    }
}
