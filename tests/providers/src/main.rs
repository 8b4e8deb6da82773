//! `tollgate-providers`: simulated model providers, as many as wanted in one process.

use std::net::SocketAddr;
use std::str::FromStr;

use anyhow::{Context, ensure};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tollgate_providers::{Kind, Options, Provider};

/// Simulated model providers: OpenAI, Azure, Anthropic, Gemini, Vertex, Bedrock and Cohere on the wire, an echo behind it.
///
/// Every ADDRESS is HOST:PORT (port 0 takes a free one) and may carry settings for that provider alone, which are named as
/// the options below with underscores: '127.0.0.1:9001?expect_key=sk-a&status=529&fault_count=2'. Options apply to all
/// providers of the process. While it runs, each provider is steered by PUT /_control with the same names as JSON, and tells
/// what it received at GET /_received. Stops on SIGINT and SIGTERM.
#[derive(Parser)]
#[command(name = "tollgate-providers", version)]
struct Arguments {
    /// Serve the OpenAI API here (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    openai: Vec<Listen>,
    /// Serve the Azure OpenAI API here (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    azure: Vec<Listen>,
    /// Serve the Anthropic API here (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    anthropic: Vec<Listen>,
    /// Serve the Gemini API here (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    gemini: Vec<Listen>,
    /// Serve the Vertex AI API here, Gemini and Claude (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    vertex: Vec<Listen>,
    /// Serve the Bedrock runtime API here (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    bedrock: Vec<Listen>,
    /// Serve the Cohere API here (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    cohere: Vec<Listen>,
    #[command(flatten)]
    options: Options,
}

/// Where to listen, and the settings that follow the address.
#[derive(Clone)]
struct Listen {
    addr: SocketAddr,
    settings: String,
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (addr, settings) = text.split_once('?').unwrap_or((text, ""));
        let addr = addr.parse().map_err(|_| format!("expected an IP address and a port, got {addr:?}"))?;
        // Checked here so that a mistake is a usage error.
        Options::default().with_settings(settings)?;
        Ok(Self { addr, settings: settings.to_owned() })
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let wanted = [
        (Kind::OpenAi, arguments.openai),
        (Kind::Azure, arguments.azure),
        (Kind::Anthropic, arguments.anthropic),
        (Kind::Gemini, arguments.gemini),
        (Kind::Vertex, arguments.vertex),
        (Kind::Bedrock, arguments.bedrock),
        (Kind::Cohere, arguments.cohere),
    ];
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;

    let mut running = Vec::new();
    for (kind, listen) in wanted.into_iter().flat_map(|(kind, all)| all.into_iter().map(move |one| (kind, one))) {
        let options = arguments.options.with_settings(&listen.settings).map_err(anyhow::Error::msg)?;
        let provider = Provider::start_at(kind, listen.addr, options)
            .await
            .with_context(|| format!("{}: cannot listen on {}", kind.name(), listen.addr))?;
        println!("{} listening on http://{}", kind.name(), provider.addr());
        running.push(provider);
    }
    ensure!(
        !running.is_empty(),
        "nothing to serve: give --openai, --anthropic or another of the providers an address (see --help)"
    );

    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    for provider in running {
        provider.stop().await;
    }
    Ok(())
}
