//! What gets lost on the way to a provider that lacks it.

use super::{Part, Request};
use crate::refusal::Refusal;

/// Decides about every feature that a writer cannot express, and keeps the list.
#[derive(Debug)]
pub(crate) struct Losses<'l> {
    provider: &'l str,
    lenient: &'l [String],
    dropped: Vec<String>,
    is_openai: bool,
    cites_documents: bool,
    has_detail: bool,
}

impl<'l> Losses<'l> {
    /// For a provider, and the features a policy lets drop. `is_openai` says whether it takes the fields of [`Request::openai`].
    pub fn new(provider: &'l str, lenient: &'l [String], is_openai: bool) -> Self {
        Self { provider, lenient, dropped: Vec::new(), is_openai, cites_documents: false, has_detail: false }
    }

    /// The provider cites documents where [`Request::document_citations`] asks it to. To be said before [`lacks_extras`](Self::lacks_extras).
    pub fn cites_documents(&mut self) {
        self.cites_documents = true;
    }

    /// The provider takes OpenAI's word for how closely to look at an image. To be said before [`lacks_extras`](Self::lacks_extras).
    pub fn has_detail(&mut self) {
        self.has_detail = true;
    }

    /// A feature the provider lacks: an error, unless the policy lets it drop.
    pub fn lacks(&mut self, feature: &str) -> Result<(), Refusal> {
        if !self.lenient.iter().any(|name| name == feature) {
            return Err(Refusal::unsupported(feature, self.provider));
        }
        self.note(feature);
        Ok(())
    }

    /// The same for all a request has that the canonical model does not, or that only OpenAI's APIs know. What those share is left to their
    /// writers.
    pub fn lacks_extras(&mut self, request: &Request<'_>) -> Result<(), Refusal> {
        if !self.is_openai {
            for (feature, _) in &request.openai {
                // Where a prompt is cached, and for how long, changes no answer.
                match feature.starts_with("prompt_cache_") {
                    true => self.note(feature),
                    false => self.lacks(feature)?,
                }
            }
            // Said twice, and once is enough for anyone else.
            if request.safety_identifier.is_some_and(|own| request.end_user != Some(own)) {
                self.note("safety_identifier");
            }
            if !self.has_detail && request.messages.iter().any(|message| has_detail(&message.parts)) {
                self.lacks("image.detail")?;
            }
        }
        if request.document_citations && !self.cites_documents {
            self.lacks("document.citations")?;
        }
        request.hints.iter().for_each(|hint| self.note(hint));
        request.extras.iter().try_for_each(|feature| self.lacks(feature))
    }

    /// The numbers that Anthropic's models are not asked for, wherever they run: penalties that say something, a seed, several answers, log
    /// probabilities.
    pub fn lacks_numbers(&mut self, request: &Request<'_>) -> Result<(), Refusal> {
        let sampling = &request.sampling;
        for (field, penalty) in
            [("frequency_penalty", sampling.frequency_penalty), ("presence_penalty", sampling.presence_penalty)]
        {
            if penalty.and_then(|penalty| penalty.as_f64()).is_some_and(|penalty| penalty != 0.0) {
                self.lacks(field)?;
            }
        }
        if sampling.seed.is_some() {
            self.lacks("seed")?;
        }
        if request.choices != 1 {
            self.lacks("n")?;
        }
        if request.logprobs.is_some() {
            self.lacks("logprobs")?;
        }
        Ok(())
    }

    /// A hint that has no counterpart and needs none: the answer means the same without it. Listed, never refused.
    pub fn note(&mut self, feature: &str) {
        if !self.dropped.iter().any(|name| name == feature) {
            self.dropped.push(feature.to_owned());
        }
    }

    /// What was dropped, in the order it was met.
    pub fn dropped(self) -> Vec<String> {
        self.dropped
    }
}

/// Whether an image is to be looked at in a certain way.
fn has_detail(parts: &[Part<'_>]) -> bool {
    parts.iter().any(|part| match part {
        Part::Image { detail, .. } => detail.is_some(),
        Part::ToolResult { content, .. } => has_detail(content),
        _ => false,
    })
}
