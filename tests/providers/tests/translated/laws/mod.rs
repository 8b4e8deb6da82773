//! What clients may rely on: the legal order of a stream's events, dialect by dialect, and what an answer says, whole or streamed.

mod chat;
mod completions;
mod messages;
mod responses;

use serde_json::Value;
use tollgate_dialects::ClientDialect;

/// What an answer says, in the terms of its dialect.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    pub choices: Vec<Choice>,
    pub usage: Value,
    /// It ended in an error.
    pub failed: bool,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Choice {
    pub text: String,
    pub refusal: String,
    pub reasoning: String,
    /// Name and arguments, which are JSON text.
    pub calls: Vec<(String, String)>,
    pub citations: usize,
    pub finish: String,
}

/// Why an answer is not legal.
type Checked<T> = Result<T, String>;

/// Checks the order of a stream, and reads it.
pub fn stream(client: ClientDialect, body: &[u8]) -> Checked<Said> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let frames = frames(text)?;
    match client {
        ClientDialect::OpenaiChat => chat::stream(&frames),
        ClientDialect::OpenaiResponses => responses::stream(&frames),
        ClientDialect::OpenaiCompletions => completions::stream(&frames),
        ClientDialect::AnthropicMessages => messages::stream(&frames),
        ClientDialect::OpenaiEmbeddings => Err("nothing is streamed in this dialect".into()),
    }
}

/// Reads a whole answer.
pub fn whole(client: ClientDialect, body: &[u8]) -> Checked<Said> {
    let body: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    match client {
        ClientDialect::OpenaiChat => chat::whole(&body),
        ClientDialect::OpenaiResponses => responses::whole(&body),
        ClientDialect::OpenaiCompletions => completions::whole(&body),
        ClientDialect::AnthropicMessages => messages::whole(&body),
        ClientDialect::OpenaiEmbeddings => Err("no conversation".into()),
    }
}

/// The name and the data of each event.
fn frames(text: &str) -> Checked<Vec<(&str, &str)>> {
    let Some(text) = text.strip_suffix("\n\n") else {
        return if text.is_empty() { Ok(Vec::new()) } else { Err("the last event does not end".into()) };
    };
    text.split("\n\n").map(frame).collect()
}

fn frame(frame: &str) -> Checked<(&str, &str)> {
    let (name, data) = match frame.split_once('\n') {
        Some((name, data)) => (name.strip_prefix("event: ").ok_or("a line that is no `event:`")?, data),
        None => ("", frame),
    };
    match data.strip_prefix("data: ").filter(|data| !data.contains('\n')) {
        Some(data) => Ok((name, data)),
        None => Err(format!("an event without one line of data: {frame}")),
    }
}

fn parse(data: &str) -> Checked<Value> {
    serde_json::from_str(data).map_err(|error| format!("{error}: {data}"))
}

fn string(value: &Value, key: &str) -> Checked<String> {
    value[key].as_str().map(str::to_owned).ok_or_else(|| format!("no string `{key}` in {value}"))
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn must(holds: bool, what: &str, value: &Value) -> Checked<()> {
    if holds { Ok(()) } else { Err(format!("{what}: {value}")) }
}

/// Arguments are JSON, or were cut.
fn check_calls(calls: &[(String, String)], cut: bool) -> Checked<()> {
    for (name, arguments) in calls {
        let is_object = parse(arguments).is_ok_and(|json| json.is_object());
        must(is_object || cut, "arguments that are no object", &format!("{name} {arguments}").into())?;
    }
    Ok(())
}
