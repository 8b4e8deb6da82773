//! Memory of an Envoy, from the operating system's accounting: all of it, and that of its largest wasm VM.
//!
//! Envoy has no gauge of a VM's linear memory that a module does not set itself. But V8 reserves eight gigabytes and more of addresses for
//! each, so that an access beyond the end meets a guard page, and makes only the used part of them accessible: in `/proc/PID/smaps` a linear
//! memory is a writable mapping right in front of an inaccessible one of gigabytes.

use std::fs;

use anyhow::{Context, Result};
use serde::Serialize;

/// Guard regions behind a linear memory are larger than this, and nothing else in Envoy's address space is both so large and inaccessible.
const GUARD: u64 = 3 << 30;

/// Memory in MiB.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Memory {
    /// Resident memory of the process after the rounds.
    pub rss_mib: f64,
    /// The same after a soak with bodies of one megabyte.
    pub soaked_rss_mib: f64,
    /// The largest linear memory of all VMs after the soak: that of a worker's VM.
    pub vm_mib: f64,
}

/// Resident memory of the process `pid` and its largest linear memory, both in bytes; zero for the latter if there is none.
///
/// # Errors
/// The process is gone, or this is no Linux.
pub fn of(pid: u32) -> Result<(u64, u64)> {
    let path = format!("/proc/{pid}/smaps");
    let smaps = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let mappings = parse(&smaps);
    let resident = mappings.iter().map(|mapping| mapping.resident).sum();
    let linear =
        mappings.windows(2).filter(|pair| pair[0].writable && pair[0].end == pair[1].start && pair[1].is_guard());
    Ok((resident, linear.map(|pair| pair[0].end - pair[0].start).max().unwrap_or(0)))
}

#[derive(Debug, PartialEq, Eq)]
struct Mapping {
    start: u64,
    end: u64,
    writable: bool,
    accessible: bool,
    resident: u64,
}

impl Mapping {
    fn is_guard(&self) -> bool {
        !self.accessible && self.end - self.start > GUARD
    }
}

fn parse(smaps: &str) -> Vec<Mapping> {
    let mut mappings: Vec<Mapping> = Vec::new();
    for line in smaps.lines() {
        if let Some(mapping) = header(line) {
            mappings.push(mapping);
        } else if let (Some(value), Some(last)) = (line.strip_prefix("Rss:"), mappings.last_mut()) {
            let kilobytes: u64 = value.trim().trim_end_matches("kB").trim().parse().unwrap_or(0);
            last.resident = kilobytes << 10;
        }
    }
    mappings
}

/// `start-end permissions …`, as in proc_pid_maps(5).
fn header(line: &str) -> Option<Mapping> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let permissions = fields.next().filter(|permissions| permissions.len() == 4)?;
    Some(Mapping {
        start: u64::from_str_radix(start, 16).ok()?,
        end: u64::from_str_radix(end, 16).ok()?,
        writable: permissions.starts_with("rw"),
        accessible: !permissions.starts_with("---"),
        resident: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_are_read_with_what_is_resident() {
        let smaps = "555fb7f34000-555fb7f36000 r--p 00000000 fe:00 247030    /usr/bin/cat\nSize:  8 kB\nRss:   8 kB\nVmFlags: rd mr\n\
                     100000000-100200000 rw-p 00000000 00:00 0\nRss:  1024 kB\n100200000-300000000 ---p 00000000 00:00 0\nRss: 0 kB\n";
        let mappings = parse(smaps);
        assert_eq!(mappings.len(), 3);
        assert_eq!(mappings[0].resident, 8 << 10);
        assert!(mappings[1].writable && mappings[2].is_guard() && !mappings[0].is_guard());
        assert_eq!(mappings[1].end, mappings[2].start);
    }

    #[test]
    fn this_process_has_memory_and_no_vm() {
        let (resident, linear) = of(std::process::id()).unwrap();
        assert!(resident > 0);
        assert_eq!(linear, 0);
    }
}
