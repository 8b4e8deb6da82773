//! Which schemas can be enforced: <https://docs.cohere.com/docs/structured-outputs#unsupported-schema-features>.

use tollgate_wire::json::Value;

use crate::canonical::Losses;
use crate::refusal::Refusal;

/// What is not enforced. A client that asks for strictness relies on it.
const NOT_ENFORCED: [&str; 10] =
    ["allOf", "oneOf", "not", "maximum", "minimum", "minItems", "maxItems", "minLength", "maxLength", "uniqueItems"];

/// Looks for what is not enforced: `parent.keyword`.
///
/// # Errors
/// A 400 that names the first of it, unless the policy is lenient about it.
pub(super) fn enforceable(schema: Value<'_>, parent: &str, losses: &mut Losses<'_>) -> Result<(), Refusal> {
    // As deep as the parser's limit lets it.
    for (keyword, value) in schema.entries() {
        match &*keyword.decode() {
            keyword if NOT_ENFORCED.contains(&keyword) => losses.lacks(&format!("{parent}.{keyword}"))?,
            // Keys are names here, not keywords.
            "properties" | "$defs" | "definitions" => {
                value.entries().try_for_each(|(_, schema)| enforceable(schema, parent, losses))?;
            }
            "anyOf" | "prefixItems" => value.items().try_for_each(|schema| enforceable(schema, parent, losses))?,
            "items" | "additionalProperties" => enforceable(value, parent, losses)?,
            _ => {}
        }
    }
    Ok(())
}
