use tollgate_wire::json::{Limits, Tape};

use super::blocks::{Blocks, Kind};
use super::completeness::Completeness;

fn complete(pieces: &[&str]) -> bool {
    let mut completeness = Completeness::default();
    pieces.iter().for_each(|piece| completeness.feed(piece));
    completeness.is_complete()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn the_end_of_a_json_text_is_known() {
    // Pieces are escaped once more, as they stand in an event.
    for pieces in
        [&["{}"][..], &["{", "}"], &[r#"{\"a\":\"}"#, r#"{\"}"#], &[r#"{\"a\":\"\\\""#, r#"}\"}"#], &["{[{}]}"]]
    {
        assert!(complete(pieces), "{pieces:?}");
    }
    for pieces in [&[""][..], &["{"], &[r#"{\"a\":\"}"#], &[r#"{\"a\":\"\\\"}"#], &["{[}"], &["{}", "{"], &["  "]] {
        assert!(!complete(pieces), "{pieces:?}");
    }
    assert!(complete(&[r#"\u007b\u0022\u007d\u0022\u007d"#]));
}

fn events(write: impl FnOnce(&mut Blocks, &mut Vec<u8>)) -> Vec<String> {
    let mut out = Vec::new();
    let mut blocks = Blocks::default();
    write(&mut blocks, &mut out);
    let text = String::from_utf8(out).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("data: ")).map(short).collect()
}

/// `start 0`, `delta 0 text`, `stop 0`.
fn short(data: &str) -> String {
    let mut tape = Tape::default();
    let value = tape.parse(data.as_bytes(), Limits::default()).unwrap();
    let kind = value.get("type").unwrap().as_str().unwrap().decode().into_owned();
    let index = value.get("index").unwrap().raw().to_owned();
    let text = |delta: tollgate_wire::json::Value<'_>| {
        delta.entries().last().unwrap().1.as_str().unwrap().decode().into_owned()
    };
    match kind.as_str() {
        "content_block_start" => format!("start {index}"),
        "content_block_delta" => format!("delta {index} {}", text(value.get("delta").unwrap())),
        _ => format!("stop {index}"),
    }
}

#[test]
fn a_block_ends_where_the_next_begins() {
    let seen = events(|blocks, out| {
        assert!(blocks.push(Kind::Thinking, "hm", out));
        assert!(blocks.push(Kind::Signature, "sig", out));
        assert!(blocks.push(Kind::Text, "a", out));
        assert!(blocks.push(Kind::Text, "b", out));
        blocks.part_end(out);
        assert!(blocks.push(Kind::Text, "c", out));
        blocks.end(out);
        blocks.end(out);
    });
    let expected = [
        "start 0",
        "delta 0 hm",
        "delta 0 sig",
        "stop 0",
        "start 1",
        "delta 1 a",
        "delta 1 b",
        "stop 1",
        "start 2",
        "delta 2 c",
        "stop 2",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn nothing_waits_for_a_complete_call() {
    let seen = events(|blocks, out| {
        assert!(blocks.tool(0, "a", "f", out));
        assert!(blocks.push(Kind::Tool(0), "{}", out));
        assert!(blocks.tool(1, "b", "g", out));
        assert!(blocks.push(Kind::Tool(1), "{", out));
    });
    assert_eq!(seen, ["start 0", "delta 0 {}", "stop 0", "start 1", "delta 1 {"]);
}

#[test]
fn what_belongs_behind_an_open_call_waits_for_it() {
    let seen = events(|blocks, out| {
        assert!(blocks.tool(0, "a", "f", out));
        assert!(blocks.push(Kind::Tool(0), "{", out));
        assert!(blocks.tool(1, "b", "g", out));
        assert!(blocks.push(Kind::Tool(1), "[", out));
        assert!(blocks.push(Kind::Text, "late", out));
        assert!(blocks.push(Kind::Tool(1), "]", out));
        let before = out.len();
        assert!(blocks.push(Kind::Tool(0), "}", out));
        assert!(out.len() > before);
    });
    let expected = [
        "start 0",
        "delta 0 {",
        "delta 0 }",
        "stop 0",
        "start 1",
        "delta 1 [",
        "delta 1 ]",
        "stop 1",
        "start 2",
        "delta 2 late",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn no_more_waits_than_the_limit() {
    let mut out = Vec::new();
    let mut blocks = Blocks::default();
    assert!(blocks.tool(0, "a", "f", &mut out));
    let half = "x".repeat(1 << 19);
    assert!(blocks.push(Kind::Text, &half, &mut out));
    assert!(blocks.push(Kind::Text, &half, &mut out));
    assert!(!blocks.push(Kind::Text, "x", &mut out));
}
