//! The items of a response: when one begins, what is added to it, and when it is over.

use tollgate_wire::json::{Str, Writer};

use super::EventWriter;
use super::log::Log;
use crate::canonical::{Citation, DocumentPlace, FinishReason, synthetic_id};
use crate::openai_responses::output::{
    Content, Item, Piece, PieceKind, REDACTED, State, append, chars, write_list, write_summary,
};

/// A source that waits for the text it is one of. Escaped, as it came.
#[derive(Debug)]
pub(super) struct Early {
    url: Option<String>,
    title: Option<String>,
    document: Option<DocumentPlace>,
    range: Option<(u64, u64)>,
}

impl EventWriter {
    /// More of the message, or of a new one.
    pub(super) fn text(&mut self, kind: PieceKind, text: Str<'_>, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        self.start(None, None, out);
        self.refused_in_words |= kind == PieceKind::Refusal;
        let index = match self.current.filter(|index| self.is_message(*index)) {
            Some(index) => index,
            None => self.open("msg_", Content::Message(Vec::new()), out),
        };
        self.kept += text.raw().len();
        let logprobs = match kind {
            PieceKind::Text => std::mem::take(&mut self.logprobs),
            PieceKind::Refusal => String::new(),
        };
        self.kept += logprobs.len();
        let boundary = std::mem::take(&mut self.boundary);
        let Some(item) = self.items.get_mut(index) else { return };
        let Content::Message(pieces) = &mut item.content else { return };
        if pieces.last().is_none_or(|piece| piece.kind != kind) {
            let last = pieces.len().wrapping_sub(1);
            if let Some(piece) = pieces.last() {
                end_piece(&item.id, index, last, piece, &mut self.log, out);
            }
            let piece = Piece::new(kind);
            self.log.event("response.content_part.added", out, |json| {
                place(&item.id, index, Some(("content_index", pieces.len())), json);
                piece.write(json.key("part"));
            });
            pieces.push(piece);
        }
        let at = pieces.len().saturating_sub(1);
        let Some(piece) = pieces.last_mut() else { return };
        if boundary {
            piece.part_start = piece.text.len();
        }
        piece.text.push_str(text.raw());
        append(&mut piece.logprobs, &logprobs);
        let name = match kind {
            PieceKind::Text => "response.output_text.delta",
            PieceKind::Refusal => "response.refusal.delta",
        };
        self.log.event(name, out, |json| {
            place(&item.id, index, Some(("content_index", at)), json);
            json.field_raw_str("delta", text);
            if kind == PieceKind::Text {
                write_list("logprobs", &logprobs, json);
            }
        });
        for early in std::mem::take(&mut self.early) {
            let (url, title) = (early.url.as_deref(), early.title.as_deref());
            let (url, title) = (url.map(Str::from_escaped), title.map(Str::from_escaped));
            let citation = Citation { url, title, document: early.document, range: early.range, ..Citation::default() };
            self.citation(&citation, out);
        }
    }

    /// More of the reasoning, or of a new one where that before is signed.
    pub(super) fn reasoning(&mut self, text: Str<'_>, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        self.start(None, None, out);
        let index = match self.current.filter(|index| self.is_unsigned_reasoning(*index)) {
            Some(index) => index,
            None => self.open("rs_", Content::Reasoning { text: String::new(), signature: String::new() }, out),
        };
        self.kept += text.raw().len();
        let Some(item) = self.items.get_mut(index) else { return };
        let Content::Reasoning { text: whole, .. } = &mut item.content else { return };
        let part = Some(("summary_index", 0));
        if whole.is_empty() {
            self.log.event("response.reasoning_summary_part.added", out, |json| {
                place(&item.id, index, part, json);
                write_summary("", json.key("part"));
            });
        }
        whole.push_str(text.raw());
        self.log.event("response.reasoning_summary_text.delta", out, |json| {
            place(&item.id, index, part, json);
            json.field_raw_str("delta", text);
        });
    }

    /// The signature of the reasoning so far, or of what comes next.
    pub(super) fn signature(&mut self, signature: Str<'_>, out: &mut Vec<u8>) {
        if signature.is_empty() {
            return;
        }
        self.start(None, None, out);
        let index = match self.current.filter(|index| !self.is_message(*index)) {
            Some(index) => index,
            None => self.open("rs_", Content::Reasoning { text: String::new(), signature: String::new() }, out),
        };
        self.kept += signature.raw().len();
        let Some(Item { content: Content::Reasoning { signature: whole, .. }, .. }) = self.items.get_mut(index) else {
            return;
        };
        if whole.is_empty() {
            whole.push_str(&self.seal);
        }
        whole.push_str(signature.raw());
    }

    /// Reasoning that only its provider can read: an item of its own.
    pub(super) fn redacted(&mut self, data: Str<'_>, out: &mut Vec<u8>) {
        self.start(None, None, out);
        let signature = format!("{REDACTED}{}{}", self.seal, data.raw());
        self.kept += signature.len();
        self.open("rs_", Content::Reasoning { text: String::new(), signature }, out);
        self.close_current(out);
    }

    /// A call begins. Others may go on beside it.
    pub(super) fn call(&mut self, tool: u32, id: Option<Str<'_>>, name: Str<'_>, out: &mut Vec<u8>) {
        self.start(None, None, out);
        let call_id = match id.filter(|id| !id.is_empty()) {
            Some(id) => id.raw().to_owned(),
            None => synthetic_id("call_", self.now_nanos, self.items.len() as u64),
        };
        self.kept += call_id.len() + name.raw().len();
        let content = Content::Call { call_id, name: name.raw().to_owned(), arguments: String::new() };
        let index = self.open("fc_", content, out);
        self.current = None;
        self.calls.push((tool, index));
    }

    /// More of a call's arguments. Of a call that never began nobody could say whose, and of one that is over there is no more.
    pub(super) fn arguments(&mut self, tool: u32, json: Str<'_>, out: &mut Vec<u8>) {
        let Some(index) = self.calls.iter().rev().find(|(known, _)| *known == tool).map(|(_, index)| *index) else {
            return;
        };
        if json.is_empty() {
            return;
        }
        self.kept += json.raw().len();
        self.touched = Some(index);
        let Some(item) = self.items.get_mut(index).filter(|item| !item.is_told()) else { return };
        let Content::Call { arguments, .. } = &mut item.content else { return };
        arguments.push_str(json.raw());
        self.log.event("response.function_call_arguments.delta", out, |event| {
            place(&item.id, index, None, event);
            event.field_raw_str("delta", json);
        });
    }

    /// A source of the text so far: from where the provider's part began if it does not tell better.
    pub(super) fn citation(&mut self, citation: &Citation<'_>, out: &mut Vec<u8>) {
        let Some(index) = self.current.filter(|index| self.has_text(*index)) else {
            let kept = |text: Option<Str<'_>>| text.map(|text| text.raw().to_owned());
            let (url, title) = (kept(citation.url), kept(citation.title));
            self.kept += url.as_ref().map_or(0, String::len) + title.as_ref().map_or(0, String::len);
            return self.early.push(Early { url, title, document: citation.document, range: citation.range });
        };
        let last = match self.items.get(index).map(|item| &item.content) {
            Some(Content::Message(pieces)) => pieces.len().saturating_sub(1),
            _ => return,
        };
        let before = citation.range.map(|_| self.chars_before(index, last)).unwrap_or_default();
        let Some(item) = self.items.get_mut(index) else { return };
        let Content::Message(pieces) = &mut item.content else { return };
        let Some(piece) = pieces.last_mut().filter(|piece| piece.kind == PieceKind::Text) else { return };
        let (start, end) = match citation.range {
            Some((start, end)) => (start.saturating_sub(before), end.saturating_sub(before)),
            None => (chars(piece.text.get(..piece.part_start).unwrap_or_default()), piece.chars()),
        };
        let annotation = annotation(citation, start, end);
        self.kept += annotation.len();
        let number = piece.annotated;
        piece.annotated += 1;
        append(&mut piece.annotations, &annotation);
        self.log.event("response.output_text.annotation.added", out, |json| {
            place(&item.id, index, Some(("content_index", last)), json);
            json.field_u64("annotation_index", number).field_raw("annotation", &annotation);
        });
    }

    /// The part that was going on is complete. Whether a call's was, or whether the answer was cut in it, is known when the next one begins, or
    /// the answer ends.
    pub(super) fn part_end(&mut self, out: &mut Vec<u8>) {
        match self.current {
            Some(index) if self.is_message(index) => self.boundary = true,
            Some(_) => self.close_current(out),
            None => {
                if let Some(item) = self.touched.and_then(|index| self.items.get_mut(index))
                    && item.state == State::Open
                {
                    item.state = State::Over;
                }
            }
        }
    }

    /// A call that stands for JSON content and got no arguments.
    pub(super) fn complete_json(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.bare_json) {
            self.text(PieceKind::Text, Str::from_escaped("{}"), out);
        }
    }

    /// Closes what is left, in order. The answer was cut in the item that got the last piece.
    pub(super) fn close_all(&mut self, out: &mut Vec<u8>) {
        let cut = match self.finish {
            Some(FinishReason::Length) => self.touched,
            Some(FinishReason::Refused) if !self.refused_in_words => self.touched,
            _ => None,
        };
        self.current = None;
        for index in 0..self.items.len() {
            self.close(index, if cut == Some(index) { State::Incomplete } else { State::Completed }, out);
        }
    }

    fn close_current(&mut self, out: &mut Vec<u8>) {
        if let Some(index) = self.current.take() {
            self.close(index, State::Completed, out);
        }
    }

    /// Begins an item. The message or reasoning before it is over, and so are the calls of which that was said.
    fn open(&mut self, prefix: &str, content: Content, out: &mut Vec<u8>) -> usize {
        self.close_current(out);
        for index in 0..self.items.len() {
            if self.items.get(index).is_some_and(|item| item.state == State::Over) {
                self.close(index, State::Completed, out);
            }
        }
        self.boundary = false;
        let index = self.items.len();
        // Number 0 is the response itself.
        let id = synthetic_id(prefix, self.now_nanos, index as u64 + 1);
        let item = Item { id, content, state: State::Open };
        self.log.event("response.output_item.added", out, |json| {
            json.field_u64("output_index", index as u64);
            item.write(json.key("item"));
        });
        self.items.push(item);
        self.current = Some(index);
        self.touched = Some(index);
        index
    }

    fn close(&mut self, index: usize, state: State, out: &mut Vec<u8>) {
        let pending = match self.is_message(index) {
            true => std::mem::take(&mut self.logprobs),
            false => String::new(),
        };
        let Some(item) = self.items.get_mut(index).filter(|item| !item.is_told()) else { return };
        item.state = state;
        let id = &item.id;
        match &mut item.content {
            Content::Reasoning { text, .. } if text.is_empty() => {}
            Content::Reasoning { text, .. } => {
                let part = Some(("summary_index", 0));
                self.log.event("response.reasoning_summary_text.done", out, |json| {
                    place(id, index, part, json);
                    json.field_raw_str("text", Str::from_escaped(text));
                });
                self.log.event("response.reasoning_summary_part.done", out, |json| {
                    place(id, index, part, json);
                    write_summary(text, json.key("part"));
                });
            }
            Content::Message(pieces) => {
                let last = pieces.len().wrapping_sub(1);
                if let Some(piece) = pieces.last_mut() {
                    append(&mut piece.logprobs, &pending);
                    end_piece(id, index, last, piece, &mut self.log, out);
                }
            }
            Content::Call { arguments, .. } => {
                // Clients parse them as JSON, so a call without any is given an empty object.
                if arguments.is_empty() && state == State::Completed {
                    arguments.push_str("{}");
                    self.log.event("response.function_call_arguments.delta", out, |json| {
                        place(id, index, None, json);
                        json.field_str("delta", "{}");
                    });
                }
                self.log.event("response.function_call_arguments.done", out, |json| {
                    place(id, index, None, json);
                    json.field_raw_str("arguments", Str::from_escaped(arguments));
                });
            }
        }
        self.log.event("response.output_item.done", out, |json| {
            json.field_u64("output_index", index as u64);
            item.write(json.key("item"));
        });
    }

    fn is_message(&self, index: usize) -> bool {
        self.items.get(index).is_some_and(|item| matches!(item.content, Content::Message(_)))
    }

    /// Whether it is a message that ends with text so far.
    fn has_text(&self, index: usize) -> bool {
        match self.items.get(index).map(|item| &item.content) {
            Some(Content::Message(pieces)) => pieces.last().is_some_and(|piece| piece.kind == PieceKind::Text),
            _ => false,
        }
    }

    fn is_unsigned_reasoning(&self, index: usize) -> bool {
        let content = self.items.get(index).map(|item| &item.content);
        matches!(content, Some(Content::Reasoning { signature, .. }) if signature.is_empty())
    }
}

/// Where something belongs.
fn place(id: &str, index: usize, part: Option<(&str, usize)>, json: &mut Writer) {
    json.field_str("item_id", id).field_u64("output_index", index as u64);
    if let Some((field, index)) = part {
        json.field_u64(field, index as u64);
    }
}

fn end_piece(id: &str, index: usize, at: usize, piece: &Piece, log: &mut Log, out: &mut Vec<u8>) {
    let part = Some(("content_index", at));
    let text = Str::from_escaped(&piece.text);
    match piece.kind {
        PieceKind::Text => log.event("response.output_text.done", out, |json| {
            place(id, index, part, json);
            write_list("logprobs", &piece.logprobs, json.field_raw_str("text", text));
        }),
        PieceKind::Refusal => log.event("response.refusal.done", out, |json| {
            place(id, index, part, json);
            json.field_raw_str("refusal", text);
        }),
    }
    log.event("response.content_part.done", out, |json| {
        place(id, index, part, json);
        piece.write(json.key("part"));
    });
}

/// A page by its address. A document has none, and no id either, since it came with the request: it is a file by its name and number.
fn annotation(citation: &Citation<'_>, start: u64, end: u64) -> String {
    let mut out = Writer::with_capacity(128);
    out.begin_object();
    match citation.url {
        Some(url) => {
            out.field_str("type", "url_citation").field_u64("start_index", start).field_u64("end_index", end);
            out.field_raw_str("url", url).key("title");
        }
        None => {
            out.field_str("type", "file_citation").field_u64("index", citation.document.map_or(0, |place| place.index));
            out.field_str("file_id", "").key("filename");
        }
    }
    match citation.title {
        Some(title) => out.raw_str(title),
        None => out.string(""),
    };
    out.end_object();
    String::from_utf8(out.finish()).unwrap_or_default()
}
