//! What a model can do, by the generation that its name tells.

use std::ops::RangeInclusive;

/// How a model is told to think: <https://ai.google.dev/gemini-api/docs/thinking>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Thinking {
    /// It does not think.
    None,
    /// By a budget in tokens, as Gemini 2.5 is. 0 turns thinking off where that can be done.
    Budget { range: RangeInclusive<u64>, can_be_off: bool },
    /// By a level, as all are from Gemini 3 on. Thinking cannot be turned off.
    Level { minimal: bool, medium: bool },
}

/// A generation of models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Family {
    pub thinking: Thinking,
    /// It wants the signature of a call back with the call: <https://ai.google.dev/gemini-api/docs/thought-signatures>.
    pub wants_signatures: bool,
    /// A tool may return images and documents: <https://ai.google.dev/gemini-api/docs/function-calling#multimodal>.
    pub media_in_results: bool,
    /// It writes JSON of a given form also where it may call tools:
    /// <https://ai.google.dev/gemini-api/docs/structured-output#structured_outputs_with_tools>.
    pub json_beside_tools: bool,
    /// Files are fetched from any URL: <https://ai.google.dev/gemini-api/docs/file-input-methods>.
    pub fetches: bool,
}

/// The generations before Gemini 3, whose last models are still served. None of them thinks.
const OLD: [&str; 5] = ["gemini-1.", "gemini-2.0", "gemini-pro-vision", "gemma", "learnlm"];

/// Kinds of Gemini 2.5 that do not think.
const MEDIA: [&str; 3] = ["-image", "-tts", "-live"];

impl Family {
    /// The family of a model. One whose name tells nothing, such as the endpoint of a tuned model, is taken to be of Gemini 2.5, whose
    /// budgets later ones take as well.
    pub fn of(model: &str) -> Self {
        let has = |part: &str| model.contains(part);
        if OLD.iter().any(|part| has(part)) {
            return Self::before_3(Thinking::None, false);
        }
        if has("gemini-2.5") {
            let thinking = match () {
                () if MEDIA.iter().any(|part| has(part)) => Thinking::None,
                () if has("pro") => Thinking::Budget { range: 128..=32_768, can_be_off: false },
                () if has("lite") => Thinking::Budget { range: 512..=24_576, can_be_off: true },
                () => Thinking::Budget { range: 1..=24_576, can_be_off: true },
            };
            return Self::before_3(thinking, true);
        }
        if !has("gemini-") {
            let thinking = Thinking::Budget { range: 1..=24_576, can_be_off: true };
            return Self { json_beside_tools: true, ..Self::before_3(thinking, true) };
        }
        // The first Pro knew two levels, the next one three.
        let medium = !has("gemini-3-pro");
        Self {
            thinking: Thinking::Level { minimal: !has("-pro"), medium },
            wants_signatures: true,
            media_in_results: true,
            json_beside_tools: true,
            fetches: true,
        }
    }

    fn before_3(thinking: Thinking, fetches: bool) -> Self {
        Self { thinking, wants_signatures: false, media_in_results: false, json_beside_tools: false, fetches }
    }
}
