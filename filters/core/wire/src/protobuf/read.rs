//! Reading a message in place.

use super::ProtobufError;

/// The highest number a field can have.
const MOST_NUMBER: u64 = (1 << 29) - 1;

/// A field's value, by its shape on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// `uint64`, `bool`, enums.
    Varint(u64),
    /// `fixed64`.
    Fixed64(u64),
    /// `fixed32`.
    Fixed32(u32),
    /// Texts, bytes and messages.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    /// A number of either width; `None` for bytes.
    #[must_use]
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Varint(number) | Self::Fixed64(number) => Some(number),
            Self::Fixed32(number) => Some(number.into()),
            Self::Bytes(_) => None,
        }
    }

    /// A text.
    ///
    /// # Errors
    /// It is not UTF-8, or no text at all.
    pub fn text(self) -> Result<&'a str, ProtobufError> {
        match self {
            Self::Bytes(bytes) => std::str::from_utf8(bytes).map_err(|_| ProtobufError::Text),
            _ => Err(ProtobufError::Text),
        }
    }

    /// The fields of a message within this one; of anything else, none.
    #[must_use]
    pub fn message(self) -> Reader<'a> {
        match self {
            Self::Bytes(bytes) => Reader::new(bytes),
            _ => Reader::new(&[]),
        }
    }
}

/// Walks a message: number and value of each field in turn. After an error it has ended.
///
/// A field that the caller does not know is passed over by not looking at it; of a field that is not repeated and comes twice, the last counts.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads these bytes as a message.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn field(&mut self) -> Result<(u32, Value<'a>), ProtobufError> {
        let tag = self.varint()?;
        let number = tag >> 3;
        if number == 0 || number > MOST_NUMBER {
            return Err(ProtobufError::Number);
        }
        let number = u32::try_from(number).map_err(|_| ProtobufError::Number)?;
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.fixed()?)),
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| ProtobufError::Cut)?;
                let (bytes, rest) = self.rest.split_at_checked(length).ok_or(ProtobufError::Cut)?;
                self.rest = rest;
                Value::Bytes(bytes)
            }
            5 => Value::Fixed32(u32::from_le_bytes(self.fixed()?)),
            shape => return Err(ProtobufError::Shape(shape as u8)),
        };
        Ok((number, value))
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], ProtobufError> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(ProtobufError::Cut)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn varint(&mut self) -> Result<u64, ProtobufError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.fixed()?;
            let part = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if shift == 63 && part > 1 {
                return Err(ProtobufError::TooLong);
            }
            value |= part << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(ProtobufError::TooLong)
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<(u32, Value<'a>), ProtobufError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}
