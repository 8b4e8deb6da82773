//! Token counting as a module of its own: usage read from answers and streams, and told as filter state.

use std::rc::Rc;

use tollgate_host::{Configuration, Host, RootFilter};
use tollgate_policy::single::TokenCountConfig;
use tollgate_shell::ExchangeFilter;
use tollgate_stages::Engine;

/// One configuration of the module.
#[derive(Debug)]
pub struct TokenCount {
    engine: Rc<Engine>,
}

impl RootFilter for TokenCount {
    type Stream = ExchangeFilter;

    fn configure(_: &mut dyn Host, configuration: Configuration<'_>) -> Result<Self, String> {
        let config: TokenCountConfig =
            serde_json::from_slice(configuration.plugin).map_err(|e| format!("configuration: {e}"))?;
        Ok(Self { engine: Rc::new(Engine::token_count(&config)) })
    }

    fn new_stream(self: &Rc<Self>) -> ExchangeFilter {
        ExchangeFilter::new(&self.engine)
    }
}

tollgate_host::export!(
    TokenCount;
    request_headers, request_body, request_trailers, response_headers, response_body, response_trailers, log
);
