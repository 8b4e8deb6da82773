//! What the connections of a provider have in common: options in force, record, cache.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::record::Record;
use crate::vector::fnv1a;
use crate::{Kind, Options};

/// State of a provider that its connections share.
pub(crate) struct Shared {
    pub(crate) kind: Kind,
    options: Mutex<State>,
    pub(crate) record: Arc<Record>,
    /// Digests of the prompt prefixes that were marked for caching.
    cached: Mutex<HashSet<u64>>,
}

struct State {
    options: Arc<Options>,
    healthy: Arc<Options>,
    faults_left: Option<u64>,
}

impl State {
    fn new(options: Options) -> Self {
        Self { healthy: Arc::new(options.healthy()), faults_left: options.fault_count, options: Arc::new(options) }
    }
}

impl Shared {
    pub(crate) fn new(kind: Kind, options: Options) -> Self {
        Self { kind, options: Mutex::new(State::new(options)), record: Arc::default(), cached: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.options.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn options(&self) -> Options {
        Options::clone(&self.state().options)
    }

    pub(crate) fn set(&self, options: Options) {
        *self.state() = State::new(options);
    }

    /// The options for the next request; counts it.
    pub(crate) fn next(&self) -> Arc<Options> {
        let mut state = self.state();
        match &mut state.faults_left {
            Some(0) => state.healthy.clone(),
            Some(left) => {
                *left -= 1;
                state.options.clone()
            }
            None => state.options.clone(),
        }
    }

    /// Whether a prefix was cached before; it is from now on.
    pub(crate) fn cache(&self, prefix: &str) -> bool {
        !self.cached.lock().unwrap_or_else(PoisonError::into_inner).insert(fnv1a(prefix.as_bytes()))
    }
}
