//! Provider keys as SDS secrets.

use envoy_types::pb::envoy::config::core::v3::DataSource;
use envoy_types::pb::envoy::config::core::v3::data_source::Specifier;
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::secret::Type;
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::{GenericSecret, Secret};

use crate::secrets::{Key, Secrets};

/// Name of the secret that holds the key of `provider`.
#[must_use]
pub fn name(provider: &str) -> String {
    format!("provider/{provider}")
}

/// One secret for each provider whose key could be read, but for those that sign: Envoy's signer takes no key from SDS.
#[must_use]
pub fn all(secrets: &Secrets) -> Vec<Secret> {
    let secret = |(provider, key): (&String, &Key)| {
        let Key::Header(key) = key else { return None };
        let specifier = Some(Specifier::InlineString(key.expose().to_owned()));
        let source = DataSource { specifier, ..Default::default() };
        let generic = GenericSecret { secret: Some(source), ..Default::default() };
        Some(Secret { name: name(provider), r#type: Some(Type::GenericSecret(generic)) })
    };
    secrets.providers.iter().filter_map(secret).collect()
}
