//! Strings that need not be read, by what they look like.

use tollgate_wire::base64;
use tollgate_wire::json::unescape;

/// Shortest opaque data that is taken for that, in bytes: any signature is longer, and most secrets and all numbers are shorter.
const OPAQUE: usize = 64;
/// Longest base64 of which it is asked whether it is a file at all, in bytes: keys are shorter, and few files are.
const SHORT_FILE: usize = 1024;
/// How files begin, in base64: PNG, JPEG, GIF, RIFF (WebP and WAV), PDF, MP3, FLAC, Ogg, MP4, ZIP (office documents).
const FILE_BEGINNINGS: [&str; 11] =
    ["iVBORw0KGgo", "/9j/", "R0lGODl", "UklGR", "JVBERi0", "SUQz", "//", "ZkxhQw", "T2dnUw", "AAAA", "UEsDB"];
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

/// The base64 that a `data:` URL holds.
pub(super) fn data_url(raw: &str) -> Option<&str> {
    let (scheme, rest) = raw.split_at_checked(5)?;
    let (head, data) = rest.split_once(',')?;
    (scheme.eq_ignore_ascii_case("data:") && head.ends_with(";base64")).then_some(data)
}

/// Whether base64 decodes to text, as far as its beginning tells: UTF-8 with no control characters but those that lines and pages end with.
pub(super) fn begins_as_text(base64: &str) -> bool {
    let Some(bytes) = base64::decode(&unescape(head(base64))) else { return false };
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => Some(text),
        // Its last character is cut off.
        Err(error) if error.error_len().is_none() => {
            bytes.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok())
        }
        Err(_) => None,
    };
    text.is_some_and(|text| {
        !text.is_empty()
            && !text.contains(|char: char| char.is_control() && !matches!(char, '\t' | '\n' | '\r' | '\x0c'))
    })
}

/// The beginning of a raw string, not cut within an escape.
fn head(raw: &str) -> &str {
    let head = raw.get(..SAMPLE).unwrap_or(raw);
    head.strip_suffix('\\').unwrap_or(head)
}

/// Whether something that looks like base64 may be something else, such as a key: it is short, and does not begin as a file does.
pub(super) fn may_be_no_file(base64: &str) -> bool {
    base64.len() <= SHORT_FILE && {
        let unescaped = unescape(head(base64));
        !FILE_BEGINNINGS.iter().any(|beginning| unescaped.starts_with(beginning))
    }
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
        assert_eq!(data_url("DATA:image/png;base64,AAAA"), Some("AAAA"));
        assert_eq!(data_url("data:text/plain;charset=utf-8;base64,AA=="), Some("AA=="));
        assert_eq!(data_url("data:text/plain,jane@example.com"), None);
        assert_eq!(data_url("https://x.example/;base64,AAAA"), None);
    }

    #[test]
    fn text_is_told_from_files_and_keys_from_either() {
        let encoded = |bytes: &[u8]| base64::encode(bytes);
        let long = encoded("ä line of text\r\n".repeat(90).as_bytes());
        assert!(begins_as_text("bWFpbCBqYW5l") && begins_as_text(&long) && begins_as_text("bWFp\\nbCBq"));
        // Whatever the sample cuts off of its last character.
        for front in ["", "a", "ab"] {
            assert!(begins_as_text(&encoded(format!("{front}{}", "ä€🦀".repeat(90)).as_bytes())));
        }
        for other in ["", "AAAA", "AKIAQYLPMN5HFIQR7XYA", "iVBORw0KGgo=", "/9j/4AAQSkZJRg==", "\\/9j\\/4AAQ"] {
            assert!(!begins_as_text(other), "{other}");
        }
        assert!(!begins_as_text(&encoded(b"Latin-1: \xe4\xf6 and more")));
        assert!(may_be_no_file("AKIAQYLPMN5HFIQR7XYA") && may_be_no_file("DE89370400440532013000"));
        assert!(!may_be_no_file("iVBORw0KGgo=") && !may_be_no_file("\\/9j\\/4AAQ"));
        assert!(!may_be_no_file(&"QUtJ".repeat(300)));
    }
}
