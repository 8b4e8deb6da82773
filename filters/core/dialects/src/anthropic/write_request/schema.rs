//! JSON Schema as far as Claude is held to it: <https://docs.claude.com/en/docs/build-with-claude/structured-outputs#json-schema-limitations>.
//! The API refuses the rest, which is refused by name here, or dropped where the policy is lenient about it.

use tollgate_wire::json::{Str, Value, Writer};

use crate::canonical::Losses;
use crate::refusal::Refusal;

/// Keywords that it refuses wherever they stand, but for one value of [`is_taken`].
const REFUSED: [&str; 18] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "minProperties",
    "maxProperties",
    "patternProperties",
    "propertyNames",
    "not",
    "if",
    "dependentSchemas",
];

/// Whether a schema can be kept as it is.
pub(crate) fn is_kept(schema: Value<'_>) -> bool {
    let mut refused = Vec::new();
    check(schema, &mut refused);
    refused.is_empty()
}

/// Writes a schema that must be kept; `parent` is in front of the keywords' names where they are refused.
///
/// # Errors
/// A 400 that names a keyword which is not kept.
pub(crate) fn write(schema: Value<'_>, parent: &str, out: &mut Writer, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    let mut refused = Vec::new();
    check(schema, &mut refused);
    if refused.is_empty() {
        out.value(schema);
        return Ok(());
    }
    for keyword in refused {
        losses.lacks(&format!("{parent}.{keyword}"))?;
    }
    rewrite(schema, out);
    Ok(())
}

/// Arrays may be asked to hold something.
fn is_taken(keyword: &str, value: Value<'_>) -> bool {
    keyword == "minItems" && value.as_u64().is_some_and(|least| least <= 1)
}

fn is_object(schema: Value<'_>) -> bool {
    schema.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "object")
        || schema.get("properties").is_some()
}

fn is_closed(schema: Value<'_>) -> bool {
    schema.get("additionalProperties").and_then(|more| more.as_bool()) == Some(false)
}

fn check(schema: Value<'_>, refused: &mut Vec<String>) {
    let mut refuse = |keyword: &str| {
        if !refused.iter().any(|known| known == keyword) {
            refused.push(keyword.to_owned());
        }
    };
    if is_object(schema) && !is_closed(schema) {
        refuse("additionalProperties");
    }
    for (key, value) in schema.entries() {
        let key = key.decode();
        if REFUSED.contains(&&*key) && !is_taken(&key, value) {
            refuse(&key);
        }
    }
    for (_, value, holds) in below(schema) {
        match holds {
            Holds::Schema => check(value, refused),
            Holds::List => value.items().for_each(|item| check(item, refused)),
            Holds::Map => value.entries().for_each(|(_, item)| check(item, refused)),
        }
    }
}

/// Where a keyword's schemas are: it is one itself, it is a list of them, or they are its values.
#[derive(Clone, Copy)]
enum Holds {
    Schema,
    List,
    Map,
}

fn holds(keyword: &str) -> Option<Holds> {
    match keyword {
        "items" => Some(Holds::Schema),
        "prefixItems" | "anyOf" | "oneOf" | "allOf" => Some(Holds::List),
        "properties" | "$defs" | "definitions" => Some(Holds::Map),
        _ => None,
    }
}

fn below<'a>(schema: Value<'a>) -> impl Iterator<Item = (Str<'a>, Value<'a>, Holds)> {
    schema.entries().filter_map(|(key, value)| Some((key, value, holds(&key.decode())?)))
}

/// Without what is refused, and closed.
fn rewrite(schema: Value<'_>, out: &mut Writer) {
    if !schema.is_object() {
        out.value(schema);
        return;
    }
    let object = is_object(schema);
    out.begin_object();
    for (key, value) in schema.entries() {
        let name = key.decode();
        if (REFUSED.contains(&&*name) && !is_taken(&name, value)) || (object && name == "additionalProperties") {
            continue;
        }
        out.raw_key(key);
        match holds(&name) {
            Some(Holds::Schema) => rewrite(value, out),
            Some(Holds::List) if value.is_array() => {
                out.begin_array();
                value.items().for_each(|item| rewrite(item, out));
                out.end_array();
            }
            Some(Holds::Map) if value.is_object() => {
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
    if object {
        out.field_bool("additionalProperties", false);
    }
    out.end_object();
}
