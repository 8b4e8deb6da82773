//! What gets lost on the way to a provider that lacks it.

use super::Request;
use crate::refusal::Refusal;

/// Decides about every feature that a writer cannot express, and keeps the list.
#[derive(Debug)]
pub(crate) struct Losses<'l> {
    provider: &'l str,
    lenient: &'l [String],
    dropped: Vec<String>,
    is_openai: bool,
}

impl<'l> Losses<'l> {
    /// For a provider, and the features a policy lets drop. `is_openai` says whether it takes the fields of [`Request::openai`].
    pub fn new(provider: &'l str, lenient: &'l [String], is_openai: bool) -> Self {
        Self { provider, lenient, dropped: Vec::new(), is_openai }
    }

    /// A feature the provider lacks: an error, unless the policy lets it drop.
    pub fn lacks(&mut self, feature: &str) -> Result<(), Refusal> {
        if !self.lenient.iter().any(|name| name == feature) {
            return Err(Refusal::unsupported(feature, self.provider));
        }
        self.note(feature);
        Ok(())
    }

    /// The same for all a request has that the canonical model does not. What OpenAI's APIs share is left to their writers.
    pub fn lacks_extras(&mut self, request: &Request<'_>) -> Result<(), Refusal> {
        if !self.is_openai {
            request.openai.iter().try_for_each(|(feature, _)| self.lacks(feature))?;
        }
        request.hints.iter().for_each(|hint| self.note(hint));
        request.extras.iter().try_for_each(|feature| self.lacks(feature))
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
