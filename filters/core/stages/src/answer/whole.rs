//! An answer that was held until it was whole.

use std::rc::Rc;

use tollgate_dialects::refusal::Refusal;
use tollgate_dialects::response::{self, ResponseFacts};
use tollgate_policy::names::fact;
use tollgate_policy::redaction::Direction;
use tollgate_redaction::{JsonText, RedactError};
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Limits, Tape};

use super::Rewrite;
use crate::encoded;
use crate::exchange::Exchange;
use crate::redact::{Redaction, json_text};

impl Exchange {
    pub(super) fn read_whole(&mut self, body: &[u8]) -> Option<Rewrite> {
        match self.rewrite_whole(body, response::shortened(self.dialect, body)) {
            // An error under a status of success: the upstream filter could not take the status back any more.
            Ok((changed, true)) => {
                Some(Rewrite { status: Some(502), ..Rewrite::of(changed.unwrap_or_else(|| body.to_vec())) })
            }
            Ok((changed, false)) => changed.map(Rewrite::of),
            Err(refusal) => {
                let reply = self.refuse_answer(&refusal);
                let headers = std::mem::take(&mut self.refusal_headers);
                Some(Rewrite { status: Some(reply.status), headers, body: reply.body })
            }
        }
    }

    /// The new body if texts changed (read in the [shortened](response::shortened) one where there is one), and whether it is an error that claims to be an answer.
    fn rewrite_whole(&mut self, body: &[u8], shortened: Option<Vec<u8>>) -> Result<(Option<Vec<u8>>, bool), Refusal> {
        let mut tape = Tape::default();
        let value = tape
            .parse(shortened.as_deref().unwrap_or(body), Limits::default())
            .map_err(|_| Refusal::upstream("sent an answer that is not JSON, or was cut off"))?;
        let facts = response::facts(self.dialect, value);
        let misled = facts.error && (200..300).contains(&self.charge.status);
        if misled {
            self.charge.status = 502;
        }
        self.charge.usage = facts.usage;
        self.charge.complete = true;
        if let Some(model) = facts.model {
            self.facts.add(fact::RESPONSE_MODEL, model.decode().into_owned());
        }
        if facts.usage.is_none_or(|usage| usage.output == 0) {
            facts.texts.iter().for_each(|text| self.charge.delivered.text(text.text.raw().len()));
        }
        let engine = Rc::clone(&self.engine);
        let Some(redaction) = self.policy_of_texts(&engine) else { return Ok((None, misled)) };
        let counted = self.report.clone();
        let mut edits = Edits::default();
        let outcome = self.answer_texts(redaction, &facts, &mut edits);
        outcome.map_err(|error| {
            self.name_policy(redaction);
            redaction.refusal(error, true)
        })?;
        if edits.is_empty() {
            return Ok((None, misled));
        }
        if shortened.is_some() {
            // The places are those of the shorter answer. Text beside vectors is rare enough to read all of it after all.
            self.report = counted;
            return self.rewrite_whole(body, None);
        }
        edits.apply(body).map(|body| (Some(body), misled)).map_err(|_| Refusal::internal())
    }

    fn answer_texts(
        &mut self,
        redaction: &Redaction,
        facts: &ResponseFacts<'_>,
        edits: &mut Edits,
    ) -> Result<(), RedactError> {
        let Redaction { policy, .. } = redaction;
        let (vault, report) = (&mut self.vault, &mut self.report);
        for span in &facts.texts {
            policy.answer_json_str(vault, json_text(span), edits, report)?;
        }
        for number in &facts.numbers {
            policy.answer_json_value(vault, number.value, number.key, number.place, edits, report)?;
        }
        for file in &facts.encoded {
            encoded::rewrite(file, edits, |text, edits| {
                policy.answer_json_str(vault, JsonText::of(text, file.place), edits, report)
            })?;
        }
        for tokens in &facts.tokens {
            if redaction.is_spelled(tokens, vault, Direction::Response)? {
                tokens.blank(edits);
            }
        }
        Ok(())
    }
}
