//! How much to think, which every generation of models is told differently
//! (<https://docs.claude.com/en/docs/build-with-claude/extended-thinking>, <https://docs.claude.com/en/docs/build-with-claude/effort>).

use tollgate_wire::json::{Value, Writer};

use crate::canonical::{Effort, Losses, Part, Request, Role, Sampling, ToolChoice};
use crate::refusal::Refusal;

/// The least budget the API takes.
const LEAST_BUDGET: u64 = 1_024;

/// The least `top_p` of a model that thinks.
const LEAST_TOP_P: f64 = 0.95;

/// Models that are given a budget, by a part of their name. Those before them cannot think, those after them are told an effort. On
/// Vertex the version is behind an `@`.
const BUDGETED: [&str; 11] = [
    "claude-3-7",
    "claude-sonnet-4-0",
    "claude-sonnet-4@",
    "claude-sonnet-4-2025",
    "claude-sonnet-4-5",
    "claude-opus-4-0",
    "claude-opus-4@",
    "claude-opus-4-1",
    "claude-opus-4-2025",
    "claude-opus-4-5",
    "claude-haiku-4-5",
];

/// What to tell the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// Nothing.
    Default,
    Budget(u64),
    Effort(Effort),
    /// How much effort the answer is worth, without thinking first.
    EffortAlone(Effort),
    Adaptive,
}

/// Chooses what comes closest to what the client asked for.
pub(crate) fn choose(
    request: &Request<'_>,
    model: &str,
    max_tokens: Option<u64>,
    losses: &mut Losses<'_>,
) -> Result<Thinking, Refusal> {
    let reasoning = request.reasoning;
    if let Some(budget) = reasoning.budget {
        return Ok(Thinking::Budget(budget));
    }
    let effort = match reasoning.effort {
        None if reasoning.adaptive => return Ok(Thinking::Adaptive),
        None | Some(Effort::None) => return Ok(Thinking::Default),
        Some(effort) => effort,
    };
    if !BUDGETED.iter().any(|name| model.contains(name)) {
        if model.contains("claude-3") {
            losses.lacks("reasoning_effort")?;
            return Ok(Thinking::Default);
        }
        // An effort is told by itself as well, and thinking is what a call that must be made does not go with.
        return Ok(if forces_call(request) { Thinking::EffortAlone(effort) } else { Thinking::Effort(effort) });
    }
    let wanted = match effort {
        Effort::None | Effort::Minimal | Effort::Low => 2_048,
        Effort::Medium => 8_192,
        Effort::High => 16_384,
        Effort::XHigh | Effort::Max => 32_000,
    };
    // The limit covers thinking and answer: half of it is left for the answer.
    let budget = max_tokens.map_or(wanted, |limit| wanted.min(limit / 2));
    if budget < LEAST_BUDGET || unsigned_call(request) || forces_call(request) || excludes_thinking(request) {
        losses.note("reasoning_effort");
        return Ok(Thinking::Default);
    }
    Ok(Thinking::Budget(budget))
}

/// "Thinking may not be enabled when tool_choice forces tool use."
fn forces_call(request: &Request<'_>) -> bool {
    matches!(request.tool_choice, Some(ToolChoice::Required | ToolChoice::Named(_)))
}

/// Whether the client says what a model that thinks does not take: a `temperature` or a `top_k`, a `top_p` below 0.95, the beginning of the
/// answer (<https://docs.claude.com/en/docs/build-with-claude/extended-thinking#feature-compatibility>). That counts before an effort, which is a hint.
fn excludes_thinking(request: &Request<'_>) -> bool {
    let Sampling { temperature, top_p, top_k, .. } = request.sampling;
    let number = |value: Option<Value<'_>>| value.and_then(|value| value.as_f64());
    number(temperature).is_some_and(|temperature| temperature != 1.0)
        || number(top_p).is_some_and(|top_p| top_p < LEAST_TOP_P)
        || top_k.is_some()
        || request.messages.last().is_some_and(|last| last.role == Role::Assistant)
}

/// Whether the model is in the middle of calling tools and the thinking that led to it has not come back with the calls: then the API
/// refuses to go on thinking.
fn unsigned_call(request: &Request<'_>) -> bool {
    let Some(last) = request.messages.iter().rev().find(|message| message.role == Role::Assistant) else {
        return false;
    };
    let calls = last.parts.iter().any(|part| matches!(part, Part::ToolCall { .. }));
    let signed =
        |part: &Part<'_>| matches!(part, Part::Reasoning { signature: Some(_), .. } | Part::RedactedReasoning { .. });
    calls && !last.parts.iter().any(signed)
}

impl Thinking {
    /// The budget, if one is given.
    pub fn budget(self) -> Option<u64> {
        match self {
            Self::Budget(budget) => Some(budget),
            _ => None,
        }
    }

    /// Writes `thinking` and `output_config`, which effort and format share.
    pub fn write(self, schema: Option<Value<'_>>, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
        match self {
            Self::Default | Self::EffortAlone(_) => {}
            Self::Budget(budget) => {
                let thinking = out.key("thinking").begin_object().field_str("type", "enabled");
                thinking.field_u64("budget_tokens", budget).end_object();
            }
            Self::Effort(_) | Self::Adaptive => {
                out.key("thinking").begin_object().field_str("type", "adaptive").end_object();
            }
        }
        let effort = match self {
            Self::Effort(effort) | Self::EffortAlone(effort) => Some(effort.max(Effort::Low).as_str()),
            _ => None,
        };
        if effort.is_none() && schema.is_none() {
            return Ok(());
        }
        out.key("output_config").begin_object();
        if let Some(effort) = effort {
            out.field_str("effort", effort);
        }
        if let Some(schema) = schema {
            out.key("format").begin_object().field_str("type", "json_schema");
            super::schema::write(schema, "json_schema", out.key("schema"), losses)?;
            out.end_object();
        }
        out.end_object();
        Ok(())
    }
}
