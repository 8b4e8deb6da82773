//! What an exchange adds to the counters of its worker.
//!
//! Names hold their labels, as Envoy has it: the bootstrap's `stats_tags` take them out again. All of them are names of the configuration, so
//! there are never more counters than rules.

use tollgate_policy::redaction::Mode;
use tollgate_redaction::Count;

use crate::engine::Engine;
use crate::exchange::Exchange;

/// Findings, by policy, rule, action and mode.
const REDACTIONS: &str = "tollgate_redactions";
/// Images, sounds and files that no rule could look at, by policy.
const MEDIA_SKIPPED: &str = "tollgate_media_skipped";

impl Exchange {
    /// The counters that this exchange moves, and by how much: nothing on a second call. To be asked once the exchange has
    /// [finished](Self::finish).
    pub fn take_counters(&mut self) -> Vec<(String, u64)> {
        let mut counters = Vec::new();
        if std::mem::replace(&mut self.counted, true) || self.report.is_empty() && self.media_skipped == 0 {
            return counters;
        }
        let Engine { teams, .. } = &*self.engine;
        let Some(redaction) = teams.get(self.team).and_then(|team| team.policy.as_ref()) else { return counters };
        let policy = redaction.policy.name();
        for Count { rule, action, mode, count } in self.report.counts() {
            let mode = match mode {
                Mode::Enforce => "enforce",
                Mode::Shadow => "shadow",
            };
            counters.push((format!("{REDACTIONS}.policy={policy}.rule={rule}.action={action}.mode={mode}"), *count));
        }
        if self.media_skipped > 0 {
            counters.push((format!("{MEDIA_SKIPPED}.policy={policy}"), self.media_skipped.into()));
        }
        counters
    }
}
