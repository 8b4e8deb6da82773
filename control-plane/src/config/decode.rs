//! Located trees to the types of `kinds`, through serde, with every problem of a document found in one go.
//!
//! serde stops at its first error. [`decode`] records that error with its place, takes the offending part out of a copy of the tree and
//! tries again, so that a reader sees all mistakes at once instead of one per run.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::node::{Node, Place, Step, Value, show_path};

/// After so many mistakes in one document the rest can wait.
const MAX_ERRORS: usize = 50;

/// One mistake in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// Where.
    pub place: Place,
    /// The field, such as `spec.quotas[2].limit`.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Reads `node` as a `T`, or says everything that keeps it from being one.
///
/// # Errors
/// At least one [`DecodeError`], in the order of the type's fields.
pub fn decode<T: DeserializeOwned>(node: &Node) -> Result<T, Vec<DecodeError>> {
    let mut tree = node.clone();
    let mut errors = Vec::new();
    // Paths that were taken out, as they are numbered in `tree` now: that they are missing is not another mistake.
    let mut removed: BTreeSet<Vec<Step>> = BTreeSet::new();
    loop {
        let error = match T::deserialize(&tree) {
            Ok(value) if errors.is_empty() => return Ok(value),
            Ok(_) => return Err(errors),
            Err(error) => error,
        };
        let mut path = error.path;
        path.reverse();
        let follows_from_another = match &error.kind {
            Kind::Missing(field) => {
                let mut missing = path.clone();
                missing.push(Step::Field((*field).into()));
                removed.contains(&missing)
            }
            // It has become empty by what was taken out of it.
            _ => {
                tree.is_empty_at(&path)
                    && removed.iter().any(|gone| gone.split_last().is_some_and(|(_, of)| *of == path))
            }
        };
        if !follows_from_another {
            let place = error.place.unwrap_or_else(|| tree.locate(&path));
            errors.push(DecodeError { place, field: show_path(&path), message: error.kind.to_string() });
        }
        if errors.len() >= MAX_ERRORS || !tree.remove(&path) {
            return Err(errors);
        }
        if matches!(path.last(), Some(Step::Field(_))) {
            removed.insert(path);
        }
    }
}

/// An error on its way up from where it happened.
#[derive(Debug)]
pub struct Error {
    /// Steps from the failing part to the root, innermost first.
    path: Vec<Step>,
    place: Option<Place>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Unknown { field: String, known: &'static [&'static str] },
    Missing(&'static str),
    Other(String),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { field, known } => {
                write!(f, "unknown field `{field}`")?;
                match nearest(field, known) {
                    Some(near) => write!(f, "; did you mean `{near}`?"),
                    None if known.is_empty() => f.write_str("; no fields are known here"),
                    None => write!(f, "; known are {}", known.join(", ")),
                }
            }
            Self::Missing(field) => write!(f, "field `{field}` is missing: add it"),
            Self::Other(message) => f.write_str(message),
        }
    }
}

impl Error {
    fn other(message: impl Into<String>) -> Self {
        Self { path: Vec::new(), place: None, kind: Kind::Other(message.into()) }
    }

    fn under(mut self, step: Step, place: Place) -> Self {
        self.place.get_or_insert(place);
        self.path.push(step);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::other(message.to_string())
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self { path: Vec::new(), place: None, kind: Kind::Unknown { field: field.into(), known: expected } }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { path: Vec::new(), place: None, kind: Kind::Missing(field) }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        match nearest(variant, expected) {
            Some(near) => Self::other(format!("unknown value `{variant}`; did you mean `{near}`?")),
            None => Self::other(format!("unknown value `{variant}`; known are {}", expected.join(", "))),
        }
    }

    fn invalid_type(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match unexpected {
            de::Unexpected::Seq => "a list".to_owned(),
            de::Unexpected::Map => "a mapping".to_owned(),
            de::Unexpected::Unit => "nothing".to_owned(),
            de::Unexpected::Str(text) => format!("`{text}`"),
            other => other.to_string(),
        };
        Self::other(format!("expected {expected}, found {found}"))
    }
}

/// The known name that a misspelt one most likely stands for: at most two edits away and no more than a third of it.
fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let budget = (name.len() / 3).clamp(1, 2);
    let close = known.iter().map(|candidate| (edits(&name.to_lowercase(), &candidate.to_lowercase()), *candidate));
    close.filter(|(distance, _)| *distance <= budget).min().map(|(_, candidate)| candidate)
}

/// Levenshtein distance over characters.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut new = vec![left];
        for (cb, above) in b.iter().zip(row.iter().skip(1)) {
            let cost = (diagonal + usize::from(ca != *cb)).min(above + 1).min(left + 1);
            diagonal = *above;
            left = cost;
            new.push(cost);
        }
        row = new;
    }
    row.last().copied().unwrap_or(0)
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn as_bool(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Digits may be grouped with `_`, as in `200_000`.
fn number(text: &str) -> String {
    if text.as_bytes().first().is_some_and(|b| b.is_ascii_digit() || *b == b'-') {
        return text.chars().filter(|c| *c != '_').collect();
    }
    text.to_owned()
}

impl Node {
    fn number<T: std::str::FromStr>(&self, expected: &str) -> Result<T, Error> {
        match &self.value {
            Value::Plain(text) => {
                number(text).parse().map_err(|_| Error::other(format!("expected {expected}, found `{text}`")))
            }
            Value::Quoted(text) => {
                Err(Error::other(format!("expected {expected}, found the text \"{text}\": remove the quotes")))
            }
            Value::List(_) | Value::Gone => Err(Error::other(format!("expected {expected}, found a list"))),
            Value::Map(_) => Err(Error::other(format!("expected {expected}, found a mapping"))),
        }
    }
}

macro_rules! whole_numbers {
    ($($method:ident $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.number("a whole number that is not negative")?)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for &'de Node {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.value {
            Value::Quoted(text) => visitor.visit_borrowed_str(text),
            Value::Plain(text) if is_null(text) => visitor.visit_unit(),
            Value::Plain(text) => match (as_bool(text), number(text).parse::<u64>(), number(text).parse::<f64>()) {
                (Some(value), _, _) => visitor.visit_bool(value),
                (_, Ok(value), _) => visitor.visit_u64(value),
                (_, _, Ok(value)) if value.is_finite() => visitor.visit_f64(value),
                _ => visitor.visit_borrowed_str(text),
            },
            Value::List(items) => visitor.visit_seq(Items { items, at: 0 }),
            Value::Map(_) => self.deserialize_map(visitor),
            Value::Gone => visitor.visit_unit(),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.value {
            Value::Plain(text) => match as_bool(text) {
                Some(value) => visitor.visit_bool(value),
                None => Err(Error::other(format!("expected true or false, found `{text}`"))),
            },
            _ => Err(Error::other("expected true or false")),
        }
    }

    whole_numbers! {
        deserialize_u8 visit_u8 deserialize_u16 visit_u16 deserialize_u32 visit_u32 deserialize_u64 visit_u64
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let value: f64 = self.number("a number")?;
        if value.is_finite() { visitor.visit_f64(value) } else { Err(Error::other("expected a finite number")) }
    }

    /// Wherever text is wanted an unquoted scalar is text, as it was written: a model may be called `4`.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.value {
            Value::Plain(text) if is_null(text) => Err(Error::other("expected text, found nothing")),
            Value::Plain(text) | Value::Quoted(text) => visitor.visit_borrowed_str(text),
            Value::List(_) | Value::Gone => Err(Error::other("expected text, found a list")),
            Value::Map(_) => Err(Error::other("expected text, found a mapping")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.value {
            Value::Plain(text) if is_null(text) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.value {
            Value::List(items) => visitor.visit_seq(Items { items, at: 0 }),
            Value::Plain(text) if is_null(text) => Err(Error::other("expected a list, found nothing")),
            Value::Map(_) | Value::Gone => Err(Error::other("expected a list, found a mapping")),
            Value::Plain(text) | Value::Quoted(text) => {
                Err(Error::other(format!("expected a list, found `{text}`: write [{text}]")))
            }
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.value {
            Value::Map(entries) => visitor.visit_map(Fields { entries: entries.iter(), value: None }),
            Value::List(_) | Value::Gone => Err(Error::other("expected a mapping, found a list")),
            Value::Plain(text) if is_null(text) => Err(Error::other("expected a mapping, found nothing")),
            Value::Plain(text) | Value::Quoted(text) => {
                Err(Error::other(format!("expected a mapping, found `{text}`")))
            }
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.value {
            Value::Plain(text) | Value::Quoted(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            Value::Map(entries) => match entries.as_slice() {
                [entry] => visitor.visit_enum(Variant { name: &entry.key, place: entry.place, node: &entry.node }),
                _ => Err(Error::other(format!("expected one field out of {}", variants.join(", ")))),
            },
            Value::List(_) | Value::Gone => {
                Err(Error::other(format!("expected one of {}, found a list", variants.join(", "))))
            }
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

struct Items<'de> {
    items: &'de [Node],
    at: usize,
}

impl<'de> de::SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        while let Some(item) = self.items.get(self.at) {
            let at = self.at;
            self.at += 1;
            if item.value != Value::Gone {
                return seed.deserialize(item).map(Some).map_err(|error| error.under(Step::Item(at), item.place));
            }
        }
        Ok(None)
    }
}

struct Fields<'de> {
    entries: std::slice::Iter<'de, super::node::Entry>,
    value: Option<&'de super::node::Entry>,
}

impl<'de> de::MapAccess<'de> for Fields<'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.value = Some(entry);
        let key = entry.key.as_str().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|error: Error| error.under(Step::Field(entry.key.clone()), entry.place))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let Some(entry) = self.value.take() else { return Err(Error::other("a value without a name")) };
        seed.deserialize(&entry.node).map_err(|error| error.under(Step::Field(entry.key.clone()), entry.place))
    }
}

struct Variant<'de> {
    name: &'de str,
    place: Place,
    node: &'de Node,
}

impl<'de> de::EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let name: Result<S::Value, Error> = seed.deserialize(self.name.into_deserializer());
        let name = name.map_err(|error| error.under(Step::Field(self.name.into()), self.place))?;
        Ok((name, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Err(Error::other(format!("`{}` takes no value: write just `{}`", self.name, self.name)))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self.node).map_err(|error| error.under(Step::Field(self.name.into()), self.place))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Error> {
        de::Deserializer::deserialize_seq(self.node, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        de::Deserializer::deserialize_map(self.node, visitor)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::config::yaml;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Outer {
        name: String,
        items: Vec<Inner>,
        #[serde(default)]
        choice: Choice,
        ratio: Option<f64>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Inner {
        limit: u32,
        strict: bool,
    }

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase")]
    enum Choice {
        #[default]
        Deny,
        DowngradeTo(String),
    }

    fn read(text: &str) -> Result<Outer, Vec<String>> {
        let (documents, errors) = yaml::parse(text);
        assert_eq!(errors, []);
        decode(&documents[0]).map_err(|errors| {
            errors.into_iter().map(|e| format!("{}: {}: {}", e.place.line, e.field, e.message)).collect()
        })
    }

    #[test]
    fn values_are_what_the_field_wants() {
        let read =
            read("name: 4\nitems: [{limit: 1_000, strict: true}]\nchoice: {downgradeTo: small}\nratio: 3\n").unwrap();
        let items = vec![Inner { limit: 1000, strict: true }];
        let choice = Choice::DowngradeTo("small".into());
        assert_eq!(read, Outer { name: "4".into(), items, choice, ratio: Some(3.0) });
    }

    #[test]
    fn every_mistake_is_reported_at_once_with_its_line() {
        let errors = read(
            "name: [x]\nitem: 1\nitems:\n  - {limit: -1, strict: true}\n  - {limit: 1, strict: perhaps}\n  - limit: \"1\"\n    strict: no\nchoice: denny\n",
        )
        .unwrap_err();
        assert_eq!(
            errors,
            [
                "1: name: expected text, found a list",
                "2: item: unknown field `item`; did you mean `items`?",
                "4: items[0].limit: expected a whole number that is not negative, found `-1`",
                "5: items[1].strict: expected true or false, found `perhaps`",
                "6: items[2].limit: expected a whole number that is not negative, found the text \"1\": remove the quotes",
                "7: items[2].strict: expected true or false, found `no`",
                "8: choice: unknown value `denny`; did you mean `deny`?",
            ]
        );
    }

    #[test]
    fn what_is_missing_is_named_once() {
        assert_eq!(read("items: []\n").unwrap_err(), ["1: : field `name` is missing: add it"]);
    }
}
