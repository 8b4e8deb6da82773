//! `tollgate usage`.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use tollgate_ledger::{Dimension, Ledger};

use super::store::StoreArgs;
use super::{Failure, Outcome, output, say};
use crate::config::{self, Loaded};
use crate::usage::{self, Question, period, render};

/// Show what teams used, what it cost, and what is left of their budgets.
///
/// Costs are by the prices in force when it was used. Days are those of UTC.
#[derive(Debug, Args)]
pub struct Usage {
    #[command(flatten)]
    store: StoreArgs,
    /// Of one team
    #[arg(long)]
    team: Option<String>,
    /// What rows are grouped by, separated by commas
    #[arg(long, value_delimiter = ',', default_value = "team,model", value_parser = dimension())]
    by: Vec<Dimension>,
    /// From when on: 30d, 4w, 12h, 90m, or a day such as 2026-11-01. Days and weeks begin at midnight
    #[arg(long, default_value = "30d")]
    since: String,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// What the same tokens would have cost on this model, MODEL or PROVIDER/MODEL, by the prices of --config
    #[arg(long, value_name = "MODEL", requires = "config")]
    as_if_model: Option<String>,
    /// Folder (or file) of the configuration that lists the model's price
    #[arg(long, value_name = "DIR", requires = "as_if_model")]
    config: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// For programs
    Json,
    /// For spreadsheets
    Csv,
}

fn dimension() -> impl TypedValueParser<Value = Dimension> {
    let names = PossibleValuesParser::new(Dimension::ALL.iter().map(|dimension| dimension.as_str()));
    names.try_map(|name| name.parse::<Dimension>())
}

impl Usage {
    pub fn run(self) -> Outcome {
        let mut seen = Vec::new();
        for dimension in &self.by {
            if seen.contains(dimension) {
                return Err(Failure::Usage(format!("--by names `{dimension}` twice")));
            }
            seen.push(*dimension);
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
        let now_ms = u64::try_from(now.as_millis())?;
        let from_ms =
            period::since(&self.since, now_ms).map_err(|error| Failure::Usage(format!("--since: {error}")))?;
        let store = self.store.store()?;
        let as_if = match (self.as_if_model, self.config) {
            (Some(named), Some(dir)) => {
                let Loaded { model, problems } = config::load(&dir);
                problems.errors().for_each(|problem| say(problem.to_string()));
                let Some(model) = model else { return Err(Failure::BadInput) };
                let price = usage::price(&model, &named).context("--as-if-model")?;
                Some((named, price))
            }
            _ => None,
        };
        let ledger = Ledger::open_existing(&store).map_err(|error| anyhow!("{store}: {error}"))?;
        let question = Question { team: self.team, by: self.by, from_ms, now_ms, as_if };
        let view = usage::view(&ledger, &question).with_context(|| store.to_string())?;
        let page = match self.format {
            Format::Table => render::table(&view),
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&render::json(&view))?),
            Format::Csv => render::csv(&view),
        };
        output(page.as_bytes())?;
        Ok(())
    }
}
