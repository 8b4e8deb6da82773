//! What outlives a stream: shared data, metrics, logs, time.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::callout::OutCall;
use crate::{HostError, LogLevel, MetricId, MetricKind};

/// Shared data: one map for all workers of a process, with compare-and-swap.
#[derive(Debug, Clone, Default)]
pub struct SharedStore(Arc<Mutex<Shared>>);

#[derive(Debug, Default)]
struct Shared {
    values: HashMap<String, (Vec<u8>, u32)>,
    last_token: u32,
}

impl SharedStore {
    /// The value of a key and its token.
    pub fn get(&self, key: &str) -> Option<(Vec<u8>, u32)> {
        self.lock().values.get(key).cloned()
    }

    /// Writes a value; a key that does not exist is created whatever the token says.
    ///
    /// # Errors
    /// [`HostError::CasMismatch`] when there is a value and `cas` is not its token.
    pub fn set(&self, key: &str, value: &[u8], cas: Option<u32>) -> Result<(), HostError> {
        let mut shared = self.lock();
        let current = shared.values.get(key).map(|(_, token)| *token);
        if let (Some(current), Some(cas)) = (current, cas.filter(|cas| *cas != 0))
            && current != cas
        {
            return Err(HostError::CasMismatch);
        }
        shared.last_token += 1;
        let token = shared.last_token;
        shared.values.insert(key.to_owned(), (value.to_vec(), token));
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A metric a filter has defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Its kind.
    pub kind: MetricKind,
    /// Its name, without Envoy's prefix.
    pub name: String,
    /// Counters and gauges.
    pub value: u64,
    /// Histograms.
    pub samples: Vec<u64>,
}

/// One worker thread's view: everything that is not a stream's.
#[derive(Debug)]
pub struct Worker {
    /// The store that this worker shares.
    pub shared: SharedStore,
    /// The time, in nanoseconds since 1970.
    pub now_nanos: u64,
    /// What was logged, in order.
    pub logs: Vec<(LogLevel, String)>,
    /// The metrics that were defined; ids are positions.
    pub metrics: Vec<Metric>,
    /// How often each hostcall was made.
    pub calls: BTreeMap<&'static str, usize>,
    /// The tick period that was asked for, in milliseconds.
    pub tick_period: u32,
    pub(super) calls_out: Vec<OutCall>,
    pub(super) last_call: u32,
    pub(super) unreachable: bool,
}

impl Worker {
    /// 2026-01-01T00:00:00Z
    const START: u64 = 1_767_225_600_000_000_000;

    pub(crate) fn new(shared: SharedStore) -> Self {
        Self {
            shared,
            now_nanos: Self::START,
            logs: Vec::new(),
            metrics: Vec::new(),
            calls: BTreeMap::new(),
            tick_period: 0,
            calls_out: Vec::new(),
            last_call: 0,
            unreachable: false,
        }
    }

    pub(crate) fn define(&mut self, kind: MetricKind, name: &str) -> MetricId {
        let known = self.metrics.iter().position(|metric| metric.kind == kind && metric.name == name);
        let at = known.unwrap_or_else(|| {
            self.metrics.push(Metric { kind, name: name.to_owned(), value: 0, samples: Vec::new() });
            self.metrics.len() - 1
        });
        MetricId(u32::try_from(at).unwrap_or(u32::MAX))
    }

    pub(crate) fn increment(&mut self, id: MetricId, by: i64) -> Result<(), HostError> {
        let metric = self.metric_mut(id)?;
        if metric.kind == MetricKind::Histogram || (metric.kind == MetricKind::Counter && by <= 0) {
            return Err(HostError::BadArgument);
        }
        metric.value = metric.value.saturating_add_signed(by);
        Ok(())
    }

    pub(crate) fn record(&mut self, id: MetricId, value: u64) -> Result<(), HostError> {
        let metric = self.metric_mut(id)?;
        match metric.kind {
            MetricKind::Counter => metric.value += value,
            MetricKind::Gauge => metric.value = value,
            MetricKind::Histogram => metric.samples.push(value),
        }
        Ok(())
    }

    fn metric_mut(&mut self, id: MetricId) -> Result<&mut Metric, HostError> {
        self.metrics.get_mut(id.0 as usize).ok_or(HostError::NotFound)
    }
}
