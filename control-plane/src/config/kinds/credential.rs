//! Where keys are read from. A key itself is never written in a file of the configuration, and where someone did, it is not repeated in
//! the report: reports end up in the logs of CI.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// Where a secret is read from: exactly one of the two. Secrets themselves are never written in a file of this directory.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretSource {
    /// An environment variable of the control plane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
    /// A file on the control plane's machine; read again when it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// A provider's key: exactly one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CredentialSource {
    /// An environment variable of the control plane.
    #[serde(default)]
    pub env: Option<String>,
    /// A file on the control plane's machine; read again when it changes, so that a token can be renewed from outside.
    #[serde(default)]
    pub file: Option<String>,
    /// `bedrock` only: Envoy signs each request (AWS Signature Version 4) instead of putting a key on it.
    #[serde(default)]
    pub aws: Option<AwsSource>,
}

/// What requests to AWS are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AwsSource {
    /// `machine`: what Envoy finds on its own machine, in AWS's usual order: environment, profile, web identity, container, instance.
    Machine,
    /// An access key.
    Keys(AwsKeySource),
}

/// Where an AWS access key is read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AwsKeySource {
    /// The access key id.
    #[serde(deserialize_with = "required")]
    pub access_key_id: SecretSource,
    /// The secret access key.
    #[serde(deserialize_with = "required")]
    pub secret_access_key: SecretSource,
    /// The session token of a temporary key.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub session_token: Option<SecretSource>,
}

/// The address of a webhook: exactly one of the three. Whoever knows the address of one at Slack may post there: such a one is a secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhookSource {
    /// The address itself, where it is no secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// An environment variable of the control plane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
    /// A file on the control plane's machine; read again when it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

const INSTEAD: &str = "write where it is read from, `env: NAME` or `file: /path`, and not the key itself";
const AWS_INSTEAD: &str =
    "write `machine`, or a mapping of `accessKeyId`, `secretAccessKey` and, where there is one, `sessionToken`";

/// A mapping that must be there. What stands in its place is most likely a key, so it is refused without being quoted.
pub(super) fn required<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    optional(deserializer)?.ok_or_else(|| Error::custom(INSTEAD))
}

/// The same for a mapping that may be left out.
pub(super) fn optional<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    match deserializer.deserialize_any(Reader(PhantomData))? {
        Written::Mapping(value) => Ok(Some(value)),
        Written::Nothing => Ok(None),
        Written::Text(_) | Written::Other => Err(Error::custom(INSTEAD)),
    }
}

impl<'de> Deserialize<'de> for AwsSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(Reader(PhantomData))? {
            Written::Mapping(keys) => Ok(Self::Keys(keys)),
            Written::Text(word) if word == "machine" => Ok(Self::Machine),
            _ => Err(Error::custom(AWS_INSTEAD)),
        }
    }
}

impl JsonSchema for AwsSource {
    fn schema_name() -> Cow<'static, str> {
        "AwsSource".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What requests to AWS are signed with: `machine` is what Envoy finds on its own machine, in AWS's usual order.",
            "oneOf": [{"const": "machine"}, generator.subschema_for::<AwsKeySource>()]
        })
    }
}

/// What stands where a mapping may stand.
enum Written<T> {
    Nothing,
    Text(String),
    Mapping(T),
    Other,
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
    type Value = Written<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Written::Mapping)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Written::Text(text.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Written::Nothing)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Written::Other)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Written::Other)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Written::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Ok(Written::Other)
    }
}
