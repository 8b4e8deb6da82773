//! What was heard of each item of a stream's output.

use tollgate_wire::json::Value;

/// What a text is of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Refusal,
    Summary,
    /// Reasoning itself.
    Thought,
    Arguments,
    Annotation,
}

impl Kind {
    pub fn is_reasoning(self) -> bool {
        matches!(self, Self::Summary | Self::Thought)
    }

    /// Reasoning that says the same in another way.
    pub fn other_reasoning(self) -> Option<Self> {
        match self {
            Self::Summary => Some(Self::Thought),
            Self::Thought => Some(Self::Summary),
            _ => None,
        }
    }
}

/// The items so far, by their place in the output. Their ids tell nothing more, and some proxies change them from event to event.
#[derive(Debug, Default)]
pub(super) struct Items(Vec<Item>);

#[derive(Debug)]
struct Item {
    /// `output_index`.
    index: u64,
    /// The number of the call that it is.
    tool: Option<u32>,
    /// What has come of it: of what kind, and of which part.
    heard: Vec<(Kind, u64)>,
    complete: bool,
}

impl Items {
    pub fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The item an event is about; the last one if it does not say. One that is not known is new.
    pub fn at(&mut self, data: Value<'_>) -> usize {
        let last = self.0.last().map_or(0, |item| item.index);
        let index = data.get("output_index").and_then(|index| index.as_u64()).unwrap_or(last);
        self.known(index).unwrap_or_else(|| self.add(index))
    }

    /// The item with this number; one that is not known is new where that may be.
    pub fn number(&mut self, index: u64, may_be_new: bool) -> Option<usize> {
        self.known(index).or_else(|| may_be_new.then(|| self.add(index)))
    }

    fn known(&self, index: u64) -> Option<usize> {
        self.0.iter().rposition(|item| item.index == index)
    }

    fn add(&mut self, index: u64) -> usize {
        self.0.push(Item { index, tool: None, heard: Vec::new(), complete: false });
        self.0.len() - 1
    }

    /// The same for an event about a call: the last call if it does not say.
    pub fn at_call(&mut self, data: Value<'_>) -> usize {
        let last = self.0.iter().rposition(|item| item.tool.is_some());
        match last {
            Some(last) if data.get("output_index").is_none() => last,
            _ => self.at(data),
        }
    }

    pub fn tool(&self, at: usize) -> Option<u32> {
        self.0.get(at)?.tool
    }

    pub fn set_tool(&mut self, at: usize, tool: u32) {
        if let Some(item) = self.0.get_mut(at) {
            item.tool = Some(tool);
        }
    }

    pub fn heard(&self, at: usize, kind: Kind, part: u64) -> bool {
        self.0.get(at).is_some_and(|item| item.heard.contains(&(kind, part)))
    }

    pub fn heard_any(&self, at: usize, kind: Kind) -> bool {
        self.0.get(at).is_some_and(|item| item.heard.iter().any(|(heard, _)| *heard == kind))
    }

    pub fn hear(&mut self, at: usize, kind: Kind, part: u64) {
        if let Some(item) = self.0.get_mut(at)
            && !item.heard.contains(&(kind, part))
        {
            item.heard.push((kind, part));
        }
    }

    /// Notes that an item is complete. False if it was before.
    pub fn complete(&mut self, at: usize) -> bool {
        self.0.get_mut(at).is_some_and(|item| !std::mem::replace(&mut item.complete, true))
    }
}
