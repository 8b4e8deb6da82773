//! `tollgate schema`.

use clap::Args;

use super::{Outcome, print};
use crate::schema;

/// Print the JSON Schema of the configuration files.
#[derive(Debug, Args)]
pub struct Schema {
    /// One kind only, such as Team
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(crate::config::kinds::KINDS))]
    kind: Option<String>,
}

impl Schema {
    pub fn run(self) -> Outcome {
        let schema = match &self.kind {
            Some(kind) => schema::of_kind(kind),
            None => schema::all(),
        };
        print(serde_json::to_string_pretty(&schema)?)?;
        Ok(())
    }
}
