//! Strings that need not be read, by what they look like.

/// Shortest opaque data that is taken for that, in bytes: any signature is longer, and most secrets and all numbers are shorter.
const OPAQUE: usize = 64;
/// How much of either end of an image's base64 is looked at. There may be megabytes of it, and what is not base64 nobody can decode.
const SAMPLE: usize = 512;

/// What the ids begin with that providers, servers and this gateway make.
const ID_PREFIXES: &[&str] = &[
    "call_",
    "toolu_",
    "srvtoolu_",
    "mcptoolu_",
    "msg_",
    "resp_",
    "fc_",
    "fco_",
    "rs_",
    "ws_",
    "fs_",
    "ci_",
    "cu_",
    "ig_",
    "ctc_",
    "ctco_",
    "mcp_",
    "mcpl_",
    "mcpr_",
    "sh_",
    "lsh_",
    "apc_",
    "cmp_",
    "cntr_",
    "container_",
    "conv_",
    "file_",
    "file-",
    "vs_",
    "chatcmpl-",
    "cmpl-",
    "tooluse_",
    "tool_",
    "audio_",
    "pmpt_",
    "functions.",
    "item_",
    "req_",
    "asst_",
    "thread_",
    "run_",
];

/// A base64 `data:` URL's media type, and its data.
pub(super) fn data_url(raw: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = raw.split_at_checked(5)?;
    let (head, data) = rest.split_once(',')?;
    let head = head.strip_suffix(";base64")?;
    scheme.eq_ignore_ascii_case("data:").then(|| (head.split(';').next().unwrap_or_default(), data))
}

/// Whether data of this media type is text: it can be read once it is decoded.
pub(super) fn is_text_type(media_type: &str) -> bool {
    let media_type = media_type.to_ascii_lowercase();
    let suffix = |end: &str| media_type.ends_with(end);
    media_type.starts_with("text/")
        || ["json", "xml", "yaml", "csv", "javascript", "typescript", "toml", "sql", "x-sh", "rtf", "x-ndjson"]
            .iter()
            .any(|name| suffix(name))
}

/// Whether a raw string looks like base64 that stands for an image, a sound or a file.
pub(super) fn is_media(raw: &str) -> bool {
    let bytes = raw.as_bytes();
    if bytes.len() <= 2 * SAMPLE {
        return is_base64(bytes);
    }
    let (head, tail) = (bytes.get(..SAMPLE), bytes.get(bytes.len() - SAMPLE..));
    head.is_some_and(is_base64) && tail.is_some_and(is_base64)
}

/// Whether a raw string is opaque data such as a signature. A short one is not: it may be anything.
pub(super) fn is_opaque(raw: &str) -> bool {
    raw.len() >= OPAQUE && is_base64(raw.as_bytes())
}

/// Base64 of either alphabet, escaped slashes and wrapped lines included. Letters must be among it: a bare number may be anybody's.
fn is_base64(bytes: &[u8]) -> bool {
    let mut letters = false;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => letters = true,
            b'0'..=b'9' | b'+' | b'/' | b'=' | b'-' | b'_' => {}
            b'\\' if matches!(bytes.get(at + 1), Some(b'/' | b'n' | b'r')) => at += 1,
            _ => return false,
        }
        at += 1;
    }
    letters
}

/// An id as providers make them: by its beginning, or a UUID. Letters, digits and a few signs; nothing else hides there.
pub(super) fn is_made_id(raw: &str) -> bool {
    is_id(raw) && (ID_PREFIXES.iter().any(|prefix| raw.starts_with(prefix)) || is_uuid(raw))
}

/// What may be an id. Letters must be among it.
pub(super) fn is_id(raw: &str) -> bool {
    raw.len() <= 256
        && raw.bytes().any(|byte| byte.is_ascii_alphabetic())
        && raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':'))
}

fn is_uuid(raw: &str) -> bool {
    let groups = [8, 4, 4, 4, 12];
    let mut parts = raw.split('-');
    groups.iter().all(|length| {
        parts.next().is_some_and(|part| part.len() == *length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_made_are_told_from_other_words() {
        for id in [
            "call_abc123",
            "toolu_01A09q90qw90lq917835lq9",
            "9f1c2a54-0b8e-4f6b-9a6d-2f3f0a1b2c3d",
            "chatcmpl-tool-0a1b",
            "file-abc",
        ] {
            assert!(is_made_id(id), "{id}");
        }
        for other in [
            "DE89370400440532013000",
            "4111-1111-1111-1111",
            "nightjar",
            "call_a@b",
            "123e4567-e89b-12d3-a456-42661417400",
            "",
        ] {
            assert!(!is_made_id(other), "{other}");
        }
    }

    #[test]
    fn data_is_told_from_text() {
        let long = "QUJD".repeat(2000);
        assert!(is_media("AAAA") && is_media(&long) && is_media("a\\/b\\nc"));
        assert!(!is_media("jane@example.com") && !is_media("4111111111111111") && !is_media(&format!("{long}.x")));
        assert!(is_opaque(&long) && !is_opaque("DE89370400440532013000") && !is_opaque(&format!("a b{long}")));
        assert_eq!(data_url("DATA:image/png;base64,AAAA"), Some(("image/png", "AAAA")));
        assert_eq!(data_url("data:text/plain;charset=utf-8;base64,AA=="), Some(("text/plain", "AA==")));
        assert_eq!(data_url("data:text/plain,jane@example.com"), None);
        assert_eq!(data_url("https://x.example/;base64,AAAA"), None);
        assert!(is_text_type("text/csv") && is_text_type("application/JSON") && !is_text_type("application/pdf"));
    }
}
