//! Which patterns are worth a pass of their own.

use super::Pattern;
use crate::detect::{Candidate, Teddy};

/// The patterns of a policy. Those whose matches hold one of some literals are only run over texts that do, and one pass looks for the
/// literals of them all.
pub(crate) struct Patterns {
    patterns: Vec<Pattern>,
    literals: Teddy,
    /// Per literal: the index of its pattern.
    owners: Vec<usize>,
}

impl Patterns {
    pub fn new(patterns: Vec<Pattern>) -> Self {
        let (mut literals, mut owners) = (Vec::new(), Vec::new());
        for (index, pattern) in patterns.iter().enumerate() {
            literals.extend_from_slice(pattern.literals());
            owners.resize(literals.len(), index);
        }
        Self { patterns, literals: Teddy::new(literals), owners }
    }

    /// Appends where patterns match from `from` on, of rules that are wanted.
    pub fn find(&self, text: &str, from: usize, wanted: impl Fn(u16) -> bool, out: &mut Vec<Candidate>) {
        if !self.patterns.iter().any(|pattern| wanted(pattern.rule())) {
            return;
        }
        let mut held: Vec<bool> = self.patterns.iter().map(|pattern| pattern.literals().is_empty()).collect();
        self.literals.find(text.as_bytes(), from, |literal, _| {
            if let Some(held) = self.owners.get(literal).and_then(|&owner| held.get_mut(owner)) {
                *held = true;
            }
        });
        for (pattern, _) in self.patterns.iter().zip(held).filter(|(pattern, held)| *held && wanted(pattern.rule())) {
            pattern.find(text, from, out);
        }
    }
}
