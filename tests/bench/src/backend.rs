//! The provider behind Envoy: answers at once, in OpenAI's or Anthropic's wire format by the path that is asked for.
//!
//! Every request is parsed, so that a gateway that breaks a body is found out, and remembered as far as the checks need it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio_stream::Stream;
use tokio_stream::wrappers::WatchStream;

use crate::answer::{Answers, Dialect};
use crate::beat::Beat;
use crate::case::SHORT_STREAM_EVENTS;
use crate::prompt::{EMAIL, PLACEHOLDER};

/// A provider on a port of its own.
#[derive(Debug)]
pub struct Backend {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it has seen.
    pub seen: Arc<Seen>,
}

/// Counts of what requests held.
#[derive(Debug, Default)]
pub struct Seen {
    /// Requests in OpenAI's API.
    pub openai: AtomicU64,
    /// Requests in Anthropic's API.
    pub anthropic: AtomicU64,
    /// Requests that held the e-mail address in clear.
    pub personal: AtomicU64,
    /// Requests that held the caller's own key.
    pub keys: AtomicU64,
}

impl Seen {
    /// The counts: OpenAI's API, Anthropic's API, personal data, keys.
    #[must_use]
    pub fn counts(&self) -> [u64; 4] {
        [&self.openai, &self.anthropic, &self.personal, &self.keys].map(|count| count.load(Ordering::Relaxed))
    }
}

/// What an answer depends on, the same field names in both APIs.
#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    stream: bool,
    max_tokens: u32,
    #[serde(default)]
    stream_options: StreamOptions,
}

#[derive(Debug, Default, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

impl Backend {
    /// Listens on an ephemeral port and serves until the runtime ends.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(answers: Arc<Answers>, beat: Beat) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("the backend cannot listen")?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Seen::default());
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                let (answers, seen, beat) = (Arc::clone(&answers), Arc::clone(&shared), beat.clone());
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        answer(request, Arc::clone(&answers), Arc::clone(&seen), beat.clone())
                    });
                    // A connection that Envoy closes is no news.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Ok(Self { address, seen })
    }
}

async fn answer(
    request: Request<Incoming>,
    answers: Arc<Answers>,
    seen: Arc<Seen>,
    beat: Beat,
) -> Result<Response<Events>, hyper::Error> {
    let dialect = match request.uri().path() {
        "/v1/chat/completions" => Dialect::Openai,
        "/v1/messages" => Dialect::Anthropic,
        path => return Ok(refusal(StatusCode::NOT_FOUND, format!("no such path: {path}"))),
    };
    let key = request.headers().contains_key("authorization");
    let body = request.into_body().collect().await?.to_bytes();
    let asked: Asked = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(e) => return Ok(refusal(StatusCode::BAD_REQUEST, format!("not a request: {e}"))),
    };
    let counter = if dialect == Dialect::Openai { &seen.openai } else { &seen.anthropic };
    counter.fetch_add(1, Ordering::Relaxed);
    seen.keys.fetch_add(u64::from(key), Ordering::Relaxed);
    // The last turn is at the end, whichever the API: the search stays short.
    let tail = &body[body.len().saturating_sub(2000)..];
    let mention = [EMAIL, PLACEHOLDER].into_iter().find(|text| contains(tail, text.as_bytes()));
    seen.personal.fetch_add(u64::from(mention == Some(EMAIL)), Ordering::Relaxed);

    let mut response = Response::builder();
    for (name, value) in dialect.headers() {
        response = response.header(*name, *value);
    }
    let (kind, events) = if asked.stream {
        let frames = answers.stream(dialect, asked.max_tokens, asked.stream_options.include_usage);
        (
            "text/event-stream; charset=utf-8",
            Events::paced(frames, asked.max_tokens > SHORT_STREAM_EVENTS, beat.beats()),
        )
    } else {
        ("application/json", Events::whole(answers.whole(dialect, mention)))
    };
    Ok(response
        .header("content-type", kind)
        .body(events)
        .unwrap_or_else(|e| refusal(StatusCode::INTERNAL_SERVER_ERROR, e.to_string())))
}

fn refusal(status: StatusCode, message: String) -> Response<Events> {
    let mut response = Response::new(Events::whole(Bytes::from(message)));
    *response.status_mut() = status;
    response
}

fn contains(text: &[u8], needle: &[u8]) -> bool {
    text.windows(needle.len()).any(|window| window == needle)
}

/// A body: in one piece, or events at a steady pace.
#[derive(Debug)]
enum Events {
    Whole(Full<Bytes>),
    Paced { frames: Arc<[Bytes]>, next: usize, steady: bool, beats: WatchStream<()> },
}

impl Events {
    fn whole(body: Bytes) -> Self {
        Self::Whole(Full::new(body))
    }

    /// The first event at once; the others at a beat each, or where only the beginning counts, all at the next beat.
    fn paced(frames: Arc<[Bytes]>, steady: bool, beats: WatchStream<()>) -> Self {
        Self::Paced { frames, next: 0, steady, beats }
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            Self::Whole(body) => Pin::new(body).poll_frame(cx),
            Self::Paced { frames, next, steady, beats } => {
                let Some(frame) = frames.get(*next) else { return Poll::Ready(None) };
                if *next == 1 || (*next > 1 && *steady) {
                    std::task::ready!(Pin::new(beats).poll_next(cx));
                }
                *next += 1;
                Poll::Ready(Some(Ok(Frame::data(frame.clone()))))
            }
        }
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Paced { .. } => hyper::body::SizeHint::default(),
        }
    }
}
