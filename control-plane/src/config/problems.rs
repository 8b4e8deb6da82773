//! What is wrong with a configuration, in the words of a report.

use std::fmt;

use super::node::Place;

/// Whether a problem keeps the configuration from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It does.
    Error,
    /// It does not, but someone should look.
    Warning,
}

/// One finding in the configuration's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether it stops the configuration.
    pub severity: Severity,
    /// The file, as a path that a reader can open.
    pub file: String,
    /// Where in it.
    pub place: Place,
    /// `Kind/name` of the document; empty where it is the file that is broken.
    pub subject: String,
    /// Path of the field, such as `spec.quotas[2].limit`; may be empty.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.place.line > 0 {
            write!(f, ":{}", self.place.line)?;
        }
        f.write_str(": ")?;
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        match (self.subject.is_empty(), self.field.is_empty()) {
            (false, false) => write!(f, "{} {}: ", self.subject, self.field)?,
            (false, true) => write!(f, "{}: ", self.subject)?,
            (true, false) => write!(f, "{}: ", self.field)?,
            (true, true) => {}
        }
        f.write_str(&self.message)
    }
}

/// Everything found in one reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    found: Vec<Problem>,
}

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// Whether any of them stops the configuration.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    /// Those that stop it.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.found.iter().filter(|problem| problem.severity == Severity::Error)
    }

    /// Those that do not.
    pub fn warnings(&self) -> impl Iterator<Item = &Problem> {
        self.found.iter().filter(|problem| problem.severity == Severity::Warning)
    }

    /// All of them, in order of file and line.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.found.iter()
    }

    /// Puts them in the order in which a reader meets them.
    pub fn sort(&mut self) {
        self.found.sort_by(|a, b| (&a.file, a.place, &a.field).cmp(&(&b.file, b.place, &b.field)));
        self.found.dedup();
    }
}
