//! Prices over time, and what tokens cost by them.

use tollgate_policy::gateway::Price;

use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::sql::{Driver, Row};
use tollgate_quota::report::Counts;

/// The price of a model at a provider, in whole pico-USD (millionths of a millionth of a US dollar) per token, so that sums are exact.
/// A dollar per million tokens is a million of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PicoPrice {
    input: u64,
    output: u64,
    cache_read: u64,
    cache_write: u64,
}

impl From<&Price> for PicoPrice {
    fn from(price: &Price) -> Self {
        // `as` saturates: a price below zero is none, and the configuration refuses one anyway.
        let pico = |usd_per_million: f64| (usd_per_million * 1e6).round() as u64;
        Self {
            input: pico(price.input),
            output: pico(price.output),
            cache_read: pico(price.cache_read.unwrap_or(price.input)),
            cache_write: pico(price.cache_write.unwrap_or(price.input)),
        }
    }
}

impl PicoPrice {
    /// What the tokens of `counts` cost, in millionths of a US dollar, rounded up. Saturates.
    #[must_use]
    pub fn micro_usd(&self, counts: &Counts) -> u64 {
        let uncached = counts.input.saturating_sub(counts.cached).saturating_sub(counts.cache_write);
        let parts = [
            (uncached, self.input),
            (counts.cached, self.cache_read),
            (counts.cache_write, self.cache_write),
            (counts.output, self.output),
        ];
        let pico = parts.iter().map(|(tokens, price)| u128::from(*tokens) * u128::from(*price)).sum::<u128>();
        u64::try_from(pico.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }

    fn read(row: &Row, from: usize) -> Result<Self> {
        Ok(Self {
            input: row.count(from)?,
            output: row.count(from + 1)?,
            cache_read: row.count(from + 2)?,
            cache_write: row.count(from + 3)?,
        })
    }
}

/// The prices of one model at one provider, oldest first; `None` while it had none.
pub(crate) struct History(Vec<(u64, Option<PicoPrice>)>);

impl History {
    pub(crate) fn load(connection: &mut dyn Driver, provider: &str, model: &str) -> Result<Self> {
        let sql = "SELECT since_ms, listed, input_pico, output_pico, cache_read_pico, cache_write_pico FROM prices \
                   WHERE provider = $1 AND model = $2 ORDER BY since_ms";
        let rows = connection.query(sql, &[provider.into(), model.into()])?;
        let read = |row: &Row| {
            let price = PicoPrice::read(row, 2)?;
            Ok((row.count(0)?, (row.int(1)? != 0).then_some(price)))
        };
        Ok(Self(rows.iter().map(read).collect::<Result<_>>()?))
    }

    /// The price in force at `at_ms`. What was used before the first price was known is charged at that one.
    pub(crate) fn at(&self, at_ms: u64) -> Option<PicoPrice> {
        let now = self.0.iter().rev().find(|(since, _)| *since <= at_ms).or(self.0.first());
        now.and_then(|(_, price)| *price)
    }
}

/// A model at a provider, and its price where it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The provider, as configured.
    pub provider: String,
    /// The model it is asked for.
    pub model: String,
    /// Its price.
    pub price: Option<Price>,
}

impl Ledger {
    /// Makes `prices` the whole price table since `now_ms`. What was booked before stays as it was priced; how many prices changed.
    ///
    /// # Errors
    /// The store cannot be written, or a price is set before one that is already in force (a clock that went back by that much).
    pub fn set_prices(&self, prices: &[Listed], now_ms: u64) -> Result<u64> {
        self.write(|connection| {
            // Replicas that load the same configuration at once take turns.
            connection.lock_schema()?;
            let mut changed = 0;
            let known = connection.query("SELECT DISTINCT provider, model FROM prices", &[])?;
            for row in &known {
                let (provider, model) = (row.text(0)?, row.text(1)?);
                if !prices.iter().any(|listed| listed.provider == provider && listed.model == model) {
                    changed += set(connection, provider, model, None, now_ms)?;
                }
            }
            for listed in prices {
                let price = listed.price.as_ref().map(PicoPrice::from);
                changed += set(connection, &listed.provider, &listed.model, price, now_ms)?;
            }
            Ok(changed)
        })
    }
}

fn set(connection: &mut dyn Driver, provider: &str, model: &str, price: Option<PicoPrice>, now_ms: u64) -> Result<u64> {
    let history = History::load(connection, provider, model)?;
    let last = history.0.last().copied();
    if last.and_then(|(_, price)| price) == price {
        return Ok(0);
    }
    // A clock that is a little behind the one that set the last price: a later millisecond, not an earlier price.
    let since = match last {
        Some((since, _)) if since >= now_ms.saturating_add(86_400_000) => {
            return Err(Error::invalid(format!("{provider}/{model} has a price from the future: check the clocks")));
        }
        Some((since, _)) => now_ms.max(since + 1),
        None => now_ms,
    };
    let listed = i64::from(price.is_some());
    let price = price.unwrap_or(PicoPrice { input: 0, output: 0, cache_read: 0, cache_write: 0 });
    let sql = "INSERT INTO prices (provider, model, since_ms, listed, input_pico, output_pico, cache_read_pico, cache_write_pico) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let numbers = [price.input, price.output, price.cache_read, price.cache_write].map(Into::into);
    let mut values = vec![provider.into(), model.into(), since.into(), listed.into()];
    values.extend(numbers);
    connection.execute(sql, &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_token_has_its_price_and_the_sum_is_rounded_up() {
        let price = Price { input: 3.0, output: 15.0, cache_read: Some(0.3), cache_write: None };
        let price = PicoPrice::from(&price);
        let counts = Counts { input: 1000, cached: 600, cache_write: 100, output: 10, ..Counts::default() };
        // 300 x 3 + 600 x 0.3 + 100 x 3 + 10 x 15
        assert_eq!(price.micro_usd(&counts), 900 + 180 + 300 + 150);
        assert_eq!(price.micro_usd(&Counts { input: 1, cached: 1, ..Counts::default() }), 1);
        let huge = Counts { input: u64::MAX, output: u64::MAX, ..Counts::default() };
        assert_eq!(price.micro_usd(&huge), u64::MAX);
    }
}
