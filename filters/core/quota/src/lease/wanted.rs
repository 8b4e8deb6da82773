//! Which pools a request draws on.

use tollgate_policy::quota::{Quota, Subject};

use super::priority::floor;
use super::slots::slot;
use super::worker::Want;
use crate::cost::Cost;
use crate::plan::{Line, Plan};
use crate::subjects::{Subjects, kind};

/// What a quota counts, as [`super::Pool::counts`] has it: for the service, to tell whether an ask is of the quota it knows.
#[must_use]
pub fn counts(quota: &Quota) -> u64 {
    crate::state::id(&quota.name, quota.unit as u8, quota.per as u8)
}

/// A team's quotas as one request meets them.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    team: &'a str,
    groups: Vec<Group<'a>>,
}

#[derive(Debug, Clone)]
struct Group<'a> {
    key: String,
    subject: &'a str,
    rows: Vec<(&'a Line, u64)>,
}

impl Plan {
    /// The pools that a request of these subjects draws on, and where their records are.
    #[must_use]
    pub fn wanted<'a>(&'a self, subjects: &Subjects<'a>) -> Wanted<'a> {
        let group = |group: &'a crate::plan::Group| {
            let subject = subjects.value(group.by);
            let team = &self.team;
            // The length keeps a team's name from reaching into what follows it.
            let mut key = format!("tollgate.lease/1/{}/{}:{team}/", kind(group.by), team.len());
            if group.by != Subject::Team {
                key.push_str(&slot(0, subject).0.to_string());
            }
            let id = |line: &Line| if group.by == Subject::Team { line.id } else { slot(line.id, subject).1 };
            Group { key, subject, rows: group.lines.iter().map(|line| (line, id(line))).collect() }
        };
        Wanted { team: &self.team, groups: self.groups.iter().map(group).collect() }
    }
}

impl Wanted<'_> {
    /// What a request that may cost `cost` takes from each pool. `least` is how little would do where the quota clamps: the same with the least useful
    /// output. `class` is the class of traffic it belongs to, if it says so.
    #[must_use]
    pub fn wants(&self, cost: &Cost, least: &Cost, class: Option<&str>) -> Vec<Want<'_>> {
        let mut wants = Vec::with_capacity(self.groups.iter().map(|group| group.rows.len()).sum());
        for group in &self.groups {
            for (line, id) in &group.rows {
                let amount = cost.amount(line.unit);
                let shed = class.and_then(|class| line.shed_at.get(class));
                wants.push(Want {
                    key: &group.key,
                    id: *id,
                    pool: [self.team, &line.name, group.subject],
                    counts: line.id,
                    unit: line.unit,
                    amount,
                    least: if line.clamp { least.amount(line.unit).min(amount) } else { amount },
                    floor: shed.map_or(0, |percent| floor(line.limit, *percent)),
                });
            }
        }
        wants
    }
}
