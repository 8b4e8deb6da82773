//! The two modules and their configuration, delivered by ECDS: a policy change reaches workers without draining the listener.

use std::time::Duration;

use envoy_types::pb::envoy::config::core::v3::async_data_source::Specifier as AsyncSpecifier;
use envoy_types::pb::envoy::config::core::v3::data_source::Specifier;
use envoy_types::pb::envoy::config::core::v3::{
    AsyncDataSource, BackoffStrategy, DataSource, ExtensionConfigSource, TypedExtensionConfig,
};
use envoy_types::pb::envoy::config::rbac::v3::Rbac as Rules;
use envoy_types::pb::envoy::extensions::filters::http::rbac::v3::Rbac;
use envoy_types::pb::envoy::extensions::filters::http::wasm::v3::Wasm;
use envoy_types::pb::envoy::extensions::filters::network::http_connection_manager::v3::HttpFilter;
use envoy_types::pb::envoy::extensions::filters::network::http_connection_manager::v3::http_filter::ConfigType;
use envoy_types::pb::envoy::extensions::wasm::v3::plugin_config::Vm;
use envoy_types::pb::envoy::extensions::wasm::v3::{FailurePolicy, PluginConfig, ReloadConfig, VmConfig};
use envoy_types::pb::google::protobuf::StringValue;
use prost::{Message, Name};
use serde::Serialize;
use tollgate_policy::gateway::GatewayConfig;
use tollgate_policy::names::{GATEWAY_EXTENSION, TRANSLATE_EXTENSION};
use tollgate_policy::translate::TranslateConfig;

use super::Machine;
use super::pack::{ads, any, boolean, duration, extension};

/// Both modules.
#[must_use]
pub fn all(gateway: &GatewayConfig, translate: &TranslateConfig, machine: &Machine) -> Vec<TypedExtensionConfig> {
    vec![
        wasm(GATEWAY_EXTENSION, &format!("{}/gateway.wasm", machine.modules), gateway),
        wasm(TRANSLATE_EXTENSION, &format!("{}/translate.wasm", machine.modules), translate),
    ]
}

fn wasm(name: &str, module: &str, config: &impl Serialize) -> TypedExtensionConfig {
    // A `Struct` would turn integers into doubles; a `StringValue` arrives as it is. Serialising plain data cannot fail.
    let configuration = StringValue { value: serde_json::to_string(config).unwrap_or_default() };
    let source = DataSource { specifier: Some(Specifier::Filename(module.to_owned())), ..Default::default() };
    let vm = VmConfig {
        // Plugins that share a VM share its death.
        vm_id: name.to_owned(),
        runtime: "envoy.wasm.runtime.v8".into(),
        code: Some(AsyncDataSource { specifier: Some(AsyncSpecifier::Local(source)) }),
        ..Default::default()
    };
    let plugin = PluginConfig {
        name: name.to_owned(),
        configuration: Some(any(configuration)),
        // A trap costs the request it happened in; the next one meets a fresh VM. Everything else fails closed.
        failure_policy: FailurePolicy::FailReload.into(),
        reload_config: Some(ReloadConfig {
            backoff: Some(BackoffStrategy { base_interval: Some(duration(RELOAD)), ..Default::default() }),
        }),
        // Without it a pause in the headers callback stops the body callbacks too, and the request hangs.
        allow_on_headers_stop_iteration: Some(boolean(true)),
        vm: Some(Vm::VmConfig(vm)),
        ..Default::default()
    };
    extension(name, Wasm { config: Some(plugin) })
}

/// How long a worker waits before it loads a VM anew after a trap; requests in between get a 503. Envoy's own second is an outage, and one
/// millisecond makes Envoy 1.40 divide by zero at the second trap.
const RELOAD: Duration = Duration::from_millis(10);

/// The newer extension of `translate` with the providers and routes that only the older one knows; `None` if either is not one.
#[must_use]
pub fn keep_providers(newer: &[u8], older: &[u8]) -> Option<Vec<u8>> {
    let (mut extension, mut wasm, mut config) = open(newer)?;
    let (_, _, old) = open(older)?;
    for (name, provider) in old.providers {
        config.providers.entry(name).or_insert(provider);
    }
    for (route, features) in old.lenient {
        config.lenient.entry(route).or_insert(features);
    }
    let text = StringValue { value: serde_json::to_string(&config).ok()? };
    wasm.config.as_mut()?.configuration = Some(any(text));
    extension.typed_config = Some(any(wasm));
    Some(extension.encode_to_vec())
}

fn open(bytes: &[u8]) -> Option<(TypedExtensionConfig, Wasm, TranslateConfig)> {
    let extension = TypedExtensionConfig::decode(bytes).ok()?;
    let wasm = Wasm::decode(extension.typed_config.as_ref()?.value.as_slice()).ok()?;
    let text = StringValue::decode(wasm.config.as_ref()?.configuration.as_ref()?.value.as_slice()).ok()?;
    let config = serde_json::from_str(&text.value).ok()?;
    Some((extension, wasm, config))
}

/// A module that ECDS delivers.
#[must_use]
pub fn discovered(name: &str) -> HttpFilter {
    let source = discovery(Wasm::type_url());
    HttpFilter { name: name.to_owned(), config_type: Some(ConfigType::ConfigDiscovery(source)), ..Default::default() }
}

/// A filter of type `type_url` that ECDS delivers. Until it has arrived, and whenever it is taken away, a filter that refuses everything
/// stands in.
#[must_use]
pub fn discovery(type_url: String) -> ExtensionConfigSource {
    let deny = Rbac { rules: Some(Rules::default()), ..Default::default() };
    ExtensionConfigSource {
        config_source: Some(ads()),
        default_config: Some(any(deny)),
        apply_default_config_without_warming: false,
        type_urls: vec![type_url, Rbac::type_url()],
    }
}
