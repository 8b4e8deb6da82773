//! `tollgate stop` and `tollgate resume`: the kill switch.

use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, anyhow};
use clap::Args;
use tollgate_ledger::{Ledger, Stop, Switch};
use tollgate_policy::model::ModelPattern;

use super::store::StoreArgs;
use super::{Failure, Outcome, print, say};
use crate::config::documents::is_name;
use crate::config::kinds::Stopped;
use crate::config::{self, Loaded};
use crate::model::Model;

/// Stop a team, a model or a provider everywhere, within a second.
///
/// Every control plane on the same ledger tells its Envoys: requests of the team, or for the model, are refused from then on, and fallbacks take over
/// from the provider. What is under way ends by itself. The same is done in git by the line `stopped: WHY`; a stop by command
/// lasts until `tollgate resume`.
#[derive(Debug, Args)]
pub struct StopIt {
    #[command(flatten)]
    named: Named,
    /// Why, in a line: callers are told
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    why: String,
    /// Show what is stopped by command, and by whom
    #[arg(long, conflicts_with_all = ["team", "model", "provider", "why"])]
    list: bool,
    #[command(flatten)]
    shared: Shared,
}

/// Let run again what was stopped by command.
#[derive(Debug, Args)]
pub struct Resume {
    #[command(flatten)]
    named: Named,
    /// Why, for the audit
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    shared: Shared,
}

/// What is meant.
#[derive(Debug, Args)]
struct Named {
    /// A team, by name
    #[arg(long, conflicts_with_all = ["model", "provider"])]
    team: Option<String>,
    /// A model as clients or providers name it; `*` stands for any run of characters
    #[arg(long, conflicts_with = "provider")]
    model: Option<String>,
    /// A provider, by name
    #[arg(long)]
    provider: Option<String>,
}

#[derive(Debug, Args)]
struct Shared {
    #[command(flatten)]
    store: StoreArgs,
    /// Who does it, for the audit; user and machine unless given
    #[arg(long)]
    who: Option<String>,
    /// Folder (or file) of the configuration, to warn of a name that is not in it
    #[arg(long, value_name = "DIR")]
    config: Option<PathBuf>,
}

impl StopIt {
    pub fn run(self) -> Outcome {
        let ledger = self.shared.ledger()?;
        if self.list {
            return list(&ledger);
        }
        let stop = self.shared.stop(self.named, &self.why)?;
        let is_new = ledger.stop(&stop).context("the ledger")?;
        let Stop { switch, name, .. } = &stop;
        print(if is_new {
            format!("stopped {switch} {name}: in force on every Envoy within a second")
        } else {
            format!("{switch} {name} was stopped before and is; the reason is now: {}", reason(&stop.why))
        })?;
        Ok(())
    }
}

impl Resume {
    pub fn run(self) -> Outcome {
        let ledger = self.shared.ledger()?;
        let resume = self.shared.stop(self.named, &self.why)?;
        let Stop { switch, name, .. } = &resume;
        let Some(was) = ledger.resume(&resume).context("the ledger")? else {
            let advice = "`tollgate stop --list` shows what is; a line `stopped` in the files is taken out there";
            say(format!("tollgate: {switch} {name} is not stopped by command: {advice}"));
            return Err(Failure::BadInput);
        };
        print(format!("resumed {switch} {name}, stopped {} by {}: {}", date(was.at_ms), was.who, reason(&was.why)))?;
        Ok(())
    }
}

impl Shared {
    fn ledger(&self) -> Result<Ledger, Failure> {
        let store = self.store.store()?;
        // Never a new one: whatever is stopped there stops nothing.
        Ok(Ledger::open_existing(&store).map_err(|error| {
            anyhow!("{store}: {error}: name the ledger of the control plane with --store or TOLLGATE_STORE")
        })?)
    }

    fn stop(&self, named: Named, why: &str) -> Result<Stop, Failure> {
        let (switch, name) = match named {
            Named { team: Some(name), .. } => (Switch::Team, name),
            Named { model: Some(name), .. } => (Switch::Model, name),
            Named { provider: Some(name), .. } => (Switch::Provider, name),
            _ => return Err(Failure::Usage("one of --team, --model and --provider is needed".into())),
        };
        match switch {
            Switch::Model => {
                ModelPattern::new(name.as_str()).map_err(|error| Failure::Usage(format!("--model: {error}")))?;
            }
            _ if !is_name(&name) => return Err(Failure::Usage(format!("--{switch}: `{name}` is not a name"))),
            _ => {}
        }
        Stopped::because(why).map_err(|error| Failure::Usage(format!("--why: {error}")))?;
        if let Some(dir) = &self.config {
            let Loaded { model, .. } = config::load(dir);
            match model {
                Some(model) if !is_known(&model, switch, &name) => {
                    say(format!("tollgate: warning: no {switch} {name} is in {}", dir.display()));
                }
                Some(_) => {}
                None => say(format!("tollgate: warning: {} has problems: see `tollgate check`", dir.display())),
            }
        }
        let who = self.who.clone().unwrap_or_else(who);
        let now = std::time::SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
        Ok(Stop { switch, name, at_ms: u64::try_from(now.as_millis())?, who, why: why.trim().to_owned() })
    }
}

fn list(ledger: &Ledger) -> Outcome {
    let stops = ledger.stops().context("the ledger")?;
    if stops.is_empty() {
        say("tollgate: nothing is stopped by command");
    }
    for Stop { switch, name, at_ms, who, why } in &stops {
        print(format!("{switch} {name}: since {} by {who}: {}", date(*at_ms), reason(why)))?;
    }
    Ok(())
}

/// Whether the configuration has it. A model may be one that clients ask for or one that a provider is asked for.
fn is_known(model: &Model, switch: Switch, name: &str) -> bool {
    match switch {
        Switch::Team => model.teams.contains_key(name),
        Switch::Provider => model.providers.contains_key(name),
        Switch::Model => {
            let Ok(pattern) = ModelPattern::new(name) else { return false };
            let asked = model.routes.values().flat_map(|route| &route.models);
            let targets = model.routes.values().flat_map(crate::model::Route::targets);
            let targets = targets.filter_map(|target| target.model.as_ref());
            asked
                .into_iter()
                .any(|known| known.as_str() == name || known.matches(name) || pattern.matches(known.as_str()))
                || targets.into_iter().any(|known| pattern.matches(known.as_str()))
        }
    }
}

/// Who runs this command: the person behind `sudo`, and the machine.
fn who() -> String {
    let user = ["SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}@{}", user.as_deref().unwrap_or("unknown"), machine.trim())
}

fn reason(why: &str) -> &str {
    if why.is_empty() { "no reason given" } else { why }
}

/// `2026-11-21 14:03:05 UTC`
fn date(at_ms: u64) -> String {
    let at = UNIX_EPOCH + Duration::from_millis(at_ms);
    jiff::Timestamp::try_from(at).map_or_else(|_| format!("{at_ms} ms"), |at| at.strftime("%F %T UTC").to_string())
}
