//! The keys in JSON text, which tell what stands behind them: `password`, `ssn`, `date_of_birth`.
//!
//! Rules see a value with its key in front of it, as they would in a table or a log: `password: hunter2`.

use crate::segment::floor;

/// How much of a key is seen, in bytes: its end. With what joins it to a value, no more than rules look for context in.
const LONGEST: usize = 46;

/// What stands in front of a string with this key.
pub(crate) fn in_front(key: &str) -> String {
    if key.is_empty() { String::new() } else { [end_of(key), ": "].concat() }
}

/// What stands in front of a number with this key, or of all that is not in quotes.
pub(crate) fn in_front_of_number(key: &str) -> String {
    if key.is_empty() { String::new() } else { [end_of(key), "\": "].concat() }
}

fn end_of(key: &str) -> &str {
    let mut start = key.len().saturating_sub(LONGEST);
    while !key.is_char_boundary(start) {
        start += 1;
    }
    key.get(start..).unwrap_or_default()
}

/// Reads JSON text piece by piece, strings and what stands between them, and knows the last key. What is no JSON has no keys, or
/// odd ones.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// A bit for each open bracket, the innermost lowest: whether it is an object's. Deeper than this reaches, strings count as values.
    objects: u64,
    /// The last sign outside of strings, blanks aside.
    last: u8,
    key: String,
    /// The string at hand, if it is a key, as far as it is read.
    name: String,
}

impl Keys {
    /// Takes in a piece of what stands between strings.
    pub fn read_between(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                b'{' => self.objects = self.objects << 1 | 1,
                b'[' => self.objects <<= 1,
                b'}' | b']' => self.objects >>= 1,
                byte if byte.is_ascii_whitespace() => continue,
                _ => {}
            }
            self.last = byte;
        }
    }

    /// Whether a string that begins now is a key.
    pub fn is_key(&self) -> bool {
        self.objects & 1 == 1 && matches!(self.last, b'{' | b',')
    }

    /// Takes in a string, decoded.
    pub fn read_string(&mut self, content: &str) {
        self.read_part(content);
        self.end_string();
    }

    /// Takes in a piece of a string, decoded.
    pub fn read_part(&mut self, part: &str) {
        if self.is_key() {
            self.name.push_str(part);
            let unseen = floor(&self.name, self.name.len().saturating_sub(2 * LONGEST));
            self.name.drain(..unseen);
        }
    }

    /// Ends the string.
    pub fn end_string(&mut self) {
        if self.is_key() {
            self.key = std::mem::take(&mut self.name);
        }
        self.last = b'"';
    }

    /// What stands in front of a string that begins now.
    pub fn in_front_of_string(&self) -> String {
        if self.is_key() { String::new() } else { in_front(&self.key) }
    }

    /// What stands in front of a number that begins now: the key, if nothing that is between them was read yet.
    pub fn in_front_of_number(&self) -> String {
        if self.key.is_empty() { String::new() } else { [end_of(&self.key), "\""].concat() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each string of a text, with what stands in front of it.
    fn contexts(pieces: &[(&str, &str)]) -> Vec<String> {
        let mut keys = Keys::default();
        let mut contexts = Vec::new();
        for (between, string) in pieces {
            keys.read_between(between);
            contexts.push(keys.in_front_of_string());
            let (one, two) = string.split_at(string.len() / 2);
            keys.read_part(one);
            keys.read_part(two);
            keys.end_string();
        }
        contexts
    }

    #[test]
    fn values_have_the_last_key_in_front_and_keys_have_nothing() {
        let read = contexts(&[
            ("{ ", "a"),
            (": ", "1"),
            (", ", "b"),
            (": [", "2"),
            (", ", "3"),
            (", {", "c"),
            (":{}, ", "d"),
            (": null}, ", "4"),
            ("], ", "e"),
            (":", "5"),
        ]);
        assert_eq!(read, ["", "a: ", "", "b: ", "b: ", "", "", "d: ", "", "e: "]);
        assert_eq!(contexts(&[("", "a"), (" ", "b"), ("}}]", "c")]), ["", "", ""]);
    }

    #[test]
    fn of_a_long_key_the_end_is_seen() {
        let key = "ключ".repeat(100);
        assert_eq!(in_front(&key), format!("{}: ", key.get(key.len() - 46..).unwrap()));
        let read = contexts(&[("{", &key), (":", "1")]);
        assert_eq!(read[1], in_front(&key));
        assert_eq!((in_front(""), in_front_of_number("x")), (String::new(), "x\": ".to_owned()));
    }

    #[test]
    fn deep_text_has_no_keys_beyond_what_is_counted() {
        let mut keys = Keys::default();
        keys.read_between(&"[".repeat(70));
        keys.read_between("{");
        assert!(keys.is_key());
        keys.read_between(&"}".repeat(80));
        assert!(!keys.is_key());
    }
}
