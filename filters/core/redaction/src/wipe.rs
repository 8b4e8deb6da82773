//! Text that is overwritten when it is no longer needed.

use std::ops::{Deref, DerefMut};

/// A text that only the client should see. Its buffer is overwritten when it is dropped; what is moved elsewhere, or left behind when
/// the buffer grows, is not.
#[derive(Default)]
pub(crate) struct Wiped(String);

impl Wiped {
    pub fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }
}

impl Deref for Wiped {
    type Target = String;

    fn deref(&self) -> &String {
        &self.0
    }
}

impl DerefMut for Wiped {
    fn deref_mut(&mut self) -> &mut String {
        &mut self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        overwrite(std::mem::take(&mut self.0));
    }
}

/// Fills the buffer with zeros, to the end of its room: text that was drained from it may have left a tail there. `black_box` keeps
/// the compiler from leaving out a write that nobody reads; without `unsafe` this is the most that can be had.
pub(crate) fn overwrite(text: String) {
    if text.capacity() == 0 {
        return;
    }
    let mut bytes = text.into_bytes();
    bytes.clear();
    bytes.resize(bytes.capacity(), 0);
    std::hint::black_box(&bytes);
    #[cfg(test)]
    tests::note(&bytes);
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::RefCell;

    use super::*;

    thread_local! {
        /// Lengths of the buffers that were overwritten, each with the sum of what was left in it.
        static NOTED: RefCell<Vec<(usize, u64)>> = const { RefCell::new(Vec::new()) };
    }

    pub(crate) fn note(bytes: &[u8]) {
        NOTED.with_borrow_mut(|noted| noted.push((bytes.len(), bytes.iter().map(|&byte| u64::from(byte)).sum())));
    }

    /// What was overwritten since the last call: lengths, and whether all of it is zeros.
    pub(crate) fn taken() -> (Vec<usize>, bool) {
        let noted = NOTED.with_borrow_mut(std::mem::take);
        (noted.iter().map(|&(length, _)| length).collect(), noted.iter().all(|&(_, sum)| sum == 0))
    }

    #[test]
    fn a_dropped_text_is_zeros_to_the_end_of_its_room() {
        taken();
        let mut text = Wiped::with_capacity(100);
        text.push_str("jane@example.com, and what follows");
        text.drain(..16);
        drop(text);
        let (lengths, zeros) = taken();
        assert!(lengths.len() == 1 && lengths[0] >= 100 && zeros, "{lengths:?}");
        drop(Wiped::default());
        assert_eq!(taken().0.len(), 0);
    }
}
