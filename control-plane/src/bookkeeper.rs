//! Keeps the ledger in step with the configuration, and does what has to be done from time to time: alerts to the webhook, periods and use
//! that are over. On threads of its own: the ledger blocks, and may be away for long.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tollgate_ledger::message::Template;
use tollgate_ledger::{Budget, Entry, Ledger, Listed, Retention, Rules, Webhook};

use crate::model::Model;
use crate::secrets::Secret;
use crate::service::CurrentRules;

/// How often the ledger is looked after.
const TICK: Duration = Duration::from_secs(1);
/// How long a configuration waits to be in the ledger before it is published all the same.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often periods that are over are swept.
const SWEEP: Duration = Duration::from_secs(60);
/// How often old use is added up.
const RETAIN: Duration = Duration::from_secs(86_400);

/// Milliseconds since 1970.
#[must_use]
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// What the ledger knows of a configuration.
#[derive(Debug, Clone, PartialEq)]
struct Tables {
    digest: String,
    prices: Vec<Listed>,
    budgets: Vec<Budget>,
    detail: String,
}

struct Job {
    tables: Tables,
    done: Sender<()>,
}

/// Keeps the ledger. Ends with the last handle to it.
pub struct Bookkeeper {
    ledger: Ledger,
    rules: CurrentRules,
    up: Arc<AtomicBool>,
    webhook: Arc<Mutex<Option<Arc<Webhook>>>>,
    url: Mutex<Option<Secret>>,
    jobs: Mutex<Sender<Job>>,
}

impl fmt::Debug for Bookkeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bookkeeper").field("ledger", &self.ledger).finish_non_exhaustive()
    }
}

impl Bookkeeper {
    /// Starts to keep `ledger`, which may be away.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(ledger: Ledger) -> std::io::Result<Arc<Self>> {
        let (jobs, due) = mpsc::channel();
        let up = Arc::new(AtomicBool::new(true));
        let webhook: Arc<Mutex<Option<Arc<Webhook>>>> = Arc::default();
        let keeper = Keeper { ledger: ledger.clone(), up: Arc::clone(&up), kept: None, wanted: None };
        std::thread::Builder::new().name("ledger".into()).spawn(move || keeper.run(&due))?;
        let (alerts, hook) = (ledger.clone(), Arc::downgrade(&webhook));
        std::thread::Builder::new().name("alerts".into()).spawn(move || {
            while let Some(hook) = hook.upgrade() {
                let now = hook.lock().unwrap_or_else(PoisonError::into_inner).clone();
                drop(hook);
                // A ledger that is away is the keeper's to report.
                if let Some(webhook) = now
                    && let Err(error) = webhook.deliver_due(&alerts, now_ms())
                {
                    tracing::debug!(%error, "alerts are not delivered");
                }
                std::thread::sleep(TICK);
            }
        })?;
        let rules = CurrentRules::default();
        Ok(Arc::new(Self { ledger, rules, up, webhook, url: Mutex::default(), jobs: Mutex::new(jobs) }))
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The limits in force, as the last configuration has them.
    #[must_use]
    pub fn rules(&self) -> &CurrentRules {
        &self.rules
    }

    /// Where it is; never with a password.
    #[must_use]
    pub fn store(&self) -> String {
        self.ledger.store().to_string()
    }

    /// Whether the ledger could be used when it was last looked at.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    /// Prices and limits are those of `model` from now on, and alerts go to `webhook`. Returns when the ledger has them; or soon, if it is away:
    /// then it gets them when it is back. What is wrong with the webhook, if something is.
    pub fn configure(&self, model: &Model, digest: &str, webhook: Option<&Secret>) -> Option<String> {
        let tables = tables(model, digest);
        let stopped = model.teams.values().filter(|team| team.stopped.is_some()).map(|team| team.name.clone());
        self.rules.set(Rules::new(&tables.budgets).stopping(stopped));
        let problem = self.alerts_go_to(webhook);
        let (done, applied) = mpsc::channel();
        let sent = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).send(Job { tables, done });
        if sent.is_ok() && self.is_up() {
            // Late or never: it is tried again every second.
            let _ = applied.recv_timeout(PATIENCE);
        }
        problem
    }

    fn alerts_go_to(&self, url: Option<&Secret>) -> Option<String> {
        let mut known = self.url.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref() == url {
            return None;
        }
        let made = url.map(|url| Webhook::new(url.expose(), Template::default())).transpose();
        let (webhook, problem) = match made {
            Ok(webhook) => (webhook, None),
            Err(error) => (None, Some(format!("warning: Gateway: alerts: {error}: alerts wait until it is"))),
        };
        // One that cannot be used is complained of each time.
        *known = webhook.as_ref().and(url).cloned();
        *self.webhook.lock().unwrap_or_else(PoisonError::into_inner) = webhook.map(Arc::new);
        problem
    }
}

fn tables(model: &Model, digest: &str) -> Tables {
    let listed = |(provider, name, price): (&String, &String, _)| Listed {
        provider: provider.clone(),
        model: name.clone(),
        price: Some(price),
    };
    let models = model.providers.iter().flat_map(|(provider, of)| of.models.iter().map(move |model| (provider, model)));
    let priced = models.filter_map(|(provider, (name, info))| Some((provider, name, info.price?)));
    let budgets = model.teams.values().flat_map(|team| team.quotas.iter().map(|quota| Budget::new(&team.name, quota)));
    let (teams, routes, providers) = (model.teams.len(), model.routes.len(), model.providers.len());
    Tables {
        digest: digest.to_owned(),
        prices: priced.map(listed).collect(),
        budgets: budgets.collect(),
        detail: format!("{teams} teams, {routes} routes, {providers} providers"),
    }
}

/// What the thread of the ledger knows.
struct Keeper {
    ledger: Ledger,
    up: Arc<AtomicBool>,
    /// What the ledger has.
    kept: Option<Tables>,
    /// What it should have.
    wanted: Option<Tables>,
}

impl Keeper {
    fn run(mut self, due: &Receiver<Job>) {
        let (mut swept, mut retained) = (Instant::now(), None::<Instant>);
        loop {
            let waiting = match due.recv_timeout(TICK) {
                Ok(Job { tables, done }) => {
                    self.wanted = Some(tables);
                    Some(done)
                }
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let looked = self.ledger.ready().and_then(|()| self.configure());
            if let Some(done) = waiting {
                // Who has waited long enough is gone.
                let _ = done.send(());
            }
            let is_up = looked.is_ok();
            let was_up = self.up.swap(is_up, Ordering::Relaxed);
            match looked {
                Err(error) if was_up => tracing::error!(
                    %error,
                    "the ledger cannot be used: resources are served, leases run on until they end, and reports wait"
                ),
                Ok(()) if !was_up => tracing::info!("the ledger can be used again"),
                _ => {}
            }
            if !is_up {
                continue;
            }
            let now = now_ms();
            if swept.elapsed() >= SWEEP {
                swept = Instant::now();
                log("periods that are over", self.ledger.sweep(now));
                if retained.is_none_or(|at| at.elapsed() >= RETAIN) {
                    retained = Some(Instant::now());
                    log("old use", self.ledger.retain(Retention::default(), now));
                }
            }
        }
    }

    /// Writes what the ledger does not have yet.
    fn configure(&mut self) -> tollgate_ledger::Result<()> {
        let Some(wanted) = &self.wanted else { return Ok(()) };
        let now = now_ms();
        let kept = self.kept.as_ref();
        if kept.is_none_or(|kept| kept.prices != wanted.prices) {
            self.ledger.set_prices(&wanted.prices, now)?;
        }
        if kept.is_none_or(|kept| kept.budgets != wanted.budgets) {
            self.ledger.set_budgets(&wanted.budgets)?;
        }
        if kept.is_none_or(|kept| kept.digest != wanted.digest) {
            self.ledger.note(&Entry {
                at_ms: now,
                who: machine(),
                what: "config".into(),
                subject: wanted.digest.clone(),
                detail: wanted.detail.clone(),
            })?;
        }
        self.kept = self.wanted.take();
        Ok(())
    }
}

fn log<T: fmt::Debug>(what: &str, done: tollgate_ledger::Result<T>) {
    match done {
        Ok(done) => tracing::debug!(?done, "tidied up: {what}"),
        Err(error) => tracing::warn!(%error, "{what} could not be tidied up"),
    }
}

/// The machine's name, which is a pod's where there are several replicas.
fn machine() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{} (process {})", name.trim(), std::process::id())
}
