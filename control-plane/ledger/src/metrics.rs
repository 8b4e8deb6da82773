//! The ledger's figures for Prometheus.

use std::fmt::Write as _;

use crate::error::Result;
use crate::ledger::Ledger;

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
        let (mut used, mut reserved) = (Vec::new(), Vec::new());
        for (window, standing) in self.open_windows(None, now_ms)? {
            if window.subject.is_empty() && standing.limit > 0 {
                let labels = format!("{{team=\"{}\",quota=\"{}\"}}", label(&window.team), label(&window.quota));
                let of = |part: u64| format!("{:.6}", part as f64 / standing.limit as f64);
                used.push((labels.clone(), of(standing.spent)));
                reserved.push((labels, of(standing.reserved)));
            }
        }
        gauge("tollgate_budget_used_ratio", "What was charged in the open window, of its limit.", &used);
        gauge("tollgate_budget_leased_ratio", "What leases hold of the open window, of its limit.", &reserved);
        Ok(page)
    }
}

/// <https://prometheus.io/docs/instrumenting/exposition_formats/#comments-help-text-and-type-information>
fn label(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
