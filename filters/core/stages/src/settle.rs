//! The end of an exchange: what it cost, how that is known, and the facts.

use tollgate_dialects::Usage;
use tollgate_policy::names::fact;
use tollgate_quota::Cost;

use crate::engine::Engine;
use crate::exchange::Exchange;
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
    /// Whether the answer reached its regular end.
    pub(crate) complete: bool,
    /// The provider charges nothing for what was asked.
    pub(crate) free: bool,
}

/// How much output went out.
#[derive(Debug, Default)]
pub(crate) struct Delivered {
    pieces: u64,
    bytes: u64,
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
    /// What is charged, and how it is known: `provider` (its own usage), `estimated` (a whole answer without usage) or `partial` (a cut
    /// answer: what went out).
    fn of(&self, input_estimate: u64) -> (Usage, &'static str) {
        if self.free || self.status != 0 && !(200..300).contains(&self.status) {
            return (Usage::default(), "provider");
        }
        // An answer that cost nothing is none: a provider that says so has not counted.
        match self.usage.filter(|usage| usage.total() > 0) {
            Some(usage) if self.complete => (usage, "provider"),
            Some(usage) => (Usage { output: usage.output.max(self.delivered.tokens()), ..usage }, "partial"),
            None => {
                let usage = Usage { input: input_estimate, output: self.delivered.tokens(), ..Usage::default() };
                (usage, if self.complete { "estimated" } else { "partial" })
            }
        }
    }
}

impl Exchange {
    pub(crate) fn settle(&mut self, engine: &Engine, till: &mut Till<'_>, provider: Option<&str>) {
        let Some(asked) = &self.asked else { return };
        let (usage, source) = self.charge.of(asked.input.tokens);
        let micro_usd = self.price(engine, asked.route, provider, &usage);
        let cost = Cost { requests: 1, input_tokens: usage.input, output_tokens: usage.output, micro_usd };
        // The store does not answer: what was reserved stays charged until its window ends, never less than was used.
        if self.reservation.settle(till.store, &cost).is_err() {
            self.facts.add(fact::QUOTA, "unsettled");
        }
        self.facts.add(fact::INPUT_TOKENS, usage.input);
        self.facts.add(fact::OUTPUT_TOKENS, usage.output);
        self.facts.add(fact::USAGE_SOURCE, source);
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

    /// By the price of the provider that served; by the dearest of the route where nobody knows which did.
    fn price(&self, engine: &Engine, route: Option<usize>, provider: Option<&str>, usage: &Usage) -> u64 {
        let Some(route) = route.and_then(|index| engine.routes.as_ref()?.get(index)) else { return 0 };
        let prices = |served: &dyn Fn(&str) -> bool| {
            route
                .backends
                .iter()
                .filter(|backend| served(&backend.provider))
                .map(|backend| micro_usd(backend, usage))
                .max()
        };
        provider.and_then(|provider| prices(&|name| name == provider)).or_else(|| prices(&|_| true)).unwrap_or(0)
    }
}
