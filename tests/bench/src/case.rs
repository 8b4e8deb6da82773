//! What is measured: through which chain of filters, and with which requests.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Result;
use bytes::Bytes;
use clap::ValueEnum;

use crate::config::{Chain, Plugin, SERVICE};
use crate::{plugins, prompt};

/// Pieces of text in a stream whose events are counted.
pub const STREAM_EVENTS: u32 = 200;
/// Pieces of text in a stream of which only the first byte counts.
pub const SHORT_STREAM_EVENTS: u32 = 4;

/// A chain of filters in an Envoy of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Case {
    /// The router only: what everything is compared with.
    Bare,
    /// A plugin that does nothing.
    Noop,
    /// The fused gateway module in front of an OpenAI-style provider.
    Gateway,
    /// The same, whose quotas are leased from a control plane on the same machine.
    #[value(name = "gateway+leases")]
    GatewayLeases,
    /// The gateway, and translation to Anthropic's API upstream.
    #[value(name = "gateway+translate")]
    GatewayTranslate,
}

impl Case {
    /// All, in the order of a round.
    pub const ALL: [Self; 5] = [Self::Bare, Self::Noop, Self::Gateway, Self::GatewayLeases, Self::GatewayTranslate];

    /// As on the command line and in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Noop => "noop",
            Self::Gateway => "gateway",
            Self::GatewayLeases => "gateway+leases",
            Self::GatewayTranslate => "gateway+translate",
        }
    }

    /// File names of the modules it loads. `noop.wasm` is made by the bench, the others must be there.
    #[must_use]
    pub fn modules(self) -> &'static [&'static str] {
        match self {
            Self::Bare => &[],
            Self::Noop => &["noop.wasm"],
            Self::Gateway | Self::GatewayLeases => &["gateway.wasm"],
            Self::GatewayTranslate => &["gateway.wasm", "translate.wasm"],
        }
    }

    /// Whether the gateway takes part, with all that it promises.
    #[must_use]
    pub fn has_gateway(self) -> bool {
        matches!(self, Self::Gateway | Self::GatewayLeases | Self::GatewayTranslate)
    }

    /// Whether its quotas are leased from a control plane.
    #[must_use]
    pub fn has_leases(self) -> bool {
        self == Self::GatewayLeases
    }

    /// Hands the chain to `use_it`. `modules` are the paths of [`Case::modules`], `service` is where quotas are leased.
    ///
    /// # Errors
    /// A configuration that cannot be written, or what `use_it` returns.
    pub fn with_chain<T>(
        self,
        modules: &[PathBuf],
        service: Option<SocketAddr>,
        use_it: impl FnOnce(&Chain<'_>) -> T,
    ) -> Result<T> {
        let (provider, model) = match self {
            Self::GatewayTranslate => ("anthropic", Some(plugins::CLAUDE)),
            _ => ("openai", None),
        };
        let names = ["tollgate.gateway", "tollgate.translate"];
        let configurations = match self {
            Self::Bare => Vec::new(),
            Self::Noop => vec![String::new()],
            Self::Gateway => vec![plugins::gateway(provider, model, None)?],
            Self::GatewayLeases => vec![plugins::gateway(provider, model, Some(SERVICE))?],
            Self::GatewayTranslate => vec![plugins::gateway(provider, model, None)?, plugins::translate()?],
        };
        let loaded = names.iter().zip(modules).zip(&configurations);
        let mut loaded = loaded.map(|((name, module), configuration)| Plugin { name, module, configuration });
        let (downstream, upstream) = (loaded.next(), loaded.next());
        Ok(use_it(&Chain {
            downstream,
            routes_by_header: self.has_gateway(),
            upstream,
            provider: (provider, model),
            service,
        }))
    }
}

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Body {
    /// A short question.
    #[value(name = "1KB")]
    Kb1,
    /// A short question with an e-mail address, which the answer repeats, and a card number.
    #[value(name = "1KB+pii")]
    Personal,
    /// A long conversation.
    #[value(name = "32KB")]
    Kb32,
    /// A very long one.
    #[value(name = "512KB")]
    Kb512,
    /// A short question, answered by a stream of 200 pieces of text.
    #[value(name = "stream200")]
    Stream,
}

impl Body {
    /// All, in the order of a round.
    pub const ALL: [Self; 5] = [Self::Kb1, Self::Personal, Self::Kb32, Self::Kb512, Self::Stream];

    /// As on the command line and in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kb1 => "1KB",
            Self::Personal => "1KB+pii",
            Self::Kb32 => "32KB",
            Self::Kb512 => "512KB",
            Self::Stream => "stream200",
        }
    }

    /// The body.
    #[must_use]
    pub fn bytes(self) -> Bytes {
        let (size, personal) = match self {
            Self::Kb1 | Self::Stream => (1 << 10, false),
            Self::Personal => (1 << 10, true),
            Self::Kb32 => (32 << 10, false),
            Self::Kb512 => (512 << 10, false),
        };
        prompt::chat_request(size, personal, self.stream()).into()
    }

    /// The body of the requests whose latency is measured: of a stream only the beginning counts.
    #[must_use]
    pub fn latency_bytes(self) -> (Bytes, Option<u32>) {
        match self {
            Self::Stream => {
                (prompt::chat_request(1 << 10, false, Some(SHORT_STREAM_EVENTS)).into(), Some(SHORT_STREAM_EVENTS))
            }
            _ => (self.bytes(), None),
        }
    }

    /// Pieces of text in the streamed answer.
    #[must_use]
    pub fn stream(self) -> Option<u32> {
        (self == Self::Stream).then_some(STREAM_EVENTS)
    }

    /// Connections that keep Envoy busy. Streams arrive at their own pace, so it takes more of them.
    #[must_use]
    pub fn connections(self) -> usize {
        match self {
            Self::Kb1 | Self::Personal | Self::Kb32 => 8,
            Self::Kb512 => 4,
            Self::Stream => 96,
        }
    }

    /// How much longer than others it is measured: where the targets are tight, and where a single exchange takes half a second.
    #[must_use]
    pub fn weight(self) -> f64 {
        match self {
            Self::Kb1 | Self::Stream => 1.6,
            _ => 1.0,
        }
    }

    /// Whether `case` is measured with it. The plugin that does nothing says all it can with short requests and streams.
    #[must_use]
    pub fn suits(self, case: Case) -> bool {
        case != Case::Noop || matches!(self, Self::Kb1 | Self::Stream)
    }
}
