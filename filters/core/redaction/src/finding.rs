//! Findings, and which of them count where they overlap.

use std::cmp::Reverse;

use tollgate_policy::redaction::Action;

use crate::detect::Candidate;
use tollgate_wire::order::sort_by_key;

/// Names a rule of the policy that found something; see [`Policy::rule_name`](crate::Policy::rule_name).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub(crate) u16);

/// A place in a text that a rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The rule, or the detector of a rule.
    pub rule: RuleId,
    /// Offset of the first byte. Always between two characters, like `end`.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
    /// How sure that is, 1 to 100: 100 for what a detector has verified, and for rules of one's own.
    pub score: u8,
    /// What the rule does about it.
    pub action: Action,
    /// It is reported, and nothing is done about it.
    pub shadow: bool,
}

/// How a rule's findings stand against others of the same length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rank {
    /// It allows.
    pub allows: bool,
    pub priority: i32,
}

/// Settles overlaps: the longest candidate wins, then one that allows, then one of higher priority, then the earlier rule, then the earlier
/// place. Leaves what won, in order of place.
pub(crate) fn settle(candidates: &mut Vec<Candidate>, rank: impl Fn(u16) -> Rank) {
    if candidates.len() < 2 {
        return;
    }
    sort_by_key(candidates, |candidate| candidate.start);
    let mut clear_up_to = 0;
    let overlap = candidates.iter().any(|candidate| {
        let overlaps = candidate.start < clear_up_to;
        clear_up_to = clear_up_to.max(candidate.end);
        overlaps
    });
    if !overlap {
        return;
    }
    let mut by_rank = std::mem::take(candidates);
    sort_by_key(&mut by_rank, |candidate| {
        let length = candidate.end - candidate.start;
        let Rank { allows, priority } = rank(candidate.rule);
        (Reverse(length), !allows, Reverse(priority), candidate.rule, candidate.start)
    });
    // Ordered by place; what is in it does not overlap.
    let mut winners = std::collections::BTreeMap::new();
    for candidate in by_rank {
        let before = winners.range(..=candidate.start).next_back();
        let behind = winners.range(candidate.start..).next();
        let free = before.is_none_or(|(_, winner): (_, &Candidate)| winner.end <= candidate.start)
            && behind.is_none_or(|(&start, _)| start >= candidate.end);
        if free {
            winners.insert(candidate.start, candidate);
        }
    }
    candidates.extend(winners.into_values());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(candidates: &[(u16, usize, usize)], allow: u16) -> Vec<(u16, usize, usize)> {
        let mut list =
            candidates.iter().map(|&(rule, start, end)| Candidate { rule, start, end, score: 100 }).collect();
        settle(&mut list, |rule| Rank { allows: rule == allow, priority: if rule == 7 { 1 } else { 0 } });
        list.iter().map(|candidate| (candidate.rule, candidate.start, candidate.end)).collect()
    }

    #[test]
    fn longest_then_allow_then_priority_then_earlier_rule() {
        assert_eq!(settled(&[(1, 5, 9), (0, 0, 2)], 9), [(0, 0, 2), (1, 5, 9)]);
        assert_eq!(settled(&[(0, 0, 4), (1, 2, 9)], 9), [(1, 2, 9)]);
        assert_eq!(settled(&[(2, 0, 4), (1, 0, 4)], 9), [(1, 0, 4)]);
        assert_eq!(settled(&[(0, 0, 4), (1, 0, 4)], 1), [(1, 0, 4)]);
        assert_eq!(settled(&[(0, 0, 5), (1, 0, 4)], 1), [(0, 0, 5)]);
        // Rule 7 has the higher priority.
        assert_eq!(settled(&[(0, 0, 4), (7, 0, 4)], 9), [(7, 0, 4)]);
        assert_eq!(settled(&[(0, 0, 4), (7, 2, 6)], 9), [(7, 2, 6)]);
        assert_eq!(settled(&[(0, 0, 4), (7, 0, 4)], 0), [(0, 0, 4)]);
        assert_eq!(settled(&[(0, 0, 5), (7, 0, 4)], 9), [(0, 0, 5)]);
        // The loser of one overlap does not count against a third.
        assert_eq!(settled(&[(0, 0, 10), (1, 8, 12), (2, 11, 14)], 9), [(0, 0, 10), (2, 11, 14)]);
        assert_eq!(settled(&[(0, 3, 5), (0, 3, 5)], 9), [(0, 3, 5)]);
        // Side by side is no overlap.
        assert_eq!(settled(&[(0, 0, 4), (1, 4, 6)], 9), [(0, 0, 4), (1, 4, 6)]);
    }
}
