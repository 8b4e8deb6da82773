//! Leases: how a fleet of Envoys draws on one limit without asking for each request. `docs/decisions/0010-leases.md` has the whole
//! of it; this is the Envoy's side, [`crate::grantor`] the service's.
//!
//! ```text
//! service ── grants ──> account in the store ── draws ──> slice in a worker ── reserves ──> request
//!                 <── returns, reports ──          <── closes ──              <── settles ──
//! ```
//!
//! On each arrow what one side takes the other has given up, in one atomic step: a transaction, a compare-and-swap, a worker's own
//! thread. So the sum over everything is the limit, whatever crashes in between; a crash leaves something charged that nobody will
//! use, and never frees what was used.

mod account;
mod message;
mod period;
mod priority;
mod purse;
mod records;
mod slots;
mod wanted;
pub mod wire;
mod worker;

pub use account::{LONGEST_TTL_MS, MOST_PERIODS};
pub use message::{Ask, Facts, Holder, Lease, Pool, Report, Told};
pub use period::{Period, SLIDES, Utc, Windows};
pub use priority::floor;
pub use records::MOST_POOLS;
pub use slots::{SLOTS, slot};
pub(crate) use wanted::key_prefix;
pub use wanted::{Wanted, counts};
pub use worker::{Asked, Held, MOST_PURSES, Short, Verdict, WORTHWHILE, Want, Worker};
