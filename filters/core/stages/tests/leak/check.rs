//! Whether a value is in a body, however it is written.

use serde_json::Value;

/// Whether any string or key holds `plant`: as it is, and decoded once more where it is JSON text.
pub fn holds(value: &Value, plant: &str) -> bool {
    let text = |text: &str| {
        text.contains(plant)
            || text.contains(['{', '[', '"'])
                && serde_json::from_str::<Value>(text).is_ok_and(|inner| !inner.is_number() && holds(&inner, plant))
    };
    match value {
        Value::String(string) => text(string),
        Value::Array(items) => items.iter().any(|item| holds(item, plant)),
        Value::Object(fields) => fields.iter().any(|(key, value)| text(key) || holds(value, plant)),
        Value::Number(number) => number.to_string().contains(plant),
        Value::Null | Value::Bool(_) => false,
    }
}

/// How a value may be written in a body: escaped in part or in full, once or twice.
pub fn forms(plant: &str) -> Vec<String> {
    vec![plant.to_owned(), escaped(plant, "\\"), escaped(plant, "\\\\"), plant.replace('@', "\\u0040")]
}

/// Every character as `\u....`, behind so many backslashes.
pub fn escaped(text: &str, backslash: &str) -> String {
    text.chars().map(|character| format!("{backslash}u{:04x}", u32::from(character))).collect()
}
