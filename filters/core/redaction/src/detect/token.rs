//! API keys that are known by a fixed prefix and an alphabet.

use std::ops::Range;

use super::registry::Detector;
use crate::text;

/// A key's fixed start, and what must follow.
struct Shape {
    detector: Detector,
    prefix: &'static [u8],
    /// Where in the prefix the byte stands that triggers.
    trigger: usize,
    /// Allowed beside letters and digits.
    extra: &'static [u8],
    upper_only: bool,
    /// How many bytes follow the prefix.
    length: (usize, usize),
    /// Among them an unbroken run of letters and digits at least this long, if more than 0, and then a digit.
    run: usize,
}

impl Shape {
    const fn new(detector: Detector, prefix: &'static [u8], trigger: usize, length: (usize, usize)) -> Self {
        Self { detector, prefix, trigger, extra: b"", upper_only: false, length, run: 0 }
    }

    const fn upper_only(self) -> Self {
        Self { upper_only: true, ..self }
    }

    const fn extra(self, extra: &'static [u8]) -> Self {
        Self { extra, ..self }
    }

    const fn run(self, run: usize) -> Self {
        Self { run, ..self }
    }

    fn allows(&self, byte: u8) -> bool {
        if self.upper_only {
            byte.is_ascii_uppercase() || byte.is_ascii_digit()
        } else {
            byte.is_ascii_alphanumeric() || self.extra.contains(&byte)
        }
    }
}

/// Longest key taken; what is longer is no key but an encoded document.
const MAX: usize = 255;

/// Longer prefixes first where one starts like another.
const SHAPES: &[Shape] = &[
    Shape::new(Detector::AwsAccessKey, b"AKIA", 1, (16, 16)).upper_only(),
    Shape::new(Detector::AwsAccessKey, b"ASIA", 1, (16, 16)).upper_only(),
    Shape::new(Detector::AwsAccessKey, b"ABIA", 1, (16, 16)).upper_only(),
    Shape::new(Detector::AwsAccessKey, b"ACCA", 1, (16, 16)).upper_only(),
    Shape::new(Detector::GithubToken, b"ghp_", 3, (36, MAX)),
    Shape::new(Detector::GithubToken, b"gho_", 3, (36, MAX)),
    Shape::new(Detector::GithubToken, b"ghu_", 3, (36, MAX)),
    Shape::new(Detector::GithubToken, b"ghs_", 3, (36, MAX)),
    Shape::new(Detector::GithubToken, b"ghr_", 3, (36, MAX)),
    Shape::new(Detector::GithubToken, b"github_pat_", 6, (50, MAX)).extra(b"_"),
    Shape::new(Detector::AnthropicKey, b"sk-ant-", 2, (20, MAX)).extra(b"-_").run(1),
    Shape::new(Detector::OpenaiKey, b"sk-", 2, (20, MAX)).extra(b"-_").run(16),
    Shape::new(Detector::SlackToken, b"xoxa-", 4, (10, MAX)).extra(b"-").run(1),
    Shape::new(Detector::SlackToken, b"xoxb-", 4, (10, MAX)).extra(b"-").run(1),
    Shape::new(Detector::SlackToken, b"xoxe-", 4, (10, MAX)).extra(b"-").run(1),
    Shape::new(Detector::SlackToken, b"xoxo-", 4, (10, MAX)).extra(b"-").run(1),
    Shape::new(Detector::SlackToken, b"xoxp-", 4, (10, MAX)).extra(b"-").run(1),
    Shape::new(Detector::SlackToken, b"xoxr-", 4, (10, MAX)).extra(b"-").run(1),
    Shape::new(Detector::SlackToken, b"xoxs-", 4, (10, MAX)).extra(b"-").run(1),
    Shape::new(Detector::SlackToken, b"xapp-", 4, (10, MAX)).extra(b"-").run(1),
    Shape::new(Detector::StripeKey, b"sk_live_", 2, (16, MAX)),
    Shape::new(Detector::StripeKey, b"sk_test_", 2, (16, MAX)),
    Shape::new(Detector::StripeKey, b"rk_live_", 2, (16, MAX)),
    Shape::new(Detector::StripeKey, b"rk_test_", 2, (16, MAX)),
    Shape::new(Detector::GoogleApiKey, b"AIza", 2, (35, 35)).extra(b"-_"),
];

/// The prefixes, each with its detector and where in it the byte stands at which [`find`] wants to be asked.
pub(super) fn prefixes() -> impl Iterator<Item = (Detector, &'static [u8], usize)> {
    SHAPES.iter().map(|shape| (shape.detector, shape.prefix, shape.trigger))
}

/// The key whose trigger byte stands at `trigger`.
pub(super) fn find(text: &[u8], trigger: usize) -> Option<(Detector, Range<usize>)> {
    let byte = text::at(text, trigger);
    for shape in SHAPES {
        if text::at(shape.prefix, shape.trigger) != byte {
            continue;
        }
        let Some(start) = trigger.checked_sub(shape.trigger) else { continue };
        if !text::follows(text, start, shape.prefix) {
            continue;
        }
        // No prefix starts another's text with a different outcome but `sk-` behind `sk-ant-`, and that one is not to be tried.
        return verify(text, start, shape).map(|range| (shape.detector, range));
    }
    None
}

fn verify(text: &[u8], start: usize, shape: &Shape) -> Option<Range<usize>> {
    let (least, most) = shape.length;
    let body = start + shape.prefix.len();
    let window = text::slice(text, body..(body + most + 1).min(text.len()));
    let mut length = text::count(window, 0, |byte| shape.allows(byte));
    if shape.length.0 < shape.length.1 {
        // Punctuation behind the key, such as the dash of a list, is not part of it.
        while length > 0 && shape.extra.contains(&text::before(window, length)) {
            length -= 1;
        }
    }
    if length < least || length > most {
        return None;
    }
    let range = start..body + length;
    let key = text::slice(window, 0..length);
    let random = shape.run == 0
        || (key.iter().any(u8::is_ascii_digit)
            && key.split(|byte| !byte.is_ascii_alphanumeric()).any(|run| run.len() >= shape.run));
    let bounded = !text::before(text, start).is_ascii_alphanumeric() && !shape.allows_more(text, range.end);
    (random && bounded).then_some(range)
}

impl Shape {
    /// Whether a key of fixed length goes on behind its end, and so is none.
    fn allows_more(&self, text: &[u8], end: usize) -> bool {
        let next = text::at(text, end);
        next.is_ascii_alphanumeric() || (self.length.0 == self.length.1 && self.allows(next))
    }
}
