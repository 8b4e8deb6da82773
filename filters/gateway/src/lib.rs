//! The fused downstream module: identity, routing facts, redaction, counting and quota in one plugin, with one copy of the body.
//!
//! What a request goes through is told in `tollgate-stages`; the shell between Envoy and it is `tollgate-shell`.

#[cfg(feature = "trap-switch")]
mod trap;

/// The module.
#[cfg(not(feature = "trap-switch"))]
pub type Gateway = tollgate_shell::Module<tollgate_policy::gateway::GatewayConfig>;
/// The module, with the switch.
#[cfg(feature = "trap-switch")]
pub type Gateway = trap::Trapping;

tollgate_host::export!(
    Gateway;
    request_headers, request_body, request_trailers, response_headers, response_body, response_trailers, log, tick, grpc
);
