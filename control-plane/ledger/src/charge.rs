//! Charges: what was used is counted against the limits it fell under.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::Driver;
use crate::window::{self, Window};
use crate::{alert, lease};

/// So much was used of a window, drawn from a lease or, where the policy let a request pass without one, from none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// The window it is charged to: that of the reservation, also when the answer came in the next.
    pub window: Window,
    /// How much, in the smallest step of the limit's unit.
    pub amount: u64,
    /// The lease it was drawn from.
    pub lease: Option<String>,
}

/// Books charges, and raises the alerts that fall due by them.
pub(crate) fn book(connection: &mut dyn Driver, charges: &[Charge], now_ms: u64) -> Result<()> {
    let mut windows: BTreeMap<Window, BTreeMap<Option<&str>, u64>> = BTreeMap::new();
    for charge in charges {
        let drawn = windows.entry(charge.window.fitted()).or_default().entry(charge.lease.as_deref()).or_default();
        *drawn = drawn.saturating_add(charge.amount);
    }
    for (window, drawn) in &windows {
        window::open(connection, window, None)?;
        let (mut spent, mut released) = (0u64, 0u64);
        for (lease, amount) in drawn {
            let amount = (*amount).min(1 << 52);
            spent = spent.saturating_add(amount);
            if let Some(lease) = lease {
                released += lease::draw(connection, window, lease, amount)?;
            }
        }
        let standing = window::change(connection, window, spent, 0, released)?;
        alert::raise(connection, window, &standing, now_ms)?;
    }
    Ok(())
}
