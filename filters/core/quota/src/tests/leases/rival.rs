//! What gateways do that count after the fact: admit while the count is below the limit, charge when the answer has ended.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::world::{Scenario, traffic};

/// What the fullest window came to. The whole fleet shares one count that is never late, which is the best such a gateway can do.
pub fn fullest_window(scenario: &Scenario, length_ms: u64) -> u64 {
    let mut ends: BinaryHeap<Reverse<(u64, u64, u64)>> = BinaryHeap::new();
    let (mut window, mut count) = (0, 0);
    let mut spent = Vec::new();
    for arrival in traffic(scenario) {
        while let Some(Reverse((at, charged_to, used))) = ends.peek().copied() {
            if at > arrival.at_ms {
                break;
            }
            ends.pop();
            count += if charged_to == window { used } else { 0 };
        }
        if arrival.at_ms / length_ms > window {
            (window, count) = (arrival.at_ms / length_ms, 0);
        }
        if count < scenario.limit {
            ends.push(Reverse((arrival.at_ms + arrival.takes_ms, window, arrival.used)));
            let index = window as usize;
            spent.resize(spent.len().max(index + 1), 0);
            spent[index] += arrival.used;
        }
    }
    spent.into_iter().max().unwrap_or(0)
}
