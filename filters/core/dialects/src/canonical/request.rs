//! A request for an answer.

use std::borrow::Cow;

use tollgate_wire::json::{Str, Value};

use super::{Format, Losses, Message, Part, Reasoning, Sampling, Tier, Tool, ToolChoice};
use crate::refusal::Refusal;

/// A request, in any dialect.
#[derive(Debug, Clone)]
pub(crate) struct Request<'a> {
    pub stream: bool,
    /// Whether the client wants usage in the stream.
    pub stream_usage: bool,
    /// The conversation, system prompts included where they stand.
    pub messages: Vec<Message<'a>>,
    pub tools: Vec<Tool<'a>>,
    pub tool_choice: Option<ToolChoice<'a>>,
    /// Whether several tools may be called in one turn; None leaves it to the provider.
    pub parallel_tools: Option<bool>,
    pub max_output_tokens: Option<u64>,
    pub sampling: Sampling<'a>,
    pub stop: Vec<Str<'a>>,
    pub format: Format<'a>,
    pub reasoning: Reasoning,
    /// Who the client says its end user is, under whichever of its names.
    pub end_user: Option<Str<'a>>,
    /// The end user under OpenAI's newer name, for providers that tell it from the older one; [`end_user`](Self::end_user) holds it too
    /// where the client gave no other.
    pub safety_identifier: Option<Str<'a>>,
    pub tier: Option<Tier>,
    /// How many answers are wanted.
    pub choices: u64,
    /// How many of the likeliest tokens are wanted for each of the answer; 0 asks for the token's own likelihood alone.
    pub logprobs: Option<u64>,
    /// The answer is to cite the documents of the request. A writer that asks its provider to [says so](super::Losses::cites_documents).
    pub document_citations: bool,
    /// Fields that OpenAI's two conversation APIs share and nobody else has, as written, by their name in chat completions: `metadata`, `store`,
    /// `prompt_cache_key`, `prompt_cache_retention`, `verbosity`, and `service_tier` where it is no [`Tier`]. A writer for one of those takes them, for
    /// others they are extras.
    pub openai: Vec<(&'static str, Value<'a>)>,
    /// What only this dialect can say, by feature name: a top-level field's own name, or `parent.field`.
    pub extras: Vec<Cow<'static, str>>,
    /// What others do without being asked, by feature name: dropped without harm, and listed.
    pub hints: Vec<&'static str>,
}

impl<'a> Request<'a> {
    /// A request that says nothing.
    pub fn new() -> Self {
        Self {
            stream: false,
            stream_usage: false,
            messages: Vec::new(),
            tools: Vec::new(),
            tool_choice: None,
            parallel_tools: None,
            max_output_tokens: None,
            sampling: Sampling::default(),
            stop: Vec::new(),
            format: Format::Text,
            reasoning: Reasoning::default(),
            end_user: None,
            safety_identifier: None,
            tier: None,
            choices: 1,
            logprobs: None,
            document_citations: false,
            openai: Vec::new(),
            extras: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// Notes a feature that the model has no field for.
    pub fn extra(&mut self, feature: impl Into<Cow<'static, str>>) {
        let feature = feature.into();
        if !self.extras.contains(&feature) {
            self.extras.push(feature);
        }
    }

    /// The name of the tool that was called under this id.
    pub fn called_tool(&self, call: Str<'_>) -> Option<Str<'a>> {
        self.messages.iter().flat_map(|message| &message.parts).find_map(|part| match part {
            Part::ToolCall { id: Some(id), name, .. } if id.raw() == call.raw() => Some(*name),
            _ => None,
        })
    }

    /// Takes out what says nothing, and refuses what nobody could do.
    ///
    /// # Errors
    /// A 400 if a tool must be called that is not there.
    pub fn settle(&mut self, losses: &mut Losses<'_>) -> Result<(), Refusal> {
        if self.stop.iter().any(|stop| stop.is_empty()) {
            self.stop.retain(|stop| !stop.is_empty());
            losses.note("stop");
        }
        // Tools of another kind are refused, or dropped, by their own name; what was chosen goes with them.
        let others = self.extras.iter().any(|feature| feature.starts_with("tools."));
        let is_there = match self.tool_choice {
            Some(ToolChoice::Required) => !self.tools.is_empty(),
            Some(ToolChoice::Named(name)) => self.tools.iter().any(|tool| tool.name == name),
            None | Some(ToolChoice::None | ToolChoice::Auto) => true,
        };
        match is_there {
            true => {}
            false if others => self.tool_choice = None,
            false => {
                let known = "`auto`, `none`, or a choice among the `tools` of the request";
                return Err(Refusal::invalid_field("tool_choice", known));
            }
        }
        Ok(())
    }

    /// Refuses names of tools that a provider does not take; `pattern` says in words which it does.
    ///
    /// # Errors
    /// A 400 that names the field.
    pub fn named_as(&self, pattern: &str, fits: impl Fn(&str) -> bool) -> Result<(), Refusal> {
        match self.tools.iter().all(|tool| fits(tool.name.raw())) {
            true => Ok(()),
            false => Err(Refusal::invalid_field("tools.name", &format!("{pattern} with this provider"))),
        }
    }

    /// Notes an unknown field of a part of the request. Null says nothing.
    pub fn unknown(&mut self, parent: &str, field: &str, value: Value<'_>) {
        if !value.is_null() {
            self.extra(if parent.is_empty() { field.to_owned() } else { format!("{parent}.{field}") });
        }
    }
}

/// Whether a name begins as identifiers do, which some providers want of those of tools.
pub(crate) fn begins_a_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

/// A request as a provider's API has it.
#[derive(Debug)]
pub(crate) struct Written {
    pub body: Vec<u8>,
    /// The answer comes as the call of a tool that was added to get JSON.
    pub json_tool: bool,
}
