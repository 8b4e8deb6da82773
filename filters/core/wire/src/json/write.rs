//! Writing JSON, front to back.

use super::scan;
use super::text::Str;
use super::value::Value;

/// An append-only writer that puts the commas. It never fails and never panics; what is opened in the wrong order, left open, or given
/// as [`raw`](Self::raw) text that is no JSON comes out as asked for, and is no JSON either.
///
/// ```
/// use tollgate_wire::json::Writer;
///
/// let mut out = Writer::new();
/// out.begin_object().field_str("role", "user").key("parts").begin_array().string("a\n").u64(2).end_array().end_object();
/// assert_eq!(out.finish(), br#"{"role":"user","parts":["a\n",2]}"#);
/// ```
#[derive(Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
    /// Whether something precedes the next key or value in its container. One flag is enough: opening a container clears it, and closing
    /// one leaves a value behind.
    comma: bool,
}

impl Writer {
    /// An empty writer.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty writer with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self::append_to(Vec::with_capacity(bytes))
    }

    /// A writer that goes on behind what `out` holds, without a comma in between.
    pub fn append_to(out: Vec<u8>) -> Self {
        Self { out, comma: false }
    }

    /// What was written.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// What was written so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.out
    }

    /// Opens an object.
    pub fn begin_object(&mut self) -> &mut Self {
        self.open(b'{')
    }

    /// Closes an object.
    pub fn end_object(&mut self) -> &mut Self {
        self.close(b'}')
    }

    /// Opens an array.
    pub fn begin_array(&mut self) -> &mut Self {
        self.open(b'[')
    }

    /// Closes an array.
    pub fn end_array(&mut self) -> &mut Self {
        self.close(b']')
    }

    /// An object's key, escaped as needed. A value must follow.
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.string(key).after_key()
    }

    /// An object's key as it was read. A value must follow.
    pub fn raw_key(&mut self, key: Str<'_>) -> &mut Self {
        self.raw_str(key).after_key()
    }

    fn after_key(&mut self) -> &mut Self {
        self.out.push(b':');
        self.comma = false;
        self
    }

    /// A string, escaped as needed.
    pub fn string(&mut self, text: &str) -> &mut Self {
        self.begin_string().push_str(text).end_string()
    }

    /// A string in the escaped form it was read in.
    pub fn raw_str(&mut self, text: Str<'_>) -> &mut Self {
        self.begin_string().push_raw_str(text).end_string()
    }

    /// Opens a string that is made of several pieces.
    pub fn begin_string(&mut self) -> &mut Self {
        self.open(b'"')
    }

    /// A piece of the open string, escaped as needed.
    pub fn push_str(&mut self, text: &str) -> &mut Self {
        escape_into(&mut self.out, text);
        self
    }

    /// A piece of the open string, in the escaped form it was read in.
    pub fn push_raw_str(&mut self, text: Str<'_>) -> &mut Self {
        self.out.extend_from_slice(text.raw().as_bytes());
        self
    }

    /// Closes the string.
    pub fn end_string(&mut self) -> &mut Self {
        self.close(b'"')
    }

    /// Any JSON text, copied as it is.
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.separate();
        self.out.extend_from_slice(json.as_bytes());
        self.comma = true;
        self
    }

    /// A parsed value, copied as it was read.
    pub fn value(&mut self, value: Value<'_>) -> &mut Self {
        self.raw(value.raw())
    }

    /// A whole number.
    pub fn u64(&mut self, number: u64) -> &mut Self {
        self.separate();
        write_u64(&mut self.out, number);
        self.comma = true;
        self
    }

    /// A whole number.
    pub fn i64(&mut self, number: i64) -> &mut Self {
        self.separate();
        if number < 0 {
            self.out.push(b'-');
        }
        write_u64(&mut self.out, number.unsigned_abs());
        self.comma = true;
        self
    }

    /// The shortest number that reads back as this double; `null` for what JSON cannot say (infinite, not a number).
    pub fn f64(&mut self, number: f64) -> &mut Self {
        if number.is_finite() { self.raw(&format!("{number:?}")) } else { self.null() }
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.raw(if value { "true" } else { "false" })
    }

    /// `null`.
    pub fn null(&mut self) -> &mut Self {
        self.raw("null")
    }

    /// A key with a string, escaped as needed.
    pub fn field_str(&mut self, key: &str, text: &str) -> &mut Self {
        self.key(key).string(text)
    }

    /// A key with a string in the escaped form it was read in.
    pub fn field_raw_str(&mut self, key: &str, text: Str<'_>) -> &mut Self {
        self.key(key).raw_str(text)
    }

    /// A key with any JSON text, copied as it is.
    pub fn field_raw(&mut self, key: &str, json: &str) -> &mut Self {
        self.key(key).raw(json)
    }

    /// A key with a parsed value, copied as it was read.
    pub fn field_value(&mut self, key: &str, value: Value<'_>) -> &mut Self {
        self.key(key).value(value)
    }

    /// A key with a whole number.
    pub fn field_u64(&mut self, key: &str, number: u64) -> &mut Self {
        self.key(key).u64(number)
    }

    /// A key with a whole number.
    pub fn field_i64(&mut self, key: &str, number: i64) -> &mut Self {
        self.key(key).i64(number)
    }

    /// A key with a double, see [`f64`](Self::f64).
    pub fn field_f64(&mut self, key: &str, number: f64) -> &mut Self {
        self.key(key).f64(number)
    }

    /// A key with `true` or `false`.
    pub fn field_bool(&mut self, key: &str, value: bool) -> &mut Self {
        self.key(key).bool(value)
    }

    /// A key with `null`.
    pub fn field_null(&mut self, key: &str) -> &mut Self {
        self.key(key).null()
    }

    #[inline]
    fn separate(&mut self) {
        if self.comma {
            self.out.push(b',');
        }
    }

    #[inline]
    fn open(&mut self, bracket: u8) -> &mut Self {
        self.separate();
        self.out.push(bracket);
        self.comma = false;
        self
    }

    #[inline]
    fn close(&mut self, bracket: u8) -> &mut Self {
        self.out.push(bracket);
        self.comma = true;
        self
    }
}

fn write_u64(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [b'0'; 20];
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        used += 1;
        if number == 0 {
            break;
        }
    }
    out.extend(digits.iter().skip(digits.len() - used));
}

/// Appends `text` as it stands between the quotes of a JSON string. Only what must be escaped is: quote, backslash and the control
/// characters, by their short form where there is one, as `serde_json` does.
pub fn escape_into(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    while let Some((run, &[special, ref behind @ ..])) = scan::special(rest).and_then(|at| rest.split_at_checked(at)) {
        out.extend_from_slice(run);
        let short = match special {
            b'"' => b'"',
            b'\\' => b'\\',
            0x08 => b'b',
            0x0C => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            _ => b'u',
        };
        out.extend_from_slice(&[b'\\', short]);
        if short == b'u' {
            let hex = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
            out.extend_from_slice(&[b'0', b'0', hex(special >> 4), hex(special & 15)]);
        }
        rest = behind;
    }
    out.extend_from_slice(rest);
}
