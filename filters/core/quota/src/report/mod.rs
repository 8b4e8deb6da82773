//! Use as it is reported to the ledger: gathered by minute and tags, numbered, and repeated until it is booked.

mod counts;

pub use counts::{Counts, Tags};
