//! `tollgate diff`.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Failure, Outcome, output, say};
use crate::review::corpus::Corpus;
use crate::review::revision::{self, NoRevision, Revision};
use crate::review::{self, Showing, report};

/// Say what two revisions decide differently.
///
/// OLD and NEW are folders (or files) or git revisions: `main`, `HEAD~1`, `v2:policies`. A revision is looked up in the repository around the
/// other one where that is a folder, else around the current folder; without `:PATH` it is the other one's path that is read.
#[derive(Debug, Args)]
pub struct Diff {
    /// The older revision: a folder, or REV or REV:PATH of git
    old: String,
    /// The newer one
    new: String,
    /// Texts to try both on: a file by lines (text, or JSON with a text or a chat request), a .json file, or a folder of them
    #[arg(long, value_name = "PATH")]
    corpus: Option<PathBuf>,
    /// Which field of a JSON object of the corpus is its text
    #[arg(long, default_value = "text", value_name = "FIELD")]
    text_field: String,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// How many examples are shown of each difference
    #[arg(long, default_value_t = 3, value_name = "N")]
    examples: usize,
    /// Show what was found in the examples; without this `▮▮▮` stands there
    #[arg(long)]
    show_values: bool,
    /// Exit with 1 if anything is decided differently
    #[arg(long)]
    exit_code: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// For a comment on a pull request
    Markdown,
}

impl Diff {
    pub fn run(self) -> Outcome {
        let old = read(&self.old, &self.new)?;
        let new = read(&self.new, &self.old)?;
        let corpus = self.corpus.as_deref().map(|path| Corpus::find(path, &self.text_field)).transpose()?;
        let waits = corpus.is_some() && std::io::stderr().is_terminal();
        if waits {
            say("tollgate: reading the corpus");
        }
        let showing = Showing { examples: self.examples, values: self.show_values };
        let review = review::review(&old, &new, corpus.as_ref(), showing)?;
        if review.skipped > 0 {
            let lines = review::count(review.skipped, "line", "lines");
            say(format!("tollgate: warning: {lines} of the corpus too long to be read"));
        }
        let page = match self.format {
            Format::Text => report::text(&review),
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&review)?),
            Format::Markdown => report::markdown(&review),
        };
        output(page.as_bytes())?;
        if self.exit_code && !review.is_empty() { Err(Failure::BadInput) } else { Ok(()) }
    }
}

fn read(named: &str, other: &str) -> Result<Revision, Failure> {
    revision::read(named, other).map_err(|error| match error {
        NoRevision::Error(error) => Failure::Error(error),
        NoRevision::Problems(problems) => {
            problems.errors().for_each(|problem| say(problem.to_string()));
            Failure::BadInput
        }
    })
}
