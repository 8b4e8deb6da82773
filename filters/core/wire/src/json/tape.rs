//! The flat list of nodes a parse leaves behind.

use super::error::JsonError;
use super::parse::parse;
use super::value::{Kind, Value};

/// What a parse may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Containers inside one another. One more is [`TooDeep`](super::JsonErrorKind::TooDeep).
    pub depth: u16,
    /// Values and keys, containers included; each costs 16 bytes of tape. One more is [`TooMany`](super::JsonErrorKind::TooMany).
    pub nodes: u32,
}

impl Default for Limits {
    /// 128 levels, 1,000,000 nodes.
    fn default() -> Self {
        Self { depth: 128, nodes: 1_000_000 }
    }
}

/// A reusable parse result: one node per value and per key, in input order. Keeps its allocation between parses.
#[derive(Debug, Default)]
pub struct Tape {
    pub(super) nodes: Vec<Node>,
}

impl Tape {
    /// Parses one JSON text, white space around it allowed. Everything is validated here, so reading the value cannot fail.
    ///
    /// # Errors
    /// The first fault found, with its offset. What the tape held before is gone either way.
    pub fn parse<'a>(&'a mut self, input: &'a [u8], limits: Limits) -> Result<Value<'a>, JsonError> {
        let text = parse(&mut self.nodes, input, limits)?;
        Ok(Value { text, nodes: &self.nodes, at: 0 })
    }

    /// Gives memory back down to `nodes` nodes (16 bytes each), for a tape that lives on after an unusually large text.
    pub fn shrink_to(&mut self, nodes: usize) {
        if self.nodes.capacity() > nodes {
            self.nodes.clear();
            self.nodes.shrink_to(nodes);
        }
    }
}

/// A value or a key. Offsets fit because a longer input is refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// First byte: quote or brace included.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
    /// The node behind this one and all it contains. While a container is open: the index of the container around it.
    pub next: u32,
    pub kind: Kind,
    /// A string that holds at least one backslash.
    pub escaped: bool,
}
