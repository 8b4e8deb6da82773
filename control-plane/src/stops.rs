//! The kill switch by command: what the ledger says is stopped, merged into what the files say.
//!
//! `tollgate stop` writes a row; every replica of the control plane looks at the rows four times a second and publishes anew when they have
//! changed. A ledger that is away stops and resumes nothing: what was known last stays in force.

use std::borrow::Cow;
use std::time::Duration;

use tokio::sync::watch;
use tollgate_ledger::{Ledger, Stop, Switch};
use tollgate_policy::model::ModelPattern;

use crate::model::Model;

/// How often the ledger is looked at. With the way to Envoy, well under a second from the command to the last Envoy.
const LOOK: Duration = Duration::from_millis(250);
/// How long the first look may take before resources are served without it.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the ledger says is stopped, as it changes.
pub type Stops = watch::Receiver<Vec<Stop>>;

/// Begins to follow `ledger`, on a thread of its own, until the last receiver is gone. Returns after the first look, or soon if the ledger is away.
///
/// # Errors
/// No thread can be started.
pub fn follow(ledger: Ledger) -> std::io::Result<Stops> {
    let (sender, receiver) = watch::channel(Vec::new());
    let (first, looked) = std::sync::mpsc::channel();
    std::thread::Builder::new().name("stops".into()).spawn(move || {
        let mut is_up = true;
        while !sender.is_closed() {
            match ledger.stops() {
                Ok(stops) => {
                    if !std::mem::replace(&mut is_up, true) {
                        tracing::info!("what is stopped by command is known again");
                    }
                    sender.send_if_modified(|known| {
                        let changed = *known != stops;
                        *known = stops;
                        changed
                    });
                }
                Err(error) if is_up => {
                    is_up = false;
                    tracing::error!(%error, "what is stopped by command cannot be read: what was known last stays stopped");
                }
                Err(_) => {}
            }
            // Nobody waits any more after the first time.
            let _ = first.send(());
            std::thread::sleep(LOOK);
        }
    })?;
    if looked.recv_timeout(PATIENCE).is_err() {
        tracing::warn!("the ledger has not said yet what is stopped by command: nothing is, until it does");
    }
    Ok(receiver)
}

/// `model` with everything stopped that `stops` names. A name that is nobody's stops nothing until somebody has it. What the files stop for
/// a reason of their own keeps it.
#[must_use]
pub fn merge<'a>(model: &'a Model, stops: &[Stop]) -> Cow<'a, Model> {
    let mut merged = Cow::Borrowed(model);
    for Stop { switch, name, why, .. } in stops {
        match switch {
            Switch::Team if model.teams.contains_key(name) => {
                if let Some(team) = merged.to_mut().teams.get_mut(name) {
                    team.stopped.get_or_insert_with(|| why.clone());
                }
            }
            Switch::Provider if model.providers.contains_key(name) => {
                if let Some(provider) = merged.to_mut().providers.get_mut(name) {
                    provider.stopped.get_or_insert_with(|| why.clone());
                }
            }
            Switch::Model => match ModelPattern::new(name.as_str()) {
                Ok(pattern) => {
                    merged.to_mut().stopped_models.entry(pattern).or_insert_with(|| why.clone());
                }
                Err(error) => tracing::warn!(name, %error, "a model that is stopped by command cannot be one"),
            },
            Switch::Team | Switch::Provider => {}
        }
    }
    merged
}

/// A stop in words, for logs and the status page.
#[must_use]
pub fn words(stop: &Stop) -> String {
    let Stop { switch, name, who, why, .. } = stop;
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    format!("{switch} {name}, by {who}{why}")
}

#[cfg(test)]
mod tests;
