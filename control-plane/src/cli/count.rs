//! `tollgate count`.

use clap::Args;
use serde_json::json;
use tollgate_tokens::{Vocabulary, estimate};

use super::{Outcome, input_text, print};

/// Estimate the tokens of a text.
#[derive(Debug, Args)]
pub struct Count {
    /// The model whose tokens are counted
    #[arg(long)]
    model: String,
}

impl Count {
    pub fn run(self) -> Outcome {
        let vocabulary = Vocabulary::of_model(&self.model);
        let estimate = estimate(&input_text()?, vocabulary);
        let method = vocabulary.method_name();
        print(json!({"tokens": estimate.tokens, "upperBound": estimate.upper_bound, "method": method}).to_string())?;
        Ok(())
    }
}
