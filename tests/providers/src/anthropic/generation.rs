//! What generations of Claude's refuse that others take.

use serde_json::Value;

use crate::fields::{Fault, Object, Path, Read};

/// Whether the model is of the version or later. A name that tells no version is of all.
fn is_from(model: &str, major: u32, minor: u32) -> bool {
    let numbers: Vec<u32> = model
        .split_once("claude-")
        .map_or("", |(_, rest)| rest)
        .split(['-', '@', ':', '.'])
        .filter(|word| word.len() < 3)
        .filter_map(|word| word.parse().ok())
        .collect();
    numbers.first().is_some_and(|own| (*own, numbers.get(1).copied().unwrap_or(0)) >= (major, minor))
}

/// Checks the sampling of a request.
pub(super) fn sampling(body: &Object<'_>, model: &str) -> Read<()> {
    sampled(model, [body.number("temperature")?, body.number("top_p")?, body.number("top_k")?])
}

/// Checks temperature, `top_p` and `top_k`: the newest take none but the default, those before them one of the first two.
pub(crate) fn sampled(model: &str, given: [Option<f64>; 3]) -> Read<()> {
    if is_from(model, 4, 7) {
        for (name, value) in ["temperature", "top_p", "top_k"].into_iter().zip(given) {
            if value.is_some_and(|value| value != 1.0) {
                return Err(Fault::Other(Path::default(), format!("`{name}` is deprecated for this model.")));
            }
        }
    }
    if is_from(model, 4, 1) && given[0].is_some() && given[1].is_some() {
        let text = "`temperature` and `top_p` cannot both be specified for this model. Please use only one.";
        return Err(Fault::Other(Path::default(), text.into()));
    }
    Ok(())
}

/// Checks who speaks last: the newest go on with nobody's words but the user's.
pub(crate) fn last(model: &str, role: Option<&str>) -> Read<()> {
    if role == Some("assistant") && is_from(model, 4, 6) {
        let text =
            "This model does not support assistant message prefill. The conversation must end with a user message.";
        return Err(Fault::Other(Path::default(), text.into()));
    }
    Ok(())
}

/// Checks that there is a grammar for a schema:
/// <https://docs.claude.com/en/docs/build-with-claude/structured-outputs#json-schema-limitations>.
pub(crate) fn bindable(schema: &Value, at: &Path) -> Read<()> {
    let Some(members) = schema.as_object() else { return Ok(()) };
    let kind = members.get("type").and_then(Value::as_str).unwrap_or("object");
    let fault = |text: String| Err(Fault::Other(at.clone(), text));
    for name in [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "maxItems",
    ] {
        if members.contains_key(name) {
            return fault(format!("For '{kind}' type, property '{name}' is not supported"));
        }
    }
    if members.get("minItems").is_some_and(|least| least.as_u64().is_none_or(|least| least > 1)) {
        return fault("For 'array' type, 'minItems' values other than 0 or 1 are not supported".into());
    }
    let is_object = members.get("type").is_some_and(|kind| kind == "object") || members.contains_key("properties");
    if is_object && members.get("additionalProperties") != Some(&Value::Bool(false)) {
        return fault("For 'object' type, 'additionalProperties' must be explicitly set to false".into());
    }
    let lists = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|name| members.get(name)?.as_array()).flatten();
    let maps = ["properties", "$defs", "definitions"].into_iter().filter_map(|name| members.get(name)?.as_object());
    let mut below = lists.chain(maps.flat_map(|map| map.values())).chain(members.get("items"));
    below.try_for_each(|schema| bindable(schema, at))
}
