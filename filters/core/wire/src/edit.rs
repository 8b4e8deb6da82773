//! Replacements in a byte string, applied in one copy: how a body is changed while its untouched bytes stay as they were.
//!
//! Overlapping edits are an error and not a matter of who wins: an edit that quietly loses may be the one that hides a secret.

use std::fmt;
use std::ops::Range;

use crate::order;

/// A set of replacements, in any order. Holds the new bytes in one buffer, and keeps its allocations when [cleared](Self::clear).
///
/// ```
/// use tollgate_wire::edit::Edits;
///
/// let mut edits = Edits::default();
/// edits.push(6..11, "there");
/// edits.insert(0, "oh, ");
/// assert_eq!(edits.apply(b"hello world")?, b"oh, hello there");
/// # Ok::<(), tollgate_wire::edit::EditError>(())
/// ```
#[derive(Debug, Default, Clone)]
pub struct Edits {
    edits: Vec<Edit>,
    /// All the new bytes, in the order they were pushed.
    bytes: Vec<u8>,
    /// Whether some edit was pushed behind one that belongs after it.
    unordered: bool,
}

#[derive(Debug, Clone, Copy)]
struct Edit {
    start: usize,
    end: usize,
    /// The new bytes, as a range of `Edits::bytes`.
    from: usize,
    to: usize,
}

impl Edit {
    /// In order of place; an insertion comes before the replacement of what stands there.
    fn place(&self) -> (usize, usize) {
        (self.start, self.end)
    }

    /// The same, and at one place in the order in which they were pushed, where that makes a difference.
    fn turn(&self) -> [usize; 4] {
        [self.start, self.end, self.from, self.to]
    }
}

/// Why edits could not be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EditError {
    /// Two edits want the same bytes, or an insertion lies inside a replaced range.
    Overlap {
        /// The one that starts first.
        first: Range<usize>,
        /// The other.
        second: Range<usize>,
    },
    /// A range that ends beyond the input, or before it starts.
    OutOfRange {
        /// The range.
        range: Range<usize>,
        /// The input's length.
        length: usize,
    },
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlap { first, second } => write!(f, "edits of bytes {first:?} and {second:?} overlap"),
            Self::OutOfRange { range, length } => write!(f, "edit of bytes {range:?} in {length} bytes of input"),
        }
    }
}

impl std::error::Error for EditError {}

impl Edits {
    /// No edits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the bytes in `range`. Ranges are always those of the unedited input.
    pub fn push(&mut self, range: Range<usize>, replacement: impl AsRef<[u8]>) {
        let from = self.bytes.len();
        self.bytes.extend_from_slice(replacement.as_ref());
        let edit = Edit { start: range.start, end: range.end, from, to: self.bytes.len() };
        self.unordered |= self.edits.last().is_some_and(|last| last.place() > edit.place());
        self.edits.push(edit);
    }

    /// Puts bytes in front of the byte at `at`. Several insertions at one place stand in the order they were made.
    pub fn insert(&mut self, at: usize, bytes: impl AsRef<[u8]>) {
        self.push(at..at, bytes);
    }

    /// Takes the bytes in `range` out.
    pub fn delete(&mut self, range: Range<usize>) {
        self.push(range, b"");
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// How many edits there are.
    pub fn len(&self) -> usize {
        self.edits.len()
    }

    /// Forgets the edits.
    pub fn clear(&mut self) {
        self.edits.clear();
        self.bytes.clear();
        self.unordered = false;
    }

    /// The input with every edit made.
    ///
    /// # Errors
    /// If edits overlap, or reach beyond the input.
    pub fn apply(&self, input: &[u8]) -> Result<Vec<u8>, EditError> {
        let mut out = Vec::with_capacity(input.len() + self.bytes.len());
        self.apply_into(input, &mut out)?;
        Ok(out)
    }

    /// Appends the input with every edit made, for callers that keep a buffer.
    ///
    /// # Errors
    /// If edits overlap, or reach beyond the input; `out` may have got some of it by then.
    pub fn apply_into(&self, input: &[u8], out: &mut Vec<u8>) -> Result<(), EditError> {
        let sorted;
        let edits = if self.unordered {
            let mut copy = self.edits.clone();
            order::sort_by_key(&mut copy, Edit::turn);
            sorted = copy;
            &sorted
        } else {
            &self.edits
        };
        let mut done = 0..0;
        for edit in edits {
            let range = edit.start..edit.end;
            if range.start < done.end {
                return Err(EditError::Overlap { first: done, second: range });
            }
            let kept = input.get(done.end..range.start);
            // Taken from the input only to learn that it is there.
            let (Some(kept), Some(_)) = (kept, input.get(range.clone())) else {
                return Err(EditError::OutOfRange { range, length: input.len() });
            };
            out.extend_from_slice(kept);
            out.extend_from_slice(self.bytes.get(edit.from..edit.to).unwrap_or_default());
            done = range;
        }
        out.extend_from_slice(input.get(done.end..).unwrap_or_default());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(input: &str, edits: &[(Range<usize>, &str)]) -> Result<String, EditError> {
        let mut set = Edits::new();
        for (range, replacement) in edits {
            set.push(range.clone(), replacement);
        }
        set.apply(input.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn replaces_inserts_and_deletes_in_any_order() {
        assert_eq!(edited("abcdef", &[]).unwrap(), "abcdef");
        assert_eq!(edited("abcdef", &[(4..5, "E"), (0..1, "AA"), (2..3, "")]).unwrap(), "AAbdEf");
        assert_eq!(edited("abc", &[(0..3, "")]).unwrap(), "");
        assert_eq!(edited("abc", &[(3..3, "!"), (0..0, "?")]).unwrap(), "?abc!");
        assert_eq!(edited("", &[(0..0, "x")]).unwrap(), "x");
    }

    #[test]
    fn insertions_stand_in_order_and_in_front_of_a_replacement() {
        assert_eq!(edited("abc", &[(1..2, "B"), (1..1, "1"), (1..1, "2"), (2..2, "3")]).unwrap(), "a12B3c");
    }

    #[test]
    fn overlaps_and_ranges_beyond_the_input_are_errors() {
        let overlap = |first, second| Err(EditError::Overlap { first, second });
        assert_eq!(edited("abcdef", &[(2..4, "x"), (1..3, "y")]), overlap(1..3, 2..4));
        assert_eq!(edited("abcdef", &[(1..3, "x"), (1..3, "x")]), overlap(1..3, 1..3));
        assert_eq!(edited("abcdef", &[(1..3, "x"), (2..2, "y")]), overlap(1..3, 2..2));
        let beyond = |range| Err(EditError::OutOfRange { range, length: 3 });
        assert_eq!(edited("abc", &[(2..4, "x")]), beyond(2..4));
        assert_eq!(edited("abc", &[(4..4, "x")]), beyond(4..4));
        #[expect(clippy::reversed_empty_ranges)]
        let swapped = 2..1;
        assert_eq!(edited("abc", &[(swapped.clone(), "x")]), beyond(swapped));
    }

    #[test]
    fn a_cleared_set_does_nothing() {
        let mut edits = Edits::new();
        edits.insert(1, "x");
        edits.delete(0..1);
        assert_eq!((edits.len(), edits.is_empty()), (2, false));
        edits.clear();
        assert!(edits.is_empty());
        assert_eq!(edits.apply(b"ab").unwrap(), b"ab");
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod laws {
        use proptest::prelude::*;

        use super::*;

        proptest! {
            /// Cut the input into pieces, replace some: the order of pushing does not matter, and the rest stays.
            #[test]
            fn any_order_gives_the_pieces_in_place(
                pieces in prop::collection::vec(("[a-c]{1,4}", prop::option::of("[X-Z]{0,4}")), 0..8).prop_flat_map(|pieces| {
                    let order: Vec<_> = (0..pieces.len()).collect();
                    (Just(pieces), Just(order).prop_shuffle())
                }),
            ) {
                let (pieces, order) = pieces;
                let mut spans = Vec::new();
                let (mut input, mut expected) = (String::new(), String::new());
                for (old, new) in &pieces {
                    spans.push(input.len()..input.len() + old.len());
                    input += old;
                    expected += new.as_ref().unwrap_or(old);
                }
                let mut edits = Edits::new();
                for index in order {
                    if let Some(new) = &pieces[index].1 {
                        edits.push(spans[index].clone(), new);
                    }
                }
                prop_assert_eq!(edits.apply(input.as_bytes()).unwrap(), expected.into_bytes());
            }

            #[test]
            fn never_panics(edits in prop::collection::vec((0usize..12, 0usize..12), 0..5), input in prop::collection::vec(any::<u8>(), 0..10)) {
                let mut set = Edits::new();
                for &(start, end) in &edits {
                    set.push(start..end, b"x");
                }
                let good = edits.iter().all(|&(start, end)| start <= end && end <= input.len());
                let result = set.apply(&input);
                prop_assert!(good || result.is_err());
                if let Ok(out) = result {
                    let removed: usize = edits.iter().map(|&(start, end)| end - start).sum();
                    prop_assert_eq!(out.len(), input.len() - removed + edits.len());
                }
            }
        }
    }
}
