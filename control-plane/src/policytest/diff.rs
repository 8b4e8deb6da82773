//! Where two texts part, in words.

/// Says what differs between two texts that are not the same.
pub fn difference(expected: &str, actual: &str) -> String {
    let same = expected.chars().zip(actual.chars()).take_while(|(a, b)| a == b).count();
    let (expected, actual) = (rest(expected, same), rest(actual, same));
    let tail = expected.chars().rev().zip(actual.chars().rev()).take_while(|(a, b)| a == b).count();
    let (wanted, is) = (without_tail(expected, tail), without_tail(actual, tail));
    let at = same + 1;
    match (wanted.is_empty(), is.is_empty()) {
        (true, _) => format!("from character {at} on there is {is:?} too much"),
        (_, true) => format!("from character {at} on {wanted:?} is missing"),
        _ => format!("from character {at} on it should be {wanted:?} and is {is:?}"),
    }
}

fn rest(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).and_then(|(at, _)| text.get(at..)).unwrap_or_default()
}

fn without_tail(text: &str, characters: usize) -> &str {
    let keep = text.chars().count().saturating_sub(characters);
    let end = text.char_indices().nth(keep).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named_and_nothing_around_it() {
        assert_eq!(
            difference("mail <EMAIL_1> now", "mail jane@example.com now"),
            r#"from character 6 on it should be "<EMAIL_1>" and is "jane@example.com""#
        );
        assert_eq!(difference("grüße an x", "grüße an"), r#"from character 9 on " x" is missing"#);
        assert_eq!(difference("a", "ab"), r#"from character 2 on there is "b" too much"#);
        assert_eq!(difference("aa", "aaa"), r#"from character 3 on there is "a" too much"#);
        assert_eq!(difference("", "x"), r#"from character 1 on there is "x" too much"#);
    }
}
