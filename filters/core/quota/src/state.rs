//! What one key of the store holds: the open windows of all quotas that add up the same subject.
//!
//! Layout: one byte of version, then per window its quota (8 bytes, little-endian), and as LEB128 numbers its first
//! millisecond, its length and what is taken from it. About 20 bytes per quota.

use crate::store::Unavailable;
use crate::window::Span;

const LAYOUT: u8 = 1;
/// More than any team has quotas; bounds what a damaged value can make us do.
const MOST_ENTRIES: usize = 1024;

/// One window of one quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Which quota: see [`id`].
    pub quota: u64,
    /// The window.
    pub span: Span,
    /// Settled use and open reservations together. The limit is the policy's and not kept here, so that an edit of
    /// it holds at once and the count survives it.
    pub taken: u64,
}

/// The windows under one key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct State {
    pub entries: Vec<Entry>,
}

impl State {
    /// Reads the bytes of a store. What is not ours to read may hide use, so it is unavailable rather than empty.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Unavailable> {
        Self::read(bytes).ok_or(Unavailable::new("the stored state is not readable"))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (&LAYOUT, mut rest) = bytes.split_first()? else { return None };
        let mut entries = Vec::with_capacity(rest.len() / 16);
        while !rest.is_empty() {
            if entries.len() == MOST_ENTRIES {
                return None;
            }
            let (quota, after) = rest.split_first_chunk::<8>()?;
            rest = after;
            let from_ms = number(&mut rest)?;
            let length_ms = number(&mut rest).filter(|&length| length > 0)?;
            let taken = number(&mut rest)?;
            entries.push(Entry { quota: u64::from_le_bytes(*quota), span: Span { from_ms, length_ms }, taken });
        }
        Some(Self { entries })
    }

    /// The bytes for the store.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + self.entries.len() * 24);
        bytes.push(LAYOUT);
        for entry in &self.entries {
            bytes.extend_from_slice(&entry.quota.to_le_bytes());
            for value in [entry.span.from_ms, entry.span.length_ms, entry.taken] {
                push_number(&mut bytes, value);
            }
        }
        bytes
    }

    /// Drops the windows that are over. Those of quotas the caller does not know stay until then: while a policy edit
    /// reaches the workers one by one, the old and the new list of quotas write the same key.
    pub(crate) fn close(&mut self, now_ms: u64) {
        self.entries.retain(|entry| entry.span.is_open(now_ms));
    }

    /// The window of a quota.
    pub(crate) fn find(&self, quota: u64) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.quota == quota)
    }

    /// The window of a quota, to change it.
    pub(crate) fn find_mut(&mut self, quota: u64) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.quota == quota)
    }

    /// Puts a window in the place of the one its quota had.
    pub(crate) fn put(&mut self, entry: Entry) {
        match self.find_mut(entry.quota) {
            Some(slot) => *slot = entry,
            None => self.entries.push(entry),
        }
    }
}

/// Names a quota in the state by what makes its count its own (FNV-1a). The limit is not part of it; a quota whose
/// unit or window is edited is another quota and counts from zero.
pub(crate) fn id(name: &str, unit: u8, window: u8) -> u64 {
    name.bytes()
        .chain([0, unit, window])
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

pub(crate) fn push_number(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

pub(crate) fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        let part = u64::from(byte & 0x7f);
        // The tenth byte has room for one bit.
        if shift == 63 && part > 1 {
            return None;
        }
        value |= part << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}
