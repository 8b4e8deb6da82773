//! How fast the stages that look at every byte are on their own, natively: what the modules' figures are made of.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use tollgate_policy::redaction::{Direction, Place};
use tollgate_redaction::Policy;
use tollgate_tokens::Vocabulary;
use tollgate_wire::json::Tape;

use crate::{plugins, prompt};

/// How often each is measured.
const ROUNDS: usize = 7;

/// A stage and how many million bytes it takes in a second.
#[derive(Debug, Clone, PartialEq)]
pub struct Throughput {
    /// The stage.
    pub stage: &'static str,
    /// The median of all rounds, in MB/s.
    pub megabytes: f64,
}

/// Measures, for `time` a round, on a request of 512 KB.
///
/// # Errors
/// The policy does not compile, or the request does not parse.
pub fn measure(time: Duration) -> Result<Vec<Throughput>> {
    let body = prompt::chat_request(512 << 10, false, None);
    let request: serde_json::Value = serde_json::from_slice(&body)?;
    let messages = request["messages"].as_array().context("a request has messages")?;
    let texts: Vec<_> = messages.iter().filter_map(|message| message["content"].as_str()).collect();
    let size = texts.iter().map(|text| text.len()).sum();
    let policy = Policy::compile("bench", &plugins::redaction(), b"key").map_err(|e| anyhow!("the policy: {e}"))?;
    let vocabulary = Vocabulary::of_model(prompt::MODEL);
    let mut tape = Tape::default();
    let mut findings = Vec::new();
    Ok(vec![
        Throughput {
            stage: "JSON, to spans",
            megabytes: rate(body.len(), time, || {
                let _ = black_box(tape.parse(&body, Default::default()));
            }),
        },
        Throughput {
            stage: "redaction, every detector",
            megabytes: rate(size, time, || {
                for text in &texts {
                    policy.find(text, Direction::Request, Place::USER, &mut findings);
                }
                black_box(&mut findings).clear();
            }),
        },
        Throughput {
            stage: "token estimate",
            megabytes: rate(size, time, || {
                for text in &texts {
                    black_box(tollgate_tokens::estimate(text, vocabulary));
                }
            }),
        },
    ])
}

/// MB/s of `work` that takes in `bytes` each time.
fn rate(bytes: usize, time: Duration, mut work: impl FnMut()) -> f64 {
    let mut rates = [0.0; ROUNDS];
    for rate in &mut rates {
        let start = Instant::now();
        let mut times = 0;
        while start.elapsed() < time {
            work();
            times += 1;
        }
        *rate = (bytes * times) as f64 / 1e6 / start.elapsed().as_secs_f64();
    }
    rates.sort_by(f64::total_cmp);
    rates[ROUNDS / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_takes_something_in() {
        let stages = measure(Duration::from_micros(1)).unwrap();
        assert_eq!(stages.len(), 3);
        assert!(stages.iter().all(|stage| stage.megabytes > 0.0));
    }
}
