//! The control plane that the `gateway+leases` case leases its quotas from: `tollgate serve` on the same machine, with a ledger in a file.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::plugins;

/// Deriving resources and opening a ledger takes it less than a second.
const START: Duration = Duration::from_secs(60);

/// A running control plane, gone when this is dropped.
#[derive(Debug)]
pub struct Service {
    _child: Child,
    /// Where its gRPC services answer.
    pub address: SocketAddr,
}

impl Service {
    /// Starts the `tollgate` that lies beside the modules. Its files are in `folder`.
    ///
    /// # Errors
    /// It is not there or does not start; its log is in the error.
    pub async fn start(modules: &Path, folder: &Path) -> Result<Self> {
        let program = modules.join("tollgate");
        ensure!(program.is_file(), "{} is not there: `make native` builds it", program.display());
        let config = folder.join("service.yaml");
        // JSON is YAML.
        let objects: Vec<_> = objects().iter().map(Value::to_string).collect();
        fs::write(&config, objects.join("\n---\n"))?;
        let (address, admin) = (free_port()?, free_port()?);
        let log = folder.join("service.log");
        let output = File::create(&log)?;
        let mut child = Command::new(&program)
            .args(["serve", "--config"])
            .arg(&config)
            .args(["--xds", &address.to_string(), "--admin", &admin.to_string()])
            .args(["--store", &format!("sqlite://{}", folder.join("ledger.db").display())])
            .env(KEY, "sk-bench")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let since = Instant::now();
        while TcpStream::connect(address).await.is_err() {
            let log = || fs::read_to_string(&log).unwrap_or_default();
            if let Some(status) = child.try_wait()? {
                bail!("the control plane ended with {status}:\n{}", log());
            }
            ensure!(since.elapsed() < START, "the control plane does not listen after {START:?}:\n{}", log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Self { _child: child, address })
    }
}

/// Holds the provider's key, which nothing here uses.
const KEY: &str = "TOLLGATE_BENCH_KEY";

/// The one team that asks, with the quotas that the gateway is configured with.
fn objects() -> Vec<Value> {
    let object = |kind: &str, name: &str, spec: Value| json!({"apiVersion": "tollgate.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec});
    vec![
        object("Gateway", "default", json!({"listen": "127.0.0.1:10000"})),
        object(
            "Provider",
            "openai",
            json!({
                "api": "openai", "endpoint": "http://127.0.0.1:9", "credential": {"env": KEY}, "models": [{"name": "gpt-4o"}],
            }),
        ),
        object(
            "Route",
            plugins::ROUTE,
            json!({"match": {"models": ["smart"]}, "backends": [{"provider": "openai", "model": "gpt-4o"}]}),
        ),
        object(
            "Team",
            &plugins::caller(),
            json!({"identities": [{"apiKeySha256": "0".repeat(64)}], "routes": [plugins::ROUTE], "quotas": plugins::quotas()}),
        ),
    ]
}

fn free_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
