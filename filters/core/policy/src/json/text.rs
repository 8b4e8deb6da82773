//! The text of a configuration, read from front to back.

use std::borrow::Cow;

use super::Error;

/// Containers inside one another. One more is an error.
pub(super) const DEPTH: u8 = 100;

/// A number as it is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Unsigned(u64),
    Signed(i64),
    /// Not whole, or too large for either.
    Float(f64),
}

/// What is left of a text.
#[derive(Debug)]
pub(super) struct Text<'a> {
    all: &'a str,
    offset: usize,
    depth: u8,
}

impl<'a> Text<'a> {
    pub fn new(all: &'a str) -> Self {
        Self { all, offset: 0, depth: 0 }
    }

    pub fn offset(&self) -> usize {
        self.offset
    }

    fn byte(&self) -> Option<u8> {
        self.all.as_bytes().get(self.offset).copied()
    }

    fn since(&self, start: usize) -> &'a str {
        self.all.get(start..self.offset).unwrap_or_default()
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.byte().is_some_and(&wanted) {
            self.offset += 1;
        }
    }

    /// The first byte of what comes next, white space aside; 0 at the end.
    pub fn peek(&mut self) -> u8 {
        self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        self.byte().unwrap_or(0)
    }

    /// Reads this byte, if it comes next.
    pub fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.offset += usize::from(found);
        found
    }

    pub fn expect(&mut self, byte: u8) -> Result<(), Error> {
        if self.take(byte) { Ok(()) } else { Err(Error::of(&format!("expected `{}`", char::from(byte)))) }
    }

    /// Reads this word, if it comes next.
    pub fn word(&mut self, word: &str) -> bool {
        self.peek();
        let found = self.all.get(self.offset..).is_some_and(|rest| rest.starts_with(word));
        if found {
            self.offset += word.len();
        }
        found
    }

    pub fn end(&mut self) -> Result<(), Error> {
        if self.peek() == 0 && self.offset == self.all.len() { Ok(()) } else { Err(Error::of("trailing characters")) }
    }

    /// Goes into a container.
    pub fn enter(&mut self, open: u8) -> Result<(), Error> {
        self.expect(open)?;
        self.depth += 1;
        if self.depth > DEPTH { Err(Error::of("too many containers inside one another")) } else { Ok(()) }
    }

    /// Whether there is one more item in a container that ends with `close`; leaves the container otherwise.
    pub fn more(&mut self, first: &mut bool, close: u8) -> Result<bool, Error> {
        if self.take(close) {
            self.depth -= 1;
            return Ok(false);
        }
        if !std::mem::take(first) {
            self.expect(b',')?;
        }
        Ok(true)
    }

    pub fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        self.expect(b'"')?;
        let mut decoded = String::new();
        loop {
            let start = self.offset;
            self.skip_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=31));
            let plain = self.since(start);
            let stop = self.byte();
            self.offset += 1;
            match stop {
                Some(b'"') if decoded.is_empty() => return Ok(Cow::Borrowed(plain)),
                Some(b'"') => return Ok(Cow::Owned(decoded + plain)),
                Some(b'\\') => {
                    decoded.push_str(plain);
                    decoded.push(self.escape()?);
                }
                _ => {
                    self.offset -= 1;
                    return Err(Error::of("a string without an end, or with a control character in it"));
                }
            }
        }
    }

    /// What is behind a backslash.
    fn escape(&mut self) -> Result<char, Error> {
        let escape = self.byte().unwrap_or(0);
        self.offset += 1;
        Ok(match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut code = self.hexadecimal()?;
                if (0xd800..0xdc00).contains(&code) && self.follows("\\u") {
                    let low = self.hexadecimal()?;
                    code = 0x1_0000 + ((code - 0xd800) << 10) + low.wrapping_sub(0xdc00);
                    if !(0xdc00..0xe000).contains(&low) {
                        code = u32::MAX;
                    }
                }
                char::from_u32(code).ok_or_else(|| Error::of("half of a surrogate pair"))?
            }
            _ => return Err(Error::of("invalid escape")),
        })
    }

    fn follows(&mut self, what: &str) -> bool {
        let found = self.all.get(self.offset..).is_some_and(|rest| rest.starts_with(what));
        self.offset += if found { what.len() } else { 0 };
        found
    }

    fn hexadecimal(&mut self) -> Result<u32, Error> {
        let digits = self.all.get(self.offset..self.offset + 4).filter(|digits| !digits.starts_with('+'));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.offset += 4;
        code.ok_or_else(|| Error::of("invalid escape"))
    }

    pub fn number(&mut self) -> Result<Number, Error> {
        let negative = self.take(b'-');
        let start = self.offset;
        self.skip_while(|byte| byte.is_ascii_digit());
        let digits = self.since(start);
        if digits.is_empty() || digits.len() > 1 && digits.starts_with('0') {
            return Err(Error::of("invalid number"));
        }
        let whole = !matches!(self.byte(), Some(b'.' | b'e' | b'E'));
        if whole && let Ok(number) = digits.parse::<u64>() {
            match negative {
                false => return Ok(Number::Unsigned(number)),
                true if number == 0 => return Ok(Number::Float(-0.0)),
                true if number <= 1 << 63 => return Ok(Number::Signed((number as i64).wrapping_neg())),
                true => {}
            }
        }
        let mut decimal = Decimal::default();
        decimal.push(digits, 0);
        if self.byte() == Some(b'.') {
            self.offset += 1;
            let fraction = self.digits()?;
            decimal.push(fraction, 1);
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.offset += 1;
            let below = self.byte() == Some(b'-');
            self.offset += usize::from(below || self.byte() == Some(b'+'));
            // No double has an exponent of five digits.
            let exponent = self.digits()?.parse().unwrap_or(99_999).min(99_999);
            decimal.exponent = decimal.exponent.saturating_add(if below { -exponent } else { exponent });
        }
        let value = decimal.value();
        if value.is_infinite() {
            return Err(Error::of("number out of range"));
        }
        Ok(Number::Float(if negative { -value } else { value }))
    }

    fn digits(&mut self) -> Result<&'a str, Error> {
        let start = self.offset;
        self.skip_while(|byte| byte.is_ascii_digit());
        if self.offset == start { Err(Error::of("invalid number")) } else { Ok(self.since(start)) }
    }
}

/// Digits and a power of ten. The value is the nearest double for up to 15 digits and powers up to 22, as prices and limits have them,
/// and next to it for others: the standard library's, which is always the nearest, takes 16 KB.
#[derive(Debug, Default)]
struct Decimal {
    digits: u64,
    exponent: i32,
}

impl Decimal {
    /// Appends digits, each of which lowers the exponent by `places`.
    fn push(&mut self, digits: &str, places: i32) {
        for digit in digits.bytes() {
            match self.digits.checked_mul(10).and_then(|all| all.checked_add(u64::from(digit - b'0'))) {
                Some(all) => {
                    self.digits = all;
                    self.exponent = self.exponent.saturating_sub(places);
                }
                None => self.exponent = self.exponent.saturating_add(1 - places),
            }
        }
    }

    fn value(&self) -> f64 {
        let mut value = self.digits as f64;
        let mut left = self.exponent.unsigned_abs();
        while left > 0 && value != 0.0 && value.is_finite() {
            let step = left.min(22);
            // Exact: 10^22 is the largest power of ten that a double holds.
            let power = (0..step).fold(1.0, |power, _| power * 10.0);
            value = if self.exponent < 0 { value / power } else { value * power };
            left -= step;
        }
        value
    }
}
