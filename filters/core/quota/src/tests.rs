//! Tests of the crate as a whole; those marked for wasm32 also run there.

mod admission;
mod formats;
mod leases;
mod messages;
mod reports;
#[cfg(not(target_arch = "wasm32"))]
mod simulation;
mod storage;
#[cfg(not(target_arch = "wasm32"))]
mod threads;
mod windows;

use tollgate_policy::quota::{Quota, Subject, Unit, Window};

use crate::{Cost, Subjects};

/// A team's quota.
fn quota(name: &str, unit: Unit, limit: f64, per: Window) -> Quota {
    Quota::new(name, unit, limit, per)
}

/// The same by another subject.
fn by(by: Subject, quota: Quota) -> Quota {
    Quota { by, ..quota }
}

fn cost(input_tokens: u64, output_tokens: u64) -> Cost {
    Cost { requests: 1, input_tokens, output_tokens, micro_usd: 0 }
}

fn user(name: &str) -> Subjects<'_> {
    Subjects { app: None, user: Some(name), model: "gpt-4o", class: None }
}
