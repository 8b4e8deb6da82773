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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A configuration out of pieces that the kinds are made of, in any order and number.
    fn soup() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "kind: ",
            "Team",
            "Route",
            "Gateway",
            "Provider",
            "RedactionPolicy",
            "\n",
            "\n---\n",
            "metadata: {name: a}",
            "spec:",
            "  ",
            "- ",
            "{",
            "}",
            "[",
            "]",
            ": ",
            ", ",
            "\"",
            "'",
            "&a ",
            "*a",
            "!t ",
            "|",
            ">",
            "#",
            "models",
            "routes: [a]",
            "1",
            "null",
            "limit",
            "quotas",
            "match",
            "identities",
            "api: openai",
            "endpoint: http://a",
            "\u{feff}",
            "é",
            "\t",
        ]);
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    fn check_text(text: String) -> Loaded {
        check(&[source::SourceFile { name: "a.yaml".into(), text }], Problems::default())
    }

    proptest! {
        #[test]
        fn any_text_is_a_model_or_a_report_of_why_not(text in prop_oneof![soup(), any::<String>()]) {
            let loaded = check_text(text);
            prop_assert_eq!(loaded.model.is_none(), loaded.problems.has_errors());
        }
    }

    #[test]
    fn the_order_of_files_and_documents_does_not_matter() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/configs/full");
        let mut files = source::read(Path::new(folder), &mut Problems::default());
        let digest = |files: &[source::SourceFile]| {
            crate::compile::digest(&check(files, Problems::default()).model.expect("the configuration is good"))
        };
        let before = digest(&files);
        files.reverse();
        for file in &mut files {
            let documents: Vec<&str> = file.text.split("\n---\n").collect();
            file.text = documents.into_iter().rev().collect::<Vec<_>>().join("\n---\n");
        }
        assert_eq!(digest(&files), before);
    }
}
