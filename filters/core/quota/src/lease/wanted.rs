//! Which pools a request draws on.

use std::borrow::Cow;
use std::sync::Arc;

use tollgate_policy::quota::{Quota, Subject, Unit};

use super::slots::slot;
use super::worker::{Short, Verdict, WORTHWHILE, Want, Worker};
use crate::cost::Cost;
use crate::denied::{Exceeded, Shed};
use crate::draft::SEAT_MS;
use crate::plan::{Group, Line, Plan};
use crate::standing::Standing;
use crate::subjects::{Subjects, kind};

/// What a quota counts, as [`super::Pool::counts`] has it: for the service, to tell whether an ask is of the quota it knows.
#[must_use]
pub fn counts(quota: &Quota) -> u64 {
    crate::state::id(&quota.name, quota.unit as u8, quota.per as u8)
}

/// The part of a record's key that is the same for every request of a team; the whole of it where the team is the subject.
pub(crate) fn key_prefix(team: &str, by: Subject) -> String {
    // The length keeps a team's name from reaching into what follows it.
    format!("tollgate.lease/1/{}/{}:{team}/", kind(by), team.len())
}

/// A team's quotas as one request meets them.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    plan: &'a Plan,
    subjects: Subjects<'a>,
    /// By group of the plan.
    keys: Vec<Cow<'a, str>>,
}

impl Plan {
    /// The pools that a request of these subjects draws on, and where their records are.
    #[must_use]
    pub fn wanted<'a>(&'a self, subjects: &Subjects<'a>) -> Wanted<'a> {
        let key = |group: &'a Group| match group.by {
            Subject::Team => Cow::Borrowed(group.lease_prefix.as_str()),
            by => Cow::Owned(format!("{}{}", group.lease_prefix, slot(0, subjects.value(by)).0)),
        };
        Wanted { plan: self, subjects: *subjects, keys: self.groups.iter().map(key).collect() }
    }
}

impl<'a> Wanted<'a> {
    /// What a request that may cost `cost` takes from each pool. `least` is how little would do where the quota clamps, or everywhere if the request is
    /// `flexible`: the same with the least useful output.
    #[must_use]
    pub fn wants(&self, cost: &Cost, least: &Cost, flexible: bool) -> Vec<Want<'_>> {
        let mut wants = Vec::with_capacity(self.plan.groups.iter().map(|group| group.lines.len()).sum());
        wants.extend(self.rows().map(|(group, line, key)| {
            let subject = self.subjects.value(group.by);
            let amount = cost.amount(line.unit);
            let shrinks = line.clamp || flexible;
            Want {
                key,
                id: id(group, line, subject),
                pool: [&self.plan.team, &line.name, subject],
                counts: line.id,
                unit: line.unit,
                amount,
                least: if shrinks { least.amount(line.unit).min(amount) } else { amount },
                floor: line.floor(self.subjects.class),
            }
        }));
        wants
    }

    /// Where the request stands with each quota of which the service has said something, as far as this Envoy knows.
    #[must_use]
    pub fn standings(&self, worker: &Worker, now_ms: u64) -> Vec<Standing> {
        let rows = self.rows().filter_map(|(group, line, key)| {
            let id = id(group, line, self.subjects.value(group.by));
            let (limit, remaining, resets_at_ms) = worker.standing(key, id, now_ms)?;
            Some(standing(group, line, limit, remaining, resets_at_ms))
        });
        rows.collect()
    }

    /// What a request is told that came up [`Short`] of one of these `wants`. Where it would do so of others too, it is the one that lasts longest.
    #[must_use]
    pub fn exceeded(&self, worker: &Worker, wants: &[Want<'_>], short: &Short, now_ms: u64) -> Option<Box<Exceeded>> {
        let refusing = self.rows().zip(wants).enumerate().filter_map(|(at, ((group, line, key), want))| {
            let pool = worker.pool(key, want.id, now_ms)?;
            let facts = pool.facts;
            let remaining = facts.left.saturating_add(pool.room).min(facts.limit);
            let elsewhere = if facts.elsewhere >= facts.limit / WORTHWHILE { facts.elsewhere } else { 0 };
            let there = facts.left.saturating_add(pool.room).saturating_add(elsewhere);
            let refuses = at == short.want || want.amount > 0 && there < want.least.saturating_add(want.floor);
            let fits = want.amount.saturating_add(want.floor) <= facts.limit;
            let wait = match line.unit {
                Unit::InFlight => SEAT_MS,
                _ => pool.turns_at_ms.saturating_sub(now_ms).max(1),
            };
            refuses.then(|| (at, standing(group, line, facts.limit, remaining, pool.turns_at_ms), fits.then_some(wait)))
        });
        let (at, standing, retry_after_ms) = refusing.max_by_key(|(_, _, wait)| wait.unwrap_or(u64::MAX))?;
        let want = wants.get(at)?;
        let sheds = at == short.want && short.verdict == Verdict::Shed;
        Some(Box::new(Exceeded {
            standing,
            requested: want.amount,
            retry_after_ms,
            standings: self.standings(worker, now_ms),
            room: if at == short.want { short.room } else { 0 },
            shed: self
                .subjects
                .class
                .filter(|_| sheds)
                .map(|class| Shed { class: class.to_owned(), floor: want.floor }),
        }))
    }

    fn rows(&self) -> impl Iterator<Item = (&'a Group, &'a Line, &str)> {
        let groups = self.plan.groups.iter().zip(&self.keys);
        groups.flat_map(|(group, key)| group.lines.iter().map(move |line| (group, line, &**key)))
    }
}

fn id(group: &Group, line: &Line, subject: &str) -> u64 {
    if group.by == Subject::Team { line.id } else { slot(line.id, subject).1 }
}

fn standing(group: &Group, line: &Line, limit: u64, remaining: u64, resets_at_ms: u64) -> Standing {
    Standing {
        quota: Arc::clone(&line.name),
        unit: line.unit,
        per: line.per,
        by: group.by,
        limit,
        remaining,
        resets_at_ms,
        clamp: line.clamp,
    }
}
