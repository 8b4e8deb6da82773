//! Quotas: reserve before a request goes out, settle when its use is known, never overshoot at admission.
//!
//! What follows is one proxy on its own; [`lease`] and [`grantor`] make the same law hold for a fleet.
//!
//! A [`Plan`] is one team's quotas, prepared once at configuration. [`Plan::reserve`] admits a request if what it may
//! cost fits into every quota it falls under, all or nothing, and hands back a [`Reservation`]; settling that with the
//! real use returns the rest, or charges what was more. The law, which the simulation in the tests holds to:
//! **when a request is admitted, what was settled plus what is reserved is at most the limit, in every window.**
//!
//! The counts live in a [`Store`], a map with compare-and-swap that the workers of one proxy share; all quotas of a
//! team that add up the same subject share one key, so a reservation costs one load and one swap per subject kind
//! (one kind for most teams). The price: quotas of one team contend on one key, and a swap that loses is repeated.
//!
//! What is counted, and when:
//! - `requests` is charged on admission and never returned, also when the provider refused the request;
//!   [`Reservation::cancel`] is for a request that never left.
//! - tokens and dollars are reserved at their upper bound and settled at what was used.
//! - `inFlight` counts a request from its admission to its settlement. One whose end nobody reports is counted for as long as the quota says, and at most
//!   twice that.
//! - A settlement belongs to the window of its reservation. Once that window is over there is nothing left to return
//!   or to charge: a later window is never credited, nor debited, for an earlier one.
//! - A reservation that nobody settles (a crash) stays charged until its window ends.
//! - A unit the request does not use at all (its cost is 0) never refuses it.
//! - A store that cannot be read or written refuses with [`Denied::Unavailable`]; what that means is the policy's
//!   to decide.
//!
//! ```
//! use tollgate_policy::quota::{Quota, Unit, Window};
//! use tollgate_quota::{Cost, Denied, Memory, Plan, Subjects};
//!
//! let quota = |name: &str, unit, limit| Quota::new(name, unit, limit, Window::Minute);
//! let plan = Plan::new("support", &[quota("tpm", Unit::Tokens, 1000.0), quota("rpm", Unit::Requests, 5.0)]);
//! let mut store = Memory::default();
//! let subjects = Subjects { app: None, user: Some("jane"), model: "gpt-4o", class: None };
//! let worst = Cost { requests: 1, input_tokens: 100, output_tokens: 700, micro_usd: 0 };
//!
//! let mut reservation = plan.reserve(&mut store, &subjects, &worst, 1_000).unwrap();
//! assert!(matches!(plan.reserve(&mut store, &subjects, &worst, 1_500), Err(Denied::Exceeded(_))));
//! reservation.settle(&mut store, &Cost { output_tokens: 50, ..worst }).unwrap();
//! assert!(plan.reserve(&mut store, &subjects, &worst, 2_000).is_ok());
//! ```

pub mod calendar;
mod cost;
mod denied;
mod draft;
pub mod grantor;
pub mod headers;
pub mod lease;
mod memory;
mod plan;
pub mod report;
mod reservation;
mod standing;
mod state;
mod store;
mod subjects;
mod window;

#[cfg(test)]
mod tests;

pub use cost::Cost;
pub use denied::{Denied, Exceeded, Shed};
pub use memory::Memory;
pub use plan::Plan;
pub use reservation::Reservation;
pub use standing::Standing;
pub use store::{Store, StoreError, Unavailable, Version};
pub use subjects::Subjects;
