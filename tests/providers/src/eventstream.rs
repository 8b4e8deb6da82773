//! The binary framing of AWS event streams, `application/vnd.amazon.eventstream`.
//!
//! A message is: total length and headers length (32 bits each, big-endian), CRC-32 of those eight bytes, headers, payload,
//! CRC-32 of everything before. A header is: length of the name (8 bits), name, type (7: string), length of the value
//! (16 bits), value. Source: <https://smithy.io/2.0/aws/amazon-eventstream.html>.
//!
//! Written apart from the gateway's own reader on purpose: the two check each other.

use bytes::Bytes;

/// A string header's type.
const STRING: u8 = 7;

/// Encodes a message with string headers.
///
/// Names over 255 bytes and values over 65,535 are cut: both are constants here.
pub fn message(headers: &[(&str, &str)], payload: &[u8]) -> Bytes {
    let mut encoded = Vec::new();
    for (name, value) in headers {
        let name = &name.as_bytes()[..name.len().min(usize::from(u8::MAX))];
        let value = &value.as_bytes()[..value.len().min(usize::from(u16::MAX))];
        encoded.push(name.len() as u8);
        encoded.extend_from_slice(name);
        encoded.push(STRING);
        encoded.extend_from_slice(&(value.len() as u16).to_be_bytes());
        encoded.extend_from_slice(value);
    }
    let total = 12 + encoded.len() + payload.len() + 4;
    let mut message = Vec::with_capacity(total);
    message.extend_from_slice(&(total as u32).to_be_bytes());
    message.extend_from_slice(&(encoded.len() as u32).to_be_bytes());
    message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
    message.extend_from_slice(&encoded);
    message.extend_from_slice(payload);
    message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
    message.into()
}

/// An event with a JSON payload.
pub fn event(kind: &str, json: &str) -> Bytes {
    let headers = [(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")];
    message(&headers, json.as_bytes())
}

/// A modelled error with a JSON payload.
pub fn exception(kind: &str, json: &str) -> Bytes {
    let headers = [(":exception-type", kind), (":content-type", "application/json"), (":message-type", "exception")];
    message(&headers, json.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages of the AWS SDKs' own suite: aws/aws-sdk-go-v2, `aws/protocol/eventstream/testdata/encoded/positive`.
    #[test]
    fn known_messages() {
        let empty = [0, 0, 0, 0x10, 0, 0, 0, 0, 5, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff];
        assert_eq!(message(&[], b""), &empty[..]);
        let payload = message(&[], b"{'foo':'bar'}");
        assert_eq!(payload[..12], [0, 0, 0, 0x1d, 0, 0, 0, 0, 0xfd, 0x52, 0x8c, 0x5a]);
        assert_eq!(payload[payload.len() - 4..], [0xc3, 0x65, 0x39, 0x36]);
    }

    #[test]
    fn headers_are_laid_out_as_specified() {
        let bytes = message(&[("a", "xy")], b"p");
        assert_eq!(bytes[12..19], [1, b'a', 7, 0, 2, b'x', b'y']);
        assert_eq!(bytes.len(), 12 + 7 + 1 + 4);
        assert_eq!(bytes[..8], [0, 0, 0, 24, 0, 0, 0, 7]);
    }
}
