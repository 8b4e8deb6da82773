//! Typed headers.

/// A header's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderValue<'a> {
    /// Types 0 (true) and 1 (false)
    Bool(bool),
    /// Type 2
    Byte(i8),
    /// Type 3
    Int16(i16),
    /// Type 4
    Int32(i32),
    /// Type 5
    Int64(i64),
    /// Type 6, at most 32,767 bytes
    Bytes(&'a [u8]),
    /// Type 7, at most 32,767 bytes
    String(&'a str),
    /// Type 8, milliseconds since the Unix epoch
    Timestamp(i64),
    /// Type 9
    Uuid([u8; 16]),
}

impl<'a> HeaderValue<'a> {
    /// The text of a string.
    pub fn as_str(&self) -> Option<&'a str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

/// A message's headers, in order: an iterator of names and values.
#[derive(Debug, Clone)]
pub struct Headers<'a> {
    rest: &'a [u8],
}

impl<'a> Headers<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether all the bytes are well-formed headers. Only then does iterating yield all of them.
    pub(super) fn is_valid(&self) -> bool {
        let mut headers = self.clone();
        while headers.next().is_some() {}
        headers.rest.is_empty()
    }

    fn read(&self) -> Option<((&'a str, HeaderValue<'a>), &'a [u8])> {
        let (&[length], rest) = self.rest.split_first_chunk()?;
        let (name, rest) = rest.split_at_checked(usize::from(length))?;
        let name = std::str::from_utf8(name).ok().filter(|name| !name.is_empty())?;
        let (&[kind], rest) = rest.split_first_chunk()?;
        let (value, rest) = match kind {
            0 => (HeaderValue::Bool(true), rest),
            1 => (HeaderValue::Bool(false), rest),
            2 => fixed(rest, |bytes| HeaderValue::Byte(i8::from_be_bytes(bytes)))?,
            3 => fixed(rest, |bytes| HeaderValue::Int16(i16::from_be_bytes(bytes)))?,
            4 => fixed(rest, |bytes| HeaderValue::Int32(i32::from_be_bytes(bytes)))?,
            5 => fixed(rest, |bytes| HeaderValue::Int64(i64::from_be_bytes(bytes)))?,
            6 => {
                let (bytes, rest) = counted(rest)?;
                (HeaderValue::Bytes(bytes), rest)
            }
            7 => {
                let (bytes, rest) = counted(rest)?;
                (HeaderValue::String(std::str::from_utf8(bytes).ok()?), rest)
            }
            8 => fixed(rest, |bytes| HeaderValue::Timestamp(i64::from_be_bytes(bytes)))?,
            9 => fixed(rest, HeaderValue::Uuid)?,
            _ => return None,
        };
        Some(((name, value), rest))
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = (&'a str, HeaderValue<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (header, rest) = self.read()?;
        self.rest = rest;
        Some(header)
    }
}

fn fixed<'a, const N: usize>(
    bytes: &'a [u8],
    value: impl FnOnce([u8; N]) -> HeaderValue<'a>,
) -> Option<(HeaderValue<'a>, &'a [u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((value(*number), rest))
}

fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}
