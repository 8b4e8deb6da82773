//! The end of an exchange: what it cost, how that is known, and the facts.

use tollgate_dialects::Usage;
use tollgate_policy::gateway::RouteBackend;
use tollgate_policy::names::fact;
use tollgate_quota::Cost;

use crate::engine::Engine;
use crate::exchange::Exchange;
use crate::request::Asked;
use crate::routing::micro_usd;
use crate::till::Till;

/// What has been learnt about the cost so far.
#[derive(Debug, Default)]
pub(crate) struct Charge {
    /// The status of the answer; 0 while there is none.
    pub(crate) status: u16,
    /// The provider's own count.
    pub(crate) usage: Option<Usage>,
    /// What was delivered, for an answer that never says.
    pub(crate) delivered: Delivered,
    /// Whether the answer reached its regular end, or its last word on its cost.
    pub(crate) complete: bool,
    /// The answer passed and nobody could read it.
    pub(crate) unread: bool,
    /// The provider charges nothing for what was asked.
    pub(crate) free: bool,
}

/// How much output went out.
#[derive(Debug, Default)]
pub(crate) struct Delivered {
    pieces: u64,
    bytes: u64,
}

/// How counts are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The provider counted.
    Provider,
    /// Nobody counted the answer, which was whole.
    Estimated,
    /// The answer was cut, or its provider counted only a part: some of it is estimated.
    Partial,
}

impl Source {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Estimated => "estimated",
            Self::Partial => "partial",
        }
    }
}

impl Delivered {
    /// A text, or a piece of one, of this many bytes.
    pub(crate) fn text(&mut self, bytes: usize) {
        self.pieces += u64::from(bytes > 0);
        self.bytes += bytes as u64;
    }

    /// Tokens: three bytes make one, which is dearer than prose in any common vocabulary, and no piece carries less than one.
    fn tokens(&self) -> u64 {
        self.bytes.div_ceil(3).max(self.pieces)
    }
}

impl Charge {
    /// What is charged, and how it is known.
    fn of(&self, asked: &Asked) -> (Usage, Source) {
        if self.free || self.status != 0 && !(200..300).contains(&self.status) {
            return (Usage::default(), Source::Provider);
        }
        let (input, delivered) = (asked.input.tokens, self.delivered.tokens());
        // An answer that cost nothing is none: a provider that says so has not counted. So too one whose question, or whose words, did.
        match self.usage.filter(|usage| usage.total() > 0) {
            Some(usage) => {
                let output = match usage.output {
                    0 => delivered,
                    output if self.complete => output,
                    output => output.max(delivered),
                };
                let charged = Usage { input: if usage.input == 0 { input } else { usage.input }, output, ..usage };
                let counted = self.complete && charged == usage;
                (charged, if counted { Source::Provider } else { Source::Partial })
            }
            None if self.unread => (Usage { input, output: asked.output_bound, ..Usage::default() }, Source::Estimated),
            None => {
                let source = if self.complete { Source::Estimated } else { Source::Partial };
                (Usage { input, output: delivered, ..Usage::default() }, source)
            }
        }
    }
}

impl Exchange {
    pub(crate) fn settle(&mut self, engine: &Engine, till: &mut Till<'_>, provider: Option<&str>) {
        let Some(asked) = self.asked.as_ref().filter(|_| !self.done_with) else {
            // It never left.
            if self.taken.cancel(till).is_err() {
                self.facts.add(fact::QUOTA, "unsettled");
            }
            return;
        };
        let (usage, source) = self.charge.of(asked);
        let served = self.served(engine, asked.route, provider, &usage);
        let micro_usd = served.map_or(0, |backend| micro_usd(backend, &usage));
        if engine.leases && !self.charge.free {
            self.used = Some(Box::new(self.used(engine, asked, provider, served, &usage, source)));
        }
        let cost = Cost { requests: 1, input_tokens: usage.input, output_tokens: usage.output, micro_usd };
        // The store does not answer: what was reserved stays charged until its window ends, never less than was used.
        if self.taken.settle(till, &cost).is_err() {
            self.facts.add(fact::QUOTA, "unsettled");
        }
        self.facts.add(fact::INPUT_TOKENS, usage.input);
        self.facts.add(fact::OUTPUT_TOKENS, usage.output);
        self.facts.add(fact::USAGE_SOURCE, source.as_str());
        if !self.facts.has(fact::DECISION) {
            self.facts.add(fact::DECISION, "allow");
        }
        if !engine.digest.is_empty() {
            self.facts.add(fact::POLICY_DIGEST, engine.digest.clone());
        }
        if !self.report.is_empty() {
            self.facts.add(fact::REDACTIONS, self.report.to_string());
        }
    }

    /// The backend that is paid: of those of the provider that served, or of all where nobody knows which did, the one whose model the answer names,
    /// and where that says nothing the dearest.
    fn served<'e>(
        &self,
        engine: &'e Engine,
        route: Option<usize>,
        provider: Option<&str>,
        usage: &Usage,
    ) -> Option<&'e RouteBackend> {
        let backends = &engine.routes.as_ref()?.get(route?)?.backends;
        let known = provider.filter(|provider| backends.iter().any(|backend| backend.provider == **provider));
        let serves = |backend: &&RouteBackend| known.is_none_or(|provider| backend.provider == provider);
        let answered = self.facts.text(fact::RESPONSE_MODEL).unwrap_or_default();
        // Providers answer with a version of what they were asked for: `gpt-4o-2024-08-06`.
        let named = |backend: &RouteBackend| {
            let model = backend.model.as_ref().map_or("", |model| model.as_str());
            if answered.starts_with(model) { model.len() } else { 0 }
        };
        backends.iter().filter(serves).max_by_key(|backend| (named(backend), micro_usd(backend, usage)))
    }
}
