//! What the simulated model says: the same for every API, so that each API only has to read and write its own format.
//!
//! - `answer` in the options: that text.
//! - `finish` in the options: what an answer that ends so still says (see [`End`]).
//! - Tools are offered and the last user message mentions one by name, or the choice of tools demands one: calls. Arguments
//!   come from the tool's JSON schema; strings take the quoted words of the message in turn. Where the conversation ends with tool
//!   results, what they mention counts instead: an agent can be led from round to round.
//! - The conversation ends with tool results that mention none: `Tool result: ` and their text.
//! - Structured output is asked for: JSON, whose strings are the echo.
//! - Else the echo: `You said: ` and the text of the last user message.
//!
//! **Tokens** are counted as `ceil(bytes / 4)`, for the input over all texts together (messages, system prompt, tool calls
//! and results, and tool definitions as sent), for the output over thinking, text, and the names and arguments of calls
//! together. The count is the same whether an answer is streamed or not.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::schema::{Words, synthesize};
use crate::{Options, Usage};

/// A conversation as read from a request.
#[derive(Debug, Clone, Default)]
pub struct Prompt {
    /// Text of the last user message.
    pub user: String,
    /// Texts of the tool results the conversation ends with; empty if it does not.
    pub tool_results: Vec<String>,
    /// Tools on offer.
    pub tools: Vec<Tool>,
    /// Whether the model may, must or must not call tools.
    pub choice: Choice,
    /// At most one call in an answer.
    pub single_call: bool,
    /// Asked-for form of the answer.
    pub format: Format,
    /// Tokens the answer may have.
    pub max_tokens: Option<u64>,
    /// Texts the answer ends before.
    pub stops: Vec<String>,
    /// Think aloud first.
    pub think: bool,
    /// Bytes of all texts of the request.
    pub input_bytes: usize,
}

/// A tool on offer.
#[derive(Debug, Clone)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// JSON schema of its arguments.
    pub schema: Value,
}

/// Whether tools are to be called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Choice {
    /// The model decides: it does if the user mentions a tool.
    #[default]
    Auto,
    /// No calls.
    None,
    /// At least one call.
    Any,
    /// A call of this tool.
    Named(String),
}

/// Form of the answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Format {
    /// Plain text.
    #[default]
    Text,
    /// Some JSON object.
    Json,
    /// JSON of this schema.
    Schema(Value),
}

/// What the model says.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Thinking before the answer, if asked for.
    pub thinking: Option<String>,
    /// The text; empty if there are calls.
    pub text: String,
    /// Calls of tools.
    pub calls: Vec<Call>,
    /// Why it ended.
    pub finish: Finish,
    /// Tokens of the request.
    pub input_tokens: u64,
    /// Tokens of the answer, thinking included.
    pub output_tokens: u64,
    /// Tokens of the thinking.
    pub thinking_tokens: u64,
    /// The usage that is ordered, for its details.
    pub ordered: Option<Usage>,
    /// Whether a source is cited for the text.
    pub cited: bool,
}

/// Title of the source that is cited.
pub const SOURCE_TITLE: &str = "Simulated source";
/// Address of the source that is cited.
pub const SOURCE_URL: &str = "https://example.com/source";
/// What an answer that is refused says.
pub const REFUSAL: &str = "I'm sorry, but I can't help with that.";

impl Answer {
    /// Tokens read from a cache, as ordered.
    pub fn cached_tokens(&self) -> u64 {
        self.ordered.map_or(0, |usage| usage.cached)
    }

    /// Tokens written to a cache, as ordered.
    pub fn written_tokens(&self) -> u64 {
        self.ordered.map_or(0, |usage| usage.cache_write + usage.cache_write_1h)
    }

    /// The cited passage, where a source is cited: all of the text, and its length in characters.
    pub fn citation(&self) -> Option<(&str, usize)> {
        (self.cited && !self.text.is_empty()).then(|| (self.text.as_str(), self.text.chars().count()))
    }
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Name of the tool.
    pub name: String,
    /// Arguments, an object.
    pub arguments: Value,
}

/// Why an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// All was said.
    Stop,
    /// The allowed tokens are used up.
    Length,
    /// This stop text came up.
    StopText(String),
    /// Tools are to be called.
    Calls,
    /// In an ordered way.
    Ordered(End),
}

/// Ways to end that the conversation does not lead to by itself. An API that has no words for one uses its nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum End {
    /// As if all was said
    Stop,
    /// As if the allowed tokens were used up
    Length,
    /// The model declines, in words
    Refusal,
    /// A filter stops the answer half way
    Safety,
    /// The prompt is blocked: there is no answer
    Blocked,
    /// Stopped half way for reciting its training data
    Recitation,
    /// The model wrote a call that cannot be read; there is no content
    MalformedCall,
    /// The context window is full
    ContextWindow,
    /// The turn is paused, to be continued
    Pause,
    /// The generation failed, with an answer all the same
    Error,
}

/// Tokens of a text of so many bytes.
pub fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(4) as u64
}

/// Answers a prompt.
pub fn answer(prompt: &Prompt, options: &Options) -> Answer {
    let calls = if options.answer.is_some() { Vec::new() } else { calls(prompt) };
    let mut text = if calls.is_empty() { text(prompt, options) } else { String::new() };
    let thinking =
        options.thinking.clone().or_else(|| prompt.think.then(|| format!("The user wrote: {}", prompt.user)));
    let thinking_bytes = thinking.as_ref().map_or(0, String::len);
    let mut finish = if calls.is_empty() { Finish::Stop } else { Finish::Calls };

    let stop =
        prompt.stops.iter().filter(|stop| !stop.is_empty()).filter_map(|stop| Some((text.find(stop.as_str())?, stop)));
    if let Some((at, stop)) = stop.min_by_key(|(at, _)| *at) {
        text.truncate(at);
        finish = Finish::StopText(stop.clone());
    }
    let room = prompt.max_tokens.map(|max| (max as usize).saturating_mul(4).saturating_sub(thinking_bytes));
    if let Some(room) = room.filter(|room| text.len() > *room) {
        text.truncate(text.floor_char_boundary(room));
        finish = Finish::Length;
    }
    let mut calls = calls;
    if let Some(end) = options.finish {
        match end {
            End::Refusal => text = options.answer.clone().unwrap_or_else(|| REFUSAL.to_owned()),
            End::Safety | End::Recitation => text.truncate(text.floor_char_boundary(text.len() / 2)),
            End::Blocked | End::MalformedCall => text.clear(),
            End::Stop | End::Length | End::ContextWindow | End::Pause | End::Error => {}
        }
        if end != End::Stop {
            calls.clear();
        }
        finish = if end == End::Stop && !calls.is_empty() { Finish::Calls } else { Finish::Ordered(end) };
    }
    let thinking = thinking.filter(|_| options.finish != Some(End::Blocked));
    let thinking_bytes = thinking.as_ref().map_or(0, String::len);
    let call_bytes: usize = calls.iter().map(|call| call.name.len() + call.arguments.to_string().len()).sum();
    let counted = (tokens(prompt.input_bytes).max(1), tokens(thinking_bytes + text.len() + call_bytes));
    let (input_tokens, output_tokens) = options.usage.map_or(counted, |usage| (usage.input, usage.output));
    let thinking_tokens = options.usage.map_or(0, |usage| usage.reasoning);
    let thinking_tokens = if thinking_tokens > 0 { thinking_tokens } else { tokens(thinking_bytes) }.min(output_tokens);
    Answer {
        thinking,
        text,
        calls,
        finish,
        input_tokens,
        output_tokens,
        thinking_tokens,
        ordered: options.usage,
        // Who declines has no source for it.
        cited: options.citations && options.finish != Some(End::Refusal),
    }
}

fn text(prompt: &Prompt, options: &Options) -> String {
    if let Some(text) = &options.answer {
        return text.clone();
    }
    let plain = match prompt.tool_results.as_slice() {
        [] => format!("You said: {}", prompt.user),
        results => format!("Tool result: {}", results.join("\n")),
    };
    match &prompt.format {
        Format::Text => plain,
        Format::Json => serde_json::json!({ "answer": plain }).to_string(),
        Format::Schema(schema) => synthesize(schema, &mut Words::always(&plain)).to_string(),
    }
}

fn calls(prompt: &Prompt) -> Vec<Call> {
    let after_results = !prompt.tool_results.is_empty();
    let said = if after_results { &prompt.tool_results.join("\n") } else { &prompt.user };
    let mut called: Vec<(usize, &Tool)> = match &prompt.choice {
        Choice::None => Vec::new(),
        Choice::Named(_) if after_results => Vec::new(),
        Choice::Named(name) => prompt.tools.iter().filter(|tool| tool.name == *name).map(|tool| (0, tool)).collect(),
        _ => prompt.tools.iter().filter_map(|tool| Some((mention(said, &tool.name)?, tool))).collect(),
    };
    called.sort_by_key(|(at, _)| *at);
    if called.is_empty() && prompt.choice == Choice::Any && !after_results {
        called.extend(prompt.tools.first().map(|tool| (0, tool)));
    }
    if prompt.single_call {
        called.truncate(1);
    }
    let mut words = Words::quoted_in(said, "example");
    let call = |(_, tool): (usize, &Tool)| {
        let arguments = match synthesize(&tool.schema, &mut words) {
            object @ Value::Object(_) => object,
            _ => Value::Object(Default::default()),
        };
        Call { name: tool.name.clone(), arguments }
    };
    called.into_iter().map(call).collect()
}

/// Where `text` first has `name` as a word of its own.
fn mention(text: &str, name: &str) -> Option<usize> {
    let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(name)
        .map(|(at, _)| at)
        .find(|at| !text[..*at].ends_with(inside) && !text[at + name.len()..].starts_with(inside) && !name.is_empty())
}

/// Cuts a text into what a stream sends at a time: words with the space before them, or `chars` characters.
pub fn pieces(text: &str, chars: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut count = 0;
    let mut in_word = false;
    for (at, c) in text.char_indices() {
        let cut = if chars > 0 { count == chars } else { in_word && c.is_whitespace() };
        if cut {
            pieces.push(&text[start..at]);
            start = at;
            count = 0;
        }
        in_word = !c.is_whitespace();
        count += 1;
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

/// Cuts the JSON of arguments into the fragments a stream sends: `chars` characters at a time (0: seven), never at the JSON's
/// own seams.
pub fn fragments(json: &str, chars: usize) -> Vec<&str> {
    pieces(json, if chars == 0 { 7 } else { chars })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn tool(name: &str) -> Tool {
        let schema = json!({"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]});
        Tool { name: name.into(), schema }
    }

    fn ask(user: &str, tools: &[&str]) -> Prompt {
        Prompt {
            user: user.into(),
            tools: tools.iter().map(|name| tool(name)).collect(),
            input_bytes: 9,
            ..Prompt::default()
        }
    }

    #[test]
    fn echoes() {
        let said = answer(&ask("hello <EMAIL_1>", &[]), &Options::default());
        assert_eq!((said.text.as_str(), said.finish), ("You said: hello <EMAIL_1>", Finish::Stop));
        assert_eq!((said.input_tokens, said.output_tokens), (3, 7));
    }

    #[test]
    fn calls_what_is_mentioned_in_that_order() {
        let said = answer(
            &ask("first look_up \"b\", then find \"a\" and find_out", &["find", "look_up"]),
            &Options::default(),
        );
        let calls: Vec<_> = said.calls.iter().map(|call| (call.name.as_str(), call.arguments["q"].as_str())).collect();
        assert_eq!(calls, [("look_up", Some("b")), ("find", Some("a"))]);
        assert_eq!((said.text.as_str(), said.finish), ("", Finish::Calls));

        let one = Prompt { single_call: true, ..ask("find, look_up", &["find", "look_up"]) };
        assert_eq!(answer(&one, &Options::default()).calls.len(), 1);
    }

    #[test]
    fn choices_are_obeyed() {
        let calls = |choice, user: &str| {
            let prompt = Prompt { choice, ..ask(user, &["a", "b"]) };
            answer(&prompt, &Options::default()).calls.into_iter().map(|call| call.name).collect::<Vec<_>>()
        };
        assert_eq!(calls(Choice::Auto, "hi"), Vec::<String>::new());
        assert_eq!(calls(Choice::None, "call a"), Vec::<String>::new());
        assert_eq!(calls(Choice::Any, "hi"), ["a"]);
        assert_eq!(calls(Choice::Named("b".into()), "hi"), ["b"]);
    }

    #[test]
    fn results_end_the_round() {
        let prompt = Prompt { tool_results: vec!["21 C".into()], choice: Choice::Any, ..ask("call a", &["a"]) };
        assert_eq!(answer(&prompt, &Options::default()).text, "Tool result: 21 C");
    }

    #[test]
    fn length_and_stops() {
        let short = Prompt { max_tokens: Some(3), ..ask("äääää", &[]) };
        let said = answer(&short, &Options::default());
        assert_eq!((said.text.as_str(), said.finish), ("You said: ä", Finish::Length));
        assert!(said.output_tokens <= 3);

        let stopped = Prompt { stops: vec!["END".into(), "a".into()], ..ask("b END a", &[]) };
        let said = answer(&stopped, &Options::default());
        assert_eq!((said.text.as_str(), said.finish), ("You s", Finish::StopText("a".into())));
    }

    #[test]
    fn ends_are_ordered() {
        let end =
            |finish, user: &str| answer(&ask(user, &["find"]), &Options { finish: Some(finish), ..Options::default() });
        let refused = end(End::Refusal, "find it");
        assert_eq!((refused.text.as_str(), refused.calls.len()), (REFUSAL, 0));
        assert_eq!(refused.finish, Finish::Ordered(End::Refusal));
        assert_eq!(end(End::Safety, "ääääää").text, "You said: ");
        assert_eq!(end(End::Blocked, "x").text, "");
        assert_eq!((end(End::Stop, "find it").finish, end(End::Stop, "find it").calls.len()), (Finish::Calls, 1));
        assert_eq!(end(End::Length, "x").text, "You said: x");
    }

    #[test]
    fn thinks_aloud_when_told() {
        let options = Options { thinking: Some("Hmm, hmm".into()), ..Options::default() };
        let said = answer(&ask("x", &[]), &options);
        assert_eq!((said.thinking.as_deref(), said.thinking_tokens, said.output_tokens), (Some("Hmm, hmm"), 2, 5));
    }

    #[test]
    fn structured_output_is_json() {
        let schema = json!({"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]});
        let prompt = Prompt { format: Format::Schema(schema), ..ask("hi", &[]) };
        assert_eq!(answer(&prompt, &Options::default()).text, r#"{"x":"You said: hi"}"#);
    }

    proptest! {
        #[test]
        fn pieces_join_to_the_text(text in "\\PC{0,80}|[ \\n\\ta-cä😀]{0,40}", chars in 0usize..9) {
            let cut = pieces(&text, chars);
            prop_assert_eq!(&cut.concat(), &text);
            prop_assert!(cut.iter().all(|piece| !piece.is_empty()));
        }
    }
}
