//! A header map as the host handed it over: one buffer, read in place.

use crate::HostError;
use crate::pairs::read_u32;

/// A whole header map (or any list of pairs), fetched with one hostcall.
///
/// It owns the serialized bytes and nothing else: no allocation per header. Names are lower-case, as Envoy keeps them,
/// pseudo headers (`:path`, ...) included. The framing was checked once, so reading cannot fail. Lookups walk the
/// map, which at the size of real header maps costs less than building an index.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers {
    bytes: Vec<u8>,
    count: usize,
}

impl Headers {
    /// Takes what the host returned; no bytes at all is an empty map.
    ///
    /// # Errors
    /// [`HostError::Malformed`] when lengths and bytes contradict each other.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, HostError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let count = read_u32(&bytes, 0).ok_or(HostError::Malformed)?;
        let mut data = count.checked_mul(8).and_then(|n| n.checked_add(4)).ok_or(HostError::Malformed)?;
        if data > bytes.len() {
            return Err(HostError::Malformed);
        }
        for at in (4..data).step_by(4) {
            let end = read_u32(&bytes, at).and_then(|len| data.checked_add(len)).ok_or(HostError::Malformed)?;
            if bytes.get(end) != Some(&0) {
                return Err(HostError::Malformed);
            }
            data = end + 1;
        }
        if data != bytes.len() {
            return Err(HostError::Malformed);
        }
        Ok(Self { bytes, count })
    }

    /// How many headers there are; a name that occurs twice counts twice.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether the map holds nothing, or was not available in this phase.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first value of a header; `None` when it is absent or not UTF-8. `name` must be lower-case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_bytes(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// The first value of a header as the bytes that were sent. `name` must be lower-case.
    pub fn get_bytes(&self, name: &str) -> Option<&[u8]> {
        // A lookup looks at lengths alone until one is right: filters ask for a dozen names of twenty headers each time.
        let name = name.as_bytes();
        let mut at = 4 + self.count * 8;
        for (name_len, value_len) in self.lengths() {
            if name_len == name.len() && self.bytes.get(at..at + name_len) == Some(name) {
                let value = at + name_len + 1;
                return self.bytes.get(value..value + value_len);
            }
            at += name_len + value_len + 2;
        }
        None
    }

    /// Every value of a header, in order. `name` must be lower-case.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.iter().filter(move |(key, _)| *key == name.as_bytes()).map(|(_, value)| value)
    }

    /// Names and values in order, as bytes.
    pub fn iter(&self) -> Iter<'_> {
        let data = (4 + self.count * 8).min(self.bytes.len());
        let (lengths, data) = self.bytes.split_at(data);
        Iter { lengths: lengths.get(4..).unwrap_or_default(), data }
    }

    /// The lengths of every name and its value.
    fn lengths(&self) -> impl Iterator<Item = (usize, usize)> {
        let lengths = self.bytes.get(4..4 + self.count * 8).unwrap_or_default();
        let (pairs, _) = lengths.as_chunks::<8>();
        pairs.iter().map(|&[a, b, c, d, e, f, g, h]| {
            (u32::from_le_bytes([a, b, c, d]) as usize, u32::from_le_bytes([e, f, g, h]) as usize)
        })
    }
}

impl std::fmt::Debug for Headers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        f.debug_map().entries(self.iter().map(|(name, value)| (text(name), text(value)))).finish()
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'a [u8], &'a [u8]);
    type IntoIter = Iter<'a>;
    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Walks a [`Headers`].
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    lengths: &'a [u8],
    data: &'a [u8],
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name_len, value_len) = (read_u32(self.lengths, 0)?, read_u32(self.lengths, 4)?);
        self.lengths = self.lengths.get(8..)?;
        let name = self.data.get(..name_len)?;
        let rest = self.data.get(name_len + 1..)?;
        let value = rest.get(..value_len)?;
        self.data = rest.get(value_len + 1..)?;
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pairs;
    use proptest::prelude::*;

    #[test]
    fn finds_the_first_and_all_values_and_tells_absent_from_empty() {
        let bytes = pairs::encode(&[(":path", "/v1"), ("x-a", "1"), ("x-empty", ""), ("x-a", "2")]).unwrap();
        let headers = Headers::parse(bytes).unwrap();
        assert_eq!(headers.len(), 4);
        assert_eq!(headers.get(":path"), Some("/v1"));
        assert_eq!(headers.get("x-a"), Some("1"));
        assert_eq!(headers.get_all("x-a").collect::<Vec<_>>(), [b"1", b"2"]);
        assert_eq!(headers.get("x-empty"), Some(""));
        assert_eq!(headers.get("x-none"), None);
    }

    #[test]
    fn a_value_that_is_not_text_is_still_there_as_bytes() {
        let bytes = pairs::encode_bytes([(&b"x-a"[..], &b"\xff"[..])].into_iter()).unwrap();
        let headers = Headers::parse(bytes).unwrap();
        assert_eq!((headers.get("x-a"), headers.get_bytes("x-a")), (None, Some(&b"\xff"[..])));
    }

    #[test]
    fn no_bytes_are_an_empty_map() {
        assert!(Headers::parse(Vec::new()).unwrap().is_empty());
        assert_eq!(Headers::default().iter().count(), 0);
    }

    #[test]
    fn every_string_must_end_where_its_length_says() {
        let sound = pairs::encode(&[("a", "b")]).unwrap();
        for nul in [13, 15] {
            let mut bytes = sound.clone();
            assert_eq!(std::mem::replace(&mut bytes[nul], b'x'), 0);
            assert_eq!(Headers::parse(bytes), Err(HostError::Malformed));
        }
    }

    #[test]
    fn a_count_beyond_the_bytes_is_malformed_however_large() {
        for count in [1u32, 2, 0x1fff_ffff, 0x2000_0000, u32::MAX] {
            assert_eq!(Headers::parse(count.to_le_bytes().to_vec()), Err(HostError::Malformed), "{count}");
        }
    }

    proptest! {
        #[test]
        fn reads_back_what_was_written(list in prop::collection::vec((".{0,12}", ".{0,40}"), 0..20)) {
            let list: Vec<(&str, &str)> = list.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let headers = Headers::parse(pairs::encode(&list).unwrap()).unwrap();
            let read: Vec<_> = headers.iter().collect();
            let written: Vec<_> = list.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
            prop_assert_eq!(read, written);
        }

        #[test]
        fn any_cut_or_extension_is_malformed(list in prop::collection::vec(("[a-z]{1,5}", "[ -~]{0,9}"), 1..6)) {
            let list: Vec<(&str, &str)> = list.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let bytes = pairs::encode(&list).unwrap();
            for cut in 1..bytes.len() {
                prop_assert_eq!(Headers::parse(bytes[..cut].to_vec()), Err(HostError::Malformed));
            }
            let longer = [bytes.as_slice(), &[0]].concat();
            prop_assert_eq!(Headers::parse(longer), Err(HostError::Malformed));
        }

        #[test]
        fn whatever_parses_can_be_walked_to_the_end(bytes in prop::collection::vec(0u8..4, 0..200)) {
            if let Ok(headers) = Headers::parse(bytes) {
                prop_assert_eq!(headers.iter().count(), headers.len());
            }
        }
    }
}
