//! Writing messages: what a simulated provider sends, and the inverse that tests need.

use std::fmt;

use super::crc32::crc32;
use super::header::HeaderValue;
use super::{MAX_HEADERS, MAX_MESSAGE, OVERHEAD};

/// What the format cannot carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// A header name of 0 or more than 255 bytes.
    HeaderName,
    /// A header value of more than 32,767 bytes.
    HeaderValue,
    /// More than 128 KiB of headers.
    Headers,
    /// More than 24 MiB in all.
    Message,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HeaderName => "an event-stream header name must have 1 to 255 bytes",
            Self::HeaderValue => "an event-stream header value must have at most 32767 bytes",
            Self::Headers => "event-stream headers must have at most 131072 bytes",
            Self::Message => "an event-stream message must have at most 25165824 bytes",
        })
    }
}

impl std::error::Error for EncodeError {}

/// Appends a message.
///
/// # Errors
/// If it exceeds a bound of the format; `out` is then as it was.
pub fn encode(out: &mut Vec<u8>, headers: &[(&str, HeaderValue<'_>)], payload: &[u8]) -> Result<(), EncodeError> {
    let mut encoded = Vec::new();
    for (name, value) in headers {
        let length = u8::try_from(name.len()).ok().filter(|&length| length > 0).ok_or(EncodeError::HeaderName)?;
        encoded.push(length);
        encoded.extend_from_slice(name.as_bytes());
        encode_value(&mut encoded, value)?;
    }
    if encoded.len() > MAX_HEADERS {
        return Err(EncodeError::Headers);
    }
    let total = OVERHEAD + encoded.len() + payload.len();
    if total > MAX_MESSAGE {
        return Err(EncodeError::Message);
    }
    let mut message = Vec::with_capacity(total);
    message.extend_from_slice(&(total as u32).to_be_bytes());
    message.extend_from_slice(&(encoded.len() as u32).to_be_bytes());
    message.extend_from_slice(&crc32(&message).to_be_bytes());
    message.extend_from_slice(&encoded);
    message.extend_from_slice(payload);
    message.extend_from_slice(&crc32(&message).to_be_bytes());
    out.append(&mut message);
    Ok(())
}

fn encode_value(out: &mut Vec<u8>, value: &HeaderValue<'_>) -> Result<(), EncodeError> {
    let mut put = |kind: u8, bytes: &[u8]| {
        out.push(kind);
        out.extend_from_slice(bytes);
    };
    match value {
        HeaderValue::Bool(true) => put(0, &[]),
        HeaderValue::Bool(false) => put(1, &[]),
        HeaderValue::Byte(number) => put(2, &number.to_be_bytes()),
        HeaderValue::Int16(number) => put(3, &number.to_be_bytes()),
        HeaderValue::Int32(number) => put(4, &number.to_be_bytes()),
        HeaderValue::Int64(number) => put(5, &number.to_be_bytes()),
        HeaderValue::Bytes(bytes) => {
            put(6, &counted(bytes)?);
            out.extend_from_slice(bytes);
        }
        HeaderValue::String(text) => {
            put(7, &counted(text.as_bytes())?);
            out.extend_from_slice(text.as_bytes());
        }
        HeaderValue::Timestamp(millis) => put(8, &millis.to_be_bytes()),
        HeaderValue::Uuid(bytes) => put(9, bytes),
    }
    Ok(())
}

/// The length that precedes a value.
fn counted(bytes: &[u8]) -> Result<[u8; 2], EncodeError> {
    i16::try_from(bytes.len()).map(i16::to_be_bytes).map_err(|_| EncodeError::HeaderValue)
}
