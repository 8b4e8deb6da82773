//! An answer that was held until it was whole.

use std::rc::Rc;

use tollgate_dialects::refusal::Refusal;
use tollgate_dialects::response;
use tollgate_policy::names::fact;
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Limits, Tape};

use super::Rewrite;
use super::refusal;
use crate::exchange::Exchange;

impl Exchange {
    pub(super) fn read_whole(&mut self, body: &[u8]) -> Option<Rewrite> {
        match self.rewrite_whole(body) {
            // An error under a status of success: the upstream filter could not take the status back any more.
            Ok((changed, true)) => Some(Rewrite { status: Some(502), body: changed.unwrap_or_else(|| body.to_vec()) }),
            Ok((changed, false)) => changed.map(|body| Rewrite { status: None, body }),
            Err(refusal) => {
                let reply = self.refuse_answer(&refusal);
                Some(Rewrite { status: Some(reply.status), body: reply.body })
            }
        }
    }

    /// The new body if texts changed, and whether it is an error that claims to be an answer.
    fn rewrite_whole(&mut self, body: &[u8]) -> Result<(Option<Vec<u8>>, bool), Refusal> {
        let mut tape = Tape::default();
        let shortened = response::shortened(self.dialect, body);
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
        if facts.usage.is_none_or(|usage| usage.total() == 0) {
            facts.texts.iter().for_each(|text| self.charge.delivered.text(text.text.raw().len()));
        }
        let engine = Rc::clone(&self.engine);
        let Some(policy) = self.policy_of_texts(&engine) else { return Ok((None, misled)) };
        let mut edits = Edits::default();
        for span in &facts.texts {
            policy
                .answer_json_str(&self.vault, span.text, span.place, span.json_inside, &mut edits, &mut self.report)
                .map_err(refusal)?;
        }
        if edits.is_empty() {
            return Ok((None, misled));
        }
        edits.apply(body).map(|body| (Some(body), misled)).map_err(|_| Refusal::internal())
    }
}
