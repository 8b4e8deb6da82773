//! `tollgate serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use tokio::net::TcpListener;
use tollgate_ledger::{Ledger, Store};

use super::store::StoreArgs;
use super::{Failure, Outcome, say, start_log};
use crate::admin::Admin;
use crate::bookkeeper::Bookkeeper;
use crate::config::problems::Problems;
use crate::controller::{Controller, SharedStatus};
use crate::resources::Machine;
use crate::service::Services;
use crate::stops;
use crate::xds::nodes::Nodes;
use crate::xds::publisher::Publisher;
use crate::xds::server::Ads;

/// Run the control plane alone.
#[derive(Debug, Args)]
pub struct Serve {
    /// Folder (or file) of the configuration
    #[arg(long)]
    config: PathBuf,
    /// Where Envoys find their resources (delta ADS over gRPC), take leases and report use
    #[arg(long, default_value = "127.0.0.1:18000")]
    xds: SocketAddr,
    /// Where the status page is
    #[arg(long, default_value = "127.0.0.1:18001")]
    admin: SocketAddr,
    /// Folder of gateway.wasm and translate.wasm on the Envoy machines; beside this program unless given
    #[arg(long)]
    modules: Option<PathBuf>,
    #[command(flatten)]
    store: StoreArgs,
    /// Log as JSON
    #[arg(long)]
    log_json: bool,
}

impl Serve {
    pub fn run(self) -> Outcome {
        start_log(self.log_json);
        let machine = machine(self.modules)?;
        let books = keep(&self.store.store_to_write()?)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut plane = ControlPlane::start(self.config, machine, books, self.xds, self.admin).await?;
            say(format!("tollgate: serving ADS on {} (config digest {})", plane.xds, plane.digest()));
            say(format!("tollgate: ledger at {}", plane.books.store()));
            say(format!("tollgate: status on http://{}/status", plane.admin));
            tokio::select! {
                error = plane.failed() => Err(error.into()),
                signal = ended() => Ok(signal?),
            }
        })
    }
}

/// The parts of the control plane, at work.
pub struct ControlPlane {
    /// Where Envoys connect.
    pub xds: SocketAddr,
    /// Where the status page is.
    pub admin: SocketAddr,
    /// The Envoys.
    pub nodes: Arc<Nodes>,
    /// The ledger's keeper.
    pub books: Arc<Bookkeeper>,
    status: SharedStatus,
    tasks: tokio::task::JoinSet<Result<()>>,
}

impl ControlPlane {
    /// Reads the configuration and starts to serve it.
    pub async fn start(
        config: PathBuf,
        machine: Machine,
        books: Arc<Bookkeeper>,
        xds: SocketAddr,
        admin: SocketAddr,
    ) -> Result<Self, Failure> {
        let mut hash_key = vec![0; 32];
        getrandom::fill(&mut hash_key).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
        let nodes = Arc::new(Nodes::default());
        let (publisher, published) = Publisher::start(Arc::clone(&nodes));
        let stops = stops::follow(books.ledger().clone()).context("no thread for what is stopped")?;
        let controller = Controller::new(config, machine, publisher, hash_key);
        let mut controller = controller.keeping(Arc::clone(&books)).stopping(stops);
        controller.load().map_err(|problems| report(&problems))?;
        let status = controller.status();

        let mut tasks = tokio::task::JoinSet::new();
        let listener = bind(xds).await.context("--xds")?;
        let xds = listener.local_addr()?;
        let ads = Ads::new(published, Arc::clone(&nodes));
        let services = Services::new(books.ledger().clone(), books.rules().clone());
        let counters = services.counters();
        tasks.spawn(async move { ads.serve_beside(listener, Some(&services)).await.context("the ADS server failed") });
        let listener = bind(admin).await.context("--admin")?;
        let admin = listener.local_addr()?;
        let page =
            Admin { status: Arc::clone(&status), nodes: Arc::clone(&nodes), books: Arc::clone(&books), counters };
        tasks.spawn(async move { page.serve(listener).await.context("the status page failed") });
        tasks.spawn(async move {
            controller.follow().await;
            Ok(())
        });
        Ok(Self { xds, admin, nodes, books, status, tasks })
    }

    /// Digest of the configuration in force.
    pub fn digest(&self) -> String {
        self.status.lock().unwrap_or_else(std::sync::PoisonError::into_inner).digest.clone()
    }

    /// Where the gateway is to listen.
    pub fn listen(&self) -> String {
        self.status.lock().unwrap_or_else(std::sync::PoisonError::into_inner).listen.clone()
    }

    /// Waits until a part has failed, which none should.
    pub async fn failed(&mut self) -> anyhow::Error {
        match self.tasks.join_next().await {
            Some(Ok(Err(error))) => error,
            Some(Err(error)) => anyhow::Error::new(error).context("a part of the control plane stopped"),
            Some(Ok(Ok(()))) | None => anyhow::anyhow!("a part of the control plane stopped"),
        }
    }
}

/// Opens the ledger. One on another machine may be away for now; a file that cannot be written is a mistake.
pub fn keep(store: &Store) -> Result<Arc<Bookkeeper>, Failure> {
    let ledger = Ledger::lazy(store);
    match ledger.ready() {
        Err(error) if matches!(store, Store::Sqlite(_)) || !error.is_retryable() => {
            return Err(anyhow::anyhow!("{store}: {error}").into());
        }
        // Said by whoever keeps it, once.
        Ok(()) | Err(_) => {}
    }
    Ok(Bookkeeper::start(ledger).context("no thread for the ledger")?)
}

async fn bind(at: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(at).await.with_context(|| format!("{at} cannot be listened on"))
}

/// Says every problem, then fails.
fn report(problems: &Problems) -> Failure {
    for problem in problems.iter() {
        say(problem.to_string());
    }
    Failure::BadInput
}

/// Waits for the signal to end.
pub async fn ended() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    Ok(())
}

/// What is known of the machines that Envoy runs on.
pub fn machine(modules: Option<PathBuf>) -> Result<Machine> {
    let modules = match modules {
        Some(modules) => std::path::absolute(modules)?,
        None => {
            let own = std::env::current_exe().context("this program does not know where it is: use --modules")?;
            own.parent().context("this program does not know where it is: use --modules")?.to_owned()
        }
    };
    // Debian, Alpine and Envoy's own images; Red Hat; SUSE; OpenSSL's own place.
    const AUTHORITIES: [&str; 4] = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ];
    let [usual, ..] = AUTHORITIES;
    let trusted_ca = AUTHORITIES.into_iter().find(|path| std::path::Path::new(path).exists()).unwrap_or(usual);
    Ok(Machine { modules: modules.display().to_string(), trusted_ca: trusted_ca.to_owned() })
}
