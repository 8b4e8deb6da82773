//! The way back of a streamed answer.

use tollgate_policy::translate::ProviderApi;
use tollgate_wire::json::{Limits, Tape};
use tollgate_wire::sse;

use super::AnswerPlan;
use crate::canonical::Event;
use crate::refusal::Refusal;
use crate::{ClientDialect, anthropic, openai_chat};

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
    parser: sse::Parser,
    tape: Tape,
    reader: Reader,
    writer: Writer,
}

#[derive(Debug)]
enum Reader {
    Openai(openai_chat::EventReader),
    Anthropic(anthropic::EventReader),
}

#[derive(Debug)]
enum Writer {
    OpenaiChat(openai_chat::EventWriter),
    AnthropicMessages(anthropic::EventWriter),
}

impl StreamTranslator {
    /// For an answer that has not begun.
    #[must_use]
    pub fn new(plan: &AnswerPlan) -> Self {
        if plan.passes_through() {
            return Self { work: None };
        }
        let reader = match plan.api {
            ProviderApi::Openai => Reader::Openai(openai_chat::EventReader::default()),
            ProviderApi::Anthropic => Reader::Anthropic(anthropic::EventReader::default()),
        };
        let writer = match plan.client {
            ClientDialect::OpenaiChat => {
                let (created, usage, json_tool) = (plan.now_secs, plan.include_usage, plan.json_tool);
                Writer::OpenaiChat(openai_chat::EventWriter::new(created, usage, json_tool))
            }
            ClientDialect::AnthropicMessages => Writer::AnthropicMessages(anthropic::EventWriter::default()),
        };
        let (parser, tape) = (sse::Parser::new(MAX_EVENT), Tape::default());
        Self { work: Some(Box::new(Work { parser, tape, reader, writer })) }
    }

    /// Takes the next bytes of the provider's and appends what the client gets for them.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Some(work) = &mut self.work else { return out.extend_from_slice(bytes) };
        let Work { parser, tape, reader, writer } = &mut **work;
        if parser.push(bytes, |event| translate(event, tape, reader, writer, out)).is_err() {
            writer.write(Event::Error(Refusal::upstream("sent an event that is too large")), out);
        }
    }

    /// The provider's bytes have ended: appends what is missing for a legal end, which is an error if the answer was cut.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let Some(work) = &mut self.work else { return };
        let Work { parser, tape, reader, writer } = &mut **work;
        // Some servers forget the last blank line. What is cut inside an event is no JSON.
        if let Some(last) = parser.finish()
            && (is_end(reader, last.data) || tape.parse(last.data, Limits::default()).is_ok())
        {
            translate(last, tape, reader, writer, out);
        }
        writer.finish(out);
    }
}

fn translate(event: sse::Event<'_>, tape: &mut Tape, reader: &mut Reader, writer: &mut Writer, out: &mut Vec<u8>) {
    if event.data.is_empty() {
        return;
    }
    if is_end(reader, event.data) {
        return writer.write(Event::End, out);
    }
    let Ok(data) = tape.parse(event.data, Limits::default()) else {
        return writer.write(Event::Error(Refusal::upstream("sent an event that could not be read")), out);
    };
    let mut emit = |event: Event<'_>| writer.write(event, out);
    match reader {
        Reader::Openai(reader) => reader.read(data, &mut emit),
        Reader::Anthropic(reader) => reader.read(event.event, data, &mut emit),
    }
}

/// Whether the data is the end mark of the provider's API.
fn is_end(reader: &Reader, data: &[u8]) -> bool {
    matches!(reader, Reader::Openai(_)) && openai_chat::EventReader::is_end(data)
}

impl Writer {
    fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        match self {
            Self::OpenaiChat(writer) => writer.write(event, out),
            Self::AnthropicMessages(writer) => writer.write(event, out),
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::OpenaiChat(writer) => writer.finish(out),
            Self::AnthropicMessages(writer) => writer.finish(out),
        }
    }
}
