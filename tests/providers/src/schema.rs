//! Values made from a JSON schema: the arguments of a tool call, or a structured answer.

use serde_json::{Map, Value};

/// Schemas nest and may refer to themselves; below this depth an optional value is null, a required one an empty object.
const MAX_DEPTH: usize = 16;

/// Makes a value that satisfies the common parts of `schema`: type, required properties, `default`, `const`, `enum`,
/// `minimum`, `minItems`, `anyOf`/`oneOf`/`allOf` and local `$ref`s. Only required properties are given. Strings take
/// `words` in turn, and `fallback` when there are no more.
pub(crate) fn synthesize(schema: &Value, words: &mut Words) -> Value {
    value(schema, schema, words, 0)
}

/// What strings are filled with.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    /// Used once each, in order.
    words: std::collections::VecDeque<String>,
    fallback: String,
}

impl Words {
    /// The quoted passages of `text`: between `"…"`, `“…”` or backquotes.
    pub(crate) fn quoted_in(text: &str, fallback: &str) -> Self {
        let mut words = std::collections::VecDeque::new();
        let mut rest = text;
        while let Some(open) = rest.find(['"', '“', '`']) {
            let mut after = rest[open..].chars();
            let close = match after.next() {
                Some('“') => '”',
                Some(quote) => quote,
                None => break,
            };
            let after = after.as_str();
            let Some(end) = after.find(close) else { break };
            words.push_back(after[..end].to_owned());
            rest = &after[end + close.len_utf8()..];
        }
        Self { words, fallback: fallback.to_owned() }
    }

    /// `text` alone, for every string.
    pub(crate) fn always(text: &str) -> Self {
        Self { words: Default::default(), fallback: text.to_owned() }
    }

    fn next(&mut self) -> String {
        self.words.pop_front().unwrap_or_else(|| self.fallback.clone())
    }

    /// Takes the first word that is one of `choices`.
    fn take(&mut self, choices: &[Value]) -> Option<Value> {
        let at = self.words.iter().position(|word| choices.iter().any(|choice| choice == word.as_str()))?;
        self.words.remove(at).map(Value::String)
    }
}

fn value(schema: &Value, root: &Value, words: &mut Words, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Object(Map::new());
    }
    if let Some(target) =
        schema.get("$ref").and_then(Value::as_str).and_then(|name| root.pointer(name.strip_prefix('#')?))
    {
        return value(target, root, words, depth + 1);
    }
    for fixed in ["const", "default"] {
        if let Some(given) = schema.get(fixed) {
            return given.clone();
        }
    }
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        return words.take(choices).or_else(|| choices.first().cloned()).unwrap_or(Value::Null);
    }
    for union in ["anyOf", "oneOf", "allOf"] {
        let branches = schema.get(union).and_then(Value::as_array);
        if let Some(branch) = branches.and_then(|all| all.iter().find(|one| kind(one) != "null")) {
            return value(branch, root, words, depth + 1);
        }
    }
    match kind(schema).as_str() {
        "string" => Value::String(words.next()),
        "integer" => schema.get("minimum").and_then(Value::as_i64).unwrap_or(1).into(),
        "number" => schema.get("minimum").and_then(Value::as_f64).unwrap_or(1.5).into(),
        "boolean" => true.into(),
        "null" => Value::Null,
        "array" => {
            let count = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1).min(16);
            let item = schema.get("items").unwrap_or(&Value::Null);
            Value::Array((0..count).map(|_| value(item, root, words, depth + 1)).collect())
        }
        _ => object(schema, root, words, depth),
    }
}

fn object(schema: &Value, root: &Value, words: &mut Words, depth: usize) -> Value {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let property = |name: &str| schema.get("properties").and_then(|all| all.get(name)).unwrap_or(&Value::Null);
    Value::Object(required.map(|name| (name.to_owned(), value(property(name), root, words, depth + 1))).collect())
}

/// The type a schema names, in lower case (Gemini writes `STRING`), null aside; by its keywords where it names none.
fn kind(schema: &Value) -> String {
    let named = match schema.get("type") {
        Some(Value::String(name)) => Some(name.as_str()),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    };
    match named {
        Some(name) => name.to_ascii_lowercase(),
        None if schema.get("properties").is_some() || schema.get("required").is_some() => "object".into(),
        None if schema.get("items").is_some() => "array".into(),
        None if schema.as_object().is_some_and(|members| !members.is_empty()) => "string".into(),
        None => "object".into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn quoted_words_fill_strings_in_order() {
        let schema = json!({"type": "object", "required": ["city", "unit", "days"], "properties": {
            "city": {"type": "string"}, "unit": {"enum": ["K", "C"]}, "days": {"type": "integer", "minimum": 3}, "x": {"type": "string"}}});
        let mut words = Words::quoted_in(r#"weather in "Ulm" as `C` please"#, "?");
        assert_eq!(synthesize(&schema, &mut words), json!({"city": "Ulm", "unit": "C", "days": 3}));
        assert_eq!(synthesize(&schema, &mut words), json!({"city": "?", "unit": "K", "days": 3}));
    }

    #[test]
    fn references_unions_and_recursion_end() {
        let schema = json!({"$ref": "#/$defs/Node", "$defs": {"Node": {"type": "object", "required": ["next", "tags"], "properties": {
            "next": {"$ref": "#/$defs/Node"}, "tags": {"type": "array", "minItems": 2, "items": {"anyOf": [{"type": "null"}, {"type": "STRING"}]}}}}}});
        let made = synthesize(&schema, &mut Words::always("t"));
        assert_eq!(made["tags"], json!(["t", "t"]));
        assert!(made["next"]["next"].is_object());
    }

    #[test]
    fn an_unclosed_quote_is_no_word() {
        assert!(Words::quoted_in("say \"hi", "").words.is_empty());
    }
}
