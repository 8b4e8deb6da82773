//! Quotas as a module of its own: the limits of one team, per Envoy.

use tollgate_policy::single::QuotaCheckConfig;
use tollgate_shell::Module;

/// The module.
pub type QuotaCheck = Module<QuotaCheckConfig>;

tollgate_host::export!(
    QuotaCheck;
    request_headers, request_body, request_trailers, response_headers, response_body, response_trailers, log
);
