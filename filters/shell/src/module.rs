//! A module: a configuration of its own, and the engine made from it.

use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use tollgate_host::{CallId, Configuration, GrpcStatus, Host, RootFilter, StreamId};
use tollgate_policy::gateway::GatewayConfig;
use tollgate_policy::json;
use tollgate_policy::single::{QuotaCheckConfig, RedactConfig, TokenCountConfig};
use tollgate_stages::{Engine, StageError};

use crate::ExchangeFilter;
use crate::fleet::{Fleet, Line, TICK_MS};
use crate::metrics::Metrics;

/// Where a configuration says that the control plane's services answer.
pub trait QuotaService {
    /// The Envoy cluster; `None` if quotas are counted here alone, and nothing is reported.
    fn quota_service(&self) -> Option<&str> {
        None
    }
}

impl QuotaService for GatewayConfig {
    fn quota_service(&self) -> Option<&str> {
        self.quota_service.as_deref()
    }
}

impl QuotaService for RedactConfig {}
impl QuotaService for TokenCountConfig {}
impl QuotaService for QuotaCheckConfig {}

/// One configuration in force, as its streams share it.
#[derive(Debug)]
pub(crate) struct Root {
    pub engine: Rc<Engine>,
    pub metrics: Metrics,
    /// `None` without a control plane.
    pub member: Option<Member>,
}

/// An Envoy's part in a fleet.
#[derive(Debug)]
pub(crate) struct Member {
    pub fleet: Rc<Fleet>,
    /// The cluster at which the control plane answers.
    pub service: String,
}

/// A module whose configuration is a `C`, as JSON.
pub struct Module<C> {
    root: Rc<Root>,
    configuration: PhantomData<C>,
}

impl<C> fmt::Debug for Module<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module").finish_non_exhaustive()
    }
}

impl<C> RootFilter for Module<C>
where
    C: DeserializeOwned + QuotaService + 'static,
    Engine: for<'c> TryFrom<&'c C, Error = StageError>,
{
    type Stream = ExchangeFilter;
    type Vm = Fleet;

    fn configure(host: &mut dyn Host, vm: &Rc<Fleet>, configuration: Configuration<'_>) -> Result<Self, String> {
        let config: C = json::from_slice(configuration.plugin).map_err(|e| format!("configuration: {e}"))?;
        let engine = Rc::new(Engine::try_from(&config).map_err(|e| e.to_string())?);
        let member = match config.quota_service() {
            None => None,
            Some(service) => {
                host.set_tick_period(TICK_MS)
                    .map_err(|e| format!("leases need ticks, which the proxy refuses: {e}"))?;
                vm.configured(&engine);
                Some(Member { fleet: Rc::clone(vm), service: service.to_owned() })
            }
        };
        let root = Root { engine, metrics: Metrics::default(), member };
        Ok(Self { root: Rc::new(root), configuration: PhantomData })
    }

    fn new_stream(self: &Rc<Self>, id: StreamId) -> ExchangeFilter {
        ExchangeFilter::new(&self.root, id)
    }

    fn on_tick(self: &Rc<Self>, host: &mut dyn Host) {
        self.act(host, |member, line| member.fleet.tick(line));
    }

    fn on_grpc(self: &Rc<Self>, host: &mut dyn Host, call: CallId, answer: Result<&[u8], GrpcStatus>) {
        self.act(host, |member, line| member.fleet.answered(line, call, answer));
    }

    fn take_woken(&self) -> Vec<StreamId> {
        self.root.member.as_ref().map_or_else(Vec::new, |member| member.fleet.take_woken())
    }
}

impl<C> Module<C> {
    fn act(&self, host: &mut dyn Host, act: impl FnOnce(&Member, &mut Line<'_>)) {
        if let Some(member) = &self.root.member {
            let now_ms = host.now_nanos() / 1_000_000;
            act(member, &mut Line { host, service: &member.service, metrics: &self.root.metrics, now_ms });
        }
    }
}
