//! Text files that travel as base64: read as what they are, and encoded anew if a rule changes them.

use tollgate_dialects::EncodedText;
use tollgate_redaction::RedactError;
use tollgate_wire::base64;
use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Limits, Str, Tape, escape_into, unescape};

/// Has `rules` look at the text of a file, which they get as a JSON string and the edits of that. False if it is no text after all, so that
/// nothing could be looked at.
///
/// # Errors
/// Those of `rules`.
pub(crate) fn rewrite(
    file: &EncodedText<'_>,
    edits: &mut Edits,
    rules: impl FnOnce(Str<'_>, &mut Edits) -> Result<(), RedactError>,
) -> Result<bool, RedactError> {
    let decoded = base64::decode(&unescape(file.base64));
    let Some(text) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) else { return Ok(false) };
    let mut json = Vec::with_capacity(text.len() + 64);
    json.push(b'"');
    escape_into(&mut json, &text);
    json.push(b'"');
    let mut tape = Tape::default();
    let Some(string) = tape.parse(&json, Limits::default()).ok().and_then(|value| value.as_str()) else {
        return Ok(false);
    };
    let mut within = Edits::default();
    rules(string, &mut within)?;
    if within.is_empty() {
        return Ok(true);
    }
    let changed = within.apply(&json).ok().and_then(|json| String::from_utf8(json).ok()).unwrap_or_default();
    let changed = changed.get(1..changed.len().saturating_sub(1)).map(unescape).unwrap_or_default();
    edits.push(file.start..file.start + file.base64.len(), base64::encode(changed.as_bytes()));
    Ok(true)
}
