//! What a request costs, in each of the units a quota can count.

use tollgate_policy::quota::Unit;

/// What a request may cost at most (to reserve), or did cost (to settle).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// Requests: 1, except where one call stands for several.
    pub requests: u64,
    /// Tokens of the input.
    pub input_tokens: u64,
    /// Tokens of the output; to reserve, the most the request allows.
    pub output_tokens: u64,
    /// Price in millionths of a US dollar.
    pub micro_usd: u64,
}

impl Cost {
    /// How much of `unit` this is, in the unit's smallest step. Saturates.
    #[must_use]
    pub fn amount(&self, unit: Unit) -> u64 {
        match unit {
            Unit::Tokens => self.input_tokens.saturating_add(self.output_tokens),
            Unit::InputTokens => self.input_tokens,
            Unit::OutputTokens => self.output_tokens,
            Unit::Requests | Unit::InFlight => self.requests,
            Unit::Usd => self.micro_usd,
        }
    }
}

/// `amount` of `unit` as a person writes it: `3 requests`, `1200 tokens`, `$0.25`.
pub(crate) fn in_words(amount: u64, unit: Unit) -> String {
    match unit {
        Unit::Tokens => format!("{amount} tokens"),
        Unit::InputTokens => format!("{amount} input tokens"),
        Unit::OutputTokens => format!("{amount} output tokens"),
        Unit::Requests => format!("{amount} requests"),
        Unit::InFlight => format!("{amount} requests in flight"),
        Unit::Usd => {
            let steps = unit.steps_per_unit();
            let millionths = format!("{:06}", amount % steps);
            let (cents, rest) = millionths.split_at_checked(2).unwrap_or((&millionths, ""));
            format!("${}.{cents}{}", amount / steps, rest.trim_end_matches('0'))
        }
    }
}
