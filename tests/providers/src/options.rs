//! What a provider is told to do differently from a healthy one.

use serde::{Deserialize, Serialize};

use crate::brain::End;

/// Instructions for one provider. The default is a healthy provider that accepts any key and any model.
///
/// The same names serve as command-line flags (`--retry-after`), address settings (`?retry_after=2`) and JSON members of
/// `PUT /_control`. A member that is not known is an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Answer with this status and the provider's own error body for it (429, 500, 503, 529, …)
    #[arg(long, value_name = "CODE", value_parser = clap::value_parser!(u16).range(400..600), help_heading = "Faults")]
    pub status: Option<u16>,
    /// With --status: send a `retry-after` header of so many seconds
    #[arg(long, value_name = "SECONDS", help_heading = "Faults")]
    pub retry_after: Option<u64>,
    /// Apply the faults to the first N requests only, then be healthy (counted from when they are set)
    #[arg(long, value_name = "N", help_heading = "Faults")]
    pub fault_count: Option<u64>,
    /// Close every connection without an answer, as if switched off (the control endpoint stays)
    #[arg(long, help_heading = "Faults")]
    pub down: bool,
    /// Answer with an HTML error page, as a load balancer in front of a provider does (status 502 unless --status)
    #[arg(long, help_heading = "Faults")]
    pub html: bool,
    /// Reset the connection after N events of a stream; after half the body of any other answer
    #[arg(long, value_name = "N", help_heading = "Faults")]
    pub reset_after: Option<u64>,
    /// Send the provider's own error event after N events of a stream, then end it (streams only)
    #[arg(long, value_name = "N", help_heading = "Faults")]
    pub error_after: Option<u64>,
    /// End a stream cleanly after N events, without its closing events; any other answer after half its body
    #[arg(long, value_name = "N", help_heading = "Faults")]
    pub truncate_after: Option<u64>,

    /// Wait so many milliseconds before the answer begins
    #[arg(long, value_name = "MS", default_value_t, help_heading = "Pace")]
    pub delay_ms: u64,
    /// Wait so many milliseconds before each further event of a stream
    #[arg(long, value_name = "MS", default_value_t, help_heading = "Pace")]
    pub event_delay_ms: u64,
    /// Write the answer in pieces of N bytes, cutting events wherever that falls; 0: an event at a time
    #[arg(long, value_name = "N", default_value_t, help_heading = "Pace")]
    pub chunk_bytes: usize,

    /// End lines of server-sent events by CR LF
    #[arg(long, help_heading = "Form")]
    pub crlf: bool,
    /// Put comments between and inside server-sent events
    #[arg(long, help_heading = "Form")]
    pub comments: bool,
    /// Begin server-sent events with a byte order mark
    #[arg(long, help_heading = "Form")]
    pub bom: bool,
    /// Spread the data of each server-sent event over two lines
    #[arg(long, help_heading = "Form")]
    pub multiline: bool,
    /// Leave out the `[DONE]` that ends a stream
    #[arg(long, help_heading = "Form")]
    pub no_done: bool,
    /// Compress answers with gzip, whether or not the client accepts it
    #[arg(long, help_heading = "Form")]
    pub gzip: bool,
    /// Leave `usage` out of answers and streams
    #[arg(long, help_heading = "Form")]
    pub omit_usage: bool,
    /// OpenAI chat: put the usage of streams where some imitators of that API put it
    #[arg(long, value_enum, value_name = "PLACE", help_heading = "Form")]
    pub usage_place: Option<UsagePlace>,
    /// OpenAI chat: stream each tool call whole in one chunk, as some imitators of that API do
    #[arg(long, help_heading = "Form")]
    pub whole_calls: bool,

    /// Answer with this text instead of an echo; tools are not called then
    #[arg(long, value_name = "TEXT", help_heading = "Content")]
    pub answer: Option<String>,
    /// Stream text in pieces of N characters; 0: a word at a time
    #[arg(long, value_name = "N", default_value_t, help_heading = "Content")]
    pub delta_chars: usize,
    /// Stream the arguments of tool calls in pieces of N characters; 0: of seven
    #[arg(long, value_name = "N", default_value_t, help_heading = "Content")]
    pub argument_chars: usize,
    /// Think this aloud before every answer, asked for or not
    #[arg(long, value_name = "TEXT", help_heading = "Content")]
    pub thinking: Option<String>,
    /// Show thoughts in cipher only, where the API has such blocks
    #[arg(long, help_heading = "Content")]
    pub redacted_thinking: bool,
    /// Cite a source for the text of every answer
    #[arg(long, help_heading = "Content")]
    pub citations: bool,
    /// End every answer in this way, in the API's own words for it
    #[arg(long, value_enum, value_name = "END", help_heading = "Content")]
    pub finish: Option<End>,
    /// Report this usage instead of the counted one, as INPUT,OUTPUT tokens
    #[arg(long, value_name = "INPUT,OUTPUT", help_heading = "Content")]
    pub usage: Option<Usage>,
    /// Accept this key only; without it any key will do, but there must be one
    #[arg(long, value_name = "KEY", help_heading = "Content")]
    pub expect_key: Option<String>,
    /// Serve these models only; without any, every name will do (repeatable)
    #[arg(long = "model", value_name = "NAME", help_heading = "Content")]
    pub models: Vec<String>,
    /// Gemini and Vertex: refuse function calls of the current turn that come back without their thought signature
    #[arg(long, help_heading = "Content")]
    pub require_signatures: bool,
    /// Bedrock: verify AWS signatures with this ACCESS_KEY_ID:SECRET, or ACCESS_KEY_ID:SECRET:REGION; bearer keys then need
    /// --expect-key
    #[arg(long, value_name = "KEY", help_heading = "Content")]
    pub sigv4: Option<SigningKey>,
}

/// What AWS signatures are verified with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SigningKey {
    /// Access key id.
    pub access_key_id: String,
    /// Secret access key.
    pub secret_access_key: String,
    /// The region requests must be signed for; any without it.
    pub region: Option<String>,
}

impl std::str::FromStr for SigningKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, ':').map(str::to_owned);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(access_key_id), Some(secret_access_key), region)
                if ![&access_key_id, &secret_access_key].into_iter().chain(&region).any(String::is_empty) =>
            {
                Ok(Self { access_key_id, secret_access_key, region })
            }
            _ => Err("expected ACCESS_KEY_ID:SECRET[:REGION]".into()),
        }
    }
}

impl TryFrom<String> for SigningKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<SigningKey> for String {
    fn from(key: SigningKey) -> Self {
        let region = key.region.map(|region| format!(":{region}")).unwrap_or_default();
        format!("{}:{}{region}", key.access_key_id, key.secret_access_key)
    }
}

/// Tokens to report. Details are parts of the two totals, whichever way an API adds them up; they come by JSON only
/// (`usage={"input":9,"output":5,"cached":4}`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Tokens of the prompt, all of them.
    pub input: u64,
    /// Tokens of the answer, all of them.
    pub output: u64,
    /// Of the prompt: read from a cache.
    #[serde(default)]
    pub cached: u64,
    /// Of the prompt: written to a cache, to be kept for minutes.
    #[serde(default)]
    pub cache_write: u64,
    /// Of the prompt: written to a cache, to be kept for an hour.
    #[serde(default)]
    pub cache_write_1h: u64,
    /// Of the answer: thoughts.
    #[serde(default)]
    pub reasoning: u64,
}

/// Where imitators of OpenAI's chat streams put usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum UsagePlace {
    /// In the chunk with the finish reason, asked for or not (Mistral, DeepSeek)
    Finish,
    /// In every chunk, counting up (vLLM's continuous_usage_stats)
    Every,
}

impl std::str::FromStr for Usage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected INPUT,OUTPUT (two numbers), got {text:?}");
        let (input, output) = text.split_once(',').ok_or_else(wrong)?;
        Ok(Self {
            input: input.trim().parse().map_err(|_| wrong())?,
            output: output.trim().parse().map_err(|_| wrong())?,
            ..Self::default()
        })
    }
}

impl Options {
    /// These options as a healthy provider has them: every fault taken out, form, pace and content kept.
    pub fn healthy(&self) -> Self {
        Self {
            status: None,
            retry_after: None,
            fault_count: None,
            down: false,
            html: false,
            reset_after: None,
            error_after: None,
            truncate_after: None,
            ..self.clone()
        }
    }

    /// These options with `name=value&name=value` settings on top. A value is JSON where it parses as that, else text
    /// (`usage={"input":1,"output":2}`, `status=429`, `expect_key=sk-a`); `%xx` escapes are understood.
    ///
    /// # Errors
    /// A sentence that names the setting that is unknown or of the wrong type.
    pub fn with_settings(&self, settings: &str) -> Result<Self, String> {
        let mut options = self.clone();
        for setting in settings.split('&').filter(|setting| !setting.is_empty()) {
            let (name, value) = setting.split_once('=').unwrap_or((setting, "true"));
            let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
            let text = serde_json::Value::String(value.to_string());
            let json = serde_json::from_str(&value).unwrap_or_else(|_| text.clone());
            // A key of digits only is text all the same, so what fails as JSON gets a second chance as text.
            options =
                options.with_member(name, json).or_else(|error| options.with_member(name, text).map_err(|_| error))?;
        }
        Ok(options)
    }

    fn with_member(&self, name: &str, value: serde_json::Value) -> Result<Self, String> {
        let wrong = |error: serde_json::Error| format!("{name}: {error}");
        let mut json = serde_json::to_value(self).map_err(wrong)?;
        if let Some(members) = json.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
        serde_json::from_value(json).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_typed() {
        let options = Options::default().with_settings("status=429&expect_key=123&down&answer=a%20b").unwrap();
        let expected = Options {
            status: Some(429),
            expect_key: Some("123".into()),
            down: true,
            answer: Some("a b".into()),
            ..Options::default()
        };
        assert_eq!(options, expected);
        let signed = Options::default().with_settings("sigv4=AKID:s/e+c:eu-west-1&finish=malformed_call").unwrap();
        assert_eq!(signed.sigv4.as_ref().and_then(|key| key.region.as_deref()), Some("eu-west-1"));
        assert_eq!(signed.finish, Some(End::MalformedCall));
        assert_eq!(String::from(signed.sigv4.unwrap()), "AKID:s/e+c:eu-west-1");
        assert!(Options::default().with_settings("sigv4=AKID").unwrap_err().contains("ACCESS_KEY_ID:SECRET"));
        assert!(Options::default().with_settings("stauts=1").unwrap_err().contains("stauts"));
        assert!(Options::default().with_settings("status=many").unwrap_err().contains("status"));
    }

    #[test]
    fn healthy_keeps_what_is_not_a_fault() {
        let options =
            Options { status: Some(500), down: true, crlf: true, expect_key: Some("k".into()), ..Options::default() };
        assert_eq!(options.healthy(), Options { crlf: true, expect_key: Some("k".into()), ..Options::default() });
    }

    #[test]
    fn unknown_members_are_refused() {
        assert!(serde_json::from_str::<Options>(r#"{"x-simulate": 1}"#).is_err());
    }
}
