//! The vault: which placeholder stands for which original, for the length of one request.

use std::cmp::Ordering;
use std::fmt;

use crate::text;
use crate::wipe::Wiped;

mod probe;

pub(crate) use probe::{LONGEST, Probe};

/// Bounds of a [`Vault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VaultLimits {
    /// Most different values, and most placeholder-like literals of the client's own.
    pub entries: usize,
    /// Most bytes of all originals together.
    pub bytes: usize,
}

impl Default for VaultLimits {
    /// 10,000 values in 1 MiB.
    fn default() -> Self {
        Self { entries: 10_000, bytes: 1 << 20 }
    }
}

/// The vault holds no more values. Whoever gets this refuses the request: passing the value on, or a placeholder that nobody can
/// resolve, would both be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VaultFull;

impl fmt::Display for VaultFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more values to pseudonymize than one request may hold")
    }
}

impl std::error::Error for VaultFull {}

/// Longest number in a placeholder, in digits. Limits how long a text may still become one.
const MAX_DIGITS: usize = 9;

/// Placeholders and originals of one request.
///
/// The same value under the same label gets the same placeholder; numbers count up by label in order of first appearance, leaving out
/// those that the client's own text already uses ([`reserve_literals`](Self::reserve_literals)). Originals are kept in one buffer
/// that is overwritten when the vault is dropped, or outgrows it; `Debug` shows none of them. A value is the exact text that was
/// found: an address in other case, or a number with other blanks, is another value.
#[derive(Default)]
pub struct Vault {
    limits: VaultLimits,
    /// All originals, one after the other.
    originals: Wiped,
    entries: Vec<Entry>,
    /// Indexes of `entries` in order of label and original.
    by_value: Vec<u32>,
    labels: Vec<Label>,
    /// Placeholders in the client's own text, sorted.
    reserved: Vec<(Box<str>, u32)>,
    /// Whether there were more of those than the limit.
    overflown: bool,
}

#[derive(Clone, Copy)]
struct Entry {
    label: u32,
    number: u32,
    start: usize,
    end: usize,
}

struct Label {
    name: Box<str>,
    /// The last number given out.
    last: u32,
    /// Numbers and indexes of `entries`, ascending.
    numbers: Vec<(u32, u32)>,
}

impl Vault {
    /// An empty vault.
    #[must_use]
    pub fn new(limits: VaultLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// How many values it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is nothing to restore.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Keeps the numbers free that the client's own text already uses, so that its `<EMAIL_1>` is neither mistaken for ours in the answer
    /// nor stands for two things before the model. To be called with the whole request body before the first value goes in; JSON
    /// escapes (`\u003cEMAIL_1\u003e`), also twice escaped, are seen through, and so is what HTML and Markdown make of the brackets. At the limit of entries, values are refused from
    /// then on.
    pub fn reserve_literals(&mut self, body: &[u8]) {
        let mut at = 0;
        while let Some(found) = memchr::memchr3(b'<', b'\\', b'&', text::tail(body, at)) {
            at += found;
            let Some(open) = bracket(body, at, b'<', [b"u003c", b"u0026lt;"], b"&lt;") else {
                at += 1;
                continue;
            };
            at += open;
            let Some((name, number)) = literal(body, at) else { continue };
            if let Err(place) = self.reserved.binary_search(&(name.clone(), number)) {
                if self.reserved.len() >= self.limits.entries {
                    self.overflown = true;
                    return;
                }
                self.reserved.insert(place, (name, number));
            }
        }
    }

    /// The placeholder for `value`, a new one if it was not seen before.
    ///
    /// # Errors
    /// The vault is full.
    pub fn placeholder(&mut self, label: &str, value: &str) -> Result<String, VaultFull> {
        let index = self.label(label);
        let number = match self.by_value.binary_search_by(|&entry| self.compare(entry, index, value)) {
            Ok(place) => {
                let entry = self.by_value.get(place).and_then(|&entry| self.entries.get(entry as usize));
                entry.map_or(0, |entry| entry.number)
            }
            Err(place) => self.insert(place, index, value)?,
        };
        Ok(format!("<{label}_{number}>"))
    }

    /// What the placeholder `<label_number>` stands for.
    #[must_use]
    pub fn original(&self, label: &str, number: u32) -> Option<&str> {
        let label = self.labels.iter().find(|known| *known.name == *label)?;
        self.value(label, number)
    }

    fn value(&self, label: &Label, number: u32) -> Option<&str> {
        let place = label.numbers.binary_search_by_key(&number, |&(number, _)| number).ok()?;
        let &(_, entry) = label.numbers.get(place)?;
        self.text(self.entries.get(entry as usize)?)
    }

    fn text(&self, entry: &Entry) -> Option<&str> {
        self.originals.get(entry.start..entry.end)
    }

    fn compare(&self, entry: u32, label: u32, value: &str) -> Ordering {
        match self.entries.get(entry as usize) {
            Some(entry) => (entry.label, self.text(entry).unwrap_or_default()).cmp(&(label, value)),
            None => Ordering::Less,
        }
    }

    fn label(&mut self, name: &str) -> u32 {
        let known = self.labels.iter().position(|label| *label.name == *name);
        let index = known.unwrap_or_else(|| {
            self.labels.push(Label { name: name.into(), last: 0, numbers: Vec::new() });
            self.labels.len() - 1
        });
        index as u32
    }

    fn insert(&mut self, place: usize, label: u32, value: &str) -> Result<u32, VaultFull> {
        let room = self.entries.len() < self.limits.entries && self.originals.len() + value.len() <= self.limits.bytes;
        if !room || self.overflown {
            return Err(VaultFull);
        }
        let entry = self.entries.len() as u32;
        let slot = self.labels.get_mut(label as usize).ok_or(VaultFull)?;
        let mut number = slot.last + 1;
        while self.reserved.binary_search_by(|(name, other)| (&**name, *other).cmp(&(&*slot.name, number))).is_ok() {
            number += 1;
        }
        slot.last = number;
        slot.numbers.push((number, entry));
        let start = self.originals.len();
        self.keep(value);
        self.entries.push(Entry { label, number, start, end: start + value.len() });
        self.by_value.insert(place, entry);
        Ok(number)
    }

    /// Appends to the originals without leaving a copy behind where the buffer grows.
    fn keep(&mut self, value: &str) {
        if self.originals.capacity() - self.originals.len() < value.len() {
            let capacity = (self.originals.len() + value.len()).next_power_of_two().max(256);
            let mut larger = Wiped::with_capacity(capacity);
            larger.push_str(&self.originals);
            self.originals = larger;
        }
        self.originals.push_str(value);
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("entries", &self.entries.len())
            .field("bytes", &self.originals.len())
            .finish_non_exhaustive()
    }
}

/// How many digits a text starts with, and the number they make; saturating.
fn number(text: &[u8]) -> (usize, u32) {
    let digits = text::count(text, 0, |byte| byte.is_ascii_digit());
    let value = |number: u32, &digit: &u8| number.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
    (digits, text::slice(text, 0..digits).iter().fold(0, value))
}

/// The length of a bracket at `at`: itself, also behind backslashes; a JSON escape behind any number of them; an entity of HTML.
fn bracket(body: &[u8], at: usize, plain: u8, escapes: [&[u8]; 2], entity: &[u8]) -> Option<usize> {
    let slashes = text::count(body, at, |byte| byte == b'\\');
    let written = text::tail(body, at + slashes);
    if written.first() == Some(&plain) {
        return Some(slashes + 1);
    }
    let is = |wanted: &[u8]| written.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted));
    if is(entity) {
        return Some(slashes + entity.len());
    }
    escapes.into_iter().find(|escape| slashes > 0 && is(escape)).map(|escape| slashes + escape.len())
}

/// The label and number of a placeholder whose opening bracket ends at `at`. Its characters may be escaped as well.
fn literal(body: &[u8], mut at: usize) -> Option<(Box<str>, u32)> {
    let mut content = String::new();
    while bracket(body, at, b'>', [b"u003e", b"u0026gt;"], b"&gt;").is_none() {
        let (character, length) = character(body, at)?;
        if content.len() > crate::label::MAX + 1 + MAX_DIGITS {
            return None;
        }
        content.push(character);
        at += length;
    }
    let (name, digits) = content.rsplit_once('_')?;
    let (count, number) = number(digits.as_bytes());
    (count == digits.len() && (1..=MAX_DIGITS).contains(&count) && !digits.starts_with('0') && !name.is_empty())
        .then(|| (name.into(), number))
}

/// A character of a placeholder at `at`, as itself or as a JSON escape behind any number of backslashes, and its length.
fn character(body: &[u8], at: usize) -> Option<(char, usize)> {
    let slashes = text::count(body, at, |byte| byte == b'\\');
    let (byte, length) = match slashes {
        0 => (text::at(body, at), 1),
        _ if text::at(body, at + slashes) == b'_' => (b'_', slashes + 1),
        _ => {
            let digits = text::slice(body, at + slashes..at + slashes + 5).strip_prefix(b"u00")?;
            let digits = std::str::from_utf8(digits).ok()?;
            (u8::from_str_radix(digits, 16).ok()?, slashes + 5)
        }
    };
    (byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_').then_some((char::from(byte), length))
}

#[cfg(test)]
mod tests;
