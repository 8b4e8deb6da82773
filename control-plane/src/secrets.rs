//! Secrets, read from where the configuration says they are. They go to Envoy, in the resource that needs them, and nowhere else: no log,
//! digest or status page.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::PathBuf;

use crate::model::{Credential, Model, SecretSource, WebhookSource};

/// Longest accepted secret in bytes: it has to fit into a header.
const MAX_SECRET: usize = 8 << 10;

/// A secret's value. `Debug` does not print it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What a provider's [`Credential`] was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A key for a header.
    Header(Secret),
    /// A key to sign with.
    Aws(AwsKey),
    /// Nothing to be read here: Envoy finds it on its own machine.
    AwsMachine,
}

/// An AWS access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsKey {
    /// Names it; AWS sees it in every request.
    pub access_key_id: Secret,
    /// What signatures are made with.
    pub secret_access_key: Secret,
    /// Goes with a temporary key.
    pub session_token: Option<Secret>,
}

/// The secrets of one configuration at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    /// Keys by provider; a provider whose key cannot be read is not here.
    pub providers: BTreeMap<String, Key>,
    /// Key of the `hash` action.
    pub hash_key: Vec<u8>,
    /// Where alerts are posted.
    pub webhook: Option<Secret>,
    /// What could not be read, and what follows from it.
    pub warnings: Vec<String>,
}

/// Reads every secret that `model` names. `fallback_hash_key` stands in where no key for the `hash` action is configured.
#[must_use]
pub fn read(model: &Model, fallback_hash_key: &[u8]) -> Secrets {
    let mut secrets = Secrets { hash_key: fallback_hash_key.to_vec(), ..Secrets::default() };
    for (name, provider) in &model.providers {
        let Some(credential) = &provider.credential else { continue };
        match read_key(credential) {
            Ok(key) => {
                secrets.providers.insert(name.clone(), key);
            }
            Err(why) => {
                secrets
                    .warnings
                    .push(format!("Provider/{name}: {why}: routes leave this provider out until its key is there"));
            }
        }
    }
    match &model.gateway.hash_key {
        Some(source) => match read_one(source) {
            Ok(secret) => secrets.hash_key = secret.expose().as_bytes().to_vec(),
            Err(why) => {
                secrets.warnings.push(format!("Gateway: hashKey: {why}: hashes are good until this process ends only"));
            }
        },
        None if uses_hash(model) => secrets.warnings.push(
            "the `hash` action is used without a Gateway `hashKey`: hashes are good until this process ends only"
                .into(),
        ),
        None => {}
    }
    match model.gateway.alerts.as_ref().map(webhook) {
        Some(Ok(url)) => secrets.webhook = Some(url),
        Some(Err(why)) => secrets.warnings.push(format!("Gateway: alerts: {why}: alerts wait until it is there")),
        None => {}
    }
    secrets
}

fn webhook(at: &WebhookSource) -> Result<Secret, String> {
    match &at.url {
        Some(url) => Ok(Secret::new(url)),
        None => read_one(&SecretSource { env: at.env.clone(), file: at.file.clone() }),
    }
}

/// Files that hold secrets of `model`; a change in one of them is a change of the configuration.
#[must_use]
pub fn files(model: &Model) -> Vec<PathBuf> {
    let credentials = model.providers.values().filter_map(|provider| provider.credential.as_ref());
    let sources = credentials.flat_map(Credential::sources);
    let webhook = model.gateway.alerts.iter().filter_map(|webhook| webhook.file.as_ref());
    let files = sources.chain(&model.gateway.hash_key).filter_map(|source| source.file.as_ref());
    files.chain(webhook).map(PathBuf::from).collect()
}

fn uses_hash(model: &Model) -> bool {
    let mut rules = model.redaction.values().flat_map(|spec| &spec.rules);
    rules.any(|rule| rule.action == tollgate_policy::redaction::Action::Hash)
}

fn read_key(credential: &Credential) -> Result<Key, String> {
    Ok(match credential {
        Credential::Key(source) => Key::Header(read_one(source)?),
        Credential::Aws(keys) => Key::Aws(AwsKey {
            access_key_id: read_one(&keys.access_key_id)?,
            secret_access_key: read_one(&keys.secret_access_key)?,
            session_token: keys.session_token.as_ref().map(read_one).transpose()?,
        }),
        Credential::AwsMachine => Key::AwsMachine,
    })
}

fn read_one(source: &SecretSource) -> Result<Secret, String> {
    let (value, from) = match (&source.env, &source.file) {
        (Some(name), _) => match std::env::var(name) {
            Ok(value) => (value, format!("environment variable {name}")),
            Err(std::env::VarError::NotPresent) => return Err(format!("environment variable {name} is not set")),
            Err(std::env::VarError::NotUnicode(_)) => return Err(format!("environment variable {name} is not text")),
        },
        (None, Some(path)) => match fs::read_to_string(path) {
            Ok(value) => (value, format!("file {path}")),
            Err(error) => return Err(format!("file {path} cannot be read: {error}")),
        },
        (None, None) => return Err("no source is named".into()),
    };
    let value = value.trim();
    if value.is_empty() {
        return Err(format!("{from} is empty"));
    }
    if value.len() > MAX_SECRET {
        return Err(format!("{from} holds more than {MAX_SECRET} bytes"));
    }
    if value.bytes().any(|b| b.is_ascii_control()) {
        return Err(format!("{from} holds a line break or another control character"));
    }
    Ok(Secret::new(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, problems::Problems, source::SourceFile};

    /// A provider whose requests are signed with what lies in `folder`.
    fn model(folder: &std::path::Path) -> Model {
        let file = |name: &str| folder.join(name).display().to_string();
        let text = format!(
            "kind: Provider\nmetadata: {{name: b}}\nspec: {{api: bedrock, endpoint: \"https://bedrock-runtime.eu-west-1.amazonaws.com\", credential: {{aws: {{accessKeyId: {{file: {}}}, secretAccessKey: {{file: {}}}, sessionToken: {{file: {}}}}}}}}}\n",
            file("id"),
            file("secret"),
            file("token")
        );
        let loaded = config::check(&[SourceFile { name: "a.yaml".into(), text }], Problems::default());
        loaded.model.unwrap_or_else(|| panic!("{:?}", loaded.problems))
    }

    #[test]
    fn a_key_of_several_parts_is_there_when_all_of_them_are() {
        let folder = tempfile::tempdir().unwrap();
        let model = model(folder.path());
        let names = ["id", "secret", "token"];
        for (at, name) in names.iter().enumerate() {
            let secrets = read(&model, &[]);
            assert!(secrets.providers.is_empty(), "without {:?}", &names[at..]);
            assert_eq!(secrets.warnings.len(), 1, "{:?}", secrets.warnings);
            fs::write(folder.path().join(name), format!("{name} value\n")).unwrap();
        }
        let key = AwsKey {
            access_key_id: Secret::new("id value"),
            secret_access_key: Secret::new("secret value"),
            session_token: Some(Secret::new("token value")),
        };
        let secrets = read(&model, &[]);
        assert_eq!(secrets.providers.get("b"), Some(&Key::Aws(key)));
        assert!(!format!("{secrets:?}").contains("value"), "{secrets:?}");
        let watched: Vec<_> = names.iter().map(|name| folder.path().join(name)).collect();
        assert_eq!(files(&model), watched);
    }
}
