//! E-mail addresses, from their `@`.

use std::ops::Range;

use crate::text;

/// RFC 5321 section 4.5.3.1.1.
const MAX_LOCAL: usize = 64;
/// RFC 5321 section 4.5.3.1.2.
const MAX_DOMAIN: usize = 255;

/// The address around the `@` at `sign`.
pub(super) fn find(text: &str, sign: usize) -> Option<Range<usize>> {
    let end = domain(text, sign + 1)?;
    let start = if text::before(text.as_bytes(), sign) == b'"' {
        quoted(text.as_bytes(), sign - 1)?
    } else {
        dot_atom(text, sign)?
    };
    Some(start..end)
}

/// Where the local part begins that ends in front of `end`. Of RFC 5322's `atext` those characters are left out that rather set an
/// address apart than belong to it in real text (`=`, `/`, `?`, `{`, `|`, `}`, and the backquote).
fn dot_atom(text: &str, end: usize) -> Option<usize> {
    let head = text.get(..end)?;
    let mut start = end;
    for character in head.chars().rev() {
        if !local_character(character) {
            break;
        }
        start -= character.len_utf8();
        if end - start > MAX_LOCAL {
            return None;
        }
    }
    let local = text.get(start..end)?;
    if local.ends_with('.') {
        return None;
    }
    // What opens with punctuation is quoted or emphasised, or follows a list's dot or dash. An ellipsis ends the sentence before; two
    // dots, though no dot-atom has them, do occur in addresses that are in use.
    let from = local.rfind("...").map_or(0, |dots| dots + 3);
    let skipped = local.get(from..)?.find(char::is_alphanumeric)?;
    Some(start + from + skipped)
}

fn local_character(character: char) -> bool {
    match character {
        '.' | '_' | '%' | '+' | '-' | '\'' | '!' | '#' | '$' | '&' | '*' | '^' | '~' => true,
        _ => letter_or_digit(character),
    }
}

/// Letters and digits of scripts that set words apart. The others (from U+2E80 on: Han, Kana, Hangul) run on without a space, so that
/// an address among them would swallow the sentence.
fn letter_or_digit(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || (character > '\u{7f}' && character < '\u{2e80}' && (character.is_alphanumeric() || combining(character)))
}

fn combining(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character)
}

/// Where the quoted string begins that ends with the quote at `last` (RFC 5321 `Quoted-string`).
fn quoted(text: &[u8], last: usize) -> Option<usize> {
    let from = last.saturating_sub(MAX_LOCAL);
    let open = from + memchr::memrchr(b'"', text::slice(text, from..last))?;
    let content = text::slice(text, open + 1..last);
    (!content.is_empty() && !content.iter().any(u8::is_ascii_control)).then_some(open)
}

/// Where the domain ends that starts at `start`: two labels or more, the last of them letters.
fn domain(text: &str, start: usize) -> Option<usize> {
    let mut end = None;
    let mut labels = 0;
    let mut at = start;
    let rest = text.get(start..)?;
    for label in rest.split('.') {
        let length = label
            .chars()
            .take_while(|&character| character == '-' || letter_or_digit(character))
            .map(char::len_utf8)
            .sum();
        let label_end = at + length;
        let whole = length == label.len();
        let content = label.get(..length)?.trim_end_matches('-');
        if content.is_empty() || content.starts_with('-') || content.len() > 63 {
            break;
        }
        if labels == 0 && whole && scaled_image(content) {
            return None;
        }
        labels += 1;
        if labels > 1 && top_level(content) {
            end = Some(at + content.len());
        }
        at = label_end + 1;
        if !whole || content.len() != length || at - start > MAX_DOMAIN {
            break;
        }
    }
    end
}

/// Top-level domains are letters (RFC 3696 section 2), or in ASCII form start with `xn--`.
fn top_level(label: &str) -> bool {
    let letters = label.chars().all(|character| character.is_alphabetic() || combining(character));
    (letters && label.chars().nth(1).is_some()) || (label.len() > 4 && label.starts_with("xn--"))
}

/// `2x` in `icon@2x.png`.
fn scaled_image(label: &str) -> bool {
    label.strip_suffix('x').is_some_and(|factor| !factor.is_empty() && factor.bytes().all(|byte| byte.is_ascii_digit()))
}
