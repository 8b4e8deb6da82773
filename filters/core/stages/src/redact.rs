//! Redaction of one exchange: what rules make of the request's texts, and what they must not be asked about in the answer.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use tollgate_dialects::refusal::{Refusal, RefusalKind};
use tollgate_dialects::request::RequestFacts;
use tollgate_dialects::{TextSpan, Tokens, endpoint};
use tollgate_policy::names::{self, fact};
use tollgate_policy::redaction::{Direction, Place, RedactionSpec, UnknownFields};
use tollgate_redaction::{JsonText, Policy, RedactError, Vault};
use tollgate_wire::edit::Edits;

use crate::encoded;
use crate::engine::{StageError, Team};
use crate::exchange::Exchange;
use crate::identity::is_credential;

/// A text of a body as rules take it.
pub(crate) fn json_text<'t>(span: &TextSpan<'t>) -> JsonText<'t> {
    JsonText { text: span.text, key: span.key, place: span.place, json_inside: span.json_inside }
}

/// A policy, and what the stages themselves must know of it.
#[derive(Debug)]
pub(crate) struct Redaction {
    pub(crate) policy: Policy,
    pub(crate) unknown_fields: UnknownFields,
    /// Its name and the first 32 bits of the SHA-256 of its rules, in hexadecimal: `pii-default@1a2b3c4d`.
    pub(crate) version: String,
}

impl Redaction {
    pub(crate) fn compile(name: &str, spec: &RedactionSpec, hash_key: &[u8]) -> Result<Self, StageError> {
        let policy =
            Policy::compile(name, spec, hash_key).map_err(|e| StageError(format!("redaction policy `{name}`: {e}")))?;
        // Its examples decide nothing.
        let rules = RedactionSpec { tests: Vec::new(), ..spec.clone() };
        let json = serde_json::to_vec(&rules).map_err(|e| StageError(format!("redaction policy `{name}`: {e}")))?;
        let mut version = format!("{name}@");
        for byte in Sha256::digest(&json).iter().take(4) {
            let _ = write!(version, "{byte:02x}");
        }
        Ok(Self { policy, unknown_fields: spec.unknown_fields, version })
    }

    /// What the caller is told of a text that may not pass, in a request or (`answer`) on its way back.
    pub(crate) fn refusal(&self, error: RedactError, answer: bool) -> Refusal {
        match error {
            RedactError::Blocked { rule } if answer => Refusal::answer_blocked(&rule, &self.version),
            RedactError::Blocked { rule } => Refusal::blocked(&rule, &self.version),
            RedactError::VaultFull => Refusal::new(
                400,
                RefusalKind::TooLarge,
                "this request holds more values to pseudonymize than are kept at once: send less text",
            ),
        }
    }

    /// Whether a list of tokens spells what may not pass as it is.
    pub(crate) fn is_spelled(
        &self,
        tokens: &Tokens<'_>,
        vault: &mut Vault,
        direction: Direction,
    ) -> Result<bool, RedactError> {
        let joined = tokens.joined();
        if direction == Direction::Response && vault.restore_text(&joined) != joined {
            return Ok(true);
        }
        Ok(self.policy.applies_to(direction)
            && self.policy.redact_text(vault, &joined, direction, Place::ASSISTANT)?.text != joined)
    }
}

impl Exchange {
    /// Redacts the texts of a request.
    pub(crate) fn redact(
        &mut self,
        team: &Team,
        body: &[u8],
        asked: &RequestFacts<'_>,
        edits: &mut Edits,
    ) -> Result<(), Refusal> {
        let Some(redaction) = team.policy_for(Direction::Request) else { return Ok(()) };
        if redaction.unknown_fields == UnknownFields::Refuse
            && !redaction.policy.shadow()
            && let Some(path) = asked.unknown_path()
        {
            self.name_policy(redaction);
            return Err(Refusal::unknown_field(&path, &redaction.version));
        }
        let outcome = self.redact_texts(redaction, body, asked, edits);
        let tags: Vec<_> = self.report.tags().collect();
        if !tags.is_empty() {
            self.facts.add(fact::TAGS, tags.join(","));
        }
        outcome.map_err(|error| {
            self.name_policy(redaction);
            redaction.refusal(error, false)
        })
    }

    fn redact_texts(
        &mut self,
        redaction: &Redaction,
        body: &[u8],
        asked: &RequestFacts<'_>,
        edits: &mut Edits,
    ) -> Result<(), RedactError> {
        let Redaction { policy, .. } = redaction;
        let (vault, report) = (&mut self.vault, &mut self.report);
        vault.reserve_literals(body);
        for text in &asked.texts {
            policy.redact_json_str(vault, json_text(text), edits, report)?;
        }
        for number in &asked.numbers {
            policy.redact_json_value(vault, number.value, number.key, number.place, edits, report)?;
        }
        let mut skipped = asked.skipped;
        for file in &asked.encoded {
            let read = encoded::rewrite(file, edits, |text, edits| {
                policy.redact_json_str(vault, JsonText::of(text, file.place), edits, report)
            })?;
            if !read {
                skipped = skipped.saturating_add(1);
            }
        }
        for tokens in &asked.tokens {
            if redaction.is_spelled(tokens, vault, Direction::Request)? {
                tokens.blank(edits);
            }
        }
        if skipped > 0 {
            self.media_skipped = skipped;
            self.facts.add(fact::MEDIA_SKIPPED, u64::from(skipped));
        }
        Ok(())
    }

    /// What goes out beside the body and cannot be changed: a value in it is refused. `what` completes "… holds".
    pub(crate) fn refuse_findings(
        &mut self,
        redaction: &Redaction,
        what: &str,
        text: &str,
        place: Place,
    ) -> Result<(), Refusal> {
        let redacted = redaction.policy.redact_text(&mut Vault::default(), text, Direction::Request, place);
        let refusal = match redacted {
            Ok(redacted) if redacted.text == text => return Ok(()),
            Ok(_) => Refusal::not_redactable(what, &redaction.version),
            Err(error) => redaction.refusal(error, false),
        };
        self.name_policy(redaction);
        Err(refusal)
    }

    /// The query of a request's path goes to the provider as it is.
    pub(crate) fn check_query(&mut self, team: &Team, path: &str) -> Result<(), Refusal> {
        let Some((_, query)) = path.split_once('?').filter(|(_, query)| !query.is_empty()) else { return Ok(()) };
        let Some(redaction) = team.policy_for(Direction::Request) else { return Ok(()) };
        let decoded = endpoint::percent_decode(&query.replace('+', " ")).into_owned();
        self.refuse_findings(redaction, "the query of the URL", &decoded, Place::URL)
    }

    /// Whether a header holds what a rule does not let out. It is no part of the request, so it is left out rather than the request refused.
    pub(crate) fn stays_inside(&self, name: &str, value: &[u8]) -> bool {
        let team = self.engine.teams.get(self.team);
        let Some(redaction) = team.and_then(|team| team.policy_for(Direction::Request)) else { return false };
        if is_credential(name) || is_protocol(name) {
            return false;
        }
        let text = String::from_utf8_lossy(value);
        let redacted = redaction.policy.redact_text(&mut Vault::default(), &text, Direction::Request, Place::OTHER);
        redacted.map_or(true, |redacted| redacted.text != text)
    }

    /// Has the next refusal name the policy.
    pub(crate) fn name_policy(&mut self, redaction: &Redaction) {
        self.refusal_headers.push((names::POLICY_HEADER, redaction.version.clone()));
    }
}

/// Whether a header is for HTTP, the API or tracing, so that the request needs it or its digits are nobody's. What the SDKs send is mostly that.
fn is_protocol(name: &str) -> bool {
    const PREFIXES: [&str; 7] = [":", "anthropic-", "openai-", "x-b3-", "x-envoy-", "x-forwarded-", "x-stainless-"];
    const NAMES: [&str; 14] = [
        "accept",
        "accept-encoding",
        "accept-language",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "expect",
        "host",
        "te",
        "traceparent",
        "tracestate",
        "x-request-id",
    ];
    PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || NAMES.contains(&name)
}
