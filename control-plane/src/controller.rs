//! Keeps what is published in step with the files: a good configuration goes out, a bad one is reported and the last good one stays.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use serde::Serialize;

use crate::bookkeeper::Bookkeeper;
use crate::config::{self, Loaded, problems::Problems};
use crate::model::Model;
use crate::resources::snapshot::TypeUrl;
use crate::resources::{Machine, resources};
use crate::secrets;
use crate::stops::{self, Stops};
use crate::watch::Watcher;
use crate::xds::nodes::seconds;
use crate::xds::publisher::Publisher;

/// What is in force, and what is wrong with the files.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Digest of the configuration in force; empty before the first.
    pub digest: String,
    /// Since when, in seconds since 1970.
    pub since: u64,
    /// Where the gateway listens, by configuration.
    pub listen: String,
    /// Number of teams.
    pub teams: usize,
    /// Number of routes.
    pub routes: usize,
    /// Number of providers.
    pub providers: usize,
    /// Number of resources by type.
    pub resources: std::collections::BTreeMap<&'static str, usize>,
    /// What someone should look at.
    pub warnings: Vec<String>,
    /// What is stopped by command, and by whom.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stops: Vec<String>,
    /// The newest reading of the files, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<LoadError>,
}

/// A reading that failed. The configuration before it is still in force.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadError {
    /// When, in seconds since 1970.
    pub at: u64,
    /// Every problem, with file and line.
    pub problems: Vec<String>,
}

/// A status that is shared with the admin page.
pub type SharedStatus = Arc<Mutex<Status>>;

/// Reads, compiles, publishes.
#[derive(Debug)]
pub struct Controller {
    root: PathBuf,
    machine: Machine,
    publisher: Publisher,
    status: SharedStatus,
    /// Stands in where no key for the `hash` action is configured; new in each process.
    hash_key: Vec<u8>,
    watcher: Watcher,
    stops: Option<Stops>,
    /// What the files say, for when something is stopped without them.
    loaded: Option<(Model, Problems)>,
    books: Option<Arc<Bookkeeper>>,
}

impl Controller {
    /// For the configuration in `root`. Reads nothing yet.
    #[must_use]
    pub fn new(root: PathBuf, machine: Machine, publisher: Publisher, hash_key: Vec<u8>) -> Self {
        let watcher = Watcher::new(&root);
        let status = SharedStatus::default();
        Self { root, machine, publisher, status, hash_key, watcher, stops: None, loaded: None, books: None }
    }

    /// The same, with what the ledger says is stopped.
    #[must_use]
    pub fn stopping(mut self, stops: Stops) -> Self {
        self.stops = Some(stops);
        self
    }

    /// The same, with a ledger that has the limits and prices of what is published.
    #[must_use]
    pub fn keeping(mut self, books: Arc<Bookkeeper>) -> Self {
        self.books = Some(books);
        self
    }

    /// The status, for others to read.
    #[must_use]
    pub fn status(&self) -> SharedStatus {
        Arc::clone(&self.status)
    }

    /// Reads the files and publishes what they say.
    ///
    /// # Errors
    /// The problems that keep them from being used.
    pub fn load(&mut self) -> Result<(), Problems> {
        let Loaded { model, problems } = config::load(&self.root);
        let Some(model) = model else {
            let error = LoadError {
                at: seconds(SystemTime::now()),
                problems: problems.errors().map(ToString::to_string).collect(),
            };
            self.set(|status| status.last_error = Some(error));
            return Err(problems);
        };
        self.publish(&model, &problems);
        self.loaded = Some((model, problems));
        Ok(())
    }

    fn publish(&mut self, files: &Model, problems: &Problems) {
        let stopped = self.stops.as_mut().map(|stops| stops.borrow_and_update().clone()).unwrap_or_default();
        let model = &*stops::merge(files, &stopped);
        let secrets = secrets::read(model, &self.hash_key);
        self.watcher.also(secrets::files(model));
        let snapshot = resources(model, &secrets, &self.machine);
        let mut warnings: Vec<String> = problems.warnings().map(ToString::to_string).collect();
        if let Some(books) = &self.books {
            // First here: what an Envoy learns of, it can lease.
            warnings.extend(books.configure(model, &snapshot.digest, secrets.webhook.as_ref()));
        }
        warnings.extend(secrets.warnings);
        let before = self.read().warnings;
        for warning in warnings.iter().filter(|warning| !before.contains(warning)) {
            tracing::warn!("{}", warning.replacen("warning: ", "", 1));
        }
        let counts = TypeUrl::ALL.map(|kind| (kind.short(), snapshot.of(kind).count()));
        let digest = snapshot.digest.clone();
        self.set(|status| {
            *status = Status {
                digest: digest.clone(),
                since: if status.digest == digest { status.since } else { seconds(SystemTime::now()) },
                listen: model.gateway.listen.to_string(),
                teams: model.teams.len(),
                routes: model.routes.len(),
                providers: model.providers.len(),
                resources: counts.into_iter().collect(),
                warnings,
                stops: stopped.iter().map(stops::words).collect(),
                last_error: None,
            };
        });
        self.publisher.publish(snapshot);
        tracing::info!(digest, teams = model.teams.len(), routes = model.routes.len(), "configuration published");
    }

    /// Follows the files. Never ends.
    pub async fn follow(mut self) {
        loop {
            tokio::select! {
                () = self.watcher.changed() => {}
                () = changed(&mut self.stops) => {
                    self.republish();
                    self.watcher.look_again();
                    continue;
                }
            }
            if let Err(problems) = self.load() {
                for problem in problems.errors() {
                    tracing::error!("{problem}");
                }
                tracing::error!(
                    digest = self.read().digest,
                    "the files cannot be used: the configuration before stays in force"
                );
            }
        }
    }

    /// Publishes the files as they were last read, with what is stopped now.
    fn republish(&mut self) {
        let Some((model, problems)) = self.loaded.take() else { return };
        // A reading that has failed since then is still worth telling.
        let last_error = self.read().last_error;
        self.publish(&model, &problems);
        self.set(|status| status.last_error = last_error);
        self.loaded = Some((model, problems));
        tracing::info!(stops = ?self.read().stops, "what is stopped by command has changed");
    }

    fn read(&self) -> Status {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Waits until something else is stopped; for ever without a ledger.
async fn changed(stops: &mut Option<Stops>) {
    let gone = match stops {
        Some(stops) => stops.changed().await.is_err(),
        None => true,
    };
    if gone {
        std::future::pending::<()>().await;
    }
}
