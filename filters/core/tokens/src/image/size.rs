//! The width and height of an image, from the first bytes of its base64: PNG, JPEG, GIF and WebP.

use super::Size;

/// The size of the image that this base64 holds. `None` for other formats, for what is cut short or no image at all, and
/// for base64 with escapes or line breaks near its beginning. Reads a few dozen bytes, however long it is.
#[must_use]
pub fn size_of_base64(base64: &str) -> Option<Size> {
    let image = Base64(base64.as_bytes());
    let (width, height) = match image.bytes::<4>(0)? {
        [0x89, b'P', b'N', b'G'] => (image.big(16, 4)?, image.big(20, 4)?),
        [b'G', b'I', b'F', b'8'] => (image.little(6, 2)?, image.little(8, 2)?),
        [b'R', b'I', b'F', b'F'] if image.bytes(8)? == *b"WEBP" => webp(image)?,
        [0xff, 0xd8, 0xff, _] => jpeg(image)?,
        _ => return None,
    };
    (width > 0 && height > 0).then_some((width, height))
}

/// Bytes that are read out of base64 where they are wanted.
#[derive(Clone, Copy)]
struct Base64<'a>(&'a [u8]);

impl Base64<'_> {
    fn byte(self, at: usize) -> Option<u8> {
        let first = at / 3 * 4 + at % 3;
        let [high, low] = [self.digit(first)?, self.digit(first + 1)?];
        Some((u16::from(high) << 6 | u16::from(low)).checked_shr(4 - 2 * (at % 3) as u32)? as u8)
    }

    /// Six bits.
    fn digit(self, at: usize) -> Option<u8> {
        Some(match *self.0.get(at)? {
            letter @ b'A'..=b'Z' => letter - b'A',
            letter @ b'a'..=b'z' => letter - b'a' + 26,
            digit @ b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        })
    }

    fn bytes<const N: usize>(self, at: usize) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        for (offset, byte) in bytes.iter_mut().enumerate() {
            *byte = self.byte(at + offset)?;
        }
        Some(bytes)
    }

    fn big(self, at: usize, length: usize) -> Option<u32> {
        (at..at + length).try_fold(0, |number, at| Some(number << 8 | u32::from(self.byte(at)?)))
    }

    fn little(self, at: usize, length: usize) -> Option<u32> {
        (at..at + length).rev().try_fold(0, |number, at| Some(number << 8 | u32::from(self.byte(at)?)))
    }
}

/// RFC 9649.
fn webp(image: Base64<'_>) -> Option<Size> {
    match &image.bytes::<4>(12)? {
        b"VP8 " => Some((image.little(26, 2)? & 0x3fff, image.little(28, 2)? & 0x3fff)),
        b"VP8L" => {
            let sizes = image.little(21, 4)?;
            Some(((sizes & 0x3fff) + 1, (sizes >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some((image.little(24, 3)? + 1, image.little(27, 3)? + 1)),
        _ => None,
    }
}

/// ITU-T T.81: segments up to the one that begins a frame. What is before it (colour profiles, a camera's notes) is
/// skipped by its length.
fn jpeg(image: Base64<'_>) -> Option<Size> {
    let mut at = 2;
    for _ in 0..MOST_SEGMENTS {
        let [0xff, marker] = image.bytes(at)? else { return None };
        match marker {
            0xff => at += 1,
            // Restarts and the end of the image have no length, and no place before a frame.
            0xd0..=0xd9 => return None,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((image.big(at + 7, 2)?, image.big(at + 5, 2)?));
            }
            _ => at += 2 + image.big(at + 2, 2)? as usize,
        }
    }
    None
}

/// Segments before a frame that are looked at; cameras write a dozen.
const MOST_SEGMENTS: usize = 64;
