//! Files to typed documents.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use tollgate_policy::redaction::RedactionSpec;

use super::decode::decode;
use super::kinds::{API_VERSION, Document, GatewaySpec, KINDS, ProviderSpec, RouteSpec, TeamSpec};
use super::node::{Node, Place, Step, show_path};
use super::problems::{Problem, Problems, Severity};
use super::source::SourceFile;
use super::yaml;

/// Longest name of a document.
const MAX_NAME: usize = 63;

/// A document that could be read, and where.
#[derive(Debug, Clone)]
pub struct Doc<S> {
    /// Its file.
    pub file: String,
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What it says.
    pub spec: S,
    node: Node,
}

impl<S> Doc<S> {
    /// Reports an error at `path`, which is written `spec/quotas/2/limit`.
    pub fn error(&self, problems: &mut Problems, path: &str, message: impl Into<String>) {
        self.report(problems, Severity::Error, path, message.into());
    }

    /// Reports a warning at `path`.
    pub fn warn(&self, problems: &mut Problems, path: &str, message: impl Into<String>) {
        self.report(problems, Severity::Warning, path, message.into());
    }

    /// `file:line` of the part at `path`, to point at from another problem.
    #[must_use]
    pub fn place(&self, path: &str) -> String {
        format!("{}:{}", self.file, self.line(path))
    }

    /// The line of the part at `path`, or of the nearest part around it that exists.
    #[must_use]
    pub fn line(&self, path: &str) -> usize {
        self.node.locate(&steps(path)).line
    }

    fn report(&self, problems: &mut Problems, severity: Severity, path: &str, message: String) {
        let path = steps(path);
        problems.push(Problem {
            severity,
            file: self.file.clone(),
            place: self.node.locate(&path),
            subject: format!("{}/{}", self.kind, self.name),
            field: show_path(&path),
            message,
        });
    }
}

fn steps(path: &str) -> Vec<Step> {
    let step = |part: &str| match part.parse() {
        Ok(at) => Step::Item(at),
        Err(_) => Step::Field(part.to_owned()),
    };
    path.split('/').filter(|part| !part.is_empty()).map(step).collect()
}

/// Every document of a configuration, by kind, in the order of files and lines.
#[derive(Debug, Default)]
pub struct Documents {
    /// `kind: Provider`.
    pub providers: Vec<Doc<ProviderSpec>>,
    /// `kind: Route`.
    pub routes: Vec<Doc<RouteSpec>>,
    /// `kind: Team`.
    pub teams: Vec<Doc<TeamSpec>>,
    /// `kind: RedactionPolicy`.
    pub redaction: Vec<Doc<RedactionSpec>>,
    /// `kind: Gateway`.
    pub gateways: Vec<Doc<GatewaySpec>>,
    /// Names of each kind, those of unreadable documents included: a reference to one of them is not dangling.
    declared: BTreeSet<(&'static str, String)>,
}

impl Documents {
    /// Whether a document of this kind and name was written, well or badly.
    #[must_use]
    pub fn declares(&self, kind: &'static str, name: &str) -> bool {
        self.declared.contains(&(kind, name.to_owned()))
    }

    /// The names of a kind, for messages.
    #[must_use]
    pub fn names(&self, kind: &'static str) -> String {
        let names: Vec<_> =
            self.declared.iter().filter(|(of, _)| *of == kind).map(|(_, name)| name.as_str()).take(10).collect();
        if names.is_empty() { format!("there is no {kind}") } else { format!("known are {}", names.join(", ")) }
    }
}

/// Reads every document of `files`.
pub fn read(files: &[SourceFile], problems: &mut Problems) -> Documents {
    let mut documents = Documents::default();
    let mut first: BTreeMap<(&'static str, String), String> = BTreeMap::new();
    for file in files {
        let (nodes, errors) = yaml::parse(&file.text);
        for error in errors {
            problems.push(problem(&file.name, error.place, String::new(), String::new(), error.message));
        }
        for node in nodes {
            document(file, node, &mut documents, &mut first, problems);
        }
    }
    documents
}

fn problem(file: &str, place: Place, subject: String, field: String, message: String) -> Problem {
    Problem { severity: Severity::Error, file: file.to_owned(), place, subject, field, message }
}

fn document(
    file: &SourceFile,
    node: Node,
    documents: &mut Documents,
    first: &mut BTreeMap<(&'static str, String), String>,
    problems: &mut Problems,
) {
    let mut complain = |path: &str, subject: &str, message: String| {
        let path = steps(path);
        problems.push(problem(&file.name, node.locate(&path), subject.to_owned(), show_path(&path), message));
    };
    let written = node.field("kind").and_then(Node::text).unwrap_or_default();
    let Some(kind) = KINDS.iter().copied().find(|kind| *kind == written) else {
        let message = if written.is_empty() {
            format!("field `kind` is missing: add one of {}", KINDS.join(", "))
        } else {
            format!("unknown kind `{written}`; known are {}", KINDS.join(", "))
        };
        return complain("kind", "", message);
    };
    let name = node.field("metadata").and_then(|m| m.field("name")).and_then(Node::text).unwrap_or_default().to_owned();
    let subject = if name.is_empty() { kind.to_owned() } else { format!("{kind}/{name}") };
    if let Some(version) = node.field("apiVersion").and_then(Node::text)
        && version != API_VERSION
    {
        complain("apiVersion", &subject, format!("`{version}` is not known: write {API_VERSION}"));
    }
    if !name.is_empty() {
        if !is_name(&name) {
            complain(
                "metadata/name",
                &subject,
                format!(
                    "a name has lower-case letters, digits, `-`, `_` and `.`, begins and ends with a letter or digit, and has at most {MAX_NAME} characters"
                ),
            );
        }
        let here = format!("{}:{}", file.name, node.place.line);
        match first.get(&(kind, name.clone())) {
            Some(place) => {
                return complain(
                    "metadata/name",
                    &subject,
                    format!("is defined twice, first at {place}: rename or remove one"),
                );
            }
            None => first.insert((kind, name.clone()), here),
        };
        documents.declared.insert((kind, name.clone()));
    }
    let doc = Doc { file: file.name.clone(), kind, name, spec: (), node };
    match kind {
        "Provider" => keep(doc, &mut documents.providers, problems),
        "Route" => keep(doc, &mut documents.routes, problems),
        "Team" => keep(doc, &mut documents.teams, problems),
        "RedactionPolicy" => keep(doc, &mut documents.redaction, problems),
        _ => keep(doc, &mut documents.gateways, problems),
    }
}

fn keep<S: DeserializeOwned>(doc: Doc<()>, into: &mut Vec<Doc<S>>, problems: &mut Problems) {
    let Doc { file, kind, name, node, .. } = doc;
    match decode::<Document<S>>(&node) {
        Ok(Document { spec, .. }) => into.push(Doc { file, kind, name, spec, node }),
        Err(errors) => {
            let subject = if name.is_empty() { kind.to_owned() } else { format!("{kind}/{name}") };
            for error in errors {
                problems.push(problem(&file, error.place, subject.clone(), error.field, error.message));
            }
        }
    }
}

/// Whether `name` can be a document's name: it becomes part of cluster names, header values and metric labels.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = name.as_bytes();
    (1..=MAX_NAME).contains(&bytes.len())
        && bytes.iter().all(|b| inner(*b) || b"._-".contains(b))
        && bytes.first().is_some_and(|b| inner(*b))
        && bytes.last().is_some_and(|b| inner(*b))
}
