//! A revision of a configuration: a folder, or what git has of it.

use std::path::Path;

use anyhow::{Context, anyhow};
use tollgate_policy::redaction::PolicyTest;

use super::git::{self, Named};
use crate::config::documents;
use crate::config::problems::Problems;
use crate::config::source::{self, SourceFile};
use crate::config::validate;
use crate::model::Model;
use crate::policytest;

/// A configuration that was read and is sound.
#[derive(Debug)]
pub struct Revision {
    /// As it was named.
    pub name: String,
    /// What it means.
    pub model: Model,
    /// Every test of a policy: the policy's name, `file:line`, the test.
    pub tests: Vec<(String, String, PolicyTest)>,
}

/// Why there is no revision.
#[derive(Debug)]
pub enum NoRevision {
    /// Its files have these problems.
    Problems(Problems),
    /// It cannot be read.
    Error(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for NoRevision {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

/// Reads the revision `named`: a folder or file, or else a git revision (`main`, `HEAD~1`, `main:policies`). Git looks into the repository
/// around `other` where that is a folder, else around the current folder, and takes the path of `other` where none is written.
///
/// # Errors
/// It is neither, or its files are not sound.
pub fn read(named: &str, other: &str) -> Result<Revision, NoRevision> {
    let mut problems = Problems::default();
    let files =
        if Path::new(named).exists() { source::read(Path::new(named), &mut problems) } else { from_git(named, other)? };
    let documents = documents::read(&files, &mut problems);
    let model = validate::validate(&documents, &mut problems);
    problems.sort();
    if problems.has_errors() {
        return Err(NoRevision::Problems(problems));
    }
    let tests = documents.redaction.iter().flat_map(policytest::cases);
    let tests = tests.map(|case| (case.policy, format!("{}:{}", case.file, case.line), case.test)).collect();
    Ok(Revision { name: named.to_owned(), model, tests })
}

fn from_git(named: &str, other: &str) -> anyhow::Result<Vec<SourceFile>> {
    let on_disk = Path::new(other).exists().then(|| std::path::absolute(other)).transpose()?;
    let (around, path) = match &on_disk {
        Some(path) if path.is_dir() => (path.clone(), path.clone()),
        Some(path) => (path.parent().unwrap_or(Path::new("/")).to_owned(), path.clone()),
        None => {
            let here = std::env::current_dir().context("the current folder")?;
            (here.clone(), here)
        }
    };
    let neither = || format!("`{named}` is neither a folder nor a git revision");
    let repository = git::Repository::around(&around).with_context(neither)?;
    let written = named.split_once(':');
    let (revision, path) = match written {
        Some((revision, path)) => (revision, path.trim_end_matches('/').to_owned()),
        None => (named, repository.relative(&path)?),
    };
    let commit = repository.commit(revision).with_context(neither)?;
    let files = repository.files(&commit, &path)?;
    if files.is_empty() {
        let place = if path.is_empty() { "the repository".to_owned() } else { format!("`{path}`") };
        return Err(anyhow!("`{named}`: there is no .yaml file in {place} at {revision}: write {revision}:PATH"));
    }
    let text = |Named { path, bytes }| {
        let name = format!("{revision}:{path}");
        let text = String::from_utf8(bytes)
            .map_err(|error| anyhow!("{name}: is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))?;
        Ok(SourceFile { name, text })
    };
    files.into_iter().map(text).collect()
}
