//! The words of an alert.

use tollgate_policy::quota::{Subject, Unit};
use tollgate_quota::calendar;

use crate::alert::Alert;
use crate::error::{Error, Result};

/// What an alert says where nobody said otherwise.
const USUAL: &str =
    "Tollgate: {team}{subject} has used {percent}% of {quota}: {spent} of {limit}. The window ends {until}.";

/// The names a template may use.
const NAMES: [&str; 9] = ["team", "quota", "subject", "threshold", "percent", "spent", "limit", "from", "until"];

/// The text of an alert, with `{name}` where a fact belongs: `team`, `quota`, `subject` (` (user jane)`, or nothing for a whole team),
/// `threshold` and `percent` (numbers), `spent` and `limit` (with their unit), `from` and `until` (RFC 3339).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Fact(&'static str),
}

impl Default for Template {
    fn default() -> Self {
        Self::new(USUAL).unwrap_or(Self(vec![]))
    }
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// A `{` without its `}`, or a name that there is not.
    pub fn new(text: &str) -> Result<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                return Err(Error::invalid("the alert's template has a `{` without its `}`"));
            };
            let Some(fact) = NAMES.into_iter().find(|known| *known == name) else {
                let names = NAMES.join(", ");
                return Err(Error::invalid(format!("the alert's template asks for `{name}`: there are {names}")));
            };
            parts.extend([Part::Text(before.to_owned()), Part::Fact(fact)]);
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The text for an alert, in Slack's markup: names that callers chose cannot mention or link anything.
    #[must_use]
    pub fn text(&self, alert: &Alert) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(plain) => text.push_str(plain),
                // <https://docs.slack.dev/messaging/formatting-message-text/#escaping>
                Part::Fact(name) => {
                    text.push_str(&fact(alert, name).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
                }
            }
        }
        text
    }
}

fn fact(alert: &Alert, name: &str) -> String {
    let window = &alert.window;
    match name {
        "team" => window.team.clone(),
        "quota" => window.quota.clone(),
        "subject" => match alert.by {
            Subject::Team => String::new(),
            Subject::App => format!(" (app {})", window.subject),
            Subject::User => format!(" (user {})", window.subject),
            Subject::Model => format!(" (model {})", window.subject),
        },
        "threshold" => alert.threshold.to_string(),
        "percent" => percent(alert.spent, alert.limit).to_string(),
        "spent" => amount(alert.spent, alert.unit),
        "limit" => amount(alert.limit, alert.unit),
        "from" => calendar::rfc3339(window.from_ms),
        _ => calendar::rfc3339(window.until_ms),
    }
}

/// How much of `limit` was `spent`, in whole percent, rounded down: 100 is only said of what is used up. All of a limit of 0 is.
#[must_use]
pub fn percent(spent: u64, limit: u64) -> u64 {
    let of = (u128::from(spent) * 100).checked_div(u128::from(limit)).unwrap_or(100);
    u64::try_from(of).unwrap_or(u64::MAX)
}

/// An amount in the smallest steps of `unit` as a person reads it: `$12.50`, `1,200 tokens`.
#[must_use]
pub fn amount(steps: u64, unit: Unit) -> String {
    let word = match unit {
        Unit::Usd => return usd(steps),
        Unit::Tokens => "tokens",
        Unit::InputTokens => "input tokens",
        Unit::OutputTokens => "output tokens",
        Unit::Requests => "requests",
        Unit::InFlight => "requests in flight",
    };
    format!("{} {word}", grouped(steps))
}

/// Millionths of a US dollar: `$1,204.50`; to the millionth where it is below a cent.
#[must_use]
pub fn usd(micro: u64) -> String {
    if micro > 0 && micro < 10_000 {
        return format!("$0.{micro:06}");
    }
    // Half a cent counts as one.
    let cents = micro / 10_000 + u64::from(micro % 10_000 >= 5_000);
    format!("${}.{:02}", grouped(cents / 100), cents % 100)
}

/// A number with a comma between thousands.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::Window;

    fn alert() -> Alert {
        let (team, quota, subject) = ("support".into(), "per-user".into(), "<!channel> & co".into());
        Alert {
            window: Window { team, quota, subject, from_ms: 1_790_812_800_000, until_ms: 1_793_491_200_000 },
            threshold: 80,
            unit: Unit::Usd,
            by: Subject::User,
            limit: 500_000_000,
            spent: 401_234_567,
            raised_ms: 0,
            attempts: 1,
        }
    }

    #[test]
    fn an_alert_says_who_what_and_until_when_and_mentions_nobody() {
        let text = Template::default().text(&alert());
        let said = "Tollgate: support (user &lt;!channel&gt; &amp; co) has used 80% of per-user: $401.23 of $500.00. \
                    The window ends 2026-11-01T00:00:00Z.";
        assert_eq!(text, said);
        let own = Template::new("{threshold}% since {from}").unwrap();
        assert_eq!(own.text(&alert()), "80% since 2026-10-01T00:00:00Z");
    }

    #[test]
    fn a_template_that_cannot_be_filled_is_refused() {
        assert!(Template::new("{team").is_err());
        let error = Template::new("{teem}").unwrap_err().to_string();
        assert!(error.contains("`teem`") && error.contains("team, quota"), "{error}");
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(amount(1_234_567, Unit::Tokens), "1,234,567 tokens");
        let micros = [0, 7, 9_999, 10_000, 995_000, 1_204_500_000, 999_999_999_999];
        let written = ["$0.00", "$0.000007", "$0.009999", "$0.01", "$1.00", "$1,204.50", "$1,000,000.00"];
        assert_eq!(micros.map(usd), written);
        assert_eq!([percent(1, 3), percent(999, 1000), percent(5, 0)], [33, 99, 100]);
    }
}
