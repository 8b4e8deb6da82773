//! Leases: slices of a window, handed to Envoys.
//!
//! What a lease still holds is `amount - used - returned`, as long as it is open. What is reserved of a window is what its leases hold.
//! A report draws on it, the Envoy gives back what it will not use, and what is left when it expires goes back by itself.

use crate::error::{Error, Result};
use crate::key::fit;
use crate::ledger::Ledger;
use crate::sql::{Driver, Row};
use crate::window::{self, Window};

/// What an Envoy asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRequest {
    /// A name that the asker gives and never gives again: the same request, asked again, gets the same lease.
    pub id: String,
    /// The Envoy's id.
    pub envoy: String,
    /// Of what.
    pub window: Window,
    /// The limit in force. Raised or lowered, it holds at once.
    pub limit: u64,
    /// How much would be good.
    pub wanted: u64,
    /// How much is of use at all; nothing is handed out below it.
    pub least: u64,
    /// For how long. A lease never outlives its window.
    pub ttl_ms: u64,
}

/// What an Envoy gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// How much; 0 is no lease.
    pub amount: u64,
    /// Until when it may be drawn on, in milliseconds since 1970.
    pub expires_ms: u64,
    /// What is left of the window for others, and later.
    pub left: u64,
}

/// What [`Ledger::expire_leases`] has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expired {
    /// Leases that were closed.
    pub leases: u64,
    /// What they still held.
    pub released: u64,
}

/// A row of the table.
struct Lease {
    window: Window,
    amount: u64,
    used: u64,
    returned: u64,
    expires_ms: u64,
    is_open: bool,
}

impl Lease {
    /// `until_ms` is not the lease's to know: where windows are compared it is left out.
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            window: Window::read(row, 0)?,
            amount: row.count(5)?,
            used: row.count(6)?,
            returned: row.count(7)?,
            expires_ms: row.count(4)?,
            is_open: row.int(8)? != 0,
        })
    }

    fn find(connection: &mut dyn Driver, id: &str) -> Result<Option<Self>> {
        let sql = "SELECT team, quota, subject, from_ms, expires_ms, amount, used, returned, is_open FROM leases WHERE id = $1";
        connection.first(sql, &[(&*fit(id)).into()])?.as_ref().map(Self::read).transpose()
    }

    fn is_of(&self, window: &Window) -> bool {
        self.window.key() == window.key()
    }

    fn holds(&self) -> u64 {
        if self.is_open { self.amount.saturating_sub(self.used).saturating_sub(self.returned) } else { 0 }
    }

    /// Writes what has changed; how much less it holds than before. One that holds nothing is closed.
    fn store(mut self, connection: &mut dyn Driver, id: &str, held: u64) -> Result<u64> {
        let holds = self.holds();
        self.is_open &= holds > 0;
        let sql = "UPDATE leases SET used = $2, returned = $3, is_open = $4 WHERE id = $1";
        let parameters = [(&*fit(id)).into(), self.used.into(), self.returned.into(), i64::from(self.is_open).into()];
        connection.execute(sql, &parameters)?;
        Ok(held.saturating_sub(holds))
    }
}

/// Draws on a lease of a window that is locked; how much of what the window has reserved that frees. A lease that is not known here, is
/// closed, or is of another window frees nothing: the charge stands all the same.
pub(crate) fn draw(connection: &mut dyn Driver, window: &Window, id: &str, amount: u64) -> Result<u64> {
    let Some(mut lease) = Lease::find(connection, id)?.filter(|lease| lease.is_of(window)) else { return Ok(0) };
    let held = lease.holds();
    lease.used = lease.used.saturating_add(amount);
    lease.store(connection, id, held)
}

impl Ledger {
    /// Hands out as much of a window as is wanted and left, or nothing where less than `least` is left.
    ///
    /// # Errors
    /// The window is over or empty, the name is taken by a lease of another window, or the store cannot be written.
    pub fn grant(&self, request: &LeaseRequest, now_ms: u64) -> Result<Grant> {
        let window = &request.window.fitted();
        if request.id.is_empty() || window.until_ms <= now_ms || window.until_ms <= window.from_ms {
            let (quota, until) = (&window.quota, window.until_ms);
            return Err(Error::invalid(format!(
                "no lease of `{quota}` at {now_ms}: it needs a name, and its window ends at {until}"
            )));
        }
        self.write(|connection| {
            let standing = window::open(connection, window, Some(request.limit))?;
            if let Some(lease) = Lease::find(connection, &request.id)? {
                if !lease.is_of(window) {
                    return Err(Error::invalid(format!("the lease `{}` is of another window", request.id)));
                }
                let amount = if lease.is_open { lease.amount } else { 0 };
                return Ok(Grant { amount, expires_ms: lease.expires_ms, left: standing.left() });
            }
            let amount = request.wanted.min(standing.left()).min(1 << 52);
            let expires_ms = now_ms.saturating_add(request.ttl_ms).min(window.until_ms);
            if amount == 0 || amount < request.least {
                return Ok(Grant { amount: 0, expires_ms, left: standing.left() });
            }
            let sql = "INSERT INTO leases (id, envoy, team, quota, subject, from_ms, amount, used, returned, expires_ms, is_open) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, 1)";
            let [team, quota, subject, from] = window.key();
            let (id, envoy) = (fit(&request.id), fit(&request.envoy));
            let parameters =
                [(&*id).into(), (&*envoy).into(), team, quota, subject, from, amount.into(), expires_ms.into()];
            connection.execute(sql, &parameters)?;
            let after = window::change(connection, window, 0, amount, 0)?;
            Ok(Grant { amount, expires_ms, left: after.left() })
        })
    }

    /// Takes back what an Envoy will not use of a lease: `unused` in all, however often it says so. What it has used and not yet reported
    /// stays reserved until the report comes or the lease expires. How much is free again.
    ///
    /// # Errors
    /// The store cannot be written. A lease that is not known, or closed, is no error: nothing is free then that was not before.
    pub fn return_lease(&self, id: &str, unused: u64) -> Result<u64> {
        self.write(|connection| {
            let Some(window) = Lease::find(connection, id)?.map(|lease| lease.window) else { return Ok(0) };
            // The window's lock first, as everywhere; then what the lease says now.
            window::open(connection, &window, None)?;
            let Some(mut lease) = Lease::find(connection, id)? else { return Ok(0) };
            let held = lease.holds();
            lease.returned = lease.returned.max(unused.min(lease.amount));
            let released = lease.store(connection, id, held)?;
            window::change(connection, &window, 0, 0, released)?;
            Ok(released)
        })
    }

    /// Closes the leases that expired `grace_ms` before `now_ms` or earlier. The grace is for reports that are on their way, and for
    /// Envoys whose clocks are behind: what is charged to a lease after it was closed is beyond the limit's bound.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn expire_leases(&self, now_ms: u64, grace_ms: u64) -> Result<Expired> {
        let due = now_ms.saturating_sub(grace_ms);
        let mut expired = Expired::default();
        loop {
            let sql = "SELECT team, quota, subject, from_ms, expires_ms, id FROM leases WHERE is_open = 1 AND expires_ms <= $1 \
                       ORDER BY expires_ms LIMIT 200";
            let rows = self.read(|connection| connection.query(sql, &[due.into()]))?;
            for row in &rows {
                let (window, id) = (Window::read(row, 0)?, row.text(5)?);
                let released = self.write(|connection| close(connection, &window, id))?;
                expired.leases += u64::from(released.is_some());
                expired.released += released.unwrap_or(0);
            }
            if rows.len() < 200 {
                return Ok(expired);
            }
        }
    }
}

/// Closes a lease; what it held, unless another replica was faster.
fn close(connection: &mut dyn Driver, window: &Window, id: &str) -> Result<Option<u64>> {
    window::open(connection, window, None)?;
    let Some(mut lease) = Lease::find(connection, id)?.filter(|lease| lease.is_open) else { return Ok(None) };
    let held = lease.holds();
    lease.is_open = false;
    lease.store(connection, id, held)?;
    window::change(connection, window, 0, 0, held)?;
    Ok(Some(held))
}
