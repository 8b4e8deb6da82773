//! How much to think, which every generation of models is told differently: <https://ai.google.dev/gemini-api/docs/thinking>.

use tollgate_wire::json::Writer;

use super::super::family::Thinking as Can;
use crate::canonical::{Effort, Losses, Reasoning};
use crate::refusal::Refusal;

/// From so many tokens of thinking on, a budget comes to a medium effort, and to a high one: the same steps as for OpenAI's models.
const MEDIUM_BUDGET: u64 = 4_096;
const HIGH_BUDGET: u64 = 16_384;

/// What to tell the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    Off,
    Budget(u64),
    Level(&'static str),
    /// As much as the model finds right: `dynamic` where that must be said.
    Adaptive {
        dynamic: bool,
    },
}

/// Chooses what comes closest to what the client asked for; None leaves it to the model. Efforts are the budgets and levels that Google
/// itself has for them in its OpenAI-compatible endpoint: <https://ai.google.dev/gemini-api/docs/openai#thinking>.
pub(super) fn choose(reasoning: Reasoning, can: &Can, losses: &mut Losses<'_>) -> Result<Option<Thinking>, Refusal> {
    let Reasoning { effort, budget, adaptive, .. } = reasoning;
    if effort.is_none() && budget.is_none() && !adaptive {
        return Ok(None);
    }
    let lacks = |losses: &mut Losses<'_>| {
        losses.lacks(if effort.is_some() { "reasoning_effort" } else { "thinking" }).map(|()| None)
    };
    match can {
        Can::None if effort == Some(Effort::None) => Ok(None),
        Can::None => lacks(losses),
        Can::Budget { range, can_be_off } => {
            let wanted = match (budget, effort) {
                (Some(budget), _) => budget,
                (None, Some(Effort::None)) if *can_be_off => return Ok(Some(Thinking::Off)),
                (None, Some(Effort::None)) => return lacks(losses),
                (None, Some(Effort::Minimal | Effort::Low)) => 1_024,
                (None, Some(Effort::Medium)) => 8_192,
                (None, Some(Effort::High)) => 24_576,
                (None, Some(Effort::XHigh | Effort::Max)) => u64::MAX,
                (None, None) => return Ok(Some(Thinking::Adaptive { dynamic: true })),
            };
            Ok(Some(Thinking::Budget(wanted.clamp(*range.start(), *range.end()))))
        }
        Can::Level { minimal, medium } => {
            let from_budget = |budget| match budget {
                0..MEDIUM_BUDGET => Effort::Low,
                MEDIUM_BUDGET..HIGH_BUDGET => Effort::Medium,
                _ => Effort::High,
            };
            Ok(Some(match effort.or(budget.map(from_budget)) {
                None => Thinking::Adaptive { dynamic: false },
                Some(Effort::None) => return lacks(losses),
                Some(Effort::Minimal) if *minimal => Thinking::Level("MINIMAL"),
                Some(Effort::Minimal | Effort::Low) => Thinking::Level("LOW"),
                Some(Effort::Medium) if *medium => Thinking::Level("MEDIUM"),
                Some(Effort::Medium | Effort::High | Effort::XHigh | Effort::Max) => Thinking::Level("HIGH"),
            }))
        }
    }
}

impl Thinking {
    /// Writes the value of `thinkingConfig`. Who asks for thoughts gets to see their summary.
    pub fn write(self, out: &mut Writer) {
        out.begin_object();
        match self {
            Self::Off => out.field_u64("thinkingBudget", 0),
            Self::Budget(budget) => out.field_u64("thinkingBudget", budget),
            Self::Level(level) => out.field_str("thinkingLevel", level),
            Self::Adaptive { dynamic: true } => out.field_i64("thinkingBudget", -1),
            Self::Adaptive { dynamic: false } => out,
        };
        if self != Self::Off {
            out.field_bool("includeThoughts", true);
        }
        out.end_object();
    }
}
