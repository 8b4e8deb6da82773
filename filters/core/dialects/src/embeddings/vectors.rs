//! An answer without its vectors: what is left says what the gateway wants to know, and is some hundred bytes of what may be megabytes.

use memchr::memmem;

/// The answer with an empty list for its `data`. None if that is not plain to see, or if there may be an error in it: then all of it must be
/// read. The vectors are not checked to be JSON, only to be complete.
pub(crate) fn without_vectors(body: &[u8]) -> Option<Vec<u8>> {
    const KEY: &[u8] = b"\"data\"";
    let behind_key = memmem::find(body, KEY)? + KEY.len();
    let is_value = |byte: &u8| !byte.is_ascii_whitespace() && *byte != b':';
    let start = behind_key + body.get(behind_key..)?.iter().position(is_value)?;
    let (front, rest) = body.split_at_checked(start)?;
    let behind = rest.get(length_of_list(rest)?..)?;
    let may_fail = [front, behind].iter().any(|part| memmem::find(part, b"\"error\"").is_some());
    (!may_fail && is_inside_one_object(front)).then(|| [front, b"[]", behind].concat())
}

/// How long the list is that a text begins with. None if it begins with something else, or breaks off.
fn length_of_list(text: &[u8]) -> Option<usize> {
    if text.first() != Some(&b'[') {
        return None;
    }
    let mut depth = 0_usize;
    let mut bytes = text.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'"' => loop {
                match bytes.next()?.1 {
                    b'"' => break,
                    b'\\' => drop(bytes.next()?),
                    _ => {}
                }
            },
            _ => {}
        }
    }
    None
}

/// Whether exactly one object is open at the end of a text, and no list. A bracket in a string may make it say no, which is harmless.
fn is_inside_one_object(text: &[u8]) -> bool {
    let count = |wanted: u8| text.iter().filter(|byte| **byte == wanted).count();
    count(b'{') == count(b'}') + 1 && count(b'[') == count(b']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_all_but_the_vectors() {
        for (body, left) in [
            (r#"{"data":[[1,2],[3]],"usage":{}}"#, Some(r#"{"data":[],"usage":{}}"#)),
            (
                r#"{"usage":{"a":[]}, "data" : [{"embedding":"]\"}\\"}], "b":1}"#,
                Some(r#"{"usage":{"a":[]}, "data" : [], "b":1}"#),
            ),
            (r#"{"data":[]}"#, Some(r#"{"data":[]}"#)),
            // Cut, no list, not at the top, or an error.
            (r#"{"data":[[1,2],[3"#, None),
            (r#"{"data":["a"#, None),
            (r#"{"data":["a\"#, None),
            (r#"{"data":{"a":1}}"#, None),
            (r#"{"data"#, None),
            (r#"{"x":{"data":[1]}}"#, None),
            (r#"[{"data":[1]}]"#, None),
            (r#"{"data":[1],"error":null}"#, None),
            (r#"{}"#, None),
            ("", None),
        ] {
            let found = without_vectors(body.as_bytes()).map(|left| String::from_utf8(left).unwrap());
            assert_eq!(found.as_deref(), left, "{body}");
        }
    }
}
