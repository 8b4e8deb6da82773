//! Which class of traffic goes first when a quota runs low.

/// What a request of a class that is shed at `percent` of the limit must leave untouched: the rest of the limit, rounded up. 0 from
/// 100 % on.
///
/// It is compared with what is known of the fleet's use, which is as old as the last exchange with the service: a second in use. So the
/// threshold is passed by at most what the fleet reserves in that time, while the limit itself never is.
#[must_use]
pub fn floor(limit: u64, percent: u8) -> u64 {
    let spared = u128::from(100u8.saturating_sub(percent));
    u64::try_from((u128::from(limit) * spared).div_ceil(100)).unwrap_or(u64::MAX)
}
