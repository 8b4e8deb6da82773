//! The ledger: what every team used, what it may still use, and who was told.
//!
//! ```text
//! reports ─ number booked once ─ use by minute, priced ─ use by day
//!                                            └─ reported ─┐
//! renewals ─ pools ─ books and holdings ──────────────────┴─ alerts ─ webhook
//! ```
//!
//! One database holds all of it: SQLite in a file, or PostgreSQL for several control planes. Every call is one transaction (retention: one
//! for each step), so that whoever dies in the middle leaves either all of it or nothing; and every call may be made again.
//! Nothing is kept in memory between two calls: any replica serves any Envoy.
//!
//! Times are milliseconds since 1970, given by the caller (a renewal may go by the database's clock, see [`Clock`]); money is in millionths of a US dollar. There is no sum that floating
//! point touches.
//!
//! ```
//! use tollgate_ledger::{Applied, Counts, Ledger, Query, Report, Store, Tags, Use};
//!
//! let folder = tempfile::tempdir().unwrap();
//! let store: Store = format!("sqlite://{}/ledger.db", folder.path().display()).parse().unwrap();
//! let now_ms = 1_790_000_000_000;
//! let ledger = Ledger::open(&store).unwrap();
//!
//! let counts = Counts { requests: 1, input: 900, output: 100, from_provider: 1, ..Counts::default() };
//! let of = Tags { team: "support".into(), model: "gpt-4o".into(), provider: "openai".into(), ..Tags::default() };
//! let usage = vec![Use { minute: now_ms / 60_000, of, counts }];
//! let report = Report { envoy: "edge-1".into(), epoch: 7, sequence: 1, usage };
//! assert_eq!(ledger.apply_report(&report, now_ms).unwrap(), Applied::Booked { moved: 0 });
//! assert_eq!(ledger.apply_report(&report, now_ms).unwrap(), Applied::Duplicate);
//!
//! let all = Query { from_minute: 0, until_minute: u64::MAX, ..Query::default() };
//! assert_eq!(ledger.usage(&all).unwrap()[0].counts, counts);
//! ```

mod alert;
mod audit;
mod budget;
pub mod calendar;
mod error;
mod grants;
mod key;
mod ledger;
pub mod message;
mod metrics;
mod price;
mod report;
mod retention;
mod rules;
mod schema;
mod sql;
mod stops;
mod store;
mod usage;
mod webhook;
mod window;

pub use alert::{Alert, AlertCounts};
pub use audit::Entry;
pub use budget::Budget;
pub use error::{Error, Kind, Result};
pub use grants::{Clock, MOST_ASKS, PoolStanding};
pub use ledger::Ledger;
pub use price::{Listed, PicoPrice};
pub use report::{Applied, Report, Use};
pub use retention::{Retained, Retention};
pub use rules::{Rule, Rules};
pub use stops::{Stop, Switch};
pub use store::{Postgres, Store};
pub use tollgate_quota::report::{Counts, Tags};
pub use usage::{Dimension, Group, Query, Used};
pub use webhook::{Round, Webhook};
pub use window::Window;

/// Milliseconds of a minute.
pub(crate) const MINUTE_MS: u64 = 60_000;
/// Milliseconds of a day.
pub(crate) const DAY_MS: u64 = 86_400_000;
