//! Reading fields that decisions hang on.

use std::borrow::Cow;

use tollgate_wire::json::{Items, Str, Value};

use crate::canonical::{Effort, Tool};
use crate::refusal::Refusal;

/// A key to match on.
pub(crate) fn name<'a>(key: Str<'a>) -> Cow<'a, str> {
    key.decode()
}

/// The fields of an object that were met, for those that must not come twice: which of them counts differs between JSON readers, so
/// the gateway and the provider could see different requests.
#[derive(Debug, Default)]
pub(crate) struct Seen<'n>(Vec<&'n str>);

impl<'n> Seen<'n> {
    /// Notes a field.
    pub fn once(&mut self, field: &'n str) -> Result<(), Refusal> {
        if self.0.contains(&field) {
            return Err(Refusal::duplicate_field(field));
        }
        self.0.push(field);
        Ok(())
    }

    /// Whether a field was met.
    pub fn has(&self, field: &str) -> bool {
        self.0.contains(&field)
    }
}

/// A count, where null is the same as nothing.
pub(crate) fn limit(field: &str, value: Value<'_>) -> Result<Option<u64>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    value.as_u64().map(Some).ok_or_else(|| Refusal::invalid_field(field, "a whole number of at least 0"))
}

/// A string that must be there.
pub(crate) fn string<'a>(field: &str, value: Option<Value<'a>>) -> Result<Str<'a>, Refusal> {
    let value = value.ok_or_else(|| Refusal::missing_field(field))?;
    value.as_str().ok_or_else(|| Refusal::invalid_field(field, "a string"))
}

/// A string, where null is the same as nothing.
pub(crate) fn optional_string<'a>(field: &str, value: Value<'a>) -> Result<Option<Str<'a>>, Refusal> {
    if value.is_null() { Ok(None) } else { string(field, Some(value)).map(Some) }
}

/// A yes or no, where null is the same as nothing.
pub(crate) fn boolean(field: &str, value: Value<'_>) -> Result<Option<bool>, Refusal> {
    match value.as_bool() {
        None if !value.is_null() => Err(Refusal::invalid_field(field, "true or false")),
        yes_or_no => Ok(yes_or_no),
    }
}

/// A number a provider can calculate with.
pub(crate) fn number<'a>(field: &str, value: Value<'a>) -> Result<Option<Value<'a>>, Refusal> {
    value.as_f64().map(|_| Some(value)).ok_or_else(|| Refusal::invalid_field(field, "a number"))
}

/// The items of a list, where null is the same as an empty one.
pub(crate) fn list<'a>(field: &str, value: Value<'a>) -> Result<Items<'a>, Refusal> {
    if value.is_array() || value.is_null() { Ok(value.items()) } else { Err(Refusal::invalid_field(field, "an array")) }
}

/// An object, where null is the same as nothing.
pub(crate) fn object<'a>(field: &str, value: Value<'a>) -> Result<Option<Value<'a>>, Refusal> {
    match value {
        value if value.is_object() => Ok(Some(value)),
        value if value.is_null() => Ok(None),
        _ => Err(Refusal::invalid_field(field, "an object")),
    }
}

/// An object that must be there.
pub(crate) fn required_object<'a>(field: &str, value: Option<Value<'a>>) -> Result<Value<'a>, Refusal> {
    let value = value.filter(|value| !value.is_null()).ok_or_else(|| Refusal::missing_field(field))?;
    object(field, value)?.ok_or_else(|| Refusal::missing_field(field))
}

/// How much to think; `words` lists what the dialect has.
pub(crate) fn effort(field: &str, value: Value<'_>, words: &str) -> Result<Option<Effort>, Refusal> {
    let effort = value.as_str().and_then(|effort| Effort::parse(effort.raw()));
    effort.map(Some).ok_or_else(|| Refusal::invalid_field(field, words))
}

/// Takes a field that tools have in every dialect, `schema` being its name for the parameters'. False if it is none of those.
pub(crate) fn tool_field<'a>(
    tool: &mut Tool<'a>,
    key: &str,
    value: Value<'a>,
    schema: &str,
    at: &str,
) -> Result<bool, Refusal> {
    match key {
        "description" => tool.description = optional_string(&format!("{at}.description"), value)?,
        "strict" => tool.strict = boolean(&format!("{at}.strict"), value)?,
        "cache_control" => tool.cache = Some(value).filter(|cache| !cache.is_null()),
        key if key == schema => tool.parameters = object(&format!("{at}.{schema}"), value)?,
        _ => return Ok(false),
    }
    Ok(true)
}
