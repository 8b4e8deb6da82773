//! Crossings between Envoy and the modules: which callbacks and hostcalls one exchange takes.
//!
//! Each costs between a third of a microsecond and several, and unlike time their number is the same on every machine and in every run. Read from
//! Envoy's own trace of its wasm host, in Envoys that are not measured.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::case::{Body, Case};
use crate::lineup::Lineup;
use crate::load;

/// The crossings of one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calls {
    /// The case.
    pub case: Case,
    /// The body.
    pub body: Body,
    /// In their order, with arguments.
    pub sequence: Vec<Call>,
}

/// One crossing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// From Envoy into the module, or out of it.
    pub into_wasm: bool,
    /// The function and its arguments as Envoy's trace writes them.
    pub text: String,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CallCounts {
    /// Callbacks, and allocations for what hostcalls return.
    pub calls_into_wasm: usize,
    /// Hostcalls.
    pub calls_into_envoy: usize,
}

impl Calls {
    /// How many there are.
    #[must_use]
    pub fn counts(&self) -> CallCounts {
        let calls_into_wasm = self.sequence.iter().filter(|call| call.into_wasm).count();
        CallCounts { calls_into_wasm, calls_into_envoy: self.sequence.len() - calls_into_wasm }
    }
}

/// One exchange of each of `cases` with each of `bodies`.
///
/// # Errors
/// An Envoy does not start, an exchange fails, or the trace has another form than expected.
pub async fn trace(envoy: &Path, modules: &Path, cases: &[Case], bodies: &[Body]) -> Result<Vec<Calls>> {
    let cases: Vec<_> = cases.iter().copied().filter(|case| !case.modules().is_empty()).collect();
    let mut lineup = Lineup::start(envoy, modules, &cases, true).await?;
    let mut all = Vec::new();
    for stand in &mut lineup.stands {
        let bodies: Vec<_> = bodies.iter().copied().filter(|body| body.suits(stand.case)).collect();
        // The first request of all waits for a lease, and a worker draws as much of it as it has seen to be of use.
        let before = if stand.case.has_leases() { 40 } else { 0 };
        for _ in 0..before {
            load::once(&stand.traffic(Body::Kb1).0).await.with_context(|| stand.case.name().to_owned())?;
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        for &body in &bodies {
            load::once(&stand.traffic(body).0)
                .await
                .with_context(|| format!("{} with {}", stand.case.name(), body.name()))?;
        }
        let log = stand.envoy.finish().await?;
        let exchanges = split(&log, stand.case.modules().len());
        ensure!(
            exchanges.len() == bodies.len() + before,
            "{} traces of {} exchanges",
            exchanges.len(),
            bodies.len() + before
        );
        all.extend(exchanges.into_iter().skip(before).zip(bodies).map(|(sequence, body)| Calls {
            case: stand.case,
            body,
            sequence,
        }));
    }
    Ok(all)
}

/// The crossings of each exchange. One begins with every `modules`-th stream context.
fn split(log: &str, modules: usize) -> Vec<Vec<Call>> {
    let mut exchanges: Vec<Vec<Call>> = Vec::new();
    let mut contexts = 0;
    for call in of_streams(log) {
        if is_stream_context(&call) {
            if contexts % modules == 0 {
                exchanges.push(Vec::new());
            }
            contexts += 1;
        }
        // What comes before is the start of the VMs.
        if let Some(current) = exchanges.last_mut() {
            current.push(call);
        }
    }
    exchanges
}

/// The crossings of streams. What a root does for itself, on a tick or when an answer to a call of its own comes, belongs to no exchange.
fn of_streams(log: &str) -> Vec<Call> {
    // The threads that are inside a callback of a root.
    let mut roots: BTreeSet<&str> = BTreeSet::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        // `[time][thread][level][logger]`
        let thread = line.split(['[', ']']).nth(3).unwrap_or_default();
        if roots.contains(thread) {
            if line.contains("[host<-vm] proxy_on_") && !line.contains("proxy_on_memory_allocate") {
                roots.remove(thread);
            }
        } else if let Some(call) = parse(line) {
            if is_root(&call) {
                roots.insert(thread);
            } else {
                calls.push(call);
            }
        }
    }
    calls
}

/// `… [host->vm] proxy_on_log(2)` or `… [vm->host] env.proxy_set_property(1, 2, 3, 4)`. Lines that tell what was returned have the arrow the
/// other way round.
fn parse(line: &str) -> Option<Call> {
    let (into_wasm, text) = match (line.split_once("[host->vm] "), line.split_once("[vm->host] ")) {
        (Some((_, text)), _) => (true, text),
        (_, Some((_, text))) => (false, text.strip_prefix("env.").unwrap_or(text)),
        _ => return None,
    };
    Some(Call { into_wasm, text: text.to_owned() })
}

/// Ticks, answers to the root's own calls, and the end of the VM: callbacks of the root context, the first one of its VM.
fn is_root(call: &Call) -> bool {
    let arguments =
        call.text.strip_prefix("proxy_on_").and_then(|text| text.split_once('(')).filter(|_| call.into_wasm);
    arguments.is_some_and(|(name, arguments)| {
        name != "memory_allocate" && arguments.trim_end_matches(')').split(',').next() == Some("1")
    })
}

/// `proxy_on_context_create(id, parent)`: the root contexts have no parent.
fn is_stream_context(call: &Call) -> bool {
    call.text.starts_with("proxy_on_context_create(") && !call.text.ends_with(", 0)")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
[x][trace][wasm] [wasm_vm.cc:39] [host->vm] proxy_on_context_create(1, 0)
[x][trace][wasm] [wasm_vm.cc:39] [host<-vm] proxy_on_context_create return: void
[x][trace][wasm] [wasm_vm.cc:39] [host->vm] proxy_on_context_create(2, 1)
[x][trace][wasm] [wasm_vm.cc:39] [host->vm] proxy_on_request_headers(2, 11, 0)
[x][trace][wasm] [wasm_vm.cc:39] [vm->host] env.proxy_get_header_map_pairs(0, 1, 2)
[x][trace][wasm] [wasm_vm.cc:39] [host->vm] proxy_on_tick(1)
[x][trace][wasm] [wasm_vm.cc:39] [vm->host] env.proxy_get_current_time_nanoseconds(1)
[x][trace][wasm] [wasm_vm.cc:39] [host->vm] proxy_on_memory_allocate(8)
[x][trace][wasm] [wasm_vm.cc:39] [host<-vm] proxy_on_memory_allocate return: 8
[x][trace][wasm] [wasm_vm.cc:39] [host<-vm] proxy_on_tick return: void
[x][trace][wasm] [wasm_vm.cc:39] [host->vm] proxy_on_context_create(3, 1)
[x][trace][wasm] [wasm_vm.cc:39] [host->vm] proxy_on_memory_allocate(1)
[x][trace][wasm] [wasm_vm.cc:39] [host->vm] proxy_on_log(3)
[x][trace][wasm] [wasm_vm.cc:39] [host->vm] proxy_on_delete(1)
";

    #[test]
    fn exchanges_are_told_apart() {
        let exchanges = split(LOG, 1);
        assert_eq!(exchanges.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3]);
        assert_eq!(exchanges[0][2], Call { into_wasm: false, text: "proxy_get_header_map_pairs(0, 1, 2)".to_owned() });
        assert_eq!(split(LOG, 2).len(), 1, "two modules make two contexts of one exchange");
    }

    #[test]
    fn counts_have_a_direction() {
        let calls = Calls { case: Case::Gateway, body: Body::Kb1, sequence: split(LOG, 2).concat() };
        assert_eq!(calls.counts(), CallCounts { calls_into_wasm: 5, calls_into_envoy: 1 });
    }
}
