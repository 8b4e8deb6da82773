//! Random requests that are right in their own dialect.

mod chat;
mod completions;
mod embeddings;
mod messages;
mod responses;

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use tollgate_dialects::ClientDialect;

/// A red dot: the smallest PNG that means anything.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const PDF: &str = "JVBERi0xLjQK";
const WAV: &str = "UklGRiQAAABXQVZF";
const IMAGE_URL: &str = "https://example.com/map.png";
const PDF_URL: &str = "https://example.com/a.pdf";

/// One piece of a conversation, in no dialect yet.
#[derive(Debug, Clone)]
enum Turn {
    User(Vec<Bit>),
    /// What the model said, and thought before.
    Assistant(Thought, String),
    /// Calls of so many tools, what was thought and said before, and their results.
    Tools(Thought, String, Vec<Called>),
    /// An instruction in between.
    System(String),
}

/// A call's result, and whether it failed.
#[derive(Debug, Clone)]
struct Called {
    result: Vec<Bit>,
    failed: bool,
}

/// What was thought, as a client of the dialect gets it from us: of several who sign, of nobody, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thought {
    None,
    Signed(&'static str),
    Redacted(&'static str),
}

#[derive(Debug, Clone, PartialEq)]
enum Bit {
    Text(String),
    Image,
    ImageUrl,
    Document,
    DocumentUrl,
    PlainDocument,
    Audio,
}

/// What a request asks for beside its conversation.
#[derive(Debug, Clone)]
struct Wishes {
    system: Option<String>,
    /// How many tools are on offer, what they are called, and what they take.
    tools: usize,
    names: usize,
    schema: usize,
    choice: usize,
    format: usize,
    temperature: Option<u8>,
    top_p: Option<u8>,
    top_k: Option<u8>,
    penalty: Option<i8>,
    stop: Vec<&'static str>,
    seed: bool,
    stream: bool,
    usage: bool,
    effort: Option<&'static str>,
    budget: Option<u16>,
    limit: Option<u16>,
    user: bool,
    n: Option<u8>,
    logprobs: Option<u8>,
    metadata: bool,
    verbosity: Option<&'static str>,
    tier: Option<bool>,
    cache: bool,
    cited: bool,
    detail: bool,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-zäöü \n\"\\\\]{1,20}",
        4 => Just("call get_weather for \"Ulm\"".to_owned()),
        1 => Just(String::new()),
        1 => select(vec![" ", "\n", "\\n", "🙂\u{0}"]).prop_map(str::to_owned),
    ]
}

/// A text that every dialect takes anywhere.
fn said() -> impl Strategy<Value = String> {
    "[a-zäöü\"\\\\]{1,10}"
}

fn bits(least: usize) -> impl Strategy<Value = Vec<Bit>> {
    let media = select(vec![
        Bit::Image,
        Bit::ImageUrl,
        Bit::Document,
        Bit::DocumentUrl,
        Bit::PlainDocument,
        Bit::Audio,
        Bit::Image,
        Bit::Document,
    ]);
    proptest::collection::vec(prop_oneof![8 => text().prop_map(Bit::Text), 1 => media], least..4)
}

fn thought() -> impl Strategy<Value = Thought> {
    let seals = ["tollgate.anthropic.ErUBCkYI", "tollgate.google.CiQBAAAA", "tollgate.openai.gAAAAABo"];
    let signed = seals.iter().copied().chain(["tollgate.unsigned"]).map(Thought::Signed);
    let all: Vec<_> = signed.chain(seals.into_iter().map(Thought::Redacted)).collect();
    prop_oneof![3 => Just(Thought::None), 1 => select(all)]
}

fn turn() -> impl Strategy<Value = Turn> {
    let called = (bits(0), any::<bool>()).prop_map(|(result, failed)| Called { result, failed });
    let calls = proptest::collection::vec(called, 1..3);
    let beside = prop_oneof![2 => Just(String::new()), 1 => said()];
    prop_oneof![
        6 => bits(1).prop_map(Turn::User),
        3 => (thought(), prop_oneof![6 => said(), 1 => Just(String::new())])
            .prop_map(|(thought, text)| Turn::Assistant(thought, text)),
        3 => (thought(), beside, calls).prop_map(|(thought, text, calls)| Turn::Tools(thought, text, calls)),
        1 => text().prop_map(Turn::System),
    ]
}

fn wishes() -> impl Strategy<Value = Wishes> {
    let shape = (proptest::option::of(text()), 0usize..3, 0usize..8, 0usize..8, 0usize..7, 0usize..8);
    let stops =
        vec![vec![], vec![], vec!["STOP"], vec!["\n"], vec!["a", "b", "c", "d"], vec!["STOP", "\n\n"], vec![""]];
    let sampling = (
        weighted(0.4, 0u8..=20),
        weighted(0.2, 0u8..=20),
        weighted(0.1, 0u8..=100),
        weighted(0.1, -20i8..=20),
        select(stops),
        proptest::bool::weighted(0.1),
    );
    let effort = weighted(0.2, select(vec!["none", "minimal", "low", "medium", "high", "xhigh", "max"]));
    let rest = (
        any::<(bool, bool, bool, bool)>(),
        effort,
        weighted(0.2, 1_024u16..9_000),
        weighted(0.5, 16u16..12_000),
        weighted(0.1, 1u8..4),
        weighted(0.1, 0u8..6),
    );
    let verbosity = weighted(0.1, select(vec!["low", "medium", "high"]));
    let account = (proptest::bool::weighted(0.1), verbosity, weighted(0.1, any::<bool>()));
    let marks = (any::<bool>(), proptest::bool::weighted(0.1), proptest::bool::weighted(0.1));
    (shape, sampling, rest, account, marks).prop_map(
        |(
            (system, tools, names, schema, choice, format),
            (temperature, top_p, top_k, penalty, stop, seed),
            ((stream, usage, user, _), effort, budget, limit, n, logprobs),
            (metadata, verbosity, tier),
            (cache, cited, detail),
        )| Wishes {
            system,
            tools,
            names,
            schema,
            choice,
            format,
            temperature,
            top_p,
            top_k,
            penalty,
            stop,
            seed,
            stream,
            usage,
            effort,
            budget,
            limit,
            user,
            n,
            logprobs,
            metadata,
            verbosity,
            tier,
            cache,
            cited,
            detail,
        },
    )
}

/// A request for an answer.
pub fn request() -> impl Strategy<Value = (ClientDialect, Value)> {
    let client = select(vec![
        ClientDialect::OpenaiChat,
        ClientDialect::OpenaiChat,
        ClientDialect::OpenaiResponses,
        ClientDialect::OpenaiResponses,
        ClientDialect::AnthropicMessages,
        ClientDialect::AnthropicMessages,
        ClientDialect::OpenaiCompletions,
    ]);
    let turns = proptest::collection::vec(turn(), 0..5);
    let ends = (0usize..4, 0usize..12);
    (client, turns, said(), wishes(), ends).prop_map(|(client, mut turns, last, wishes, (first, end))| {
        // A conversation need not begin with the user, nor end with one.
        if first > 0 {
            turns.insert(0, Turn::User(vec![Bit::Text("Begin".into())]));
        }
        match end {
            0 => turns.push(Turn::Assistant(Thought::None, last)),
            1 => {
                let called = Called { result: vec![Bit::Text(last)], failed: false };
                turns.push(Turn::Tools(Thought::None, String::new(), vec![called]));
            }
            2 => turns.extend([Turn::User(vec![Bit::Text(last)]), Turn::User(vec![Bit::Image])]),
            // JSON mode is refused to those who do not say the word.
            _ => turns.push(Turn::User(vec![Bit::Text(format!("{last}, in JSON"))])),
        }
        let body = match client {
            ClientDialect::AnthropicMessages => messages::body(&turns, &wishes),
            ClientDialect::OpenaiResponses => responses::body(&turns, &wishes),
            ClientDialect::OpenaiCompletions => completions::body(&last_words(&turns), &wishes),
            _ => chat::body(&turns, &wishes),
        };
        (client, body)
    })
}

/// A request for vectors.
pub fn vectors() -> impl Strategy<Value = Value> {
    embeddings::body()
}

fn last_words(turns: &[Turn]) -> String {
    let words = |turn: &Turn| match turn {
        Turn::User(bits) => {
            bits.iter().find_map(|bit| if let Bit::Text(text) = bit { Some(text.clone()) } else { None })
        }
        _ => None,
    };
    turns.iter().rev().find_map(words).filter(|text| !text.is_empty()).unwrap_or_else(|| "Say".to_owned())
}

/// Names of tools. All dialects take letters, digits, `_` and `-`; how many, and which first, differs among providers.
fn name(wishes: &Wishes, tool: usize, longest: usize) -> String {
    match (wishes.names, tool) {
        (0, 0) => "1st-tool".into(),
        (1, 0) => "t".repeat(64),
        (2, 0) => "t".repeat(longest),
        (3, 0) => "-_".into(),
        (_, 0) => "get_weather".into(),
        _ => "get_forecast".into(),
    }
}

/// How many tools are on offer: all that are called.
fn offered(turns: &[Turn], wishes: &Wishes) -> usize {
    let called = turns.iter().any(|turn| matches!(turn, Turn::Tools(..)));
    if called { 2 } else { wishes.tools }
}

/// Schemas of what a tool takes. The first of them are closed, as those must be that are to be kept strictly.
fn schema(number: usize) -> Value {
    let city = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": false});
    match number {
        0 => city,
        1 => {
            json!({"type": "object", "properties": {"days": {"type": "integer", "minimum": 1, "maximum": 9}, "tags": {"type": "array", "items": {"type": "string", "format": "date"}, "minItems": 1}}, "required": ["days", "tags"], "additionalProperties": false})
        }
        2 => {
            json!({"type": "object", "properties": {"place": {"$ref": "#/$defs/Place"}}, "required": ["place"], "additionalProperties": false, "$defs": {"Place": city}})
        }
        3 => {
            json!({"type": "object", "properties": {"city": {"type": ["string", "null"]}, "unit": {"anyOf": [{"type": "string", "enum": ["C", "F"]}, {"type": "null"}]}}, "required": ["city", "unit"], "additionalProperties": false})
        }
        4 => {
            json!({"type": "object", "properties": {"city": {"type": "string", "description": "A city", "minLength": 1, "pattern": "^[a-z]+$"}, "when": {"type": "string", "format": "date"}}})
        }
        5 => {
            json!({"type": "object", "properties": {"at": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 9}, "minItems": 2}]}}, "required": ["at"]})
        }
        6 => {
            json!({"$schema": "http://json-schema.org/draft-07/schema#", "title": "Args", "type": "object", "properties": {"days": {"type": "integer", "default": 3, "exclusiveMinimum": 0}, "kind": {"const": "long"}}})
        }
        _ => json!({"type": "object", "properties": {}}),
    }
}

/// Whether a schema may be asked to be kept strictly.
fn is_closed(number: usize) -> bool {
    number < 4
}

fn put(body: &mut Value, name: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        body[name] = json!(value);
    }
}

/// What OpenAI's three ways to talk to a model share.
fn openai(body: &mut Value, wishes: &Wishes) {
    put(body, "temperature", wishes.temperature.map(|tenths| f64::from(tenths) / 10.0));
    put(body, "top_p", wishes.top_p.map(|twentieths| f64::from(twentieths) / 20.0));
    put(body, "user", wishes.user.then_some("u-1"));
}
