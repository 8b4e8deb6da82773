//! Alerts to a webhook, as Slack and those who are compatible take them: a POST of `{"text": …}`.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::message::Template;
use crate::sql::tls;

/// The whole of one attempt.
const TIMEOUT: Duration = Duration::from_secs(10);
/// For how long an alert is ours alone while we try: well above [`TIMEOUT`].
const CLAIM_MS: u64 = 60_000;
/// The pause after the first failure; it doubles with each.
const FIRST_PAUSE_MS: u64 = 2_000;
/// The longest pause. An alert is tried until it is delivered or too old to be kept.
const LONGEST_PAUSE_MS: u64 = 3_600_000;
/// The most alerts of one round.
const ROUND: u64 = 20;

/// Where alerts go, and in which words.
///
/// An alert is raised once. It is delivered at least once: twice only where the process dies between the delivery and the note of it.
pub struct Webhook {
    agent: ureq::Agent,
    url: String,
    template: Template,
}

impl fmt::Debug for Webhook {
    /// Without the address: whoever has that may post.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhook")
    }
}

/// What a round has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    /// Alerts delivered.
    pub delivered: u64,
    /// Alerts that were not; they come again.
    pub failed: u64,
}

impl Webhook {
    /// A webhook at `url`, which is a secret.
    ///
    /// # Errors
    /// It is no `http://` or `https://` address, or this machine trusts no certificate authority.
    pub fn new(url: &str, template: Template) -> Result<Self> {
        let url = url.trim();
        let (is_tls, is_plain) = (url.starts_with("https://"), url.starts_with("http://"));
        if !is_tls && !is_plain || url.parse::<ureq::http::Uri>().is_err() {
            return Err(Error::invalid("the webhook's address is not of the form https://HOST/PATH"));
        }
        let mut config = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            // The address is a secret: it is not told to whoever an answer points to.
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(concat!("tollgate/", env!("CARGO_PKG_VERSION")));
        if is_tls {
            let roots: Vec<_> =
                tls::authorities(None)?.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let tls = TlsConfig::builder()
                .provider(TlsProvider::Rustls)
                .root_certs(RootCerts::from(roots))
                .unversioned_rustls_crypto_provider(provider);
            config = config.tls_config(tls.build());
        }
        Ok(Self { agent: config.build().into(), url: url.to_owned(), template })
    }

    /// The webhook whose address is in an environment variable.
    ///
    /// # Errors
    /// There is none, or as [`Webhook::new`].
    pub fn from_env(name: &str, template: Template) -> Result<Self> {
        let url = std::env::var(name).map_err(|_| Error::invalid(format!("the environment has no {name}")))?;
        Self::new(&url, template).map_err(|error| error.during(name))
    }

    /// The webhook whose address is in a file.
    ///
    /// # Errors
    /// It cannot be read, or as [`Webhook::new`].
    pub fn from_file(path: &Path, template: Template) -> Result<Self> {
        let shown = path.display();
        let url = std::fs::read_to_string(path).map_err(|error| Error::invalid(format!("{shown}: {error}")))?;
        Self::new(&url, template).map_err(|error| error.during(&shown.to_string()))
    }

    /// Delivers what is due at `now_ms`. To be called every second or so, by every replica: each alert is one replica's at a time.
    ///
    /// # Errors
    /// The ledger cannot be used. A webhook that does not answer is no error here: it is logged, and the alert comes again.
    pub fn deliver_due(&self, ledger: &Ledger, now_ms: u64) -> Result<Round> {
        let mut round = Round::default();
        for _ in 0..ROUND {
            let Some(alert) = ledger.alerts_due(now_ms, CLAIM_MS, 1)?.into_iter().next() else { break };
            match self.post(&self.template.text(&alert)) {
                Ok(()) => {
                    ledger.alert_delivered(&alert, now_ms)?;
                    round.delivered += 1;
                }
                Err(failure) => {
                    let doubled = FIRST_PAUSE_MS.saturating_mul(1 << alert.attempts.saturating_sub(1).min(20));
                    let pause = doubled.min(LONGEST_PAUSE_MS).max(failure.retry_after_ms);
                    let (team, quota, attempts) = (&alert.window.team, &alert.window.quota, alert.attempts);
                    tracing::warn!(team, quota, attempts, pause, reason = failure.reason, "an alert was not delivered");
                    ledger.alert_failed(&alert, now_ms.saturating_add(pause))?;
                    round.failed += 1;
                }
            }
        }
        Ok(round)
    }

    fn post(&self, text: &str) -> std::result::Result<(), Failure> {
        let request = self.agent.post(&self.url).header("content-type", "application/json");
        let answer = request.send(json!({"text": text}).to_string()).map_err(|error| {
            // The library's words may repeat the address.
            Failure { reason: error.to_string().replace(&self.url, "the webhook"), retry_after_ms: 0 }
        })?;
        if answer.status().is_success() {
            return Ok(());
        }
        let seconds = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let retry_after_ms = seconds.unwrap_or(0).saturating_mul(1000).min(LONGEST_PAUSE_MS);
        Err(Failure { reason: format!("it answers {}", answer.status()), retry_after_ms })
    }
}

struct Failure {
    reason: String,
    retry_after_ms: u64,
}
