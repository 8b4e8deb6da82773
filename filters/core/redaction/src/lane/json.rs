//! A lane of JSON text, such as the arguments of a tool call.

use tollgate_wire::json::{escape_into, unescape};

use super::Context;
use super::plain::PlainLane;
use crate::keys::Keys;
use crate::policy::RedactError;
use crate::text;

/// Reads JSON text by its quotes and backslashes alone, so that it works on any piece of it: strings are decoded, treated as a text of
/// their own, and escaped again; what stands between them is treated as text in which a number may become a string.
pub(super) struct JsonLane {
    between: PlainLane,
    string: PlainLane,
    inside: bool,
    keys: Keys,
    /// The start of an escape, or of a pair of surrogates.
    escape: String,
    /// Decoded text on its way to be escaped.
    decoded: String,
}

impl Default for JsonLane {
    fn default() -> Self {
        Self {
            between: PlainLane::bare(),
            string: PlainLane::default(),
            inside: false,
            keys: Keys::default(),
            escape: String::new(),
            decoded: String::new(),
        }
    }
}

impl JsonLane {
    pub fn push(&mut self, context: &mut Context<'_>, text: &str, out: &mut String) -> Result<(), RedactError> {
        let joined;
        let mut rest = text;
        if !self.escape.is_empty() {
            self.escape.push_str(text);
            joined = std::mem::take(&mut self.escape);
            rest = &joined;
        }
        while !rest.is_empty() {
            rest = if self.inside { self.in_string(context, rest, out)? } else { self.in_between(context, rest, out)? };
        }
        self.write(out);
        Ok(())
    }

    pub fn finish(&mut self, context: &mut Context<'_>, out: &mut String) -> Result<(), RedactError> {
        self.between.finish(context, out)?;
        self.string.finish(context, &mut self.decoded)?;
        self.write(out);
        // The text ended within an escape: it goes out as it came.
        out.push_str(&self.escape);
        self.escape.clear();
        self.inside = false;
        self.keys = Keys::default();
        Ok(())
    }

    pub fn is_holding(&self) -> bool {
        !self.escape.is_empty() || self.between.is_holding() || self.string.is_holding()
    }

    fn in_between<'t>(
        &mut self,
        context: &mut Context<'_>,
        rest: &'t str,
        out: &mut String,
    ) -> Result<&'t str, RedactError> {
        let Some((text, behind)) = rest.split_once('"') else {
            self.between.push(context, rest, out)?;
            self.keys.read_between(rest);
            return Ok("");
        };
        self.between.push(context, text, out)?;
        self.keys.read_between(text);
        self.between.finish(context, out)?;
        out.push('"');
        self.inside = true;
        self.string.begin(context, &self.keys.in_front_of_string());
        Ok(behind)
    }

    fn in_string<'t>(
        &mut self,
        context: &mut Context<'_>,
        rest: &'t str,
        out: &mut String,
    ) -> Result<&'t str, RedactError> {
        let run = memchr::memchr2(b'"', b'\\', rest.as_bytes()).unwrap_or(rest.len());
        if let (true, Some((text, behind))) = (run > 0, rest.split_at_checked(run)) {
            self.string.push(context, text, &mut self.decoded)?;
            self.keys.read_part(text);
            return Ok(behind);
        }
        if let Some(behind) = rest.strip_prefix('"') {
            self.string.finish(context, &mut self.decoded)?;
            self.write(out);
            out.push('"');
            self.inside = false;
            self.keys.end_string();
            self.between.begin(context, &self.keys.in_front_of_number());
            return Ok(behind);
        }
        let split = escape_length(rest.as_bytes()).and_then(|length| rest.split_at_checked(length));
        let Some((escape, behind)) = split else {
            self.escape.push_str(rest);
            return Ok("");
        };
        let character = unescape(escape);
        self.string.push(context, &character, &mut self.decoded)?;
        self.keys.read_part(&character);
        Ok(behind)
    }

    fn write(&mut self, out: &mut String) {
        if self.decoded.is_empty() {
            return;
        }
        let mut escaped = Vec::with_capacity(self.decoded.len());
        escape_into(&mut escaped, &self.decoded);
        out.push_str(&String::from_utf8(escaped).unwrap_or_default());
        self.decoded.clear();
    }
}

/// The length of the escape that `text` starts with, a pair of surrogates counting as one; None if the text ends before that is known.
fn escape_length(text: &[u8]) -> Option<usize> {
    match text.get(1)? {
        b'u' => {}
        // Two bytes, or the backslash alone where what follows is no escape at all.
        byte => return Some(if byte.is_ascii() { 2 } else { 1 }),
    }
    let digits = text::count(text::slice(text, 2..text.len().min(6)), 0, |byte| byte.is_ascii_hexdigit());
    if digits < 4 {
        // Four digits are yet to come, or it is no escape.
        return (text.len() >= 6 || digits < text.len() - 2).then_some(1);
    }
    let high = matches!((text.get(2), text.get(3)), (Some(b'd' | b'D'), Some(b'8' | b'9' | b'a' | b'b' | b'A' | b'B')));
    if !high {
        return Some(6);
    }
    // A high surrogate waits for the low one.
    match (text.get(6), text.get(7)) {
        (None, _) | (Some(b'\\'), None) => None,
        (Some(b'\\'), Some(b'u')) if text.len() < 12 => {
            let digits = text::count(text, 8, |byte| byte.is_ascii_hexdigit());
            (digits < text.len() - 8).then_some(6)
        }
        (Some(b'\\'), Some(b'u')) => {
            let low = matches!((text.get(8), text.get(9)), (Some(b'd' | b'D'), Some(b'c'..=b'f' | b'C'..=b'F')));
            let digits = text::slice(text, 8..12).iter().all(u8::is_ascii_hexdigit);
            Some(if low && digits { 12 } else { 6 })
        }
        _ => Some(6),
    }
}
