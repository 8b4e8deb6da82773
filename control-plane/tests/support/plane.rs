//! `tollgate serve` as a process of its own, on ports that stay when it is started again.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tonic::transport::{Channel, Endpoint};

/// One team that may use a million tokens a month.
pub const CONFIG: &str = "
kind: Provider
metadata: {name: p}
spec: {api: openai, endpoint: http://127.0.0.1:9, models: [{name: m, price: {input: 1, output: 2}}]}
---
kind: Route
metadata: {name: chat}
spec: {match: {models: [m]}, backends: [{provider: p, model: m}]}
---
kind: Team
metadata: {name: t}
spec:
  identities: [{apiKeySha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}]
  routes: [chat]
  quotas: [{name: budget, unit: tokens, limit: 1000000, per: month, alertAt: [50]}]
";

pub struct Plane {
    config: tempfile::TempDir,
    store: String,
    pub xds: SocketAddr,
    pub admin: SocketAddr,
    said: Arc<Mutex<String>>,
    child: Option<Child>,
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Plane {
    pub fn start(store: &str) -> Self {
        let config = tempfile::tempdir().unwrap();
        std::fs::write(config.path().join("all.yaml"), CONFIG).unwrap();
        let (xds, admin) = (free(), free());
        let mut plane = Self { config, store: store.into(), xds, admin, said: Arc::default(), child: None };
        plane.run();
        plane
    }

    /// Starts it (again), and waits until it answers.
    pub fn run(&mut self) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(["serve", "--modules", "/modules", "--store", &self.store, "--config"])
            .arg(self.config.path())
            .args(["--xds", &self.xds.to_string(), "--admin", &self.admin.to_string()])
            .env("NO_COLOR", "1")
            .env_remove("RUST_LOG")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let said = Arc::clone(&self.said);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                said.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        let since = Instant::now();
        while TcpStream::connect(self.xds).is_err() {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none() && since.elapsed() < Duration::from_secs(60), "{ended:?}: {}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
        self.child = Some(child);
    }

    /// Ends it as a crash does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// All that it has written on its standard error.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    pub fn folder(&self) -> &Path {
        self.config.path()
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A connection that is made anew whenever it is lost.
pub fn channel(at: SocketAddr) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{at}")).unwrap();
    endpoint.timeout(Duration::from_secs(10)).connect_timeout(Duration::from_secs(5)).connect_lazy()
}
