//! How much an Envoy is granted.

use super::ledger::Holding;

/// An Envoy is given what it uses up in this time: as long as its lease runs, so that it outlasts a service that is away for as long.
const HORIZON_MS: u64 = super::TTL_MS;

/// One that has no past is given what it needs this many times over.
const FIRST: u64 = 4;

/// Beyond its need it never gets more than its share of what is left, divided by this: slices shrink as a quota runs low, and the last of it
/// goes to whoever needs it.
const CAUTION: u64 = 2;

/// Nor more than this part of the limit, over all that are active: so much is lost to the others at most when one of them dies.
const STAKE: u64 = 8;

/// What to grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// Beyond what was granted before.
    pub grant: u64,
    /// What to keep ready.
    pub keep: u64,
    /// Whether a need was not met.
    pub short: bool,
}

/// Sizes a grant out of `left` of `limit` for a holder beside which `others` are active. `need` is met in full or, where there is less, with what
/// there is, if that is `least` or more. While the pool is `pressed` nobody gets more than that.
pub(crate) fn size(
    holding: &Holding,
    need: u64,
    least: u64,
    limit: u64,
    left: u64,
    others: u64,
    pressed: bool,
) -> Size {
    let idle = holding.idle();
    let lacks = need.saturating_sub(idle);
    let met = if lacks <= left {
        lacks
    } else if idle.saturating_add(left) >= least {
        left
    } else {
        0
    };
    let short = met < lacks;
    if pressed || short {
        return Size { grant: met, keep: 0, short };
    }
    let by_use = u64::try_from(u128::from(holding.rate) * u128::from(HORIZON_MS) / 1_000).unwrap_or(u64::MAX);
    let first = if holding.granted == 0 { need.saturating_mul(FIRST) } else { 0 };
    let active = others.saturating_add(1);
    let share = (left - met) / CAUTION.saturating_mul(active);
    let ready = idle.saturating_add(met).saturating_sub(need);
    let keep = by_use.max(first).min(share.saturating_add(ready)).min(limit / STAKE.saturating_mul(active));
    Size { grant: met.saturating_add(keep.saturating_sub(ready).min(left - met)), keep, short }
}

/// The rate at which a holder uses up a period: the greater of what it was since it was last heard of, and three quarters of what it was
/// before. `used` is what it has used or drawn since then.
pub(crate) fn rate(before: u64, used: u64, elapsed_ms: u64) -> u64 {
    // Two asks in a row say little of a rate.
    let elapsed = elapsed_ms.max(1_000);
    let now = u64::try_from(u128::from(used) * 1_000 / u128::from(elapsed)).unwrap_or(u64::MAX);
    // An eighth at least, so that what rests comes to nothing; and little where little time has passed.
    let decay = if elapsed_ms < 500 { before / 16 } else { (before / 4).max(1) };
    now.max(before.saturating_sub(decay))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One that uses much asks for more before it has used what it has, again and again: what dies with it stays bounded.
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn whoever_asks_often_is_given_no_more_to_lose() {
        let (limit, others) = (240_000, 2);
        let mut holding = Holding { rate: 20_000, ..Holding::default() };
        for _ in 0..20 {
            holding.granted += size(&holding, 100, 100, limit, limit / 2, others, false).grant;
            holding.spent += 100;
            assert!(holding.idle() <= limit / STAKE / (others + 1), "{holding:?}");
        }
    }
}
