//! The way back of a streamed answer.

use tollgate_wire::eventstream::{Decoder, Message};
use tollgate_wire::json::{Limits, Str, Tape};
use tollgate_wire::sse;

use super::AnswerPlan;
use crate::canonical::Event;
use crate::protocol::Protocol;
use crate::refusal::Refusal;
use crate::stream::is_done;
use crate::{ClientDialect, anthropic, bedrock, cohere, gemini, openai_chat, openai_completions, openai_responses};

/// Largest event of a provider, in bytes. The largest there are carry an image each; a larger one ends the stream with an error.
const MAX_EVENT: usize = 8 << 20;

/// Translates one streamed answer. Whatever way its bytes are cut, the same bytes come out in total, and each event of the provider's
/// comes out as soon as it is complete.
#[derive(Debug)]
pub struct StreamTranslator {
    /// None where the bytes pass through.
    work: Option<Box<Work>>,
}

#[derive(Debug)]
struct Work {
    frames: Frames,
    events: Events,
}

/// How events are told apart.
#[derive(Debug)]
enum Frames {
    Sse(sse::Parser),
    EventStream(Decoder),
}

/// From events of the provider's to events of the client's.
#[derive(Debug)]
struct Events {
    tape: Tape,
    reader: Reader,
    writer: Writer,
    /// The model that was asked, for answers that name none.
    model: String,
}

#[derive(Debug)]
enum Reader {
    OpenaiChat(openai_chat::EventReader),
    OpenaiResponses(openai_responses::EventReader),
    Anthropic(anthropic::EventReader),
    Gemini(gemini::EventReader),
    Bedrock(bedrock::EventReader),
    Cohere(cohere::EventReader),
    /// Nothing is streamed in this protocol.
    None,
}

#[derive(Debug)]
pub(super) enum Writer {
    OpenaiChat(openai_chat::EventWriter),
    OpenaiResponses(openai_responses::EventWriter),
    OpenaiCompletions(openai_completions::EventWriter),
    AnthropicMessages(anthropic::EventWriter),
    /// The client asked for nothing that is streamed.
    None,
}

impl StreamTranslator {
    /// For an answer that has not begun.
    #[must_use]
    pub fn new(plan: &AnswerPlan) -> Self {
        if plan.passes_through() {
            return Self { work: None };
        }
        let frames = match plan.protocol.is_binary() {
            true => Frames::EventStream(Decoder::new(MAX_EVENT)),
            false => Frames::Sse(sse::Parser::new(MAX_EVENT)),
        };
        let (reader, writer) = (Reader::new(plan.protocol), Writer::new(plan));
        let events = Events { tape: Tape::default(), reader, writer, model: plan.model.clone() };
        Self { work: Some(Box::new(Work { frames, events })) }
    }

    /// Takes the next bytes of the provider's and appends what the client gets for them.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Some(work) = &mut self.work else { return out.extend_from_slice(bytes) };
        let Work { frames, events } = &mut **work;
        let readable = match frames {
            Frames::Sse(parser) => parser.push(bytes, |event| events.event(event.event, event.data, out)).is_ok(),
            Frames::EventStream(decoder) => decoder.push(bytes, |message| events.message(message, out)).is_ok(),
        };
        if !readable {
            let what = "sent an event that is too large or damaged";
            events.writer.write(Event::Error(Refusal::upstream(what)), out);
        }
    }

    /// The provider's bytes have ended: appends what is missing for a legal end, which is an error if the answer was cut.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let Some(work) = &mut self.work else { return };
        let Work { frames, events } = &mut **work;
        // Some servers forget the last blank line. What is cut inside an event is no JSON.
        if let Frames::Sse(parser) = frames
            && let Some(last) = parser.finish()
            && (is_done(last.data) || events.tape.parse(last.data, Limits::default()).is_ok())
        {
            events.event(last.event, last.data, out);
        }
        events.writer.finish(out);
    }
}

impl Events {
    fn event(&mut self, name: &str, data: &[u8], out: &mut Vec<u8>) {
        if data.is_empty() {
            return;
        }
        // The end mark of OpenAI's streams, which others have taken over. No protocol sends it before its end.
        if is_done(data) {
            return self.writer.write(Event::End, out);
        }
        let Ok(data) = self.tape.parse(data, Limits::default()) else {
            let what = "sent an event that could not be read";
            return self.writer.write(Event::Error(Refusal::upstream(what)), out);
        };
        let model = Str::from_escaped(&self.model);
        let mut emit = |event: Event<'_>| match event {
            Event::Start { id, model: None } => self.writer.write(Event::Start { id, model: Some(model) }, out),
            event => self.writer.write(event, out),
        };
        match &mut self.reader {
            Reader::OpenaiChat(reader) => reader.read(data, &mut emit),
            Reader::OpenaiResponses(reader) => reader.read(name, data, &mut emit),
            Reader::Anthropic(reader) => reader.read(name, data, &mut emit),
            Reader::Gemini(reader) => reader.read(data, &mut emit),
            Reader::Bedrock(reader) => reader.read(name, data, &mut emit),
            Reader::Cohere(reader) => reader.read(name, data, &mut emit),
            Reader::None => {}
        }
    }

    fn message(&mut self, message: Message<'_>, out: &mut Vec<u8>) {
        match message.message_type() {
            Some("event") | None => self.event(message.event_type().unwrap_or_default(), message.payload, out),
            // A modelled exception, or an error whose headers say it all.
            _ => {
                let refusal = bedrock::read_exception(&message, &mut self.tape);
                self.writer.write(Event::Error(refusal), out);
            }
        }
    }
}

impl Reader {
    fn new(protocol: Protocol) -> Self {
        match protocol {
            Protocol::OpenaiChat => Self::OpenaiChat(openai_chat::EventReader::default()),
            Protocol::OpenaiResponses => Self::OpenaiResponses(openai_responses::EventReader::default()),
            Protocol::AnthropicMessages => Self::Anthropic(anthropic::EventReader::default()),
            Protocol::Gemini => Self::Gemini(gemini::EventReader::default()),
            Protocol::Converse => Self::Bedrock(bedrock::EventReader::default()),
            Protocol::CohereChat => Self::Cohere(cohere::EventReader::default()),
            Protocol::OpenaiCompletions
            | Protocol::OpenaiEmbeddings
            | Protocol::GeminiEmbeddings
            | Protocol::VertexEmbeddings
            | Protocol::TitanEmbeddings
            | Protocol::BedrockCohereEmbeddings
            | Protocol::CohereEmbeddings => Self::None,
        }
    }
}

impl Writer {
    pub(super) fn new(plan: &AnswerPlan) -> Self {
        match plan.client {
            ClientDialect::OpenaiChat => Self::OpenaiChat(openai_chat::EventWriter::new(plan)),
            ClientDialect::OpenaiResponses => Self::OpenaiResponses(openai_responses::EventWriter::new(plan)),
            ClientDialect::OpenaiCompletions => Self::OpenaiCompletions(openai_completions::EventWriter::new(plan)),
            ClientDialect::AnthropicMessages => Self::AnthropicMessages(anthropic::EventWriter::new(plan)),
            ClientDialect::OpenaiEmbeddings => Self::None,
        }
    }

    pub(super) fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        match self {
            Self::OpenaiChat(writer) => writer.write(event, out),
            Self::OpenaiResponses(writer) => writer.write(event, out),
            Self::OpenaiCompletions(writer) => writer.write(event, out),
            Self::AnthropicMessages(writer) => writer.write(event, out),
            Self::None => {}
        }
    }

    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::OpenaiChat(writer) => writer.finish(out),
            Self::OpenaiResponses(writer) => writer.finish(out),
            Self::OpenaiCompletions(writer) => writer.finish(out),
            Self::AnthropicMessages(writer) => writer.finish(out),
            Self::None => {}
        }
    }
}
