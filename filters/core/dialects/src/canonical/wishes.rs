//! How a request wants its answer.

use tollgate_wire::json::{Str, Value};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool<'a> {
    pub name: Str<'a>,
    pub description: Option<Str<'a>>,
    /// JSON Schema; None is a tool without parameters.
    pub parameters: Option<Value<'a>>,
    pub strict: Option<bool>,
    pub cache: Option<Value<'a>>,
}

impl<'a> Tool<'a> {
    /// A tool that only has a name.
    pub fn new(name: Str<'a>) -> Self {
        Self { name, description: None, parameters: None, strict: None, cache: None }
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum ToolChoice<'a> {
    None,
    Auto,
    Required,
    Named(Str<'a>),
}

/// Numbers as written; a writer looks at their value where its dialect has a range.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sampling<'a> {
    pub temperature: Option<Value<'a>>,
    pub top_p: Option<Value<'a>>,
    pub top_k: Option<Value<'a>>,
    pub frequency_penalty: Option<Value<'a>>,
    pub presence_penalty: Option<Value<'a>>,
    pub seed: Option<Value<'a>>,
}

/// What the answer must look like.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Format<'a> {
    Text,
    /// Some JSON object.
    JsonObject,
    JsonSchema {
        name: Option<Str<'a>>,
        description: Option<Str<'a>>,
        schema: Value<'a>,
        strict: Option<bool>,
    },
}

/// How much the model should think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Reasoning {
    pub effort: Option<Effort>,
    /// A budget in tokens.
    pub budget: Option<u64>,
    /// The model decides how much.
    pub adaptive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effort {
    None,
    Minimal,
    Low,
    Medium,
    High,
    XHigh,
    Max,
}

impl Effort {
    /// By its name, which all dialects share.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "none" => Self::None,
            "minimal" => Self::Minimal,
            "low" => Self::Low,
            "medium" => Self::Medium,
            "high" => Self::High,
            "xhigh" => Self::XHigh,
            "max" => Self::Max,
            _ => return None,
        })
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::XHigh => "xhigh",
            Self::Max => "max",
        }
    }
}

/// Which capacity may serve the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tier {
    /// Whatever the account has.
    Auto,
    /// The standard one only.
    Standard,
}
