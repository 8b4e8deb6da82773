//! A YAML document as a tree that remembers where each part was written.

/// A place in a file; both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column in characters.
    pub column: usize,
}

/// One value and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it begins.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An unquoted scalar, kept as written: `429` can be a number, a status in a list or a model's name, as the field wants it.
    Plain(String),
    /// A quoted or block scalar: always text.
    Quoted(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in file order; keys are unique.
    Map(Vec<Entry>),
    /// An element that was taken out of its list. The others keep their positions.
    Gone,
}

/// One field of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its name.
    pub key: String,
    /// Where the name was written.
    pub place: Place,
    /// Its value.
    pub node: Node,
}

/// One step from a node to a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into the field of this name.
    Field(String),
    /// Into the element at this position.
    Item(usize),
}

/// Writes a path the way it is quoted in problems: `spec.quotas[2].limit`.
#[must_use]
pub fn show_path(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            Step::Field(name) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(name);
            }
            Step::Item(at) => out.push_str(&format!("[{at}]")),
        }
    }
    out
}

impl Node {
    /// The field `name`, if this is a mapping that has it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|entry| entry.key == name).map(|entry| &entry.node),
            _ => None,
        }
    }

    /// The text of a scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Plain(text) | Value::Quoted(text) => Some(text),
            _ => None,
        }
    }

    /// Where the part at `path` was written, or the nearest part around it that exists.
    #[must_use]
    pub fn locate(&self, path: &[Step]) -> Place {
        let mut node = self;
        let mut place = self.place;
        for step in path {
            match (step, &node.value) {
                (Step::Field(name), Value::Map(entries)) => match entries.iter().find(|entry| entry.key == *name) {
                    Some(entry) => {
                        place = entry.place;
                        node = &entry.node;
                    }
                    None => break,
                },
                (Step::Item(at), Value::List(items)) => match items.get(*at) {
                    Some(item) => {
                        place = item.place;
                        node = item;
                    }
                    None => break,
                },
                _ => break,
            }
        }
        place
    }

    /// Whether there is a mapping without fields at `path`.
    #[must_use]
    pub fn is_empty_at(&self, path: &[Step]) -> bool {
        let mut node = self;
        for step in path {
            let next = match (step, &node.value) {
                (Step::Field(name), Value::Map(_)) => node.field(name),
                (Step::Item(at), Value::List(items)) => items.get(*at),
                _ => None,
            };
            match next {
                Some(next) => node = next,
                None => return false,
            }
        }
        matches!(&node.value, Value::Map(entries) if entries.is_empty())
    }

    /// Takes the part at `path` out of the tree; whether there was one.
    pub fn remove(&mut self, path: &[Step]) -> bool {
        let Some((last, way)) = path.split_last() else { return false };
        let mut node = self;
        for step in way {
            let next = match (step, &mut node.value) {
                (Step::Field(name), Value::Map(entries)) => {
                    entries.iter_mut().find(|entry| entry.key == *name).map(|entry| &mut entry.node)
                }
                (Step::Item(at), Value::List(items)) => items.get_mut(*at),
                _ => None,
            };
            match next {
                Some(next) => node = next,
                None => return false,
            }
        }
        match (last, &mut node.value) {
            (Step::Field(name), Value::Map(entries)) => {
                let before = entries.len();
                entries.retain(|entry| entry.key != *name);
                entries.len() != before
            }
            (Step::Item(at), Value::List(items)) => match items.get_mut(*at) {
                Some(item) => std::mem::replace(&mut item.value, Value::Gone) != Value::Gone,
                None => false,
            },
            _ => false,
        }
    }
}
