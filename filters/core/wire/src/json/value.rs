//! Walking a parsed text.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use super::tape::Node;
use super::text::Str;

/// From how many entries on repeated keys are looked for with a set instead of comparing each with each.
const FEW_KEYS: usize = 16;

/// Below this every integer has a double of its own.
const EXACT: u64 = 1 << 53;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number, of any size
    Number,
    /// A string
    String,
    /// An array
    Array,
    /// An object
    Object,
}

/// A value in a parsed text: a cheap, copyable pointer into the tape.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    pub(super) text: &'a str,
    pub(super) nodes: &'a [Node],
    pub(super) at: u32,
}

impl<'a> Value<'a> {
    #[inline]
    fn node(&self) -> Node {
        // Unreachable by construction: every index was handed out by the tape. Null is the harmless answer.
        const NOTHING: Node = Node { start: 0, end: 0, next: 0, kind: Kind::Null, escaped: false };
        self.nodes.get(self.at as usize).copied().unwrap_or(NOTHING)
    }

    /// What it is.
    #[inline]
    pub fn kind(&self) -> Kind {
        self.node().kind
    }

    /// Where it is in the input, quotes or brackets included.
    #[inline]
    pub fn span(&self) -> Range<usize> {
        let node = self.node();
        node.start as usize..node.end as usize
    }

    /// Its text as it stands in the input, quotes or brackets included.
    #[inline]
    pub fn raw(&self) -> &'a str {
        self.text.get(self.span()).unwrap_or_default()
    }

    /// Whether it is `null`.
    #[inline]
    pub fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether it is an array.
    #[inline]
    pub fn is_array(&self) -> bool {
        self.kind() == Kind::Array
    }

    /// Whether it is an object.
    #[inline]
    pub fn is_object(&self) -> bool {
        self.kind() == Kind::Object
    }

    /// `true` or `false`.
    pub fn as_bool(&self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.raw() == "true")
    }

    /// A whole number from 0 to `u64::MAX`. `5.0` and `5e0` are 5 as well, as clients whose only number type is a double
    /// send them, but with a point or an exponent only below 2^53, where a double still tells integers apart.
    pub fn as_u64(&self) -> Option<u64> {
        let text = self.number()?;
        text.parse().ok().or_else(|| {
            let (negative, whole) = whole(text)?;
            (!negative || whole == 0).then_some(whole)
        })
    }

    /// A whole number from `i64::MIN` to `i64::MAX`, with the same leniency as [`as_u64`](Self::as_u64).
    pub fn as_i64(&self) -> Option<i64> {
        let text = self.number()?;
        text.parse().ok().or_else(|| {
            let (negative, whole) = whole(text)?;
            let whole = i64::try_from(whole).ok()?;
            Some(if negative { -whole } else { whole })
        })
    }

    /// The nearest double. None if that is infinite: `1e999` is JSON, but no number to calculate with.
    pub fn as_f64(&self) -> Option<f64> {
        self.number()?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    fn number(&self) -> Option<&'a str> {
        (self.kind() == Kind::Number).then(|| self.raw())
    }

    /// A string, still escaped.
    #[inline]
    pub fn as_str(&self) -> Option<Str<'a>> {
        let node = self.node();
        if node.kind != Kind::String {
            return None;
        }
        let start = node.start as usize + 1;
        let raw = self.text.get(start..(node.end as usize).saturating_sub(1)).unwrap_or_default();
        Some(Str { raw, start, escaped: node.escaped })
    }

    /// The items of an array; nothing if it is none.
    #[inline]
    pub fn items(&self) -> Items<'a> {
        let (first, end) = self.inside(Kind::Array);
        Items { first: Value { at: first, ..*self }, end }
    }

    /// The keys and values of an object, repeated keys included; nothing if it is none.
    #[inline]
    pub fn entries(&self) -> Entries<'a> {
        let (first, end) = self.inside(Kind::Object);
        Entries { key: Value { at: first, ..*self }, end }
    }

    #[inline]
    fn inside(&self, kind: Kind) -> (u32, u32) {
        let node = self.node();
        if node.kind == kind { (self.at + 1, node.next) } else { (0, 0) }
    }

    /// An object's value for this key: the last one if it is repeated, as most parsers have it.
    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        let (mut at, end) = self.inside(Kind::Object);
        let mut found = None;
        while at < end {
            let name = self.nodes.get(at as usize)?;
            // Most keys have another length. Only what may be the one is read.
            if (name.escaped || (name.end - name.start) as usize == key.len() + 2)
                && (Value { at, ..*self }).as_str().is_some_and(|name| name == *key)
            {
                found = Some(Value { at: at + 1, ..*self });
            }
            at = self.nodes.get(at as usize + 1)?.next;
        }
        found
    }

    /// How many items or entries there are; 0 if it is neither array nor object. Walks them.
    pub fn len(&self) -> usize {
        match self.kind() {
            Kind::Array => self.items().count(),
            Kind::Object => self.entries().count(),
            _ => 0,
        }
    }

    /// Whether there are no items or entries; also true of what is neither array nor object.
    pub fn is_empty(&self) -> bool {
        // A container's first child, if any, is the node right behind it.
        !matches!(self.kind(), Kind::Array | Kind::Object) || self.node().next == self.at + 1
    }

    /// An object's first key that was there before, compared decoded: `"a"` repeats `"\u0061"`.
    pub fn duplicate_key(&self) -> Option<Str<'a>> {
        let keys = || self.entries().map(|(key, _)| key);
        if self.entries().nth(FEW_KEYS).is_none() {
            return keys()
                .enumerate()
                .find_map(|(index, key)| keys().take(index).any(|earlier| earlier == key).then_some(key));
        }
        // An ordered set: it needs no random seed, which wasm cannot get, to withstand chosen keys.
        let mut seen = BTreeSet::new();
        keys().find(|key| !seen.insert(key.decode()))
    }
}

/// The whole number that a number with a point or an exponent stands for, or -0: its sign, and what it is without. Exact; nothing at or
/// above [`EXACT`]. Read here, since the standard library's way to a double takes 16 KB of a module.
fn whole(text: &str) -> Option<(bool, u64)> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    // What is written as an integer and got here is out of range, or is -0 asked for as unsigned.
    let written_as_integer = text.bytes().all(|byte| byte.is_ascii_digit());
    let mut value = 0u64;
    for digit in whole.bytes().chain(fraction.bytes()) {
        value = value.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0')))?;
    }
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent).parse::<i32>().ok();
    // Of zero, any exponent makes zero.
    let mut power = if value == 0 { 0 } else { exponent?.checked_sub(i32::try_from(fraction.len()).ok()?)? };
    while power < 0 && value.is_multiple_of(10) {
        value /= 10;
        power += 1;
    }
    while power > 0 {
        value = value.checked_mul(10)?;
        power -= 1;
    }
    (power == 0 && value < EXACT && (!written_as_integer || value == 0)).then_some((negative, value))
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.raw())
    }
}

/// The items of an array, in order.
#[derive(Debug, Clone)]
pub struct Items<'a> {
    first: Value<'a>,
    end: u32,
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Value<'a>> {
        if self.first.at >= self.end {
            return None;
        }
        let item = self.first;
        self.first.at = item.node().next;
        Some(item)
    }
}

/// The keys and values of an object, in order.
#[derive(Debug, Clone)]
pub struct Entries<'a> {
    key: Value<'a>,
    end: u32,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Str<'a>, Value<'a>);

    #[inline]
    fn next(&mut self) -> Option<(Str<'a>, Value<'a>)> {
        if self.key.at >= self.end {
            return None;
        }
        let key = self.key.as_str()?;
        let value = Value { at: self.key.at + 1, ..self.key };
        self.key.at = value.node().next;
        Some((key, value))
    }
}
