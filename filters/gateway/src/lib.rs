//! The fused downstream module: identity, routing facts, redaction, counting and quota in one plugin, with one copy of the body.

use std::rc::Rc;

use tollgate_host::{Configuration, Host, RootFilter};
use tollgate_policy::gateway::GatewayConfig;
#[cfg(not(feature = "trap-switch"))]
use tollgate_shell::ExchangeFilter as Exchange;
use tollgate_stages::Engine;

#[cfg(feature = "trap-switch")]
mod trap;
#[cfg(feature = "trap-switch")]
use trap::Trapping as Exchange;

/// One configuration of the module.
#[derive(Debug)]
pub struct Gateway {
    engine: Rc<Engine>,
}

impl RootFilter for Gateway {
    type Stream = Exchange;

    fn configure(_: &mut dyn Host, configuration: Configuration<'_>) -> Result<Self, String> {
        let config: GatewayConfig =
            serde_json::from_slice(configuration.plugin).map_err(|e| format!("configuration: {e}"))?;
        let engine = Engine::gateway(&config).map_err(|e| e.to_string())?;
        Ok(Self { engine: Rc::new(engine) })
    }

    fn new_stream(self: &Rc<Self>) -> Exchange {
        Exchange::new(&self.engine)
    }
}

tollgate_host::export!(
    Gateway;
    request_headers, request_body, request_trailers, response_headers, response_body, response_trailers, log
);
