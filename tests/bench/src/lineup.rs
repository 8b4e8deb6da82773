//! Everything that runs: for each case an Envoy and a provider behind it, all at once, of which only one is busy at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::answer::Answers;
use crate::backend::Backend;
use crate::beat::Beat;
use crate::case::{Body, Case, SHORT_STREAM_EVENTS, STREAM_EVENTS};
use crate::envoy::Envoy;
use crate::load::Traffic;
use crate::service::Service;
use crate::{config, noop, plugins};

/// A case and what runs for it.
#[derive(Debug)]
pub struct Stand {
    /// The case.
    pub case: Case,
    /// Its Envoy.
    pub envoy: Envoy,
    /// Its provider.
    pub backend: Backend,
    /// Sizes of its modules in bytes, by file name.
    pub modules: Vec<(&'static str, u64)>,
}

impl Stand {
    /// The requests of `body`, and those whose latency is measured.
    #[must_use]
    pub fn traffic(&self, body: Body) -> (Traffic, Traffic) {
        let traffic = |body, stream| Traffic { address: self.envoy.listener, body, key: plugins::caller_key(), stream };
        let (latency, stream) = body.latency_bytes();
        (traffic(body.bytes(), body.stream()), traffic(latency, stream))
    }
}

/// All cases.
#[derive(Debug)]
pub struct Lineup {
    /// In the order of a round.
    pub stands: Vec<Stand>,
    _service: Option<Service>,
    _folder: TempDir,
}

impl Lineup {
    /// Starts an Envoy for each of `cases`. `trace`: their logs tell of every call into and out of wasm.
    ///
    /// # Errors
    /// A module is not there, or an Envoy or the control plane does not start.
    pub async fn start(envoy: &Path, modules: &Path, cases: &[Case], trace: bool) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tollgate-bench").tempdir()?;
        let answers = Arc::new(Answers::new(&[STREAM_EVENTS, SHORT_STREAM_EVENTS]));
        let beat = Beat::start()?;
        let leases = cases.iter().any(|case| case.has_leases());
        let service = if leases { Some(Service::start(modules, folder.path()).await?) } else { None };
        let mut stands = Vec::new();
        for &case in cases {
            let mut paths = Vec::new();
            let mut sizes = Vec::new();
            for name in case.modules() {
                let path = find(name, modules, folder.path())?;
                sizes.push((*name, fs::metadata(&path)?.len()));
                paths.push(path);
            }
            let backend = Backend::start(Arc::clone(&answers), beat.clone()).await?;
            let leased = service.as_ref().filter(|_| case.has_leases()).map(|service| service.address);
            let bootstrap = case.with_chain(&paths, leased, |chain| config::bootstrap(chain, backend.address))?;
            let envoy = Envoy::start(envoy, folder.path(), case.name(), &bootstrap, trace).await?;
            stands.push(Stand { case, envoy, backend, modules: sizes });
        }
        Ok(Self { stands, _service: service, _folder: folder })
    }

    /// Ends them all.
    ///
    /// # Errors
    /// One of them had ended before.
    pub async fn stop(self) -> Result<()> {
        for stand in self.stands {
            stand.envoy.stop().await.with_context(|| format!("case {}", stand.case.name()))?;
        }
        Ok(())
    }
}

fn find(name: &str, modules: &Path, folder: &Path) -> Result<PathBuf> {
    if name == "noop.wasm" {
        let path = folder.join(name);
        fs::write(&path, noop::module())?;
        return Ok(path);
    }
    let path = modules.join(name);
    ensure!(path.is_file(), "{} is not there: `make wasm` builds it", path.display());
    // Envoy runs in the same folder, but a reader of its configuration need not.
    path.canonicalize().with_context(|| format!("cannot resolve {}", path.display()))
}
