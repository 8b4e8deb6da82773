//! The answer: usage read, placeholders restored, response rules applied, the event the gateway asked for hidden again.

mod lanes;
mod stream;
mod whole;

use std::rc::Rc;

use tollgate_dialects::refusal::{Refusal, RefusalKind};
use tollgate_policy::names;
use tollgate_policy::redaction::Direction;

use crate::Headers;
use crate::engine::Engine;
use crate::exchange::{AnswerMode, Exchange};
use crate::redact::Redaction;
use stream::StreamAnswer;

/// Largest event of a streamed answer in bytes. Providers' events are a few hundred bytes, images in answers some megabytes.
const MAX_EVENT: usize = 16 << 20;

/// How the answer is read.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// The model this request was sent to instead of the one it asked for.
    pub(crate) downgraded_to: Option<String>,
    /// The most output tokens per choice that the gateway wrote into it.
    pub(crate) clamped_to: Option<u64>,
    reader: Reader,
}

#[derive(Debug, Default)]
enum Reader {
    #[default]
    None,
    Stream(Box<StreamAnswer>),
    Whole,
}

/// What is sent instead of the bytes of an answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// A status to replace the answer's; only where the answer was held.
    pub status: Option<u16>,
    /// Headers to set; only where the answer was held.
    pub headers: Vec<(&'static str, String)>,
    /// The bytes.
    pub body: Vec<u8>,
}

impl Rewrite {
    /// Other bytes, and the answer's own status and headers.
    pub(crate) fn of(body: Vec<u8>) -> Self {
        Self { status: None, headers: Vec::new(), body }
    }
}

impl Exchange {
    pub(crate) fn begin_answer(&mut self, headers: &dyn Headers, end_of_stream: bool) -> AnswerMode {
        let engine = Rc::clone(&self.engine);
        let status = headers.get(":status").and_then(|status| status.parse().ok()).unwrap_or(0);
        self.charge.status = status;
        let content_type = headers.get("content-type").unwrap_or_default();
        let is = |wanted: &str| {
            content_type.split(';').next().is_some_and(|found| found.trim().eq_ignore_ascii_case(wanted))
        };
        let success = (200..300).contains(&status);
        if !success && (end_of_stream || !is("application/json")) {
            // Envoy's own words, or a proxy's page: the caller's SDK reads neither.
            return AnswerMode::Replace(self.refuse_answer(&envoys_own(status)));
        }
        if end_of_stream {
            if engine.routes.is_some() {
                return AnswerMode::Replace(self.refuse_answer(&Refusal::upstream("sent an answer without a body")));
            }
            self.charge.complete = true;
            return AnswerMode::Pass;
        }
        let encoding = headers.get("content-encoding").map(str::trim).unwrap_or_default();
        if !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity") {
            if self.policy_of_texts(&engine).is_some() {
                let refusal =
                    Refusal::upstream("compressed its answer, so that nothing in it can be restored or checked");
                return AnswerMode::Replace(self.refuse_answer(&refusal));
            }
            self.charge.unread = true;
            return AnswerMode::Pass;
        }
        if is("text/event-stream") {
            let hide_usage = self.asked.as_ref().is_some_and(|asked| asked.hide_usage);
            let rewrites = self.policy_of_texts(&engine).is_some() || hide_usage;
            self.answer.reader =
                Reader::Stream(Box::new(StreamAnswer::new(self.dialect, hide_usage, rewrites, MAX_EVENT)));
            return AnswerMode::Stream;
        }
        self.answer.reader = Reader::Whole;
        AnswerMode::Hold
    }

    /// The policy that texts of this answer have to pass: one with response rules, or one whose placeholders are to be restored.
    fn policy_of_texts<'a>(&self, engine: &'a Engine) -> Option<&'a Redaction> {
        let redaction = engine.teams.get(self.team)?.policy.as_deref()?;
        (redaction.policy.applies_to(Direction::Response) || !self.vault.is_empty()).then_some(redaction)
    }

    pub(crate) fn read_answer(&mut self, bytes: &[u8], end_of_stream: bool) -> Option<Rewrite> {
        match std::mem::take(&mut self.answer.reader) {
            Reader::None => None,
            Reader::Whole => self.read_whole(bytes),
            Reader::Stream(mut stream) => {
                let changed = self.read_stream(&mut stream, bytes, end_of_stream);
                self.answer.reader = Reader::Stream(stream);
                changed.map(Rewrite::of)
            }
        }
    }

    /// Headers the client gets beside the provider's: what is left of its quotas, and what became of its request.
    #[must_use]
    pub fn answer_headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = self.rate_limit_headers();
        if let Some(model) = &self.answer.downgraded_to {
            headers.push((names::DOWNGRADED_HEADER, model.clone()));
        }
        if let Some(cap) = self.answer.clamped_to {
            headers.push((names::CLAMPED_HEADER, cap.to_string()));
        }
        headers
    }
}

/// What Envoy means when it answers itself.
fn envoys_own(status: u16) -> Refusal {
    match status {
        503 => Refusal::no_provider(),
        504 | 408 => Refusal::timeout(),
        502 => Refusal::upstream("could not be reached, or broke off before it answered"),
        413 => Refusal::new(413, RefusalKind::TooLarge, "the request is larger than this gateway takes"),
        404 => Refusal::new(404, RefusalKind::NotFound, "no provider serves this route"),
        // What is no error at all (a redirect, say) is none of a model API's answers.
        status if status < 400 => Refusal::upstream("answered with something that is no answer of its API"),
        status => Refusal::new(
            status,
            RefusalKind::of_status(status),
            "the provider answered with an error that it did not explain",
        ),
    }
}
