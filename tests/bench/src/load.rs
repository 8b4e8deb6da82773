//! The client: connections that are kept alive, each sending its next request as soon as the last one is answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::SendRequest;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::answer::MARKER;

/// The path of all requests.
const PATH: &str = "/v1/chat/completions";
/// An answer that takes longer than this is a failure.
const PATIENCE: Duration = Duration::from_secs(20);
/// What OpenAI's Python SDK sends beside the content's type and length.
const HEADERS: [(&str, &str); 12] = [
    ("accept", "application/json"),
    ("accept-encoding", "gzip, deflate"),
    ("connection", "keep-alive"),
    ("content-type", "application/json"),
    ("user-agent", "OpenAI/Python 2.12.0"),
    ("x-stainless-arch", "x64"),
    ("x-stainless-async", "false"),
    ("x-stainless-lang", "python"),
    ("x-stainless-os", "Linux"),
    ("x-stainless-package-version", "2.12.0"),
    ("x-stainless-retry-count", "0"),
    ("x-stainless-runtime", "CPython"),
];

/// One kind of request.
#[derive(Debug, Clone)]
pub struct Traffic {
    /// The listener.
    pub address: SocketAddr,
    /// The body.
    pub body: Bytes,
    /// Sent as a bearer token.
    pub key: String,
    /// Pieces of text that the answer streams; `None` for an answer in one piece.
    pub stream: Option<u32>,
}

/// How long exchanges took, in nanoseconds.
#[derive(Debug, Clone, Default)]
pub struct Timings {
    /// From sending the request to the answer's last byte.
    pub whole: Vec<u64>,
    /// To the first byte of the answer's body.
    pub first: Vec<u64>,
}

/// Sends `traffic` on `connections` connections for `time`, then waits for the answers that are due.
///
/// # Errors
/// The first answer that is none: another status than 200, a body that is cut short or not what was asked for.
pub async fn run(traffic: &Traffic, connections: usize, time: Duration) -> Result<Timings> {
    let mut clients = Vec::with_capacity(connections);
    for _ in 0..connections {
        clients.push(Client::connect(traffic.clone()).await?);
    }
    let end = Instant::now() + time;
    let tasks: Vec<_> = clients.into_iter().map(|client| tokio::spawn(client.run_until(end))).collect();
    let mut all = Timings::default();
    for task in tasks {
        let part = task.await??;
        all.whole.extend(part.whole);
        all.first.extend(part.first);
    }
    Ok(all)
}

/// One exchange: the answer's body.
///
/// # Errors
/// As for [`run`].
pub async fn once(traffic: &Traffic) -> Result<Vec<u8>> {
    let mut client = Client::connect(traffic.clone()).await?;
    client.exchange().await?;
    Ok(client.answer)
}

struct Client {
    traffic: Traffic,
    headers: HeaderMap,
    sender: SendRequest<Full<Bytes>>,
    /// The last answer's body.
    answer: Vec<u8>,
}

impl Client {
    async fn connect(traffic: Traffic) -> Result<Self> {
        let stream = TcpStream::connect(traffic.address).await.context("Envoy does not accept connections")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // Its errors come out where the answer is awaited.
        tokio::spawn(connection);
        let mut headers = HeaderMap::new();
        for (name, value) in HEADERS {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers.insert("host", HeaderValue::from_str(&traffic.address.to_string())?);
        headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {}", traffic.key))?);
        Ok(Self { traffic, headers, sender, answer: Vec::new() })
    }

    async fn run_until(mut self, end: Instant) -> Result<Timings> {
        let mut timings = Timings::default();
        while Instant::now() < end {
            let (first, whole) = self.exchange().await?;
            timings.first.push(first.as_nanos() as u64);
            timings.whole.push(whole.as_nanos() as u64);
        }
        Ok(timings)
    }

    async fn exchange(&mut self) -> Result<(Duration, Duration)> {
        tokio::time::timeout(PATIENCE, self.send()).await.with_context(|| format!("no answer within {PATIENCE:?}"))?
    }

    async fn send(&mut self) -> Result<(Duration, Duration)> {
        self.sender.ready().await.context("the connection was closed")?;
        let mut request = Request::new(Full::new(self.traffic.body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = Uri::from_static(PATH);
        *request.headers_mut() = self.headers.clone();
        let start = Instant::now();
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let mut body = response.into_body();
        let mut first = None;
        self.answer.clear();
        while let Some(frame) = body.frame().await {
            if let Some(data) = frame.context("the answer is cut short")?.data_ref() {
                first.get_or_insert_with(|| start.elapsed());
                self.answer.extend_from_slice(data);
            }
        }
        let whole = start.elapsed();
        let text = || String::from_utf8_lossy(&self.answer[..self.answer.len().min(400)]).into_owned();
        ensure!(status == 200, "status {status}: {}", text());
        match self.traffic.stream {
            None => ensure!(contains(&self.answer, MARKER), "not the answer: {}", text()),
            Some(events) => check_stream(&self.answer, events)?,
        }
        Ok((first.unwrap_or(whole), whole))
    }
}

/// A stream holds an event for each piece of text, a few more to begin and to end with, and its end.
fn check_stream(answer: &[u8], pieces: u32) -> Result<()> {
    let events = answer.split(|&byte| byte == b'\n').filter(|line| line.starts_with(b"data:")).count();
    let pieces = pieces as usize;
    if !(pieces..=pieces + 6).contains(&events) || !answer.trim_ascii_end().ends_with(b"data: [DONE]") {
        let tail = String::from_utf8_lossy(&answer[answer.len().saturating_sub(400)..]);
        bail!("a stream of {events} events where {pieces} pieces of text were asked for; it ends with: {tail}");
    }
    Ok(())
}

fn contains(text: &[u8], needle: &str) -> bool {
    text.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_that_lack_events_or_their_end_are_refused() {
        let stream = |events: usize, end: &str| format!("{}{end}", "data: {}\n\n".repeat(events));
        assert!(check_stream(stream(12, "data: [DONE]\n\n").as_bytes(), 10).is_ok());
        assert!(check_stream(stream(12, "").as_bytes(), 10).is_err());
        assert!(check_stream(stream(8, "data: [DONE]\n\n").as_bytes(), 10).is_err());
        assert!(check_stream(stream(30, "data: [DONE]\n\n").as_bytes(), 10).is_err());
    }
}
