//! Sorting in a few hundred bytes of code: the standard library's takes ten thousand for each type, and a module has to stay small.
//! Nothing here is sorted for each byte or word of a text.

/// Sorts by a strict order, in place; what is equal ends in any order. A heapsort: `n log n` steps for every input.
pub fn sort_by<T>(list: &mut [T], less: impl Fn(&T, &T) -> bool) {
    for root in (0..list.len() / 2).rev() {
        sift(list, root, list.len(), &less);
    }
    for end in (1..list.len()).rev() {
        list.swap(0, end);
        sift(list, 0, end, &less);
    }
}

/// The same by a key.
pub fn sort_by_key<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(list, |left, right| key(left) < key(right));
}

/// Moves what stands at `root` down to where nothing below it, in front of `end`, is greater.
fn sift<T>(list: &mut [T], mut root: usize, end: usize, less: &impl Fn(&T, &T) -> bool) {
    let precedes = |list: &[T], left: usize, right: usize| match (list.get(left), list.get(right)) {
        (Some(left), Some(right)) => less(left, right),
        _ => false,
    };
    loop {
        let mut child = 2 * root + 1;
        if child >= end {
            return;
        }
        if child + 1 < end && precedes(list, child, child + 1) {
            child += 1;
        }
        if !precedes(list, root, child) {
            return;
        }
        list.swap(root, child);
        root = child;
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[cfg(test)]
mod tests {
    proptest::proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(list: Vec<u8>) {
            let (mut ours, mut theirs) = (list.clone(), list);
            super::sort_by_key(&mut ours, |&value| std::cmp::Reverse(value));
            theirs.sort_by_key(|&value| std::cmp::Reverse(value));
            proptest::prop_assert_eq!(ours, theirs);
        }
    }
}
