//! Whether letters are a word or came together by chance.

/// The letters that follow `a` in words, those that follow `b`, and so on. Together these pairs they make up 93 % of the pairs in English
/// text and source code, but only 43 % of all pairs there could be.
const PAIRS: &str = "abcdefghiklmnprstuvwy abcdefilorsu abcdefhiklorstu abcdefilorsu abcdefgiklmnoprstuvwxy abcdefilorstu aehilnorsu \
                     aeiortu abcdefgklmnoprstvxz aeo aeiosu adeilostuy abeimopsu acdefgiklnostuvy abcdefgiklmnoprstuvw aehiloprstu u \
                     abcdegiklmnoprstuvy acehiklmopstuy acefhilmoprstuy abcdefgilmnprst aeio aeio ept aenps aei";

/// [`PAIRS`] as a bit for each.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, where a panic is an error")]
const FOLLOWING: [u32; 26] = {
    let mut following = [0; 26];
    let mut rest = PAIRS.as_bytes();
    let mut letter = 0;
    while let [byte, behind @ ..] = rest {
        if *byte == b' ' {
            letter += 1;
        } else {
            following[letter] |= 1 << (*byte - b'a');
        }
        rest = behind;
    }
    following
};

/// Whether it is mostly letters, and three quarters and more of their pairs are such as words have; of a value with more than one digit
/// among eight bytes, nine in ten.
pub(in super::super) fn wordy(value: &[u8]) -> bool {
    let mut pairs = 0;
    let mut common = 0;
    for pair in value.windows(2) {
        let [left, right] = pair else { continue };
        if left.is_ascii_alphabetic() && right.is_ascii_alphabetic() {
            pairs += 1;
            let follow = FOLLOWING.get(usize::from(left.to_ascii_lowercase() - b'a')).copied().unwrap_or_default();
            common += follow >> (right.to_ascii_lowercase() - b'a') & 1;
        }
    }
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let share = if digits * 8 > value.len() { 18 } else { 15 };
    pairs >= 3 && pairs * 2 >= value.len() && common as usize * 20 >= pairs * share
}

/// Whether what stands between punctuation is words, numbers and bits of at most four bytes.
pub(super) fn made_of_words(value: &[u8]) -> bool {
    wordy(value)
        || value
            .split(u8::is_ascii_punctuation)
            .all(|piece| piece.len() <= 4 || piece.iter().all(u8::is_ascii_digit) || wordy(piece))
}

/// Names such as `must-be-8-chars` and `v1.2.3-rc4`.
pub(super) fn names(value: &[u8]) -> bool {
    let marks = value.iter().filter(|byte| matches!(byte, b'-' | b'_' | b'.' | b'/' | b':')).count();
    marks >= 2
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':'))
        && made_of_words(value)
}
