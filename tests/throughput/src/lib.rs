//! The stages that look at every byte of a request, one by one and together, on texts of several [kinds](Corpus), under several
//! [policies](Setting).
//!
//! The same code is measured natively by `tollgate-bench`, and inside wasm by `run.mjs` under Node, whose V8 compiles as Envoy's
//! does. A [`Bench`] holds a request of one kind and does one [`Stage`] of the work on it.

mod corpus;
mod policy;
#[cfg(target_arch = "wasm32")]
mod wasm;

use tollgate_policy::redaction::{Direction, Place};
use tollgate_redaction::Policy;
use tollgate_tokens::Vocabulary;
use tollgate_wire::json::{Limits, Tape, Value};

pub use corpus::{Corpus, SENTENCES};
pub use policy::Setting;

/// How large a request is, in bytes of text; some JSON comes on top.
const SIZE: usize = 256 << 10;
/// How much of it is one message.
const MESSAGE: usize = 16 << 10;

/// A part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The body to spans.
    Parse,
    /// Strings freed of their escapes.
    Decode,
    /// What a policy finds.
    Scan(Setting),
    /// The token estimate.
    Estimate,
    /// All of it, as the gateway does it with the policy.
    Whole(Setting),
}

impl Stage {
    /// All that are measured, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Parse,
        Self::Decode,
        Self::Estimate,
        Self::Scan(Setting::Default),
        Self::Scan(Setting::All),
        Self::Scan(Setting::Words),
        Self::Scan(Setting::Patterns),
        Self::Whole(Setting::Default),
    ];

    /// As in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Decode => "decode",
            Self::Estimate => "estimate",
            Self::Scan(Setting::Default) => "scan",
            Self::Scan(Setting::All) => "scan, every detector",
            Self::Scan(Setting::Words) => "scan, every detector and 1,000 words",
            Self::Scan(Setting::Patterns) => "scan, every detector and 50 patterns",
            Self::Whole(_) => "parse, scan and estimate",
        }
    }
}

/// One stage on one request.
pub struct Bench {
    stage: Stage,
    body: Vec<u8>,
    texts: Vec<String>,
    policy: Policy,
    tape: Tape,
}

impl Bench {
    /// Sets it up.
    ///
    /// # Errors
    /// The policy does not compile.
    pub fn new(stage: Stage, corpus: Corpus) -> Result<Self, String> {
        let mut texts = Vec::new();
        let whole = corpus.text(SIZE);
        let mut rest = whole.as_str();
        while !rest.is_empty() {
            let (message, behind) = rest.split_at(rest.floor_char_boundary(MESSAGE));
            texts.push(message.to_owned());
            rest = behind;
        }
        let messages: Vec<_> = texts.iter().map(|text| serde_json::json!({"role": "user", "content": text})).collect();
        let body = serde_json::json!({"model": "gpt-4o", "messages": messages}).to_string().into_bytes();
        let (Stage::Scan(setting) | Stage::Whole(setting)) = stage else {
            return Self::of(stage, body, texts, Setting::Default);
        };
        Self::of(stage, body, texts, setting)
    }

    fn of(stage: Stage, body: Vec<u8>, texts: Vec<String>, setting: Setting) -> Result<Self, String> {
        let policy = Policy::compile("throughput", &setting.spec(), b"key").map_err(|error| error.to_string())?;
        Ok(Self { stage, body, texts, policy, tape: Tape::default() })
    }

    /// How many bytes a run takes in.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self.stage {
            Stage::Parse | Stage::Decode | Stage::Whole(_) => self.body.len(),
            Stage::Scan(_) | Stage::Estimate => self.texts.iter().map(String::len).sum(),
        }
    }

    /// Does the work once. What it returns depends on all of it, so that none is optimized away.
    pub fn run(&mut self) -> usize {
        let vocabulary = Vocabulary::O200k;
        let mut findings = Vec::new();
        let mut scan = |text: &str| {
            self.policy.find(text, Direction::Request, Place::USER, &mut findings);
            findings.len()
        };
        let estimate = |text: &str| {
            let estimate = tollgate_tokens::estimate(text, vocabulary);
            (estimate.tokens + estimate.upper_bound) as usize
        };
        match self.stage {
            Stage::Scan(_) => self.texts.iter().map(|text| scan(text)).sum(),
            Stage::Estimate => self.texts.iter().map(|text| estimate(text)).sum(),
            Stage::Parse => self.tape.parse(&self.body, Limits::default()).map_or(0, |body| body.len()),
            Stage::Decode => contents(self.tape.parse(&self.body, Limits::default()).ok(), |text| text.len()),
            Stage::Whole(_) => {
                contents(self.tape.parse(&self.body, Limits::default()).ok(), |text| scan(text) + estimate(text))
            }
        }
    }
}

fn contents(body: Option<Value<'_>>, mut visit: impl FnMut(&str) -> usize) -> usize {
    let messages = body.and_then(|body| body.get("messages"));
    let contents = messages.into_iter().flat_map(|messages| messages.items());
    let contents = contents.filter_map(|message| message.get("content")?.as_str());
    contents.map(|content| visit(&content.decode())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_takes_every_corpus_in() {
        for corpus in Corpus::ALL {
            for stage in Stage::ALL {
                let mut bench = Bench::new(stage, corpus).unwrap();
                assert!(bench.bytes() >= SIZE - 4, "{corpus:?}");
                let result = bench.run();
                assert_eq!(result, bench.run(), "{corpus:?}, {}", stage.name());
            }
        }
    }

    #[test]
    fn logs_hold_what_a_policy_finds_and_prose_does_not() {
        assert_eq!(Bench::new(Stage::Scan(Setting::Default), Corpus::Prose).unwrap().run(), 0);
        assert!(Bench::new(Stage::Scan(Setting::Default), Corpus::Logs).unwrap().run() > 100);
    }
}
