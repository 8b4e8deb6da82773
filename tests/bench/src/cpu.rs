//! CPU time of a process, from the operating system's accounting.
//!
//! Linux knows the time a thread has run to the nanosecond (`/proc/PID/task/TID/schedstat`), but how it divides into user and system time
//! only from the clock tick, some hundred times a second (`/proc/PID/stat`). So the total is exact for every round, and the share of user
//! time is taken over all rounds together, with the error that shows between them.

use std::fs;
use std::ops::{AddAssign, Sub};

use anyhow::{Context, Result, anyhow};

/// Time a process has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CpuTime {
    /// All of it, in nanoseconds.
    pub total_ns: u64,
    /// Clock ticks (`USER_HZ`, ten milliseconds) in user mode.
    pub user_ticks: u64,
    /// Clock ticks in the kernel.
    pub system_ticks: u64,
}

impl CpuTime {
    /// Reads the accounts of the process `pid`, all its threads together.
    ///
    /// # Errors
    /// The process is gone, or this is no Linux.
    pub fn of(pid: u32) -> Result<Self> {
        let path = format!("/proc/{pid}/stat");
        let stat = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let (user_ticks, system_ticks) = ticks(&stat).ok_or_else(|| anyhow!("{path} has an unknown form: {stat}"))?;
        let mut total_ns = 0;
        for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
            let path = thread?.path().join("schedstat");
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            total_ns += ran(&text).ok_or_else(|| anyhow!("{} has an unknown form: {text}", path.display()))?;
        }
        Ok(Self { total_ns, user_ticks, system_ticks })
    }

    /// The share of user time, as far as ticks tell.
    #[must_use]
    pub fn user_share(&self) -> f64 {
        self.user_ticks as f64 / (self.user_ticks + self.system_ticks).max(1) as f64
    }
}

impl Sub for CpuTime {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            total_ns: self.total_ns.saturating_sub(earlier.total_ns),
            user_ticks: self.user_ticks.saturating_sub(earlier.user_ticks),
            system_ticks: self.system_ticks.saturating_sub(earlier.system_ticks),
        }
    }
}

impl AddAssign for CpuTime {
    fn add_assign(&mut self, other: Self) {
        self.total_ns += other.total_ns;
        self.user_ticks += other.user_ticks;
        self.system_ticks += other.system_ticks;
    }
}

/// `utime` and `stime`, fields 14 and 15 of proc_pid_stat(5). The second field is a name in parentheses that may itself hold anything.
fn ticks(stat: &str) -> Option<(u64, u64)> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// The first field of schedstat: nanoseconds on a CPU.
fn ran(schedstat: &str) -> Option<u64> {
    schedstat.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_name_does_not_shift_the_fields() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 99 0 0 0 1234 567 8 9 20 0 3 0 100 5 6";
        assert_eq!(ticks(stat), Some((1234, 567)));
        assert_eq!(ticks("7 (a"), None);
    }

    #[test]
    fn own_time_grows_with_work() {
        let before = CpuTime::of(std::process::id()).unwrap();
        let mut sum = 0_u64;
        for i in 0..2_000_000_u64 {
            sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(i));
        }
        // The accounts of a running thread are brought up to date when it yields or a tick comes.
        std::thread::sleep(std::time::Duration::from_millis(1));
        let spent = CpuTime::of(std::process::id()).unwrap() - before;
        assert!(spent.total_ns > 0);
    }

    #[test]
    fn differences_do_not_wrap() {
        let one = CpuTime { total_ns: 1, user_ticks: 1, system_ticks: 1 };
        assert_eq!(CpuTime::default() - one, CpuTime::default());
        assert!((CpuTime { total_ns: 0, user_ticks: 1, system_ticks: 3 }.user_share() - 0.25).abs() < 1e-9);
    }
}
