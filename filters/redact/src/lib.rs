//! Redaction as a module of its own: one policy for everyone, in front of a provider whose API the client speaks.

use std::rc::Rc;

use tollgate_host::{Configuration, Host, RootFilter};
use tollgate_policy::single::RedactConfig;
use tollgate_shell::ExchangeFilter;
use tollgate_stages::Engine;

/// One configuration of the module.
#[derive(Debug)]
pub struct Redact {
    engine: Rc<Engine>,
}

impl RootFilter for Redact {
    type Stream = ExchangeFilter;

    fn configure(_: &mut dyn Host, configuration: Configuration<'_>) -> Result<Self, String> {
        let config: RedactConfig =
            serde_json::from_slice(configuration.plugin).map_err(|e| format!("configuration: {e}"))?;
        let engine = Engine::redact(&config).map_err(|e| e.to_string())?;
        Ok(Self { engine: Rc::new(engine) })
    }

    fn new_stream(self: &Rc<Self>) -> ExchangeFilter {
        ExchangeFilter::new(&self.engine)
    }
}

tollgate_host::export!(
    Redact;
    request_headers, request_body, request_trailers, response_headers, response_body, response_trailers, log
);
