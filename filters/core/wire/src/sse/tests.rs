use super::*;

/// An event that outlives the callback.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    event: String,
    data: Option<String>,
    id: Option<String>,
    retry: Option<u64>,
    raw: Vec<u8>,
    complete: bool,
}

impl From<Event<'_>> for Seen {
    fn from(event: Event<'_>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(event.has_data || event.data.is_empty());
        Self {
            event: event.event.to_owned(),
            data: event.has_data.then(|| text(event.data)),
            id: event.id.map(text),
            retry: event.retry,
            raw: event.raw.to_vec(),
            complete: event.complete,
        }
    }
}

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Seen> {
    let mut parser = Parser::new(1 << 16);
    let mut seen = Vec::new();
    for piece in pieces {
        parser.push(piece, |event| seen.push(event.into())).unwrap();
    }
    let left = parser.held();
    let last = parser.finish().map(Seen::from);
    assert_eq!(left, last.as_ref().map_or(0, |last| last.raw.len()));
    seen.extend(last);
    seen
}

/// What a WHATWG client is told: name and data.
fn told(stream: &[u8]) -> Vec<(String, String)> {
    let events = read([stream]).into_iter().filter(|event| event.complete);
    events.filter_map(|event| Some((event.event, event.data?))).collect()
}

fn same_for_every_cut(stream: &[u8]) -> Vec<Seen> {
    let whole = read([stream]);
    assert_eq!(whole.iter().flat_map(|event| event.raw.clone()).collect::<Vec<_>>(), stream, "frames make the stream");
    assert_eq!(read(stream.chunks(1)), whole, "byte by byte: {}", stream.escape_ascii());
    for cut in 0..=stream.len() {
        let (front, back) = stream.split_at(cut);
        assert_eq!(read([front, back]), whole, "cut at {cut}: {}", stream.escape_ascii());
    }
    whole
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|&(event, data)| (event.to_owned(), data.to_owned())).collect()
}

/// Streams, and the names and data a client is told of.
#[allow(clippy::type_complexity)]
const STREAMS: &[(&[u8], &[(&str, &str)])] = &[
    (b"", &[]),
    (b"data: a\n\n", &[("", "a")]),
    (b"data: a\r\n\r\n", &[("", "a")]),
    (b"data: a\r\r", &[("", "a")]),
    (b"event: x\rdata: a\r\rdata: b\r\r", &[("x", "a"), ("", "b")]),
    (
        b"data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\n\r\ndata: e\n\rdata: f\r\n\n",
        &[("", "a"), ("", "b"), ("", "c"), ("", "d"), ("", "e"), ("", "f")],
    ),
    (b"data: a\r\r\ndata: b\r\n\r", &[("", "a"), ("", "b")]),
    (b"\xEF\xBB\xBFdata: a\n\n\xEF\xBB\xBFdata: b\n\n", &[("", "a")]),
    (b"\xEF\xBB\xBF\xEF\xBB\xBFdata: a\n\n", &[]),
    (b": a comment\n\n:\n\ndata: a\n: and another\n\n", &[("", "a")]),
    (b"data: YHOO\ndata: +2\ndata: 10\n\n", &[("", "YHOO\n+2\n10")]),
    (b"data\n\ndata\ndata\n\ndata:", &[("", ""), ("", "\n")]),
    (b"data:test\n\ndata: test\n\ndata:  test\n\n", &[("", "test"), ("", "test"), ("", " test")]),
    (b"event: a\nevent: b\ndata: 1\n\nevent: c\n\ndata: 2\n\n", &[("b", "1"), ("", "2")]),
    (b"event:\ndata: 1\n\nevent\ndata: 2\n\n", &[("", "1"), ("", "2")]),
    (b"Data: 1\n data: 2\ndatax: 3\ndat: 4\ndata : 5\nother: 6\n\n", &[]),
    (b"\n\n\n\r\n\r\r\rdata: a\n\n\n", &[("", "a")]),
    (b"data: a\0b\xFF\n\n", &[("", "a\0b\u{fffd}")]),
    (b"event: \xFFx\ndata: a\n\n", &[("\u{fffd}x", "a")]),
    ("data: caf\u{e9} \u{1f600}\n\n".as_bytes(), &[("", "caf\u{e9} \u{1f600}")]),
    (b"data: {\"a\": \"b:c\"}\n\ndata: [DONE]\n\n", &[("", "{\"a\": \"b:c\"}"), ("", "[DONE]")]),
];

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn streams_read_as_whatwg_has_them_wherever_they_are_cut() {
    for (stream, expected) in STREAMS {
        assert_eq!(told(stream), pairs(expected), "{}", stream.escape_ascii());
        same_for_every_cut(stream);
    }
}

#[test]
fn only_the_last_line_end_tells_whether_a_blank_line_may_end_in_lf() {
    let frames =
        |stream: &[u8]| read([stream]).iter().map(|event| event.raw.escape_ascii().to_string()).collect::<Vec<_>>();
    assert_eq!(frames(b"data: a\rdata: b\r\n\r\n"), [r"data: a\rdata: b\r\n\r\n"]);
    assert_eq!(frames(b"data: a\ndata: b\r\r\n"), [r"data: a\ndata: b\r\r", r"\n"]);
}

#[test]
fn ids_and_retries_are_read() {
    let seen = read([
        &b"id: 7\nretry: 2500\n\nid\nretry: x\ndata:\n\nid: a\0b\nretry:\n\nretry: 99999999999999999999\n\n"[..],
    ]);
    let fields: Vec<_> = seen.iter().map(|event| (event.id.as_deref(), event.retry)).collect();
    assert_eq!(fields, [(Some("7"), Some(2500)), (Some(""), None), (None, None), (None, None)]);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn frames_go_out_as_soon_as_they_are_complete() {
    for (stream, waits) in
        [(&b"data: a\n\n"[..], false), (b"data: a\r\n\r\n", false), (b"data: a\r\r", false), (b"data: a\r\n\r", true)]
    {
        let mut parser = Parser::new(100);
        let mut seen = 0;
        parser.push(stream, |_| seen += 1).unwrap();
        assert_eq!((seen, parser.held()), if waits { (0, stream.len()) } else { (1, 0) }, "{}", stream.escape_ascii());
        assert_eq!(parser.finish().map(|event| event.complete), waits.then_some(true));
    }
}

#[test]
fn what_is_unfinished_is_returned_as_such_and_the_next_stream_starts_clean() {
    let mut parser = Parser::new(100);
    parser.push(b"data: a\n\nevent: x\ndata: b\ndata: c", |event| assert_eq!(event.data, b"a")).unwrap();
    let left = Seen::from(parser.finish().unwrap());
    assert_eq!((left.event.as_str(), left.data.as_deref(), left.complete), ("x", Some("b\nc"), false));
    assert_eq!(left.raw, b"event: x\ndata: b\ndata: c");
    assert!(parser.finish().is_none());

    let mut again = Vec::new();
    parser.push(b"\xEF\xBB\xBFdata: d\n\n", |event| again.push(Seen::from(event))).unwrap();
    assert_eq!(again[0].data.as_deref(), Some("d"), "a byte order mark may come again");
}

#[test]
fn a_frame_within_a_piece_is_not_copied() {
    let piece = b"data: abc\n\n".to_vec();
    let mut parser = Parser::new(100);
    parser
        .push(&piece, |event| {
            assert!(std::ptr::eq(event.raw, &piece[..]));
            assert!(std::ptr::eq(event.data, &piece[6..9]));
        })
        .unwrap();
    assert_eq!(parser.held.capacity(), 0);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_frame_over_the_limit_is_an_error_wherever_it_is_cut() {
    let stream = b"data: a\n\ndata: 0123456789\n\ndata: b\n\n";
    let frames = |limit, pieces: &[&[u8]]| {
        let mut parser = Parser::new(limit);
        let mut seen = Vec::new();
        let result = pieces.iter().try_for_each(|piece| parser.push(piece, |event| seen.push(event.data.to_vec())));
        assert!(parser.held() <= limit);
        if result.is_err() {
            assert_eq!(parser.push(b"data: x\n\n", |_| panic!("the stream is over")), Err(TooLarge { limit }));
        }
        (seen.len(), result)
    };
    for (limit, expected) in
        [(18, (3, Ok(()))), (17, (1, Err(TooLarge { limit: 17 }))), (8, (0, Err(TooLarge { limit: 8 })))]
    {
        assert_eq!(frames(limit, &[stream]), expected);
        assert_eq!(frames(limit, &stream.chunks(1).collect::<Vec<_>>()), expected, "byte by byte");
        for cut in 0..=stream.len() {
            let (front, back) = stream.split_at(cut);
            assert_eq!(frames(limit, &[front, back]), expected, "cut at {cut}");
        }
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn what_is_written_reads_back() {
    let write = |event, data: &str| {
        let mut out = Vec::new();
        write_event(&mut out, event, data.as_bytes());
        String::from_utf8(out).unwrap()
    };
    assert_eq!(write(None, "[DONE]"), "data: [DONE]\n\n");
    assert_eq!(write(Some("ping"), "{}"), "event: ping\ndata: {}\n\n");
    assert_eq!(write(None, ""), "data: \n\n");
    assert_eq!(write(None, "a\nb\r\nc\rd\n"), "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
    assert_eq!(write(Some("a\ndata: forged\n\n"), "x"), "event: a\ndata: x\n\n");
    assert_eq!(told(write(Some("e"), " a\n\r\n b").as_bytes()), pairs(&[("e", " a\n\n b")]));
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use proptest::prelude::*;

    use super::*;

    /// The standard's algorithm for a whole stream, written the slow way: split into lines, then into events.
    fn oracle(stream: &[u8]) -> Vec<(String, String)> {
        let text = String::from_utf8_lossy(stream).into_owned();
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n").replace('\r', "\n");
        let mut lines: Vec<_> = text.split('\n').collect();
        lines.pop();
        let (mut told, mut event, mut data) = (Vec::new(), String::new(), String::new());
        for line in lines {
            if line.is_empty() {
                if let Some(data) = data.strip_suffix('\n') {
                    told.push((event.clone(), data.to_owned()));
                }
                event.clear();
                data.clear();
                continue;
            }
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match name {
                "event" => event = value.to_owned(),
                "data" => data += &format!("{value}\n"),
                _ => {}
            }
        }
        told
    }

    fn stream() -> impl Strategy<Value = Vec<u8>> {
        let line = prop::sample::select(vec![
            "data: a", "data:b", "data", "event: x", "event:", ": c", "id: 1", "retry: 5", "other", "", "", "", "é: 😀",
        ]);
        let end = prop::sample::select(vec!["\n", "\n", "\r\n", "\r\n", "\r", ""]);
        (any::<bool>(), prop::collection::vec((line, end), 0..14)).prop_map(|(bom, lines)| {
            let mut out = if bom { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
            lines.into_iter().for_each(|(line, end)| out.extend([line, end].concat().into_bytes()));
            out
        })
    }

    proptest! {
        #[test]
        fn reads_as_the_standard_has_it_for_every_cut(stream in stream()) {
            prop_assert_eq!(told(&stream), oracle(&stream), "{}", stream.escape_ascii());
            same_for_every_cut(&stream);
        }

        #[test]
        fn pieces_of_any_size_make_no_difference(stream in stream(), sizes in prop::collection::vec(1..9usize, 1..6)) {
            let mut pieces = Vec::new();
            let mut rest = &stream[..];
            for size in sizes.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (front, back) = rest.split_at((*size).min(rest.len()));
                pieces.push(front);
                rest = back;
            }
            prop_assert_eq!(read(pieces), read([&stream[..]]));
        }

        #[test]
        fn any_bytes_come_through(bytes in prop::collection::vec(prop::sample::select(b"\r\n\r\n\r\nda:t \xEF\xBB\xBF\0".to_vec()), 0..40)) {
            same_for_every_cut(&bytes);
        }

        #[test]
        fn written_events_read_back(event in prop::option::of("[a-z._]{1,8}"), data in "[a \n:é]{0,20}") {
            let mut out = Vec::new();
            write_event(&mut out, event.as_deref(), data.as_bytes());
            prop_assert_eq!(told(&out), [(event.unwrap_or_default(), data)]);
        }
    }
}
