//! Which byte strings are entries of the vocabularies: a set that is now and then wrong about strings it does not hold.
//!
//! The table is a binary fuse filter (Graf and Lemire, *Binary Fuse Filters: Fast and Smaller Than Xor Filters*, 2022)
//! over the entries of both vocabularies together: three bytes of it, xored, are six bits of fingerprint and one bit
//! for each vocabulary that has the entry. A string that is no entry is taken for one in one of 128 cases; an entry is
//! never missed.

/// Longest entry that is looked for, in bytes, but for runs of one character: see [`LONGEST_RUN`]. Hardly any word is
/// longer, and a mistake about a longer one would cost more.
pub const LONGEST: usize = 32;
/// Longest entry that repeats one byte, in bytes.
pub const LONGEST_RUN: usize = 128;

/// Positions in one of the filter's segments; a power of two.
pub const SEGMENT: usize = 1 << 12;
/// Starts of an entry's first position: all but the last two segments.
pub const STARTS: usize = include_bytes!("tables/entries.bin").len() - 2 * SEGMENT;

static TABLE: [u8; STARTS + 2 * SEGMENT] = *include_bytes!("tables/entries.bin");

/// The hash of a string, to be asked for by [`holds`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(pub u64);

/// The first bytes of a string that goes on, taken eight at a time.
#[derive(Debug, Clone, Copy)]
pub struct Hasher(u64);

impl Default for Hasher {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl Hasher {
    /// With eight bytes more.
    #[inline]
    #[must_use]
    pub fn with(self, word: u64) -> Self {
        let product = (self.0 ^ word).wrapping_mul(0xd6e8_feb8_6659_fd93);
        Self(product ^ product >> 32)
    }

    /// With the last bytes, up to eight and zeros behind them, of a string of `length` bytes.
    #[inline]
    #[must_use]
    pub fn end(self, word: u64, length: usize) -> Key {
        let Self(sum) = Self(self.0 ^ (length as u64).wrapping_mul(0x8ebc_6af0_9c88_c6e3)).with(word);
        let product = sum.wrapping_mul(0xa076_1d64_78bd_642f);
        Key(product ^ product >> 31)
    }
}

impl Key {
    /// Of a whole string.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::default();
        let mut rest = bytes;
        while rest.len() > 8 {
            hasher = hasher.with(word(rest));
            rest = rest.get(8..).unwrap_or_default();
        }
        hasher.end(word(rest), bytes.len())
    }

    /// Where in the table it is told whether the string is an entry, in a table with so many `starts`.
    #[inline]
    #[must_use]
    pub fn positions(self, starts: usize) -> [usize; 3] {
        let Self(hash) = self;
        let first = (((hash >> 32) * starts as u64) >> 32) as usize;
        let within = |shift: u32| (hash >> shift) as usize & (SEGMENT - 1);
        [first, (first + SEGMENT) ^ within(18), (first + 2 * SEGMENT) ^ within(0)]
    }

    /// What is stored for an entry beside the vocabularies that have it, below 64.
    #[inline]
    #[must_use]
    pub fn fingerprint(self) -> u8 {
        (self.0 >> 12) as u8 & 63
    }
}

/// The first eight bytes, with zeros for those that are not there.
#[inline]
pub(crate) fn word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// Shortest string, in bytes, that has to be made of two entries to be one: see [`is_entry`].
pub(crate) const SPLIT: usize = 9;

/// Whether the vocabulary of this bit has the string of this key. All but single bytes came from merging two others,
/// which is asked of long ones as well: it is those that cost much where they are mistaken.
#[inline]
pub(crate) fn is_entry(string: &[u8], key: Key, bit: u8) -> bool {
    string.len() <= LONGEST && holds(key, bit) && (string.len() < SPLIT || is_merged(string, bit))
}

/// Whether a string is two entries, one behind the other.
pub(crate) fn is_merged(string: &[u8], bit: u8) -> bool {
    (1..string.len()).rev().any(|at| {
        let (left, right) = string.split_at_checked(at).unwrap_or_default();
        holds(Key::of(left), bit) && holds(Key::of(right), bit)
    })
}

/// Whether the table has the string for the vocabulary of this bit, 64 or 128.
#[inline]
pub(crate) fn holds(key: Key, bit: u8) -> bool {
    let found = key.positions(STARTS).map(|at| TABLE.get(at).copied().unwrap_or(0));
    let [a, b, c] = found;
    ((a ^ b ^ c) ^ (key.fingerprint() | bit)) & (63 | bit) == 0
}
