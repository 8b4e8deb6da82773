//! A module: a configuration of its own, and the engine made from it.

use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use tollgate_host::{Configuration, Host, RootFilter};
use tollgate_policy::json;
use tollgate_stages::{Engine, StageError};

use crate::ExchangeFilter;
use crate::metrics::Metrics;

/// A module whose configuration is a `C`, as JSON.
pub struct Module<C> {
    engine: Rc<Engine>,
    metrics: Rc<Metrics>,
    configuration: PhantomData<C>,
}

impl<C> fmt::Debug for Module<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module").finish_non_exhaustive()
    }
}

impl<C> RootFilter for Module<C>
where
    C: DeserializeOwned + 'static,
    Engine: for<'c> TryFrom<&'c C, Error = StageError>,
{
    type Stream = ExchangeFilter;

    fn configure(_: &mut dyn Host, configuration: Configuration<'_>) -> Result<Self, String> {
        let config: C = json::from_slice(configuration.plugin).map_err(|e| format!("configuration: {e}"))?;
        let engine = Engine::try_from(&config).map_err(|e| e.to_string())?;
        Ok(Self { engine: Rc::new(engine), metrics: Rc::default(), configuration: PhantomData })
    }

    fn new_stream(self: &Rc<Self>) -> ExchangeFilter {
        ExchangeFilter::new(&self.engine, &self.metrics)
    }
}
