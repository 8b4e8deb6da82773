//! What a quota says that cannot be meant.

use super::{Quota, Shape, Unit, Window};

impl Quota {
    /// Each problem with the field it is in, relative to the quota, among the fields that say how it is counted. Whether the time zone exists is for
    /// those to judge who have the list of them.
    #[must_use]
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let mut report = |field: &str, message: &str| problems.push((field.to_owned(), message.to_owned()));
        let sliding = self.window == Shape::Sliding;
        if self.unit == Unit::InFlight {
            if sliding {
                report("window", "requests in flight are counted until they end: remove it");
            }
            if self.per == Window::Second {
                report("per", "a request may take longer: say after how long it has surely ended, `minute` or more");
            }
        } else if sliding && self.per == Window::Second {
            report("window", "a second is too short to slide: choose `fixed`, or limit each minute");
        }
        if let Some(zone) = &self.time_zone {
            if sliding || self.unit == Unit::InFlight || !matches!(self.per, Window::Day | Window::Month) {
                report("timeZone", "only fixed windows of a day or a month begin by a clock on the wall: remove it");
            } else if !is_zone(zone) {
                report("timeZone", "must be an IANA name such as `Europe/Zurich`, or `UTC`");
            }
        }
        if self.clamp && !matches!(self.unit, Unit::Tokens | Unit::OutputTokens | Unit::Usd) {
            report("clamp", "only output can be made shorter: use it with `tokens`, `outputTokens` or `usd`");
        }
        for (class, percent) in &self.shed_at {
            let field = format!("shedAt/{class}");
            if class.is_empty()
                || !class.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            {
                report(&field, "a class is named in lower-case letters, digits and `-`");
            } else if !(1..=99).contains(percent) {
                report(&field, "must be a percentage from 1 to 99: a class that may use all of it is not listed");
            }
        }
        problems
    }
}

/// Whether it has the form of an IANA time zone.
fn is_zone(name: &str) -> bool {
    name == "UTC"
        || name.len() <= 64
            && name.contains('/')
            && name.split('/').all(|part| {
                part.starts_with(|c: char| c.is_ascii_alphabetic())
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'))
            })
}
