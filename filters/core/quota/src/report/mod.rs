//! Use as it is reported to the ledger: gathered by minute and tags, numbered, and repeated until it is booked.

mod counts;
mod reporter;
mod wire;

pub use counts::{Counts, Tags};
pub use reporter::{EVERY_MS, MOST_KEPT, Outcome, Reporter, TIMEOUT_MS, epoch};
pub use wire::{MOST_ENTRIES, Report, SERVICE, Use};
