//! What the gateway must know of the events of a streamed answer.
//!
//! Every text comes several times: in pieces (`….delta`), complete (`….done`), in its part and its item (`response.content_part.done`,
//! `response.output_item.done`), and in the whole answer at the end. The pieces are a lane; all that is complete in its event is a text of
//! the event, and ends the lanes it repeats.

use tollgate_wire::json::{Str, Value, Writer};
use tollgate_wire::sse;

use super::response_facts::response_facts;
use super::texts::{field, known};
use crate::response::ResponseFacts;
use crate::stream::{Delta, EventFacts, Lane, LaneKind};
use crate::text::{Place, Texts};

/// Longest item id that is kept for events of our own, in bytes; a longer one is left out.
const MAX_KEPT: usize = 256;

/// The fields that tell the parts of an item apart; an event has one of them at most.
const PART_FIELDS: [&str; 3] = ["content_index", "summary_index", "command_index"];

/// What goes on in deltas that are objects.
const DELTA_FIELDS: [&str; 2] = ["stdout", "stderr"];

/// The lanes of one stream. Lanes are numbered in the order of their first pieces.
#[derive(Debug, Default)]
pub(crate) struct StreamFacts {
    going_on: Vec<Known>,
    /// Those that the event at hand ends: what they still hold back goes out in front of it.
    ending: Vec<Known>,
    numbered: u32,
    /// `sequence_number` of the event at hand.
    sequence: u64,
}

/// A lane, and what an event of ours must name to add to it.
#[derive(Debug)]
struct Known {
    number: u32,
    /// The type of its events without `.delta`.
    stem: String,
    /// JSON text.
    item_id: Option<String>,
    output_index: Option<u64>,
    part: Option<(&'static str, u64)>,
    /// Of a delta that is an object, the field that goes on in it.
    field: Option<&'static str>,
}

impl Known {
    fn lane(&self) -> Lane {
        let kind = match &*self.stem {
            stem if stem.ends_with("_arguments") => LaneKind::Tool(0),
            stem if stem.ends_with("_input") || stem.ends_with("_code") || stem.ends_with("_command") => {
                LaneKind::Input(0)
            }
            stem if stem.contains("refusal") => LaneKind::Refusal,
            stem if stem.contains("reasoning") => LaneKind::Reasoning,
            _ => LaneKind::Content,
        };
        Lane { index: self.number, kind }
    }
}

impl StreamFacts {
    /// Reads an event. Its data names its type; the event's name counts only where that is missing.
    pub fn observe<'a>(&mut self, event: &str, data: Value<'a>) -> EventFacts<'a> {
        self.ending.clear();
        self.sequence = number(data, "sequence_number").unwrap_or(self.sequence);
        let mut facts = EventFacts::default();
        let kind = data.get("type").and_then(|kind| kind.as_str()).map(|kind| kind.raw()).unwrap_or(event);
        match kind {
            "response.created" | "response.queued" | "response.in_progress" => response(data, &mut facts),
            "response.completed" | "response.incomplete" | "response.failed" => {
                response(data, &mut facts);
                facts.all_ended = true;
                facts.done = true;
                facts.error = kind == "response.failed";
            }
            "error" => {
                facts.all_ended = true;
                facts.error = true;
                texts(data, &mut facts);
            }
            // A sound.
            "response.audio.delta" => {}
            "response.output_item.done" => {
                texts(data, &mut facts);
                let output_index = number(data, "output_index");
                self.end(&mut facts, |lane| lane.output_index == output_index);
            }
            "response.content_part.done" | "response.reasoning_summary_part.done" => {
                texts(data, &mut facts);
                let (output_index, part) = (number(data, "output_index"), part(data));
                self.end(&mut facts, |lane| lane.output_index == output_index && lane.part == part);
            }
            _ => match (kind.strip_suffix(".delta"), kind.strip_suffix(".done")) {
                (Some(stem), _) => self.delta(stem, data, &mut facts),
                (None, Some(stem)) => {
                    texts(data, &mut facts);
                    let (output_index, part) = (number(data, "output_index"), part(data));
                    let ended =
                        |lane: &Known| lane.stem == stem && lane.output_index == output_index && lane.part == part;
                    self.end(&mut facts, ended);
                }
                (None, None) => texts(data, &mut facts),
            },
        }
        facts
    }

    fn delta<'a>(&mut self, stem: &str, data: Value<'a>, facts: &mut EventFacts<'a>) {
        let mut texts = Texts::of_provider();
        texts.object(data, Place::ASSISTANT, |texts, name, value| {
            match (name, value.as_str()) {
                ("delta", Some(text)) => self.piece(stem, None, text, data, facts),
                ("delta", None) => texts.object(value, Place::ASSISTANT, |_, name, value| {
                    let field = DELTA_FIELDS.into_iter().find(|field| *field == name);
                    match (field, value.as_str()) {
                        (Some(_), Some(text)) => self.piece(stem, field, text, data, facts),
                        _ => return false,
                    }
                    true
                }),
                _ => return field(name, value, Place::ASSISTANT, texts),
            }
            true
        });
        *facts = std::mem::take(facts).with(texts);
    }

    /// More of a lane.
    fn piece<'a>(
        &mut self,
        stem: &str,
        field: Option<&'static str>,
        text: Str<'a>,
        data: Value<'a>,
        facts: &mut EventFacts<'a>,
    ) {
        if text.is_empty() {
            return;
        }
        let (output_index, part) = (number(data, "output_index"), part(data));
        let is_it = |lane: &&Known| {
            lane.stem == stem && lane.output_index == output_index && lane.part == part && lane.field == field
        };
        let lane = match self.going_on.iter().find(is_it) {
            Some(known) => known.lane(),
            None => {
                let item_id = data.get("item_id").map(|id| id.raw()).filter(|raw| raw.len() <= MAX_KEPT);
                let known = Known {
                    number: self.numbered,
                    stem: stem.to_owned(),
                    item_id: item_id.map(str::to_owned),
                    output_index,
                    part,
                    field,
                };
                self.numbered = self.numbered.wrapping_add(1);
                let lane = known.lane();
                self.going_on.push(known);
                lane
            }
        };
        facts.deltas.push(Delta { lane, text });
    }

    fn end(&mut self, facts: &mut EventFacts<'_>, ended: impl Fn(&Known) -> bool) {
        let (ending, going_on) = std::mem::take(&mut self.going_on).into_iter().partition(ended);
        self.going_on = going_on;
        self.ending = ending;
        self.ending.iter().for_each(|lane| facts.ended.push(lane.number));
    }

    /// Appends an event with more text of a lane. It has the number of the event it is put in front of: the numbers of a stream still never
    /// fall, and the client that resumes behind one misses nothing.
    pub fn delta_event(&self, lane: Lane, text: &str, out: &mut Vec<u8>) {
        let Some(known) = self.going_on.iter().chain(&self.ending).find(|known| known.number == lane.index) else {
            return;
        };
        let kind = format!("{}.delta", known.stem);
        let mut json = Writer::with_capacity(text.len() + 192);
        json.begin_object().field_str("type", &kind).field_u64("sequence_number", self.sequence);
        if let Some(id) = &known.item_id {
            json.field_raw("item_id", id);
        }
        if let Some(index) = known.output_index {
            json.field_u64("output_index", index);
        }
        if let Some((field, index)) = known.part {
            json.field_u64(field, index);
        }
        match known.field {
            Some(field) => {
                json.key("delta").begin_object().field_str(field, text).end_object();
            }
            None => {
                json.field_str("delta", text);
            }
        }
        if known.stem == "response.output_text" {
            json.key("logprobs").begin_array().end_array();
        }
        json.end_object();
        sse::write_event(out, Some(&kind), json.as_bytes());
    }
}

/// An event that shows the answer as far as it is.
fn response<'a>(data: Value<'a>, facts: &mut EventFacts<'a>) {
    let mut texts = Texts::of_provider();
    let mut found = ResponseFacts::default();
    texts.object(data, Place::ASSISTANT, |texts, name, value| match name {
        "response" => {
            found = response_facts(value);
            true
        }
        name => field(name, value, Place::ASSISTANT, texts),
    });
    facts.model = found.model;
    facts.usage = found.usage;
    texts.add(found);
    *facts = std::mem::take(facts).with(texts);
}

/// All that an event says is complete in it.
fn texts<'a>(data: Value<'a>, facts: &mut EventFacts<'a>) {
    let mut texts = Texts::of_provider();
    known(data, Place::ASSISTANT, &mut texts);
    *facts = std::mem::take(facts).with(texts);
}

fn number(data: Value<'_>, field: &str) -> Option<u64> {
    data.get(field)?.as_u64()
}

fn part(data: Value<'_>) -> Option<(&'static str, u64)> {
    PART_FIELDS.into_iter().find_map(|field| Some((field, number(data, field)?)))
}
