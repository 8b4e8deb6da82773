//! The services that a filter calls, played by the test.

use super::FakeEnvoy;
use crate::{CallId, GrpcStatus, RootFilter};

/// A gRPC call that a filter has made and nobody has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutCall {
    /// Its number.
    pub id: CallId,
    /// The cluster it goes to.
    pub cluster: String,
    /// The service's full name.
    pub service: String,
    /// The method.
    pub method: String,
    /// The request.
    pub message: Vec<u8>,
    /// How long it may take, in milliseconds. The fake does not watch over it.
    pub timeout_ms: u32,
    /// The configuration that is told of its end.
    pub(super) root: u32,
}

impl<R: RootFilter> FakeEnvoy<R> {
    /// The calls made since this was asked last, in order, for the test to answer in whatever order it likes, or never.
    pub fn take_calls(&self) -> Vec<OutCall> {
        std::mem::take(&mut self.worker().calls_out)
    }

    /// Ends a call. Nothing happens if the configuration it belongs to is gone.
    pub fn answer_call(&self, call: &OutCall, answer: Result<&[u8], GrpcStatus>) {
        if self.exports.contains(crate::Callback::grpc) {
            let woken = self.vm.grpc(&mut self.host(call.root), call.root, call.id, answer);
            self.woken.borrow_mut().extend(woken);
        }
    }

    /// Whether calls fail at once from now on, as they do when the cluster has no endpoint.
    pub fn set_unreachable(&self, unreachable: bool) {
        self.worker().unreachable = unreachable;
    }
}
