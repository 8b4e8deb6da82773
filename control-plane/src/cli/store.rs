//! `--store`: where the ledger is.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use tollgate_ledger::Store;

use super::Failure;

/// Where the ledger is.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// The ledger: sqlite://PATH or postgres://USER@HOST/DATABASE; $XDG_STATE_HOME/tollgate/ledger.db unless given
    #[arg(long, value_name = "URL", env = "TOLLGATE_STORE", hide_env_values = true)]
    store: Option<String>,
}

impl StoreArgs {
    /// The store that is named, or the usual one.
    pub fn store(&self) -> Result<Store, Failure> {
        match &self.store {
            Some(url) => url.parse().map_err(|error| Failure::Usage(format!("--store: {error}"))),
            None => Ok(Store::Sqlite(usual()?.join("ledger.db"))),
        }
    }

    /// The same, to be written to: the usual folder is made where it is missing, for its owner alone.
    pub fn store_to_write(&self) -> Result<Store, Failure> {
        if self.store.is_none() {
            make(&usual()?)?;
        }
        self.store()
    }
}

/// Outside the configuration's folder, which is git's (<https://specifications.freedesktop.org/basedir-spec/latest/>).
fn usual() -> anyhow::Result<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")));
    let state = state.context("there is no home folder for the ledger: use --store")?;
    Ok(state.join("tollgate"))
}

fn make(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("{} cannot be made for the ledger: use --store", folder.display()))
}
