//! The limits in force, as whoever grants needs them.

use std::collections::{HashMap, HashSet};

use tollgate_quota::grantor::Terms;
use tollgate_quota::lease::Pool;

use tollgate_policy::quota::Subject;

use crate::budget::Budget;
use crate::calendar::Calendar;

/// Every limit of every team. Made anew when the configuration changes.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    teams: HashMap<String, HashMap<String, Rule>>,
    stopped: HashSet<String>,
}

/// A limit, and when its windows begin.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The limit.
    pub budget: Budget,
    windows: Calendar,
}

impl Rules {
    /// These limits.
    #[must_use]
    pub fn new(budgets: &[Budget]) -> Self {
        let mut rules = Self::default();
        for budget in budgets {
            let rule = Rule { windows: budget.calendar(), budget: budget.clone() };
            rules.teams.entry(budget.team.clone()).or_default().insert(budget.quota.clone(), rule);
        }
        rules
    }

    /// The same, with teams that get nothing more and are asked to return what rests.
    #[must_use]
    pub fn stopping(mut self, teams: impl IntoIterator<Item = String>) -> Self {
        self.stopped.extend(teams);
        self
    }

    /// What applies to a pool. None where the team has no such limit, or it counts something else: an Envoy's configuration is older or newer
    /// than this one.
    #[must_use]
    pub fn find(&self, pool: &Pool) -> Option<&Rule> {
        let rule = self.teams.get(&pool.team)?.get(&pool.quota)?;
        let whole = rule.budget.by == Subject::Team;
        (rule.budget.counts == pool.counts && (!whole || pool.subject.is_empty())).then_some(rule)
    }

    /// The same, as [`tollgate_quota::grantor::serve`] takes it.
    pub(crate) fn terms<'a>(&self, rule: &'a Rule) -> Terms<'a> {
        let stopped = self.stopped.contains(&rule.budget.team);
        Terms { limit: rule.budget.limit, windows: &rule.windows, stopped }
    }
}
