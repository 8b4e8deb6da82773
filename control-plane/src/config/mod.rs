//! From files to the validated model: `source` reads the folder, `yaml` and `decode` make typed documents of it, `validate` checks what
//! they mean together. Every problem is found in one reading and reported with its file and line.

pub mod decode;
pub mod documents;
pub mod kinds;
pub mod node;
pub mod problems;
pub mod source;
pub mod units;
pub mod validate;
pub mod yaml;

use std::path::Path;

use crate::model::Model;
use problems::Problems;

/// What came of reading a configuration.
#[derive(Debug)]
pub struct Loaded {
    /// The model; only where there is no error.
    pub model: Option<Model>,
    /// Everything found, in order of file and line.
    pub problems: Problems,
}

/// Reads and checks the configuration in the folder (or file) `root`. Touches no secret.
#[must_use]
pub fn load(root: &Path) -> Loaded {
    let mut problems = Problems::default();
    let files = source::read(root, &mut problems);
    check(&files, problems)
}

/// Checks files that were already read.
#[must_use]
pub fn check(files: &[source::SourceFile], mut problems: Problems) -> Loaded {
    let documents = documents::read(files, &mut problems);
    let model = validate::validate(&documents, &mut problems);
    problems.sort();
    let model = if problems.has_errors() { None } else { Some(model) };
    Loaded { model, problems }
}
