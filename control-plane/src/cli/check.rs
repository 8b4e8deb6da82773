//! `tollgate check`.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, Outcome, print, say};
use crate::compile;
use crate::config::{self, Loaded};

/// Check a configuration.
#[derive(Debug, Args)]
pub struct Check {
    /// Folder (or file) of the configuration
    dir: PathBuf,
}

impl Check {
    pub fn run(self) -> Outcome {
        let Loaded { model, problems } = config::load(&self.dir);
        for problem in problems.iter() {
            say(problem.to_string());
        }
        let Some(model) = model else {
            let count = problems.errors().count();
            say(format!("{count} {}", if count == 1 { "problem" } else { "problems" }));
            return Err(Failure::BadInput);
        };
        let count = |of: usize, one: &str, many: &str| format!("{of} {}", if of == 1 { one } else { many });
        print(format!(
            "ok: {}, {}, {}, {} (config digest {})",
            count(model.teams.len(), "team", "teams"),
            count(model.routes.len(), "route", "routes"),
            count(model.providers.len(), "provider", "providers"),
            count(model.redaction.len(), "redaction policy", "redaction policies"),
            compile::digest(&model)
        ))?;
        Ok(())
    }
}
