//! JSON Schemas of the configuration files, for editors: made of the same types that read the files.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::config::kinds::{Document, GatewaySpec, KINDS, ProviderSpec, RedactionPolicySpec, RouteSpec, TeamSpec};

/// The schema of a document of any kind.
#[must_use]
pub fn all() -> Value {
    let mut generator = generator();
    let kinds: Vec<Value> = KINDS.iter().map(|kind| document(&mut generator, kind)).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tollgate configuration",
        "oneOf": kinds,
        "$defs": definitions(&mut generator),
    })
}

/// The schema of a document of one kind.
#[must_use]
pub fn of_kind(kind: &str) -> Value {
    let mut generator = generator();
    let mut schema = document(&mut generator, kind);
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
        object.insert("title".into(), format!("Tollgate {kind}").into());
        object.insert("$defs".into(), definitions(&mut generator));
    }
    schema
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_deserialize().into_generator()
}

fn definitions(generator: &mut SchemaGenerator) -> Value {
    Value::Object(generator.take_definitions(true))
}

fn document(generator: &mut SchemaGenerator, kind: &str) -> Value {
    let schema = match kind {
        "Provider" => Document::<ProviderSpec>::json_schema(generator),
        "Route" => Document::<RouteSpec>::json_schema(generator),
        "Team" => Document::<TeamSpec>::json_schema(generator),
        "RedactionPolicy" => Document::<RedactionPolicySpec>::json_schema(generator),
        _ => Document::<GatewaySpec>::json_schema(generator),
    };
    let mut schema = schema.to_value();
    if let Some(property) = schema.pointer_mut("/properties/kind") {
        *property = json!({"const": kind});
    }
    if let Some(property) = schema.pointer_mut("/properties/apiVersion") {
        *property = json!({"const": crate::config::kinds::API_VERSION});
    }
    schema
}

#[cfg(test)]
mod tests {
    use tollgate_policy::translate::ProviderApi;

    use super::*;

    #[test]
    fn every_kind_has_a_schema_that_knows_its_fields_and_no_others() {
        for kind in KINDS {
            let schema = of_kind(kind);
            assert_eq!(schema.pointer("/properties/kind/const"), Some(&json!(kind)));
            assert_eq!(schema.pointer("/additionalProperties"), Some(&json!(false)));
            let spec = schema.pointer("/properties/spec/$ref").and_then(Value::as_str).unwrap();
            let spec = schema.pointer(spec.trim_start_matches('#')).unwrap();
            assert_eq!(spec.pointer("/additionalProperties"), Some(&json!(false)), "{kind}");
        }
        assert_eq!(all().pointer("/oneOf").and_then(Value::as_array).map(Vec::len), Some(KINDS.len()));
    }

    #[test]
    fn fields_are_called_as_in_the_files() {
        let team = of_kind("Team");
        for field in ["identities", "onExceeded", "residency", "quotas"] {
            assert!(team.pointer(&format!("/$defs/TeamSpec/properties/{field}")).is_some(), "{field}");
        }
        let provider = of_kind("Provider");
        for field in ["api", "credential", "flavor", "apiVersion", "project", "location"] {
            let field = format!("/$defs/ProviderSpec/properties/{field}");
            assert!(provider.pointer(&field).is_some(), "{field}");
        }
        for api in ProviderApi::ALL {
            assert!(provider.to_string().contains(&format!("\"{api}\"")), "{api}");
        }
        let lenient = of_kind("Route");
        let lenient = lenient.pointer("/$defs/RouteSpec/properties/lenient/description").and_then(Value::as_str);
        assert!(lenient.is_some_and(|text| text.contains("dropped")), "{lenient:?}");
        let status = of_kind("Route").to_string();
        assert!(status.contains("perTryIdleTimeout"), "{status}");
    }
}
