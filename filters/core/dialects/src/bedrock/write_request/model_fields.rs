//! What goes to the model past Converse, in its maker's own terms: `additionalModelRequestFields`.
//!
//! Claude's are those of a messages request (<https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html>),
//! merged with what Converse writes; a field in both is an error. Nova's are in
//! <https://docs.aws.amazon.com/nova/latest/nova2-userguide/using-converse-api.html>, those of OpenAI's models in
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html>.

use tollgate_wire::json::{Value, Writer};

use super::super::family::Family;
use super::tools::{has_calls, one_at_a_time};
use crate::anthropic::Generation;
use crate::anthropic::thinking::{self, Thinking};
use crate::canonical::{Effort, Losses, Request, ToolChoice};
use crate::refusal::Refusal;

/// From so many tokens of thinking on, the effort is called medium, and high: three levels share out the range from Claude's least
/// budget (1,024) to the usual largest (32,000) evenly by powers of two.
const MEDIUM_BUDGET: u64 = 4_096;
const HIGH_BUDGET: u64 = 16_384;

/// How much the model is told to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reasoning {
    /// Nothing is said.
    Default,
    /// As Claude is told.
    Claude(Thinking),
    /// `reasoningConfig`, of Nova.
    Nova(&'static str),
    /// `reasoning_effort`, of OpenAI's.
    Openai(&'static str),
}

/// The fields of one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct ModelFields<'a> {
    family: Family,
    reasoning: Reasoning,
    top_k: Option<Value<'a>>,
    /// Calls are limited to one; `auto` tells whether the choice is to be made here, too.
    one_at_a_time: Option<Auto>,
}

/// Whether Converse is told no choice of tools, so that it is made here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Auto(bool);

/// Chooses the fields.
pub(super) fn choose<'a>(
    request: &Request<'a>,
    family: Family,
    model: &str,
    limit: Option<u64>,
    losses: &mut Losses<'_>,
) -> Result<ModelFields<'a>, Refusal> {
    let reasoning = reasoning(request, family, model, limit, losses)?;
    let mut top_k = match family {
        Family::Claude => Generation::of(model).sampling(&request.sampling, losses)?.top_k,
        _ => request.sampling.top_k,
    };
    if top_k.is_some() && family != Family::Claude && !family.is_nova() {
        losses.lacks("top_k")?;
        top_k = None;
    }
    if reasoning == Reasoning::Nova("high") {
        let sampling = &request.sampling;
        for (field, value) in [("temperature", sampling.temperature), ("top_p", sampling.top_p), ("top_k", top_k)] {
            if value.is_some() {
                losses.lacks(field)?;
            }
        }
        top_k = None;
    }
    // Without tools there is nothing to limit.
    let withheld = matches!(request.tool_choice, Some(ToolChoice::None)) && !has_calls(request);
    let mut limited = None;
    if one_at_a_time(request) && !withheld {
        if family == Family::Claude {
            let forced = matches!(request.tool_choice, Some(ToolChoice::Required | ToolChoice::Named(_)));
            limited = Some(Auto(!forced));
        } else {
            losses.lacks("parallel_tool_calls")?;
        }
    }
    Ok(ModelFields { family, reasoning, top_k, one_at_a_time: limited })
}

fn reasoning(
    request: &Request<'_>,
    family: Family,
    model: &str,
    limit: Option<u64>,
    losses: &mut Losses<'_>,
) -> Result<Reasoning, Refusal> {
    if family == Family::Claude {
        return Ok(match thinking::choose(request, model, limit, losses)? {
            Thinking::Default => Reasoning::Default,
            thinking => Reasoning::Claude(thinking),
        });
    }
    let from_budget = |budget| match budget {
        0..MEDIUM_BUDGET => Effort::Low,
        MEDIUM_BUDGET..HIGH_BUDGET => Effort::Medium,
        _ => Effort::High,
    };
    let wanted = request.reasoning;
    // How much it thinks is every model's own choice where nobody tells.
    let Some(effort) = wanted.effort.or(wanted.budget.map(from_budget)) else { return Ok(Reasoning::Default) };
    let three = match effort {
        Effort::None | Effort::Minimal | Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High | Effort::XHigh | Effort::Max => "high",
    };
    match (family, effort) {
        // It thinks, always.
        (Family::GptOss, Effort::None) => {}
        (Family::GptOss, _) => return Ok(Reasoning::Openai(three)),
        (Family::Openai | Family::Xai, _) => return Ok(Reasoning::Openai(effort.as_str())),
        (_, Effort::None) => return Ok(Reasoning::Default),
        (Family::Nova2, _) => return Ok(Reasoning::Nova(three)),
        _ => {}
    }
    losses.lacks(if wanted.effort.is_some() { "reasoning_effort" } else { "thinking" })?;
    Ok(Reasoning::Default)
}

impl ModelFields<'_> {
    /// The budget for thinking, if one is given.
    pub fn budget(&self) -> Option<u64> {
        match self.reasoning {
            Reasoning::Claude(thinking) => thinking.budget(),
            _ => None,
        }
    }

    /// Whether the model takes no sampling parameters beside: Nova at its highest effort.
    pub fn refuses_sampling(&self) -> bool {
        self.reasoning == Reasoning::Nova("high")
    }

    /// Writes them, and which of the answer's own come back.
    pub fn write(&self, request: &Request<'_>, out: &mut Writer) {
        let is_claude = self.family == Family::Claude;
        if self.reasoning != Reasoning::Default || self.top_k.is_some() || self.one_at_a_time.is_some() {
            out.key("additionalModelRequestFields").begin_object();
            self.reasoning(out);
            match self.top_k {
                Some(top_k) if is_claude => {
                    out.field_value("top_k", top_k);
                }
                Some(top_k) => {
                    out.key("inferenceConfig").begin_object().field_value("topK", top_k).end_object();
                }
                None => {}
            }
            if let Some(Auto(auto)) = self.one_at_a_time {
                out.key("tool_choice").begin_object();
                if auto {
                    out.field_str("type", "auto");
                }
                out.field_bool("disable_parallel_tool_use", true).end_object();
            }
            out.end_object();
        }
        // Converse tells that a stop sequence was met, but not which.
        if is_claude && !request.stop.is_empty() {
            out.key("additionalModelResponseFieldPaths").begin_array().string("/stop_sequence").end_array();
        }
    }

    fn reasoning(&self, out: &mut Writer) {
        match self.reasoning {
            Reasoning::Default | Reasoning::Claude(Thinking::Default) => {}
            Reasoning::Claude(Thinking::Budget(budget)) => {
                out.key("thinking").begin_object().field_str("type", "enabled");
                out.field_u64("budget_tokens", budget).end_object();
            }
            Reasoning::Claude(Thinking::Adaptive) => {
                out.key("thinking").begin_object().field_str("type", "adaptive").end_object();
            }
            Reasoning::Claude(thinking @ (Thinking::Effort(effort) | Thinking::EffortAlone(effort))) => {
                if thinking == Thinking::Effort(effort) {
                    out.key("thinking").begin_object().field_str("type", "adaptive").end_object();
                }
                let effort = effort.max(Effort::Low).as_str();
                out.key("output_config").begin_object().field_str("effort", effort).end_object();
            }
            Reasoning::Nova(effort) => {
                out.key("reasoningConfig").begin_object().field_str("type", "enabled");
                out.field_str("maxReasoningEffort", effort).end_object();
            }
            Reasoning::Openai(effort) => {
                out.field_str("reasoning_effort", effort);
            }
        }
    }
}
