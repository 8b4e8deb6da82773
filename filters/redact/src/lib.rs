//! Redaction as a module of its own: one policy for everyone, in front of a provider whose API the client speaks.

use tollgate_policy::single::RedactConfig;
use tollgate_shell::Module;

/// The module.
pub type Redact = Module<RedactConfig>;

tollgate_host::export!(
    Redact;
    request_headers, request_body, request_trailers, response_headers, response_body, response_trailers, log
);
