//! Shorthand for the shapes that protobuf makes long.

use std::time::Duration;

use envoy_types::pb::envoy::config::core::v3::address::Address as AddressKind;
use envoy_types::pb::envoy::config::core::v3::config_source::ConfigSourceSpecifier;
use envoy_types::pb::envoy::config::core::v3::socket_address::PortSpecifier;
use envoy_types::pb::envoy::config::core::v3::{
    Address, AggregatedConfigSource, ApiVersion, ConfigSource, SocketAddress, TypedExtensionConfig,
};
use envoy_types::pb::envoy::extensions::filters::network::http_connection_manager::v3::HttpFilter;
use envoy_types::pb::envoy::extensions::filters::network::http_connection_manager::v3::http_filter::ConfigType;
use envoy_types::pb::google::protobuf as pb;
use prost::{Message, Name};

pub use envoy_types::util::pack_any as any;

/// A duration.
#[must_use]
pub fn duration(of: Duration) -> pb::Duration {
    pb::Duration {
        seconds: i64::try_from(of.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(of.subsec_nanos()).unwrap_or(0),
    }
}

/// A wrapped `true` or `false`.
#[must_use]
pub fn boolean(value: bool) -> pb::BoolValue {
    pb::BoolValue { value }
}

/// A wrapped number.
#[must_use]
pub fn uint(value: u32) -> pb::UInt32Value {
    pb::UInt32Value { value }
}

/// "It comes on the same stream."
#[must_use]
pub fn ads() -> ConfigSource {
    ConfigSource {
        resource_api_version: ApiVersion::V3.into(),
        config_source_specifier: Some(ConfigSourceSpecifier::Ads(AggregatedConfigSource {})),
        ..Default::default()
    }
}

/// A socket address.
#[must_use]
pub fn socket(host: &str, port: u16) -> Address {
    let port_specifier = Some(PortSpecifier::PortValue(port.into()));
    let address = SocketAddress { address: host.to_owned(), port_specifier, ..Default::default() };
    Address { address: Some(AddressKind::SocketAddress(address)) }
}

/// An extension under its name.
#[must_use]
pub fn extension<T: Name + Message>(name: &str, config: T) -> TypedExtensionConfig {
    TypedExtensionConfig { name: name.to_owned(), typed_config: Some(any(config)) }
}

/// An HTTP filter under its name.
#[must_use]
pub fn http_filter<T: Name + Message>(name: &str, config: T) -> HttpFilter {
    HttpFilter { name: name.to_owned(), config_type: Some(ConfigType::TypedConfig(any(config))), ..Default::default() }
}
