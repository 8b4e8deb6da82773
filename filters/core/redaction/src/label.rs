//! Labels: what placeholders and masks are made of.

/// Longest label in bytes; bounds how much of a stream may have to wait for a placeholder's end.
pub(crate) const MAX: usize = 64;

/// The label of a user's rule: its name in upper case, everything but letters and digits of ASCII an underscore. None if the name is empty,
/// too long, or would break the reports that it appears in.
pub(crate) fn of_rule(name: &str) -> Option<String> {
    let printable =
        name.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b',' | b':' | b'=' | b'"' | b'\\'));
    let has_letter = name.bytes().any(|byte| byte.is_ascii_alphanumeric());
    if name.len() > MAX || !printable || !has_letter {
        return None;
    }
    let upper = |byte: u8| if byte.is_ascii_alphanumeric() { byte.to_ascii_uppercase() as char } else { '_' };
    Some(name.bytes().map(upper).collect())
}
