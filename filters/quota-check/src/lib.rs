//! Quotas as a module of its own: the limits of one team, per Envoy.

use std::rc::Rc;

use tollgate_host::{Configuration, Host, RootFilter};
use tollgate_policy::single::QuotaCheckConfig;
use tollgate_shell::ExchangeFilter;
use tollgate_stages::Engine;

/// One configuration of the module.
#[derive(Debug)]
pub struct QuotaCheck {
    engine: Rc<Engine>,
}

impl RootFilter for QuotaCheck {
    type Stream = ExchangeFilter;

    fn configure(_: &mut dyn Host, configuration: Configuration<'_>) -> Result<Self, String> {
        let config: QuotaCheckConfig =
            serde_json::from_slice(configuration.plugin).map_err(|e| format!("configuration: {e}"))?;
        let engine = Engine::quota_check(&config).map_err(|e| e.to_string())?;
        Ok(Self { engine: Rc::new(engine) })
    }

    fn new_stream(self: &Rc<Self>) -> ExchangeFilter {
        ExchangeFilter::new(&self.engine)
    }
}

tollgate_host::export!(
    QuotaCheck;
    request_headers, request_body, request_trailers, response_headers, response_body, response_trailers, log
);
