//! Counters of a worker.

use std::cell::RefCell;
use std::collections::BTreeMap;

use tollgate_host::{Host, HostError, LogLevel, MetricId, MetricKind};

/// The counters that were moved so far, by their names: the host gives a new number for each definition.
#[derive(Debug, Default)]
pub(crate) struct Metrics(RefCell<BTreeMap<String, MetricId>>);

impl Metrics {
    /// Moves a counter. One that cannot be moved is not worth a request.
    pub fn add(&self, host: &mut dyn Host, name: String, by: u64) {
        let moved =
            self.id(host, &name).and_then(|id| host.increment_metric(id, i64::try_from(by).unwrap_or(i64::MAX)));
        if let Err(error) = moved {
            host.log(LogLevel::Warn, &format!("the counter {name} was not moved: {error}"));
        }
    }

    fn id(&self, host: &mut dyn Host, name: &str) -> Result<MetricId, HostError> {
        if let Some(known) = self.0.borrow().get(name) {
            return Ok(*known);
        }
        let id = host.define_metric(MetricKind::Counter, name)?;
        self.0.borrow_mut().insert(name.to_owned(), id);
        Ok(id)
    }
}
