//! JSON Schema as far as the API holds an answer to it. What it does not know it ignores, which is no harm where a schema is a hint only, and
//! is refused by name where it was to be kept strictly.
//!
//! The keywords are those of `GenerationConfig.response_json_schema`, <https://ai.google.dev/api/generate-content#v1beta.GenerationConfig>.

use tollgate_wire::json::{Kind, Str, Value, Writer};

use crate::canonical::Losses;
use crate::refusal::Refusal;

/// Keywords that the API knows and that hold no schema of their own.
const KNOWN: [&str; 14] = [
    "$id",
    "$ref",
    "$anchor",
    "type",
    "format",
    "title",
    "description",
    "enum",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "required",
    "propertyOrdering",
];

/// Keywords that constrain nothing.
const REMARKS: [&str; 8] =
    ["$schema", "$comment", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"];

/// Writes a schema; `parent` is in front of the keywords' names where they are refused.
///
/// # Errors
/// A 400 that names a keyword which the API does not keep, if it must be kept: `strict`.
pub(super) fn write(
    schema: Value<'_>,
    parent: &str,
    strict: bool,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let mut unknown = Vec::new();
    let mut changes = false;
    check(schema, &mut unknown, &mut changes);
    for keyword in unknown {
        let feature = format!("{parent}.{keyword}");
        if strict {
            losses.lacks(&feature)?;
        } else {
            losses.note(&feature);
        }
    }
    match changes {
        true => rewrite(schema, out),
        false => _ = out.value(schema),
    }
    Ok(())
}

/// Where a keyword's schemas are.
enum Holds {
    /// It is one itself.
    Schema,
    /// It is a list of them.
    List,
    /// They are its values.
    Map,
    Nothing,
}

fn holds(keyword: &str) -> Holds {
    match keyword {
        "items" | "additionalProperties" => Holds::Schema,
        "prefixItems" | "anyOf" | "oneOf" => Holds::List,
        "properties" | "$defs" => Holds::Map,
        _ => Holds::Nothing,
    }
}

/// Collects the keywords that are not known, and whether something must be written otherwise.
fn check(schema: Value<'_>, unknown: &mut Vec<String>, changes: &mut bool) {
    let is_reference = schema.get("$ref").is_some();
    for (key, value) in schema.entries() {
        let key = key.decode();
        match holds(&key) {
            Holds::Schema => check(value, unknown, changes),
            Holds::List => value.items().for_each(|item| check(item, unknown, changes)),
            Holds::Map => value.entries().for_each(|(_, item)| check(item, unknown, changes)),
            Holds::Nothing if REMARKS.contains(&&*key) => {}
            Holds::Nothing if key == "const" && is_enumerable(value) => *changes = true,
            Holds::Nothing if !KNOWN.contains(&&*key) && !unknown.iter().any(|known| *known == key) => {
                unknown.push(key.clone().into_owned());
            }
            Holds::Nothing => {}
        }
        *changes |= is_reference && is_beside_reference(&key);
    }
}

/// A constant is the only value of an `enum`, which the API has for strings and numbers.
fn is_enumerable(value: Value<'_>) -> bool {
    matches!(value.kind(), Kind::String | Kind::Number)
}

/// Beside a reference nothing may stand but what begins with `$`. What clients put there are remarks.
fn is_beside_reference(key: &str) -> bool {
    !key.starts_with('$') && matches!(key, "title" | "description" | "default" | "examples" | "deprecated")
}

fn rewrite(schema: Value<'_>, out: &mut Writer) {
    if !schema.is_object() {
        out.value(schema);
        return;
    }
    let is_reference = schema.get("$ref").is_some();
    out.begin_object();
    for (key, value) in schema.entries() {
        let name = key.decode();
        if is_reference && is_beside_reference(&name) {
            continue;
        }
        if name == "const" && is_enumerable(value) {
            if schema.get("enum").is_none() {
                out.key("enum").begin_array().value(value).end_array();
            }
            continue;
        }
        keyword(key, &name, value, out);
    }
    out.end_object();
}

fn keyword(key: Str<'_>, name: &str, value: Value<'_>, out: &mut Writer) {
    out.raw_key(key);
    match holds(name) {
        Holds::Schema => rewrite(value, out),
        Holds::List if value.is_array() => {
            out.begin_array();
            value.items().for_each(|item| rewrite(item, out));
            out.end_array();
        }
        Holds::Map if value.is_object() => {
            out.begin_object();
            for (key, item) in value.entries() {
                out.raw_key(key);
                rewrite(item, out);
            }
            out.end_object();
        }
        _ => _ = out.value(value),
    }
}
