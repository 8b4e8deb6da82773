//! How an answer leaves: cut into writes, delayed, decorated, compressed, broken off. [`plan`] decides all of it; what
//! remains is to wait and write.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream;
use http_body_util::{BodyExt, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;

use crate::conn::ResetFlag;
use crate::record::{Entry, Outcome};
use crate::{Options, Payload, Reply};

/// What to write, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Waits, each before its write. Every write is handed to the socket on its own.
    pub writes: VecDeque<(Duration, Bytes)>,
    /// Whether the connection is reset instead of the answer being ended.
    pub reset: bool,
    /// Length to declare; none means chunked coding.
    pub length: Option<usize>,
}

/// Lays out an answer under `options`.
pub fn plan(reply: &Reply, options: &Options) -> Plan {
    let cut_after = options.reset_after.or(options.truncate_after);
    let (events, whole_answer) = match &reply.payload {
        Payload::Whole(body) if cut_after.is_some() => (vec![body.slice(..body.len() / 2)], false),
        Payload::Whole(body) => (vec![body.clone()], true),
        Payload::Events(all) => {
            let count =
                cut_after.or(options.error_after).map_or(all.events.len(), |n| all.events.len().min(n as usize));
            let mut events = all.events[..count].to_vec();
            if cut_after.is_none() && options.error_after.is_some() {
                events.push(all.error.clone());
            }
            if all.text {
                events.retain(|event| !options.no_done || &event[..] != DONE);
                events = events.into_iter().enumerate().map(|(at, event)| decorate(at, event, options)).collect();
            }
            (events, cut_after.is_none())
        }
    };
    let events = if options.gzip { gzip(&events, whole_answer) } else { events };
    let length: usize = events.iter().map(Bytes::len).sum();
    // A length is declared as if all were well: a reset then leaves the client short of it. A truncated answer must seem
    // complete to HTTP, so it declares none.
    let declared = match (&reply.payload, whole_answer) {
        (Payload::Whole(_), true) => Some(length),
        (Payload::Whole(body), false) if options.reset_after.is_some() => Some(body.len()),
        _ => None,
    };
    Plan { writes: writes(events, options), reset: options.reset_after.is_some(), length: declared }
}

/// What ends the streams of OpenAI and Cohere.
const DONE: &[u8] = b"data: [DONE]\n\n";

fn decorate(number: usize, event: Bytes, options: &Options) -> Bytes {
    let mark = options.bom && number == 0;
    if !options.crlf && !options.comments && !options.multiline && !mark {
        return event;
    }
    let mut text = String::from_utf8_lossy(&event).into_owned();
    if options.multiline {
        // Lines of data are joined by line ends, and between the members of JSON those are no more than space.
        text = text.replacen("data: {", "data: {\ndata: ", 1);
    }
    if options.comments {
        text = format!(": keep-alive\n\n: data follows\n{text}");
    }
    if options.crlf {
        text = text.replace('\n', "\r\n");
    }
    if mark {
        text.insert(0, '\u{feff}');
    }
    text.into()
}

/// One gzip stream over all events, flushed after each so that a client can read it at once.
fn gzip(events: &[Bytes], whole: bool) -> Vec<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let mut compressed: Vec<Bytes> = Vec::with_capacity(events.len() + 1);
    for event in events {
        // Writing into a Vec does not fail.
        let _ = encoder.write_all(event).and_then(|()| encoder.flush());
        compressed.push(std::mem::take(encoder.get_mut()).into());
    }
    if whole {
        compressed.push(encoder.finish().unwrap_or_default().into());
    }
    compressed
}

fn writes(events: Vec<Bytes>, options: &Options) -> VecDeque<(Duration, Bytes)> {
    let delay = Duration::from_millis(options.event_delay_ms);
    // Cut at odd places also means several events in one write; with a delay between events that cannot be.
    let joined = options.chunk_bytes > 0 && delay.is_zero();
    let events = if joined { vec![events.into_iter().fold(BytesMut::new(), join).freeze()] } else { events };
    let mut writes = VecDeque::new();
    for (number, mut event) in events.into_iter().enumerate() {
        let mut wait = if number == 0 { Duration::ZERO } else { delay };
        while !event.is_empty() {
            let size = if options.chunk_bytes == 0 { event.len() } else { options.chunk_bytes.min(event.len()) };
            writes.push_back((std::mem::take(&mut wait), event.split_to(size)));
        }
    }
    writes
}

fn join(mut all: BytesMut, event: Bytes) -> BytesMut {
    all.extend_from_slice(&event);
    all
}

/// Body of a response.
pub(crate) type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// How long what was written has to leave before a reset: a reset discards what the socket still holds.
const BEFORE_RESET: Duration = Duration::from_millis(20);

/// Turns a plan into a body. `entry` learns how it ended.
pub(crate) fn body(plan: Plan, mut entry: Entry, reset: ResetFlag) -> Body {
    if plan.writes.is_empty() && !plan.reset {
        entry.end(Outcome::Answered);
    }
    let state = (plan, entry, reset, true);
    let frames = stream::unfold(state, |(mut plan, mut entry, reset, first)| async move {
        let Some((wait, bytes)) = plan.writes.pop_front() else {
            if !plan.reset {
                return None;
            }
            tokio::time::sleep(BEFORE_RESET).await;
            reset.store(true, Ordering::Relaxed);
            entry.end(Outcome::CutByProvider);
            plan.reset = false;
            return Some((Err(std::io::ErrorKind::ConnectionReset.into()), (plan, entry, reset, false)));
        };
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        } else if !first {
            // Being asked in vain makes the connection write out what it has: one write for each piece.
            tokio::task::yield_now().await;
        }
        // The connection may not ask again once a declared length is reached, so the end is told with the last piece.
        if plan.writes.is_empty() && !plan.reset {
            entry.end(Outcome::Answered);
        }
        Some((Ok(Frame::data(bytes)), (plan, entry, reset, false)))
    });
    StreamBody::new(frames).boxed_unsync()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    fn stream() -> Reply {
        let events = (0..4).map(|n| format!("data: {n}\n\n").into()).collect();
        Reply::sse(events, "data: error\n\n".into())
    }

    fn bytes(plan: &Plan) -> String {
        String::from_utf8(plan.writes.iter().flat_map(|(_, bytes)| bytes.to_vec()).collect()).unwrap()
    }

    #[test]
    fn faults_cut_where_told() {
        let of = |options: Options| plan(&stream(), &options);
        assert_eq!(of(Options::default()).writes.len(), 4);
        assert_eq!(bytes(&of(Options { error_after: Some(1), ..Options::default() })), "data: 0\n\ndata: error\n\n");
        let truncated = of(Options { truncate_after: Some(2), ..Options::default() });
        assert_eq!((bytes(&truncated).as_str(), truncated.reset), ("data: 0\n\ndata: 1\n\n", false));
        let reset = of(Options { reset_after: Some(0), ..Options::default() });
        assert_eq!((bytes(&reset).as_str(), reset.reset), ("", true));
    }

    #[test]
    fn a_whole_body_is_cut_in_half() {
        let reply = Reply::json(200, &crate::json::json("abcdefgh"));
        let reset = plan(&reply, &Options { reset_after: Some(3), ..Options::default() });
        assert_eq!((bytes(&reset).as_str(), reset.length), ("\"abcd", Some(10)));
        let truncated = plan(&reply, &Options { truncate_after: Some(3), ..Options::default() });
        assert_eq!((bytes(&truncated).as_str(), truncated.length), ("\"abcd", None));
        assert_eq!(plan(&reply, &Options::default()).length, Some(10));
    }

    #[test]
    fn line_ends_and_comments() {
        let text = bytes(&plan(&stream(), &Options { crlf: true, comments: true, ..Options::default() }));
        assert!(text.starts_with(": keep-alive\r\n\r\n: data follows\r\ndata: 0\r\n\r\n"));
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }

    #[test]
    fn marks_lines_and_ends() {
        let events = vec!["data: {\"a\":1}\n\n".into(), Bytes::from_static(DONE)];
        let reply = Reply::sse(events, Bytes::new());
        let of = |options: Options| bytes(&plan(&reply, &options));
        assert_eq!(of(Options { no_done: true, ..Options::default() }), "data: {\"a\":1}\n\n");
        let odd = Options { bom: true, multiline: true, crlf: true, ..Options::default() };
        assert_eq!(of(odd), "\u{feff}data: {\r\ndata: \"a\":1}\r\n\r\ndata: [DONE]\r\n\r\n");
    }

    #[test]
    fn waits_come_before_events_and_not_before_cuts() {
        let options = Options { event_delay_ms: 5, chunk_bytes: 4, ..Options::default() };
        let waits: Vec<_> = plan(&stream(), &options).writes.iter().map(|(wait, _)| wait.as_millis()).collect();
        assert_eq!(waits, [0, 0, 0, 5, 0, 0, 5, 0, 0, 5, 0, 0]);
    }

    #[tokio::test]
    async fn every_write_is_let_out_before_the_next() {
        use hyper::body::Body as _;
        let record = std::sync::Arc::new(crate::record::Record::default());
        let entry = record.add(crate::record::tests::request(String::new()));
        let mut body = body(plan(&stream(), &Options::default()), entry, ResetFlag::default());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let mut ready = Vec::new();
        for _ in 0..8 {
            let polled = std::pin::Pin::new(&mut body).poll_frame(&mut context);
            ready.push(polled.is_ready());
            // A yielded task is woken by the runtime's own turn.
            tokio::task::yield_now().await;
        }
        assert_eq!(ready, [true, false, true, false, true, false, true, true]);
    }

    proptest! {
        #[test]
        fn cutting_and_packing_keep_the_bytes(chunk_bytes in 0usize..50, gzip: bool, event_delay_ms in 0u64..2) {
            let options = Options { chunk_bytes, gzip, event_delay_ms, ..Options::default() };
            let writes = plan(&stream(), &options).writes;
            if chunk_bytes > 0 {
                prop_assert!(writes.iter().all(|(_, bytes)| bytes.len() <= chunk_bytes));
            }
            let sent: Vec<u8> = writes.iter().flat_map(|(_, bytes)| bytes.to_vec()).collect();
            let mut text = String::new();
            if gzip {
                flate2::read::GzDecoder::new(&sent[..]).read_to_string(&mut text).unwrap();
            } else {
                text = String::from_utf8(sent).unwrap();
            }
            prop_assert_eq!(text, bytes(&plan(&stream(), &Options::default())));
        }
    }
}
