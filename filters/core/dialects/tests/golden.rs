//! Golden files: what is sent for a request, and what the client gets for an answer.
//!
//! `golden/<client>-to-<provider>/<feature>/` holds what goes in, written after the documentation that `source` names, and what must
//! come out:
//!
//! | in | out |
//! |---|---|
//! | `request.json` | `upstream.json`, the body, and `upstream.txt`, path, headers and what was dropped; or `refused.json` |
//! | `answer.json`, or `answer.txt` for what is no JSON | `client.json`, and `client.txt` with status and headers if it is an error |
//! | `answer.sse`, or `answer.events`: an AWS event stream, a line of `event-type {json}` or `!exception-type {json}` each | `client.sse` |
//! | `case.json`, optional: `model`, `lenient`, `status`, `contentType`, `provider` (fields of its configuration), `feature` (a row of `docs/translation.md`) | |
//!
//! `TOLLGATE_BLESS=1` rewrites what comes out; read the difference with suspicion. JSON is laid out for reading, its values and
//! their order are as they come.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail as tests do")]

use std::fs;
use std::path::{Path, PathBuf};

use tollgate_dialects::translate::{AnswerPlan, Attempt, StreamTranslator, UpstreamRequest, request, response};
use tollgate_dialects::{ClientDialect, Refusal};
use tollgate_policy::translate::{ProviderApi, ProviderConfig};
use tollgate_wire::eventstream::{HeaderValue, encode};
use tollgate_wire::json::{Kind, Limits, Tape, Value};

/// 2025-01-01T00:00:00Z.
const NOW: u64 = 1_735_689_600_000_000_000;

struct Case {
    dir: PathBuf,
    client: ClientDialect,
    api: ProviderApi,
}

impl Case {
    fn read(&self, file: &str) -> Option<Vec<u8>> {
        fs::read(self.dir.join(file)).ok()
    }

    fn settings(&self) -> Settings {
        let text = self.read("case.json").unwrap_or_else(|| b"{}".to_vec());
        let mut settings: Settings =
            serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: case.json: {error}", self.dir.display()));
        let known = [("api", self.api.as_str()), ("authority", "provider.example")];
        settings.provider.extend(known.map(|(key, value)| (key.to_owned(), value.into())));
        settings
    }

    /// What the provider sends as a stream.
    fn stream(&self) -> Option<Vec<u8>> {
        self.read("answer.sse").or_else(|| self.read("answer.events").map(|lines| event_stream(&lines)))
    }
}

/// An AWS event stream from lines of `event-type {json}`, or `!exception-type {json}`.
fn event_stream(lines: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in std::str::from_utf8(lines).unwrap().lines().filter(|line| !line.is_empty()) {
        let (name, payload) = line.split_once(' ').unwrap();
        let string = HeaderValue::String;
        let headers = match name.strip_prefix('!') {
            Some(exception) => [(":exception-type", string(exception)), (":message-type", string("exception"))],
            None => [(":event-type", string(name)), (":message-type", string("event"))],
        };
        let json = (":content-type", string("application/json"));
        encode(&mut out, &[headers[0], json, headers[1]], payload.as_bytes()).unwrap();
    }
    out
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    lenient: Vec<String>,
    #[serde(default = "ok")]
    status: u16,
    #[serde(default = "json")]
    content_type: String,
    #[serde(default)]
    provider: serde_json::Map<String, serde_json::Value>,
    /// The row of `docs/translation.md` that the case stands for.
    #[serde(default, rename = "feature")]
    _feature: Option<String>,
}

fn ok() -> u16 {
    200
}

fn json() -> String {
    "application/json".to_owned()
}

impl Settings {
    fn provider(&self) -> ProviderConfig {
        serde_json::from_value(self.provider.clone().into()).unwrap()
    }
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut cases = Vec::new();
    for pair in folders(&root) {
        let name = pair.file_name().unwrap().to_str().unwrap().to_owned();
        let (client, api) = name.split_once("-to-").unwrap();
        let (client, api) = (client.parse().unwrap(), api.parse().unwrap());
        cases.extend(folders(&pair).into_iter().map(|dir| Case { dir, client, api }));
    }
    assert!(cases.len() > 30, "the golden files are gone");
    cases
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Compares each output with its file, or writes it.
#[derive(Default)]
struct Check {
    differences: Vec<String>,
}

impl Check {
    fn output(&mut self, case: &Case, file: &str, expected: Option<&[u8]>) {
        let path = case.dir.join(file);
        let found = fs::read(&path).ok();
        if std::env::var_os("TOLLGATE_BLESS").is_some() {
            match expected {
                Some(bytes) => fs::write(&path, bytes).unwrap(),
                None => drop(fs::remove_file(&path)),
            }
        } else if found.as_deref() != expected {
            let show = |bytes: Option<&[u8]>| {
                bytes.map_or("(nothing)".into(), |bytes| String::from_utf8_lossy(bytes).into_owned())
            };
            self.differences.push(format!(
                "{}\n--- the file says\n{}\n--- came out\n{}",
                path.display(),
                show(found.as_deref()),
                show(expected)
            ));
        }
    }
}

fn laid_out(json: &[u8]) -> Vec<u8> {
    let mut tape = Tape::default();
    let mut out = String::new();
    let value = tape.parse(json, Limits::default()).unwrap_or_else(|error| {
        panic!("what came out is no JSON: {error}: {}", String::from_utf8_lossy(json));
    });
    lay_out(value, 0, &mut out);
    out.push('\n');
    out.into_bytes()
}

fn lay_out(value: Value<'_>, depth: usize, out: &mut String) {
    if value.is_empty() || value.raw().len() < 100 {
        match value.kind() {
            Kind::Object | Kind::Array if value.raw().contains('\n') => {}
            _ => return out.push_str(value.raw()),
        }
    }
    let (open, close, object) = if value.is_object() { ('{', '}', true) } else { ('[', ']', false) };
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    out.push(open);
    let entries: Vec<_> = if object {
        value.entries().map(|(key, value)| (Some(key), value)).collect()
    } else {
        value.items().map(|item| (None, item)).collect()
    };
    for (index, (key, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        line(out, depth + 1);
        if let Some(key) = key {
            out.push_str(&format!("\"{}\": ", key.raw()));
        }
        lay_out(value, depth + 1, out);
    }
    line(out, depth);
    out.push(close);
}

fn translate(case: &Case, settings: &Settings) -> Option<Result<UpstreamRequest, Refusal>> {
    let body = case.read("request.json")?;
    let attempt = Attempt {
        client: case.client,
        provider: &settings.provider(),
        model: settings.model.as_deref(),
        lenient: &settings.lenient,
        now_nanos: NOW,
    };
    Some(request(&attempt, &body))
}

fn plan(case: &Case, settings: &Settings) -> AnswerPlan {
    match translate(case, settings) {
        Some(Ok(upstream)) => upstream.answer,
        _ => {
            let model = settings.model.as_deref().unwrap_or("model");
            AnswerPlan::new(case.client, &settings.provider(), model, NOW).unwrap()
        }
    }
}

fn streamed<'b>(plan: &AnswerPlan, pieces: impl IntoIterator<Item = &'b [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut translator = StreamTranslator::new(plan);
    for piece in pieces {
        translator.push(piece, &mut out);
    }
    translator.finish(&mut out);
    out
}

#[test]
fn every_case_comes_out_as_its_files_say() {
    let mut check = Check::default();
    for case in cases() {
        let settings = case.settings();
        assert!(case.dir.join("source").exists(), "{} names no source", case.dir.display());
        if let Some(result) = translate(&case, &settings) {
            let (mut body, mut head, mut refused) = (None, None, None);
            match result {
                Ok(upstream) => {
                    let mut text = format!("POST {}\n", upstream.path);
                    upstream.set_headers.iter().for_each(|(name, value)| text.push_str(&format!("{name}: {value}\n")));
                    if !upstream.dropped.is_empty() {
                        text.push_str(&format!("dropped: {}\n", upstream.dropped.join(", ")));
                    }
                    // Same dialect: bytes, not layout, are what matters.
                    let same = upstream.answer.passes_through();
                    body = upstream.body.map(|body| if same { body } else { laid_out(&body) });
                    head = Some(text.into_bytes());
                }
                Err(refusal) => refused = Some(laid_out(&refusal.body(case.client))),
            }
            check.output(&case, "upstream.json", body.as_deref());
            check.output(&case, "upstream.txt", head.as_deref());
            check.output(&case, "refused.json", refused.as_deref());
        }
        // Without an answer there may be no way to one either.
        if let Some(body) = case.read("answer.json").or_else(|| case.read("answer.txt")) {
            let plan = plan(&case, &settings);
            let answer = response(&plan, settings.status, &settings.content_type, &body);
            let mut head = format!("{}\n", answer.status);
            answer.set_headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\n")));
            // A client that waits for a stream gets one, also from a provider that answers at once.
            let is_stream = plan.streaming && answer.status < 400 && !plan.passes_through();
            let (json, sse) =
                if is_stream { (None, answer.body) } else { (answer.body.map(|body| laid_out(&body)), None) };
            check.output(&case, "client.json", json.as_deref());
            check.output(&case, "client.sse", sse.as_deref());
            check.output(&case, "client.txt", (answer.status >= 400).then_some(head.as_bytes()));
        }
        if let Some(stream) = case.stream() {
            check.output(&case, "client.sse", Some(&streamed(&plan(&case, &settings), [&*stream])));
        }
    }
    assert!(
        check.differences.is_empty(),
        "{} outputs differ; TOLLGATE_BLESS=1 accepts them\n\n{}",
        check.differences.len(),
        check.differences.join("\n\n")
    );
}

/// The first law: however the network cuts the bytes, the client receives the same.
#[test]
fn every_stream_comes_out_the_same_however_it_is_cut() {
    let streams: Vec<_> = cases().into_iter().filter_map(|case| Some((case.stream()?, case))).collect();
    assert!(streams.len() > 100, "the streams are gone");
    let check = |(stream, case): &(Vec<u8>, Case)| {
        let plan = plan(case, &case.settings());
        let whole = streamed(&plan, [&**stream]);
        assert_eq!(streamed(&plan, stream.chunks(1)), whole, "{} byte by byte", case.dir.display());
        for cut in 0..=stream.len() {
            let (front, back) = stream.split_at(cut);
            assert_eq!(streamed(&plan, [front, back]), whole, "{} cut at {cut}", case.dir.display());
        }
        for size in [2, 3, 5, 7, 16, 61, 250] {
            assert_eq!(streamed(&plan, stream.chunks(size)), whole, "{} in pieces of {size}", case.dir.display());
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    std::thread::scope(|scope| {
        for of in streams.chunks(streams.len().div_ceil(threads)) {
            scope.spawn(move || of.iter().for_each(check));
        }
    });
}

/// Cut anywhere, an answer still ends as its dialect ends: with an end mark once, or an error.
#[test]
fn every_stream_ends_legally_wherever_it_breaks_off() {
    for case in cases() {
        let Some(stream) = case.stream() else { continue };
        let plan = plan(&case, &case.settings());
        if plan.passes_through() {
            continue;
        }
        for cut in 0..=stream.len() {
            let out = String::from_utf8(streamed(&plan, [&stream[..cut]])).unwrap();
            let at = format!("{} ending at {cut}: {out}", case.dir.display());
            match case.client {
                ClientDialect::OpenaiEmbeddings => {}
                ClientDialect::OpenaiResponses => {
                    let ends = ["response.completed", "response.incomplete", "response.failed", "error"];
                    let ended = ends.map(|end| out.matches(&format!("event: {end}\n")).count());
                    assert_eq!(ended.iter().sum::<usize>(), 1, "{at}");
                }
                ClientDialect::OpenaiChat | ClientDialect::OpenaiCompletions => {
                    assert_eq!(out.matches("data: [DONE]\n\n").count(), 1, "{at}");
                    assert!(out.ends_with("data: [DONE]\n\n"), "{at}");
                    assert!(every_choice_is_finished(&out) != out.contains("data: {\"error\""), "{at}");
                }
                ClientDialect::AnthropicMessages => {
                    let (stops, errors) =
                        (out.matches("event: message_stop").count(), out.matches("event: error").count());
                    assert_eq!(stops + errors, 1, "{at}");
                    if stops == 1 {
                        assert_eq!(
                            out.matches("event: content_block_start").count(),
                            out.matches("event: content_block_stop").count(),
                            "{at}"
                        );
                        assert_eq!(out.matches("event: message_delta").count(), 1, "{at}");
                    }
                }
            }
        }
    }
}

/// Whether a stream of OpenAI's has begun a choice, and every one it has begun has a reason for its end.
fn every_choice_is_finished(stream: &str) -> bool {
    let mut choices = std::collections::BTreeMap::new();
    for data in stream.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]") {
        let chunk: serde_json::Value = serde_json::from_str(data).unwrap();
        for choice in chunk.get("choices").and_then(|choices| choices.as_array()).into_iter().flatten() {
            let index = choice.get("index").and_then(|index| index.as_u64());
            let finished = choice.get("finish_reason").is_some_and(|reason| reason.is_string());
            *choices.entry(index).or_insert(false) |= finished;
        }
    }
    !choices.is_empty() && choices.values().all(|finished| *finished)
}
