//! What a generation of Claude's takes, by its version, which its name tells everywhere: `claude-opus-4-8`, `claude-sonnet-4-5@20250929`,
//! `eu.anthropic.claude-3-7-sonnet-20250219-v1:0`.

use tollgate_wire::json::{Str, Value};

use crate::canonical::{Losses, Role, Sampling};
use crate::refusal::Refusal;

/// The first that takes one of `temperature` and `top_p` only.
const ONE_OF_TWO: (u32, u32) = (4, 1);
/// The first that schemas bind: <https://docs.claude.com/en/docs/build-with-claude/structured-outputs>.
const STRUCTURED: (u32, u32) = (4, 1);
/// The first that goes on with no answer that the client has begun: <https://docs.claude.com/en/docs/build-with-claude/prefill-claudes-response>.
const NO_PREFILL: (u32, u32) = (4, 6);
/// The first that is not sampled otherwise than by default: <https://docs.claude.com/en/docs/about-claude/models/migrating-to-claude-4>.
const NO_SAMPLING: (u32, u32) = (4, 7);

/// A version: major and minor. A model whose name tells none is taken for one that has all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generation(Option<(u32, u32)>);

impl Generation {
    /// The generation of a model.
    pub fn of(model: &str) -> Self {
        let behind = model.rsplit_once("claude-").map(|(_, behind)| behind).unwrap_or_default();
        // Longer numbers are dates.
        let number = |word: &str| word.parse::<u32>().ok().filter(|_| word.len() <= 2);
        let mut words = behind.split(['-', '@', ':', '.']).map(number).skip_while(Option::is_none);
        Self(words.next().flatten().map(|major| (major, words.next().flatten().unwrap_or(0))))
    }

    fn is_from(self, first: (u32, u32)) -> bool {
        self.0.is_some_and(|own| own >= first)
    }

    /// Whether a schema binds its answers and its calls of tools.
    pub fn is_structured(self) -> bool {
        self.0.is_none() || self.is_from(STRUCTURED)
    }

    /// What of the client's sampling the model takes.
    ///
    /// # Errors
    /// A 400 for what it does not, unless the policy is lenient about it. What is the default anyway says nothing.
    pub fn sampling<'a>(self, wanted: &Sampling<'a>, losses: &mut Losses<'_>) -> Result<Sampling<'a>, Refusal> {
        let mut sampling = *wanted;
        // From 0 to 1 here, to 2 at OpenAI.
        if number(sampling.temperature).is_some_and(|value| value > 1.0) {
            losses.lacks("temperature")?;
            sampling.temperature = None;
        }
        if self.is_from(NO_SAMPLING) {
            for (field, value, default) in [
                ("temperature", &mut sampling.temperature, Some(1.0)),
                ("top_p", &mut sampling.top_p, Some(1.0)),
                ("top_k", &mut sampling.top_k, None),
            ] {
                if value.is_some() && (default.is_none() || number(*value) != default) {
                    losses.lacks(field)?;
                }
                *value = None;
            }
        } else if self.is_from(ONE_OF_TWO) && sampling.temperature.is_some() && sampling.top_p.is_some() {
            if number(sampling.top_p) == Some(1.0) {
                sampling.top_p = None;
            } else if number(sampling.temperature) == Some(1.0) {
                sampling.temperature = None;
            } else {
                losses.lacks("top_p")?;
                sampling.top_p = None;
            }
        }
        Ok(sampling)
    }

    /// Leaves out the beginning of an answer where the model goes on with none and the policy is lenient about it: the API refuses it.
    ///
    /// # Errors
    /// A 400 where the policy is not.
    pub fn without_prefill<T>(self, turns: &mut Vec<(Role, T)>, losses: &mut Losses<'_>) -> Result<(), Refusal> {
        if self.is_from(NO_PREFILL) && turns.pop_if(|(role, _)| *role == Role::Assistant).is_some() {
            losses.lacks("prefill")?;
        }
        Ok(())
    }
}

/// The stop sequences that the API takes: each must hold something other than white space.
///
/// # Errors
/// A 400 for others, unless the policy is lenient about it.
pub(crate) fn stops<'a>(wanted: &[Str<'a>], losses: &mut Losses<'_>) -> Result<Vec<Str<'a>>, Refusal> {
    let (blank, stops): (Vec<_>, Vec<_>) = wanted.iter().partition(|stop| is_blank(**stop));
    if !blank.is_empty() {
        losses.lacks("stop.whitespace")?;
    }
    Ok(stops)
}

/// Whether a text is nothing but white space.
pub(crate) fn is_blank(text: Str<'_>) -> bool {
    let mut rest = text.raw().trim_start();
    while let Some(behind) = ["\\n", "\\r", "\\t"].iter().find_map(|escape| rest.strip_prefix(escape)) {
        rest = behind.trim_start();
    }
    rest.is_empty()
}

fn number(value: Option<Value<'_>>) -> Option<f64> {
    value.and_then(|value| value.as_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_version() {
        for (model, version) in [
            ("claude-opus-4-8", Some((4, 8))),
            ("claude-opus-4-7-20260416", Some((4, 7))),
            ("claude-sonnet-4-5@20250929", Some((4, 5))),
            ("claude-sonnet-4@20250514", Some((4, 0))),
            ("claude-sonnet-4-20250514", Some((4, 0))),
            ("eu.anthropic.claude-3-7-sonnet-20250219-v1:0", Some((3, 7))),
            ("global.anthropic.claude-opus-4-6-v1", Some((4, 6))),
            ("claude-opus-5", Some((5, 0))),
            ("claude-3-opus-latest", Some((3, 0))),
            ("claude-latest", None),
            ("smart", None),
        ] {
            assert_eq!(Generation::of(model), Generation(version), "{model}");
        }
    }
}
