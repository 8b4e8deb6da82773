//! Calls of other services, which Envoy makes in the background and answers with a callback of the root context.

/// A call under way, unique within its VM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u32);

/// A unary gRPC call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrpcCall<'a> {
    /// The Envoy cluster where the service answers; it must speak HTTP/2.
    pub cluster: &'a str,
    /// The service's full name: `package.Service`.
    pub service: &'a str,
    /// The method's name.
    pub method: &'a str,
    /// The request, encoded.
    pub message: &'a [u8],
    /// After so many milliseconds the call fails with [`GrpcStatus::DEADLINE_EXCEEDED`].
    pub timeout_ms: u32,
}

/// Why a call has no answer: a status code of gRPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrpcStatus(pub u32);

impl GrpcStatus {
    /// The service does not take this message, now or later.
    pub const INVALID_ARGUMENT: Self = Self(3);
    /// No answer came in time.
    pub const DEADLINE_EXCEEDED: Self = Self(4);
    /// The answer could not be read.
    pub const INTERNAL: Self = Self(13);
    /// The service cannot be reached.
    pub const UNAVAILABLE: Self = Self(14);
}

/// The cluster as `envoy.config.core.v3.GrpcService` on the wire: `envoy_grpc` (field 1) with `cluster_name` (field 1).
///
/// Envoy also takes the bare name, but only where those bytes happen not to parse as the message.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "the native fake takes the name"))]
pub(crate) fn grpc_service(cluster: &str) -> Vec<u8> {
    let name = field_1(cluster.as_bytes());
    field_1(&name)
}

/// A length-delimited field with the number 1.
fn field_1(value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x0a];
    let mut length = value.len();
    while length >= 0x80 {
        bytes.push((length & 0x7f | 0x80) as u8);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(value);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_becomes_the_message_that_envoy_parses() {
        assert_eq!(grpc_service("xds"), b"\x0a\x05\x0a\x03xds");
        // 200 is two bytes as a varint, and so is 203.
        let long = grpc_service(&"c".repeat(200));
        assert_eq!(long.get(..6), Some(&b"\x0a\xcb\x01\x0a\xc8\x01"[..]));
        assert_eq!(long.len(), 206);
    }
}
