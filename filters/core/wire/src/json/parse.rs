//! The validating pass: RFC 8259, iteratively, so that depth costs no stack.

use super::error::{JsonError, JsonErrorKind};
use super::scan;
use super::tape::{Limits, Node};
use super::value::Kind;

/// Stands for "no container is open".
const TOP: u32 = u32::MAX;

/// Nodes set aside before the first parse grows the tape: enough for most requests, 8 KiB.
const FIRST_NODES: usize = 512;

/// Fills `nodes` and returns the input as text.
pub(super) fn parse<'a>(nodes: &mut Vec<Node>, input: &'a [u8], limits: Limits) -> Result<&'a str, JsonError> {
    nodes.clear();
    if input.len() >= u32::MAX as usize {
        return Err(JsonError { offset: input.len(), kind: JsonErrorKind::TooLarge });
    }
    match std::str::from_utf8(input) {
        Ok(text) => Parser { bytes: input, at: 0, nodes, limits }.run().map(|()| text),
        Err(error) => {
            let offset = error.valid_up_to();
            // A fault of the grammar in front of the bad bytes says more than the bad bytes do.
            let prefix = input.get(..offset).unwrap_or_default();
            let found = Parser { bytes: prefix, at: 0, nodes, limits }.run();
            nodes.clear();
            Err(match (found, error.error_len()) {
                (Err(found), _) if !matches!(found.kind, JsonErrorKind::Truncated | JsonErrorKind::Empty) => found,
                (Err(_), None) => JsonError { offset: input.len(), kind: JsonErrorKind::Truncated },
                _ => JsonError { offset, kind: JsonErrorKind::BadUtf8 },
            })
        }
    }
}

struct Parser<'i, 't> {
    bytes: &'i [u8],
    at: usize,
    nodes: &'t mut Vec<Node>,
    limits: Limits,
}

impl Parser<'_, '_> {
    fn run(&mut self) -> Result<(), JsonError> {
        self.nodes.reserve(FIRST_NODES.min(self.bytes.len()));
        self.skip_space();
        if self.at == self.bytes.len() {
            return self.fail(JsonErrorKind::Empty);
        }
        self.values()?;
        self.skip_space();
        if self.at < self.bytes.len() {
            return self.fail(JsonErrorKind::TrailingBytes);
        }
        Ok(())
    }

    /// One value and all it contains.
    fn values(&mut self) -> Result<(), JsonError> {
        let mut depth: u16 = 0;
        let mut open = TOP;
        loop {
            self.skip_space();
            let start = self.at;
            let opened = match self.peek() {
                Some(b'"') => {
                    self.string()?;
                    None
                }
                Some(b'{') => Some((Kind::Object, b'}')),
                Some(b'[') => Some((Kind::Array, b']')),
                Some(b'-' | b'0'..=b'9') => {
                    self.number()?;
                    self.push(start, Kind::Number, false)?;
                    None
                }
                Some(b't') => self.literal(b"true", Kind::Bool)?,
                Some(b'f') => self.literal(b"false", Kind::Bool)?,
                Some(b'n') => self.literal(b"null", Kind::Null)?,
                _ => return self.fail(JsonErrorKind::ExpectedValue),
            };
            if let Some((kind, close)) = opened {
                if depth >= self.limits.depth {
                    return self.fail(JsonErrorKind::TooDeep);
                }
                depth += 1;
                self.at += 1;
                let index = self.push(start, kind, false)?;
                if let Some(node) = self.nodes.last_mut() {
                    node.next = open;
                }
                open = index;
                self.skip_space();
                if self.peek() != Some(close) {
                    if kind == Kind::Object {
                        self.key()?;
                    }
                    continue;
                }
            }
            // Behind a value, or in front of the bracket of an empty container: close what ends here.
            loop {
                self.skip_space();
                let next = self.peek();
                let behind = self.nodes.len() as u32;
                let Some(container) = self.nodes.get_mut(open as usize) else { return Ok(()) };
                let is_object = container.kind == Kind::Object;
                match next {
                    Some(b',') => {
                        self.at += 1;
                        if is_object {
                            self.skip_space();
                            self.key()?;
                        }
                        break;
                    }
                    Some(b'}') if is_object => {}
                    Some(b']') if !is_object => {}
                    _ if is_object => return self.fail(JsonErrorKind::ExpectedCommaOrBrace),
                    _ => return self.fail(JsonErrorKind::ExpectedCommaOrBracket),
                }
                self.at += 1;
                container.end = self.at as u32;
                open = std::mem::replace(&mut container.next, behind);
                depth -= 1;
            }
        }
    }

    /// A key and its colon.
    #[inline]
    fn key(&mut self) -> Result<(), JsonError> {
        if self.peek() != Some(b'"') {
            return self.fail(JsonErrorKind::ExpectedKey);
        }
        self.string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return self.fail(JsonErrorKind::ExpectedColon);
        }
        self.at += 1;
        Ok(())
    }

    /// A string, from its opening quote.
    #[inline]
    fn string(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        let mut escaped = false;
        self.at += 1;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(step) = scan::special(rest) else {
                self.at = self.bytes.len();
                return self.fail(JsonErrorKind::Truncated);
            };
            self.at += step;
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return self.fail(JsonErrorKind::ControlCharacter),
            }
        }
        self.at += 1;
        self.push(start, Kind::String, escaped)?;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') => {
                let digits = self.bytes.get(self.at + 2..).unwrap_or_default();
                let good = digits.iter().take(4).take_while(|digit| digit.is_ascii_hexdigit()).count();
                match good {
                    4 => {
                        self.at += 6;
                        Ok(())
                    }
                    _ if good == digits.len() => {
                        self.at = self.bytes.len();
                        self.fail(JsonErrorKind::Truncated)
                    }
                    _ => self.fail(JsonErrorKind::BadEscape),
                }
            }
            Some(_) => self.fail(JsonErrorKind::BadEscape),
            None => {
                self.at = self.bytes.len();
                self.fail(JsonErrorKind::Truncated)
            }
        }
    }

    #[inline]
    fn number(&mut self) -> Result<(), JsonError> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        // A zero stands alone: "01" is a number with something behind it.
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    #[inline]
    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start {
            return self.fail(JsonErrorKind::BadNumber);
        }
        Ok(())
    }

    #[inline]
    fn literal<T>(&mut self, word: &[u8], kind: Kind) -> Result<Option<T>, JsonError> {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        if rest.starts_with(word) {
            self.at += word.len();
            self.push(start, kind, false)?;
            return Ok(None);
        }
        if word.starts_with(rest) {
            self.at = self.bytes.len();
        }
        self.fail(JsonErrorKind::ExpectedValue)
    }

    /// Appends a node that ends here and returns its index.
    #[inline]
    fn push(&mut self, start: usize, kind: Kind, escaped: bool) -> Result<u32, JsonError> {
        let index = self.nodes.len() as u32;
        if index >= self.limits.nodes {
            return Err(JsonError { offset: start, kind: JsonErrorKind::TooMany });
        }
        self.nodes.push(Node { start: start as u32, end: self.at as u32, next: index + 1, kind, escaped });
        Ok(index)
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// A fault here; at the end of the input every "expected" means that it ends too early.
    #[cold]
    fn fail<T>(&self, kind: JsonErrorKind) -> Result<T, JsonError> {
        let ended = self.at >= self.bytes.len() && kind != JsonErrorKind::Empty;
        Err(JsonError { offset: self.at, kind: if ended { JsonErrorKind::Truncated } else { kind } })
    }
}
