//! What a provider answers, before pace and faults are applied to it.

use bytes::Bytes;

use crate::json::Json;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `content-type`.
    pub content_type: &'static str,
    /// Further headers, in order.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub payload: Payload,
}

/// The body of a [`Reply`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// Sent at once, with its length.
    Whole(Bytes),
    /// Sent event by event, without a length.
    Events(Events),
}

/// The events of a stream, each as its bytes on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Events {
    /// All events of the healthy stream, its end mark included.
    pub events: Vec<Bytes>,
    /// What the provider sends in place of the rest when something breaks half way.
    pub error: Bytes,
    /// Whether these are server-sent events, which may be given other line ends and comments.
    pub text: bool,
}

impl Reply {
    /// A JSON answer.
    pub(crate) fn json(status: u16, body: &Json) -> Self {
        Self {
            status,
            content_type: "application/json",
            headers: Vec::new(),
            payload: Payload::Whole(Bytes::copy_from_slice(body.get().as_bytes())),
        }
    }

    /// A stream of server-sent events.
    pub(crate) fn sse(events: Vec<Bytes>, error: Bytes) -> Self {
        Self {
            status: 200,
            content_type: "text/event-stream; charset=utf-8",
            headers: Vec::new(),
            payload: Payload::Events(Events { events, error, text: true }),
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A server-sent event with `data` alone, as OpenAI and Gemini send it.
pub(crate) fn data(json: &Json) -> Bytes {
    format!("data: {}\n\n", json.get()).into()
}

/// A server-sent event with a name, as Anthropic and the Responses API send it.
pub(crate) fn named(name: &str, json: &Json) -> Bytes {
    format!("event: {name}\ndata: {}\n\n", json.get()).into()
}
