//! An Envoy process with one worker, on ephemeral ports, gone when the bench is.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// Reading, compiling and configuring a module takes Envoy a second or two on a busy machine.
const START: Duration = Duration::from_secs(60);

/// A running Envoy.
#[derive(Debug)]
pub struct Envoy {
    child: Child,
    admin: SocketAddr,
    /// Where requests go.
    pub listener: SocketAddr,
    log: PathBuf,
}

impl Envoy {
    /// Starts `binary` with `bootstrap` and waits until it serves. Its files are `folder`/`name`.*. `trace`: its log tells of every call
    /// into and out of wasm.
    ///
    /// # Errors
    /// It does not start; the end of its log is in the error.
    pub async fn start(binary: &Path, folder: &Path, name: &str, bootstrap: &Value, trace: bool) -> Result<Self> {
        let file = |ending: &str| folder.join(format!("{name}.{ending}"));
        let (config, log, admin_address) = (file("json"), file("log"), file("admin"));
        fs::write(&config, bootstrap.to_string())?;
        let output = File::create(&log)?;
        let mut child = Command::new(binary)
            .arg("--config-path")
            .arg(&config)
            .arg("--admin-address-path")
            .arg(&admin_address)
            .args(["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"])
            .args(["--component-log-level", "wasm:trace"].iter().filter(|_| trace))
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {}", binary.display()))?;
        let failed = |why: &str| anyhow!("Envoy for `{name}` {why}; its log ends with:\n{}", tail(&log));
        let deadline = Instant::now() + START;
        let admin = loop {
            if let Some(status) = child.try_wait()? {
                return Err(failed(&format!("ended with {status}")));
            }
            let address = fs::read_to_string(&admin_address).ok().and_then(|text| text.trim().parse().ok());
            if let Some(address) = address
                && get(address, "/ready").await.is_ok_and(|answer| answer.trim_ascii() == b"LIVE")
            {
                break address;
            }
            if Instant::now() > deadline {
                return Err(failed(&format!("is not ready after {START:?}")));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let listeners: Value = serde_json::from_slice(&get(admin, "/listeners?format=json").await?)?;
        let address = &listeners["listener_statuses"][0]["local_address"]["socket_address"];
        let port = address["port_value"].as_u64().and_then(|port| u16::try_from(port).ok());
        let port = port.ok_or_else(|| failed(&format!("does not tell its listener's port: {listeners}")))?;
        Ok(Self { child, admin, listener: SocketAddr::from(([127, 0, 0, 1], port)), log })
    }

    /// The process.
    ///
    /// # Errors
    /// It has ended.
    pub fn pid(&self) -> Result<u32> {
        self.child.id().with_context(|| format!("Envoy has ended; its log ends with:\n{}", self.log_tail()))
    }

    /// The last lines of its log.
    #[must_use]
    pub fn log_tail(&self) -> String {
        tail(&self.log)
    }

    /// Lets it end in order, and returns its log: Envoy writes the last of it then.
    ///
    /// # Errors
    /// It does not end.
    pub async fn finish(&mut self) -> Result<String> {
        ask(self.admin, Method::POST, "/quitquitquit").await?;
        tokio::time::timeout(START, self.child.wait()).await.context("Envoy does not end")??;
        Ok(fs::read_to_string(&self.log)?)
    }

    /// Ends it and waits until it is gone.
    ///
    /// # Errors
    /// It ended on its own before: what was measured then is not worth much.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("Envoy ended with {status} on its own; its log ends with:\n{}", self.log_tail());
        }
        self.child.kill().await?;
        Ok(())
    }
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

async fn get(address: SocketAddr, path: &str) -> Result<Bytes> {
    ask(address, Method::GET, path).await
}

async fn ask(address: SocketAddr, method: Method, path: &str) -> Result<Bytes> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let request = Request::builder().method(method).uri(path).header("host", "admin").body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    ensure!(response.status() == 200, "{path}: {}", response.status());
    let body = response.into_body().collect().await?.to_bytes();
    connection.abort();
    Ok(body)
}
