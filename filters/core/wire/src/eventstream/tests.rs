use super::*;

type Owned = (Vec<(String, String)>, Vec<u8>, Vec<u8>);

fn read<'a>(limit: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Owned>, Result<(), EventStreamError>) {
    let mut decoder = Decoder::new(limit);
    let mut seen = Vec::new();
    for piece in pieces {
        let pushed = decoder.push(piece, |message| {
            let headers = message.headers().map(|(name, value)| (name.to_owned(), format!("{value:?}"))).collect();
            seen.push((headers, message.payload.to_vec(), message.raw.to_vec()));
        });
        if let Err(error) = pushed {
            assert_eq!(decoder.push(b"x", |_| panic!("the stream is over")), Err(error));
            return (seen, Err(error));
        }
    }
    let result = decoder.finish();
    (seen, result)
}

fn same_for_every_cut(stream: &[u8]) -> (Vec<Owned>, Result<(), EventStreamError>) {
    let whole = read(MAX_MESSAGE, [stream]);
    assert_eq!(read(MAX_MESSAGE, stream.chunks(1)), whole, "byte by byte");
    for cut in 0..=stream.len() {
        let (front, back) = stream.split_at(cut);
        assert_eq!(read(MAX_MESSAGE, [front, back]), whole, "cut at {cut}");
    }
    whole
}

const ALL: &[(&str, HeaderValue<'_>)] = &[
    ("t", HeaderValue::Bool(true)),
    ("f", HeaderValue::Bool(false)),
    ("byte", HeaderValue::Byte(-2)),
    ("short", HeaderValue::Int16(-300)),
    ("int", HeaderValue::Int32(i32::MIN)),
    ("long", HeaderValue::Int64(i64::MAX)),
    ("bytes", HeaderValue::Bytes(b"\0\xFF")),
    ("string", HeaderValue::String("é")),
    ("time", HeaderValue::Timestamp(1_700_000_000_000)),
    ("uuid", HeaderValue::Uuid([7; 16])),
];

fn sample() -> Vec<u8> {
    let mut stream = Vec::new();
    let event = [
        (":event-type", HeaderValue::String("contentBlockDelta")),
        (":content-type", HeaderValue::String("application/json")),
        (":message-type", HeaderValue::String("event")),
    ];
    encode(&mut stream, &event, br#"{"contentBlockIndex":0,"delta":{"text":"Hello"}}"#).unwrap();
    encode(&mut stream, &[], b"").unwrap();
    encode(&mut stream, ALL, b"payload").unwrap();
    stream
}

/// Messages of the AWS SDKs' shared test suite.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn known_messages() {
    let empty = b"\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2\x48\xeb\x7d\x98\xc8\xff";
    let payload = b"\x00\x00\x00\x1d\x00\x00\x00\x00\xfd\x52\x8c\x5a{'foo':'bar'}\xc3\x65\x39\x36";
    let int32 = b"\x00\x00\x00\x2d\x00\x00\x00\x10\x41\xc4\x24\xb8\x0aevent-type\x04\x00\x00\xa0\x0c{'foo':'bar'}\x36\xf4\x80\xa0";
    for (bytes, headers, body) in [
        (&empty[..], &[][..], &b""[..]),
        (payload, &[], b"{'foo':'bar'}"),
        (int32, &[("event-type", HeaderValue::Int32(40972))], b"{'foo':'bar'}"),
    ] {
        let mut encoded = Vec::new();
        encode(&mut encoded, headers, body).unwrap();
        assert_eq!(encoded, bytes);
        let (seen, result) = same_for_every_cut(bytes);
        assert_eq!((seen.len(), result), (1, Ok(())));
        assert_eq!(seen[0].1, body);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn every_type_and_every_cut() {
    let (seen, result) = same_for_every_cut(&sample());
    assert_eq!((seen.len(), result), (3, Ok(())));
    assert_eq!(seen[0].1, br#"{"contentBlockIndex":0,"delta":{"text":"Hello"}}"#);
    assert_eq!(seen.concat_raw(), sample());
    let expected: Vec<_> = ALL.iter().map(|(name, value)| ((*name).to_owned(), format!("{value:?}"))).collect();
    assert_eq!(seen[2].0, expected);
}

trait ConcatRaw {
    fn concat_raw(&self) -> Vec<u8>;
}

impl ConcatRaw for Vec<Owned> {
    fn concat_raw(&self) -> Vec<u8> {
        self.iter().flat_map(|(_, _, raw)| raw.clone()).collect()
    }
}

#[test]
fn headers_are_found_by_name() {
    let mut types = Vec::new();
    let mut decoder = Decoder::new(1024);
    decoder
        .push(&sample(), |message| {
            types.push((message.message_type(), message.event_type(), message.exception_type()) != (None, None, None));
            if types.len() == 1 {
                assert_eq!(message.message_type(), Some("event"));
                assert_eq!(message.event_type(), Some("contentBlockDelta"));
                assert_eq!(message.header(":content-type"), Some(HeaderValue::String("application/json")));
                assert_eq!(message.exception_type(), None);
            }
        })
        .unwrap();
    assert_eq!(types, [true, false, false]);
}

#[test]
fn a_message_within_a_piece_is_not_copied() {
    let stream = sample();
    let mut start = stream.as_ptr();
    let mut decoder = Decoder::new(1024);
    decoder
        .push(&stream, |message| {
            assert_eq!(message.raw.as_ptr(), start);
            start = message.raw.as_ptr_range().end;
        })
        .unwrap();
    assert_eq!(start, stream.as_ptr_range().end);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn every_flipped_bit_is_noticed() {
    let mut good = Vec::new();
    encode(&mut good, ALL, b"{}").unwrap();
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            let expected =
                if at < PRELUDE { EventStreamError::PreludeChecksum } else { EventStreamError::MessageChecksum };
            assert_eq!(read(1024, [&bad[..]]), (vec![], Err(expected)), "bit {bit} of byte {at}");
            assert_eq!(read(1024, bad.chunks(1)), (vec![], Err(expected)), "bit {bit} of byte {at}, byte by byte");
        }
    }
}

#[test]
fn a_bad_prelude_shows_at_its_last_byte() {
    let mut decoder = Decoder::new(1024);
    decoder.push(b"HTTP/1.1 50", |_| ()).unwrap();
    assert_eq!(decoder.push(b"0", |_| ()), Err(EventStreamError::PreludeChecksum));
    assert_eq!(decoder.held.capacity(), 0);
}

#[test]
fn truncations_are_noticed() {
    let stream = sample();
    let ends: Vec<_> = read(MAX_MESSAGE, [&stream[..]])
        .0
        .iter()
        .scan(0, |end, (_, _, raw)| {
            *end += raw.len();
            Some(*end)
        })
        .collect();
    for cut in 0..stream.len() {
        let expected = if cut == 0 || ends.contains(&cut) { Ok(()) } else { Err(EventStreamError::Truncated) };
        assert_eq!(read(MAX_MESSAGE, [&stream[..cut]]).1, expected, "cut at {cut}");
    }
}

/// A message with right checksums around whatever lengths and bytes.
fn forged(total: u32, headers: u32, body: &[u8]) -> Vec<u8> {
    let mut out = [total.to_be_bytes(), headers.to_be_bytes()].concat();
    out.extend(crc32::crc32(&out).to_be_bytes());
    out.extend(body);
    out.extend(crc32::crc32(&out).to_be_bytes());
    out
}

#[test]
fn impossible_lengths_and_malformed_headers_are_errors() {
    let fault = |bytes: &[u8]| {
        let (seen, result) = same_for_every_cut(bytes);
        assert!(seen.is_empty());
        result.unwrap_err()
    };
    for (total, headers) in [(0, 0), (15, 0), (16, 1), (20, u32::MAX), (u32::MAX, 200_000)] {
        assert_eq!(fault(&forged(total, headers, b"")), EventStreamError::BadLengths, "{total} {headers}");
    }
    assert_eq!(
        fault(&forged(u32::MAX, 0, b"")),
        EventStreamError::TooLarge { length: u32::MAX as usize, limit: MAX_MESSAGE }
    );
    for headers in [
        &b"\x01"[..],
        b"\x00\x00",
        b"\x01a",
        b"\x01a\x0a",
        b"\x01a\x04\0\0\0",
        b"\x01a\x07\x00\x02x",
        b"\x01a\x07\x00\x01\xFF",
        b"\x01\xFF\x00",
        b"\x01a\x00\x05",
    ] {
        let total = (OVERHEAD + headers.len()) as u32;
        assert_eq!(fault(&forged(total, headers.len() as u32, headers)), EventStreamError::BadHeaders, "{headers:x?}");
    }
}

#[test]
fn the_limit_holds_exactly() {
    let stream = sample();
    let longest = read(MAX_MESSAGE, [&stream[..]]).0.iter().map(|(_, _, raw)| raw.len()).max().unwrap();
    assert_eq!(read(longest, stream.chunks(7)).1, Ok(()));
    let error = Err(EventStreamError::TooLarge { length: longest, limit: longest - 1 });
    assert_eq!(read(longest - 1, [&stream[..]]).1, error);
    assert_eq!(read(longest - 1, stream.chunks(1)).1, error);
}

#[test]
fn what_the_format_cannot_carry_is_not_encoded() {
    let mut out = b"before".to_vec();
    let long = "x".repeat(32_768);
    let (name, fits) = ("x".repeat(256), "x".repeat(32_767));
    let (name, fits) = (name.as_str(), HeaderValue::String(&fits));
    assert_eq!(encode(&mut out, &[("", HeaderValue::Bool(true))], b""), Err(EncodeError::HeaderName));
    assert_eq!(encode(&mut out, &[(name, HeaderValue::Bool(true))], b""), Err(EncodeError::HeaderName));
    assert_eq!(encode(&mut out, &[("a", HeaderValue::String(&long))], b""), Err(EncodeError::HeaderValue));
    assert_eq!(encode(&mut out, &[("a", HeaderValue::Bytes(long.as_bytes()))], b""), Err(EncodeError::HeaderValue));
    assert_eq!(encode(&mut out, &[("a", fits); 4], b""), Err(EncodeError::Headers));
    assert_eq!(encode(&mut out, &[], &vec![0; MAX_MESSAGE]), Err(EncodeError::Message));
    assert_eq!(out, b"before");
    assert_eq!(encode(&mut out, &[("a", fits); 3], b""), Ok(()));
    assert_eq!(same_ends(&out[6..]), Ok(()));
}

fn same_ends(stream: &[u8]) -> Result<(), EventStreamError> {
    let whole = read(MAX_MESSAGE, [stream]);
    assert_eq!(read(MAX_MESSAGE, stream.chunks(1000)), whole);
    whole.1
}

#[cfg(not(target_arch = "wasm32"))]
proptest::proptest! {
    #[test]
    fn encoded_messages_read_back(payloads in proptest::collection::vec(proptest::collection::vec(proptest::prelude::any::<u8>(), 0..30), 0..4), size in 1..40usize) {
        let mut stream = Vec::new();
        for payload in &payloads {
            encode(&mut stream, &ALL[..payload.len() % ALL.len()], payload).unwrap();
        }
        let (seen, result) = read(1024, stream.chunks(size));
        proptest::prop_assert_eq!(result, Ok(()));
        proptest::prop_assert_eq!(seen.into_iter().map(|(_, payload, _)| payload).collect::<Vec<_>>(), payloads);
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>, headers: Vec<u8>) {
        let _ = same_for_every_cut(&bytes);
        let (seen, result) = same_for_every_cut(&forged((OVERHEAD + headers.len()) as u32, headers.len() as u32, &headers));
        proptest::prop_assert_eq!(seen.len(), usize::from(result.is_ok()));
    }
}
