//! Admission: does what a request may cost fit into every quota it falls under?

use std::collections::BTreeMap;
use std::sync::Arc;

use tollgate_policy::quota::{Quota, Subject, Unit, Window};

use crate::cost::Cost;
use crate::denied::Denied;
use crate::draft::{self, Draft};
use crate::lease;
use crate::reservation::Reservation;
use crate::standing::Standing;
use crate::store::{Store, Unavailable};
use crate::subjects::{self, Subjects};

/// One team's quotas, prepared once at configuration.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) team: Arc<str>,
    pub(crate) groups: Vec<Group>,
}

/// The quotas that add up the same subject and so share one key.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub by: Subject,
    /// The part of its key in the store that is the same for every subject: of the counts kept here, and of leases.
    pub prefix: String,
    pub lease_prefix: String,
    pub lines: Vec<Line>,
}

/// One quota.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub id: u64,
    pub name: Arc<str>,
    pub unit: Unit,
    pub per: Window,
    pub limit: u64,
    pub clamp: bool,
    pub shed_at: BTreeMap<String, u8>,
}

impl Line {
    /// What a request of this class must leave to others.
    pub(crate) fn floor(&self, class: Option<&str>) -> u64 {
        let percent = class.and_then(|class| self.shed_at.get(class));
        percent.map_or(0, |percent| lease::floor(self.limit, *percent))
    }
}

impl Plan {
    /// Prepares a team's quotas. The names of team and quotas are part of the stored counts' keys: renaming begins
    /// new counts, editing a limit does not.
    #[must_use]
    pub fn new(team: &str, quotas: &[Quota]) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for quota in quotas {
            let mut line = Line {
                id: lease::counts(quota),
                name: quota.name.as_str().into(),
                unit: quota.unit,
                per: quota.per,
                limit: quota.limit_steps(),
                clamp: quota.clamp,
                shed_at: quota.shed_at.clone(),
            };
            let found = groups.iter_mut().find(|group| group.by == quota.by);
            if let Some(group) = found {
                // Two quotas never share a count, not even by an accident of the hash.
                while group.lines.iter().any(|other| other.id == line.id) {
                    line.id = line.id.wrapping_add(1);
                }
                group.lines.push(line);
            } else {
                let prefix = subjects::key_prefix(team, quota.by);
                let lease_prefix = lease::key_prefix(team, quota.by);
                groups.push(Group { by: quota.by, prefix, lease_prefix, lines: vec![line] });
            }
        }
        Self { team: team.into(), groups }
    }

    /// Whether there is nothing to check: every request is admitted without touching the store.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Admits a request that costs at most `cost`, at `now_ms` (milliseconds since 1970), or says what it does not
    /// fit into. All or nothing: a refused request has taken nothing.
    ///
    /// # Errors
    /// [`Denied::Exceeded`] if a quota has no room for it; [`Denied::Unavailable`] if the store fails, holds something
    /// unreadable, or the swap was lost to others 64 times in a row.
    pub fn reserve(
        &self,
        store: &mut dyn Store,
        subjects: &Subjects<'_>,
        cost: &Cost,
        now_ms: u64,
    ) -> Result<Reservation, Denied> {
        let class = subjects.class;
        // Read everything before writing anything: a refusal, the case that comes in storms, then writes nothing.
        let mut drafts = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let key = subjects::key(&group.prefix, group.by, subjects);
            drafts.push(Draft::load(group, key, store, cost, class, now_ms)?);
        }
        if let Some(exceeded) = draft::refusal(&drafts, class, now_ms) {
            return Err(Denied::Exceeded(exceeded));
        }

        let mut reservation = Reservation::default();
        for (index, group) in self.groups.iter().enumerate() {
            let Some(draft) = drafts.get_mut(index) else { continue };
            let written = draft.commit(group, store, cost, class, now_ms);
            if written == Ok(true) {
                reservation.holds.push(draft.hold());
                continue;
            }
            // Should taking back fail too, what was taken expires with its window.
            let _ = reservation.cancel(store);
            written?;
            let lost = Unavailable::new("a refusal was withdrawn while it was made");
            return Err(draft::refusal(&drafts, class, now_ms).map_or(Denied::Unavailable(lost), Denied::Exceeded));
        }
        reservation.standings = drafts.iter().flat_map(Draft::after).collect();
        Ok(reservation)
    }

    /// What is left of every quota, without taking anything.
    ///
    /// # Errors
    /// The store fails or holds something unreadable.
    pub fn headroom(
        &self,
        store: &mut dyn Store,
        subjects: &Subjects<'_>,
        now_ms: u64,
    ) -> Result<Vec<Standing>, Unavailable> {
        let mut standings = Vec::new();
        for group in &self.groups {
            let key = subjects::key(&group.prefix, group.by, subjects);
            standings.extend(Draft::load(group, key, store, &Cost::default(), None, now_ms)?.after());
        }
        Ok(standings)
    }
}
