//! `tollgate redact`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tollgate_policy::redaction::{Action, Direction, Place};
use tollgate_redaction::{Policy, RedactError, Vault};

use super::{Failure, Outcome, input_text, output, print, say};
use crate::config::documents::{self, Doc};
use crate::config::problems::Problems;
use crate::config::{source, validate};

/// Redact a text.
#[derive(Debug, Args)]
pub struct Redact {
    /// File (or folder) with the policy; other kinds in it are left alone
    #[arg(long)]
    policy: PathBuf,
    /// Which RedactionPolicy, where there are several
    #[arg(long)]
    name: Option<String>,
    /// Print the findings instead, as a JSON array of {rule, start, end} with byte offsets
    #[arg(long)]
    findings: bool,
}

impl Redact {
    pub fn run(self) -> Outcome {
        let doc = self.document()?;
        // Hashes shown here are not those of the fleet: its key stays out of this.
        let policy = Policy::compile(&doc.name, &doc.spec, &[]).map_err(|error| anyhow::anyhow!("{error}"))?;
        let text = input_text()?;
        if self.findings {
            return findings(&policy, &text);
        }
        let mut vault = Vault::default();
        vault.reserve_literals(text.as_bytes());
        match policy.redact_text(&mut vault, &text, Direction::Request, Place::USER) {
            Ok(redacted) => Ok(output(redacted.text.as_bytes())?),
            Err(error @ (RedactError::Blocked { .. } | RedactError::VaultFull)) => {
                say(format!("tollgate: {error}"));
                Err(Failure::BadInput)
            }
        }
    }

    /// The policy that is meant.
    fn document(&self) -> Result<Doc<tollgate_policy::redaction::RedactionSpec>, Failure> {
        let mut problems = Problems::default();
        let files = source::read(&self.policy, &mut problems);
        let mut documents = documents::read(&files, &mut problems);
        validate::redaction(&documents, &mut problems);
        problems.sort();
        let policies = std::mem::take(&mut documents.redaction);
        let (named, names): (Vec<_>, Vec<_>) = match &self.name {
            Some(name) => {
                let names = policies.iter().map(|doc| doc.name.clone()).collect();
                (policies.into_iter().filter(|doc| doc.name == *name).collect(), names)
            }
            None => {
                let names = policies.iter().map(|doc| doc.name.clone()).collect();
                (policies, names)
            }
        };
        let mut named = named.into_iter();
        match (named.next(), named.next()) {
            (Some(doc), None) => {
                let own = format!("{}/{}", doc.kind, doc.name);
                let broken: Vec<_> = problems.errors().filter(|problem| problem.subject == own).collect();
                for problem in &broken {
                    say(problem.to_string());
                }
                if broken.is_empty() { Ok(doc) } else { Err(Failure::BadInput) }
            }
            (Some(_), Some(_)) => {
                say(format!("tollgate: there are several policies, choose one by --name: {}", names.join(", ")));
                Err(Failure::BadInput)
            }
            (None, _) => {
                for problem in problems.errors() {
                    say(problem.to_string());
                }
                let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                say(format!("tollgate: no such RedactionPolicy in {}; there is: {known}", self.policy.display()));
                Err(Failure::BadInput)
            }
        }
    }
}

fn findings(policy: &Policy, text: &str) -> Outcome {
    let mut found = Vec::new();
    policy.find(text, Direction::Request, Place::USER, &mut found);
    let shown: Vec<_> = found
        .iter()
        .filter(|finding| finding.action != Action::Allow)
        .map(|finding| json!({"rule": policy.rule_name(finding.rule), "start": finding.start, "end": finding.end}))
        .collect();
    print(serde_json::to_string(&shown)?)?;
    Ok(())
}
