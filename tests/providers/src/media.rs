//! Media in requests: how every API writes their bytes and addresses.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Whether this is base64 of at least one byte.
pub(crate) fn is_base64(text: &str) -> bool {
    STANDARD.decode(text).is_ok_and(|bytes| !bytes.is_empty())
}

/// Whether this is the address of something on the web.
pub(crate) fn is_web_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !text.contains(char::is_whitespace))
}

/// Takes `data:image/png;base64,…` apart: its media type and its data.
pub(crate) fn data_url(text: &str) -> Option<(&str, &str)> {
    let (kind, data) = text.strip_prefix("data:")?.split_once(',')?;
    Some((kind.strip_suffix(";base64")?, data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        assert_eq!(data_url("data:image/png;base64,AAAA"), Some(("image/png", "AAAA")));
        assert_eq!(data_url("data:image/png,AAAA"), None);
        assert!(is_base64("AAAA") && !is_base64("AAA") && !is_base64("") && !is_base64("a b="));
        assert!(is_web_url("https://e.org/a.png") && !is_web_url("https://") && !is_web_url("file:///a"));
    }
}
