//! `tollgate explain`: what would become of a request, decided by the very stages that the modules run.

mod lender;

use std::fmt::Write as _;
use std::io::Read;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow};
use clap::Args;
use tollgate_dialects::ClientDialect;
use tollgate_dialects::translate::{self, Attempt};
use tollgate_policy::gateway::OnExceeded;
use tollgate_policy::names::fact;
use tollgate_policy::translate::{ProviderConfig, TranslateConfig};
use tollgate_stages::{Engine, Exchange, Headers, OnBody, OnHeaders, Reply, Summary};

use super::{Failure, Outcome, dialect, print, say};
use crate::config::{self, Loaded};
use crate::model::{Chain, Model, Team};
use crate::review::{self, quotas::steps};
use crate::{compile, resources};
use lender::Lender;

/// Show what would become of a request: route, redactions, estimate, upstream request. Nothing is sent anywhere.
#[derive(Debug, Args)]
pub struct Explain {
    /// Folder (or file) of the configuration
    dir: PathBuf,
    /// The team that asks
    #[arg(long)]
    team: String,
    /// The dialect of the request on standard input
    #[arg(long, default_value = "openai.chat", value_parser = dialect::client())]
    client: ClientDialect,
}

/// The headers such a request would come with, as far as the stages look at them.
struct Asking(ClientDialect);

impl Headers for Asking {
    fn get(&self, name: &str) -> Option<&str> {
        match name {
            ":method" => Some("POST"),
            ":path" => Some(self.0.path()),
            _ => None,
        }
    }
}

impl Explain {
    pub fn run(self) -> Outcome {
        let Loaded { model, problems } = config::load(&self.dir);
        problems.iter().for_each(|problem| say(problem.to_string()));
        let Some(model) = model else { return Err(Failure::BadInput) };
        let mut body = Vec::new();
        std::io::stdin().read_to_end(&mut body).context("standard input")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;

        // The real key of `hash` stays out of it: digests shown here are not those of the fleet.
        let engine = Engine::try_from(&compile::gateway(&model, &compile::digest(&model), &[]))?;
        let mut exchange = Exchange::as_team(Rc::new(engine), &self.team)
            .ok_or_else(|| anyhow!("there is no team `{}` in {}", self.team, self.dir.display()))?;
        if let OnHeaders::Answer(reply) = exchange.on_request_headers(&Asking(self.client), false) {
            return refused(&reply);
        }
        let now_ms = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let Some(team) = model.teams.get(&self.team) else { return Err(anyhow!("there is no such team").into()) };
        let (changed, route) = match Lender::new(&team.quotas).admit(&mut exchange, &body, now_ms)? {
            OnBody::Forward { body, route } => (body, route.unwrap_or_default()),
            OnBody::Answer(reply) => {
                print(quotas(team, &exchange.summary()).trim_end())?;
                return refused(&reply);
            }
            OnBody::Wait => return Err(anyhow!("the request waits for a lease").into()),
        };
        let body = changed.unwrap_or(body);
        let mut page = decided(team, &route, &exchange.summary());
        exchange.facts(|name, value| {
            let _ = match name {
                fact::CLAMPED_TO => {
                    writeln!(page, "clamp      each answer is cut to {value} output tokens: no more fits")
                }
                fact::DOWNGRADED_TO => writeln!(page, "downgrade  to `{value}`: what was asked for does not fit"),
                _ => Ok(()),
            };
        });
        let targets = resources::routes::targets(&model);
        let served = resources::routes::chains(&model, &targets, |_| true);
        let question = Question {
            config: compile::translate(&model),
            model: &model,
            route: &route,
            client: self.client,
            body: &body,
            now_nanos: u64::try_from(now.as_nanos()).unwrap_or(u64::MAX),
        };
        for chain in served.iter().filter(|served| served.name == route).flat_map(|served| &served.chains) {
            question.attempts(&mut page, chain);
        }
        print(page.trim_end())?;
        Ok(())
    }
}

/// The answer the caller would get instead.
fn refused(reply: &Reply) -> Outcome {
    let mut page = format!("refused    {} ({})\n", reply.status, reply.details);
    for (name, value) in &reply.headers {
        let _ = writeln!(page, "           {name}: {value}");
    }
    print(format!("{page}\n{}", String::from_utf8_lossy(&reply.body)))?;
    Ok(())
}

/// What the gateway decided.
fn decided(team: &Team, route: &str, summary: &Summary<'_>) -> String {
    let mut page = String::new();
    let _ = writeln!(page, "team       {}, speaking {}", team.name, summary.dialect);
    let _ = writeln!(page, "route      {route}");
    let _ = match team.redaction.as_deref() {
        None => writeln!(page, "redaction  none: texts pass as they are"),
        Some(policy) if summary.redactions.is_empty() => writeln!(page, "redaction  {policy}: nothing found"),
        Some(policy) => writeln!(page, "redaction  {policy}: {}", summary.redactions),
    };
    let tags: Vec<_> = summary.redactions.tags().collect();
    if !tags.is_empty() {
        let _ = writeln!(page, "tags       {}", tags.join(", "));
    }
    if let Some(asked) = summary.asked {
        let _ = writeln!(
            page,
            "estimate   {} input tokens (at most {}), at most {} output tokens",
            asked.input.tokens, asked.input.upper_bound, asked.output_bound
        );
    }
    page + &quotas(team, summary)
}

/// Every quota of the team, what the request takes of it, and what is left then if it is the first.
fn quotas(team: &Team, summary: &Summary<'_>) -> String {
    let mut page = String::new();
    for quota in &team.quotas {
        let _ = writeln!(page, "quota      {}: {}", quota.name, review::quotas::describe(quota));
        if let Some(standing) = summary.standings.iter().find(|standing| *standing.quota == *quota.name) {
            let taken = standing.limit.saturating_sub(standing.remaining);
            let (taken, left) = (steps(taken, quota.unit), steps(standing.remaining, quota.unit));
            let _ = writeln!(page, "           reserves {taken} of it; {left} left, were it the first");
        }
    }
    if let OnExceeded::DowngradeTo(cheaper) = &team.on_exceeded
        && !team.quotas.is_empty()
    {
        let _ = writeln!(page, "           beyond them it goes to `{cheaper}`");
    }
    page
}

/// A request on its way to the providers.
struct Question<'a> {
    config: TranslateConfig,
    model: &'a Model,
    route: &'a str,
    client: ClientDialect,
    body: &'a [u8],
    now_nanos: u64,
}

impl Question<'_> {
    /// What each provider of a chain would be sent, in the order they are tried.
    fn attempts(&self, page: &mut String, chain: &Chain) {
        let lenient = self.config.lenient.get(self.route).map_or(&[][..], Vec::as_slice);
        for (position, target) in chain.targets.iter().enumerate() {
            let Some(provider) = self.config.providers.get(&target.provider) else { continue };
            let when = if position == 0 { format!("weight {}", chain.weight) } else { format!("fallback {position}") };
            let _ = writeln!(page, "\n{} ({}, {when})", target.provider, provider.api);
            let model = target.model.as_ref().map(|model| model.as_str());
            let attempt = Attempt { client: self.client, provider, model, lenient, now_nanos: self.now_nanos };
            match translate::request(&attempt, self.body) {
                Err(refusal) => {
                    let _ = writeln!(page, "would refuse it: {}", refusal.message);
                }
                Ok(upstream) => self.sent(page, &target.provider, provider, &upstream),
            }
        }
    }

    fn sent(&self, page: &mut String, name: &str, provider: &ProviderConfig, upstream: &translate::UpstreamRequest) {
        let _ = writeln!(page, "POST {} to {}", upstream.path, provider.authority);
        if let Some(of) = self.model.providers.get(name)
            && let Some(shown) = resources::credentials::describe(of)
        {
            let _ = writeln!(page, "{shown}");
        }
        for (name, value) in &upstream.set_headers {
            let _ = writeln!(page, "{name}: {value}");
        }
        if !upstream.dropped.is_empty() {
            let _ = writeln!(page, "dropped: {}", upstream.dropped.join(", "));
        }
        let _ = writeln!(page, "\n{}", String::from_utf8_lossy(upstream.body.as_deref().unwrap_or(self.body)));
    }
}
