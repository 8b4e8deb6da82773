//! The ledger's figures for Prometheus.

use std::fmt::Write as _;

use crate::error::Result;
use crate::ledger::Ledger;

/// What of each team's limits is spent and charged now, by the books of leases or by what was reported, whichever knows of more.
const STANDINGS: &str = "SELECT budgets.team, budgets.quota, budgets.limit_steps, \
    CAST(CASE WHEN COALESCE(b.spent, 0) > COALESCE(r.spent, 0) THEN COALESCE(b.spent, 0) ELSE COALESCE(r.spent, 0) END AS BIGINT), \
    CAST(COALESCE(b.charged, 0) AS BIGINT) FROM budgets \
    LEFT JOIN (SELECT pools.team AS team, pools.quota AS quota, pools.counts AS counts, SUM(books.spent) AS spent, \
    SUM(books.charged) AS charged FROM pools JOIN books ON books.pool = pools.id WHERE pools.subject = '' \
    AND books.from_ms <= $1 AND books.counts_until_ms > $1 GROUP BY pools.team, pools.quota, pools.counts) AS b \
    ON b.team = budgets.team AND b.quota = budgets.quota AND b.counts = budgets.counts \
    LEFT JOIN (SELECT team, quota, SUM(spent) AS spent FROM reported WHERE subject = '' AND from_ms <= $1 AND until_ms > $1 \
    GROUP BY team, quota) AS r ON r.team = budgets.team AND r.quota = budgets.quota \
    WHERE budgets.subject_kind = 'team' AND (b.charged > 0 OR b.spent > 0 OR r.spent > 0)";

impl Ledger {
    /// The limits that add up a whole team and the alerts, in Prometheus' text format. Limits by app, user or model are left out: there is
    /// no bound on how many there are.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn metrics(&self, now_ms: u64) -> Result<String> {
        let alerts = self.alert_counts()?;
        let mut page = String::new();
        let mut gauge = |name: &str, help: &str, lines: &[(String, String)]| {
            let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} gauge");
            for (labels, value) in lines {
                let _ = writeln!(page, "{name}{labels} {value}");
            }
        };
        for (name, help, value) in [
            ("tollgate_alerts_raised", "Budget alerts that were raised.", alerts.raised),
            ("tollgate_alerts_delivered", "Budget alerts that were delivered.", alerts.delivered),
            ("tollgate_alerts_failing", "Budget alerts that could not be delivered yet.", alerts.failing),
        ] {
            gauge(name, help, &[(String::new(), value.to_string())]);
        }
        let (mut used, mut leased) = (Vec::new(), Vec::new());
        for row in self.read(|connection| connection.query(STANDINGS, &[now_ms.into()]))? {
            let (limit, spent, charged) = (row.count(2)?, row.count(3)?, row.count(4)?);
            if limit > 0 {
                let labels = format!("{{team=\"{}\",quota=\"{}\"}}", label(row.text(0)?), label(row.text(1)?));
                let of = |part: u64| format!("{:.6}", part as f64 / limit as f64);
                used.push((labels.clone(), of(spent)));
                leased.push((labels, of(charged.saturating_sub(spent))));
            }
        }
        used.sort();
        leased.sort();
        gauge("tollgate_budget_used_ratio", "What is known to be spent in the open window, of its limit.", &used);
        gauge(
            "tollgate_budget_leased_ratio",
            "What leases hold of the open window and may still spend, of its limit.",
            &leased,
        );
        Ok(page)
    }
}

/// <https://prometheus.io/docs/instrumenting/exposition_formats/#comments-help-text-and-type-information>
fn label(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
