//! Values that a rule leaves alone.

use std::cmp::Ordering;

use crate::fold::folded;
use tollgate_wire::order::sort_by;

/// Most values of one rule.
const MAX_VALUES: usize = 10_000;
/// Longest value in bytes.
const MAX: usize = 1024;

/// The values that one rule leaves alone, sorted.
#[derive(Debug)]
pub(crate) struct Except {
    /// In lower case.
    values: Vec<Box<[u8]>>,
}

impl Except {
    pub fn compile(values: &[String]) -> Result<Self, String> {
        if values.len() > MAX_VALUES {
            return Err(format!("`except` holds {} values; at most {MAX_VALUES} are allowed", values.len()));
        }
        if let Some(long) = values.iter().find(|value| value.len() > MAX) {
            return Err(format!("`except` holds a value of {} bytes; at most {MAX} are allowed", long.len()));
        }
        let lower = |value: &String| folded(value.trim()).to_ascii_lowercase().into_bytes().into_boxed_slice();
        let mut values: Vec<_> = values.iter().map(lower).collect();
        if values.iter().any(|value| value.is_empty()) {
            return Err("`except` holds an empty value, which is never found: remove it".to_owned());
        }
        sort_by(&mut values, |left, right| left < right);
        Ok(Self { values })
    }

    /// Whether a value is one of them, but for ASCII case.
    pub fn holds(&self, value: &[u8]) -> bool {
        self.values.binary_search_by(|known| compare(known, value)).is_ok()
    }
}

/// Compares what is in lower case with what may not be.
fn compare(lower: &[u8], value: &[u8]) -> Ordering {
    lower.iter().copied().cmp(value.iter().map(u8::to_ascii_lowercase))
}
