//! What an Envoy and the service tell each other, as `protos/tollgate/quota/v1/quota.proto` has it on the wire.
//!
//! Nothing here is an event. An [`Ask`] is the whole state of a pool in an Envoy, in totals that only grow; a [`Told`] is the whole state
//! of its leases. So a message that is lost is made good by the next one, and one that comes twice, late or out of order changes nothing.
//! Times are durations: each side adds them to its own clock, the Envoy to the moment it asked, which was before the service answered.

/// Names a pool: one quota of one team and one subject of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pool {
    /// The team's name.
    pub team: String,
    /// The quota's name.
    pub quota: String,
    /// What it counts: a hash of its name, unit and window. Where one of them is edited, the old pool and the new have nothing in common, and a
    /// service whose policy says otherwise than the Envoy's has no such pool.
    pub counts: u64,
    /// The subject: empty for the team, else the value of the tag, or the model.
    pub subject: String,
}

/// Whose leases these are: an Envoy's life, and within it the life of one pool's record.
///
/// The service draws `envoy` at random when an Envoy introduces itself, so that neither a clock nor a node's name in a copied
/// bootstrap makes two Envoys one. `record` grows each time the Envoy has forgotten the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder {
    /// The Envoy's life; never 0.
    pub envoy: u64,
    /// The record's.
    pub record: u64,
}

/// One pool in one Envoy: what became of what it was granted, and what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Which pool.
    pub pool: Pool,
    /// Who asks.
    pub holder: Holder,
    /// Every period it holds something of, at most [`super::MOST_PERIODS`].
    pub reports: Vec<Report>,
    /// What waiting requests need beyond what is there, in the unit's smallest step; 0 if nobody waits.
    pub need: u64,
    /// Of `need`, how little would still be of use: the same, or less where the quota clamps.
    pub least: u64,
}

/// What became of the grants of one period. Totals since its beginning, in the unit's smallest step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// The period's name, see [`super::Period`].
    pub from_ms: u64,
    /// Given back to the service; only grows.
    pub returned: u64,
    /// Used; only grows.
    pub spent: u64,
    /// With the Envoy's workers: reserved by requests or ready to be.
    pub out: u64,
    /// Nothing of it will be reserved any more; never unsaid.
    pub closed: bool,
}

/// The service's answer to an [`Ask`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The holder asked for.
    pub holder: Holder,
    /// The open period, and the next where the open one is about to end.
    pub leases: Vec<Lease>,
    /// How the pool stands.
    pub facts: Facts,
    /// When to tell again if there is anything to tell, in milliseconds.
    pub sync_in_ms: u64,
}

/// The right to use a part of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The period's name.
    pub from_ms: u64,
    /// All that was ever granted of it to this holder; only grows.
    pub granted: u64,
    /// Milliseconds until it may be used; 0 for the open period. Added to the moment the answer came.
    pub starts_in_ms: u64,
    /// Milliseconds until it may be used no longer unless it is renewed. This and those below are added to the moment of the ask.
    pub ttl_ms: u64,
    /// Milliseconds until it can no longer be renewed.
    pub accepts_in_ms: u64,
    /// Milliseconds until it counts no more.
    pub counts_in_ms: u64,
}

/// How a pool stands fleet-wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// The limit in force.
    pub limit: u64,
    /// What nobody holds.
    pub left: u64,
    /// What other Envoys hold and have not used; a part of it may come back.
    pub elsewhere: u64,
    /// How much this Envoy should keep ready. It returns what is more, and asks at half of it.
    pub keep: u64,
}
