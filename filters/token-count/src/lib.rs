//! Token counting as a module of its own: usage read from answers and streams, and told as filter state.

use tollgate_policy::single::TokenCountConfig;
use tollgate_shell::Module;

/// The module.
pub type TokenCount = Module<TokenCountConfig>;

tollgate_host::export!(
    TokenCount;
    request_headers, request_body, request_trailers, response_headers, response_body, response_trailers, log
);
