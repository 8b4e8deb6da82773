//! `tollgate run`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;

use super::serve::{ControlPlane, ended, keep, machine};
use super::store::StoreArgs;
use super::{Outcome, say, start_log};
use crate::envoy_process::{self, Envoy, Settings};

/// How long Envoy may take from its start until it listens.
const START: Duration = Duration::from_secs(60);

/// Run the control plane and a local Envoy.
#[derive(Debug, Args)]
pub struct Run {
    /// Folder (or file) of the configuration
    #[arg(long)]
    config: PathBuf,
    /// Envoy's program; otherwise $TOLLGATE_ENVOY, then `envoy` on the PATH, then the one in ~/.cache/tollgate
    #[arg(long)]
    envoy: Option<PathBuf>,
    /// Folder of gateway.wasm and translate.wasm; beside this program unless given
    #[arg(long)]
    modules: Option<PathBuf>,
    #[command(flatten)]
    store: StoreArgs,
    /// Where the status page is; a free port of 127.0.0.1 unless given
    #[arg(long)]
    admin: Option<SocketAddr>,
    /// Where Envoy finds its resources; a free port of 127.0.0.1 unless given
    #[arg(long)]
    xds: Option<SocketAddr>,
    /// Number of Envoy's workers; one for each core unless given
    #[arg(long)]
    concurrency: Option<u32>,
    /// Envoy's own log level
    #[arg(long, default_value = "warning")]
    envoy_log_level: String,
}

impl Run {
    pub fn run(self) -> Outcome {
        start_log(false);
        let program = envoy_process::find(self.envoy.as_deref())?;
        let machine = machine(self.modules)?;
        for module in ["gateway.wasm", "translate.wasm"] {
            let path = Path::new(&machine.modules).join(module);
            if !path.is_file() {
                return Err(anyhow!(
                    "{} is missing: `make build` makes it, --modules says where it is",
                    path.display()
                )
                .into());
            }
        }
        let books = keep(&self.store.store_to_write()?)?;
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (xds, admin) = (self.xds.unwrap_or(free), self.admin.unwrap_or(free));
        // The main thread drives this future to its end: Envoy is tied to the thread that starts it.
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut plane = ControlPlane::start(self.config, machine, books, xds, admin).await?;
            // Envoy would share the port with whoever has it already, and each would get some of the requests.
            let listen = plane.listen();
            drop(
                tokio::net::TcpListener::bind(&listen)
                    .await
                    .with_context(|| format!("{listen} cannot be listened on"))?,
            );
            let settings =
                Settings { program, xds: plane.xds, concurrency: self.concurrency, log_level: self.envoy_log_level };
            let mut envoy = Envoy::start(&settings)?;
            let result = until_the_end(&mut plane, &mut envoy).await;
            envoy.stop().await;
            Ok(result?)
        })
    }
}

async fn until_the_end(plane: &mut ControlPlane, envoy: &mut Envoy) -> Result<()> {
    let signal = ended();
    tokio::pin!(signal);
    let address = tokio::select! {
        address = listening(plane, envoy) => address?,
        ended = &mut signal => return ended,
    };
    say(format!("tollgate: listening on http://{address} (config digest {})", plane.digest()));
    say(format!("tollgate: status on http://{}/status", plane.admin));
    tokio::select! {
        ended = &mut signal => ended,
        status = envoy.wait() => Err(anyhow!("Envoy ended: {}", status?)),
        error = plane.failed() => Err(error),
    }
}

/// Waits until Envoy listens.
async fn listening(plane: &ControlPlane, envoy: &mut Envoy) -> Result<SocketAddr> {
    let begin = Instant::now();
    loop {
        match envoy.listening().await.with_context(|| refusals(plane)) {
            Ok(Some(address)) => return Ok(address),
            Ok(None) => {}
            Err(error) => return Err(error),
        }
        if begin.elapsed() > START {
            bail!("Envoy does not listen after {} s; {}", START.as_secs(), refusals(plane));
        }
        tokio::select! {
            status = envoy.wait() => bail!("Envoy ended before it listened: {}", status?),
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
        }
    }
}

/// What Envoy has refused, in its own words.
fn refusals(plane: &ControlPlane) -> String {
    let nodes = plane.nodes.all();
    let of = |(kind, status): (&&str, &crate::xds::nodes::TypeStatus)| {
        status.refused.as_ref().map(|refused| format!("it refused {kind}: {}", refused.error))
    };
    let refused: Vec<String> = nodes.iter().flat_map(|node| node.types.iter().filter_map(of)).collect();
    if refused.is_empty() { "it has refused nothing".into() } else { refused.join("; ") }
}
