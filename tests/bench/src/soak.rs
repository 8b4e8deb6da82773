//! Memory after work that needs much of it: bodies of one megabyte, several at a time.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::lineup::Stand;
use crate::load::{self, Traffic};
use crate::memory::{self, Memory};
use crate::{plugins, prompt};

/// Size of a body: one megabyte.
const BODY: usize = 1_000_000;
/// Bodies at a time.
const CONNECTIONS: usize = 4;

/// Memory before and after `time` of large bodies.
///
/// # Errors
/// A request failed, or Envoy is gone.
pub async fn soak(stand: &Stand, time: Duration) -> Result<Memory> {
    let pid = stand.envoy.pid()?;
    let (rss, _) = memory::of(pid)?;
    let traffic = Traffic {
        address: stand.envoy.listener,
        body: prompt::chat_request(BODY, false, None).into(),
        key: plugins::caller_key(),
        stream: None,
    };
    load::run(&traffic, CONNECTIONS, time).await.context("with bodies of 1 MB")?;
    let (soaked, linear) = memory::of(pid)?;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    Ok(Memory { rss_mib: mib(rss), soaked_rss_mib: mib(soaked), vm_mib: mib(linear) })
}
