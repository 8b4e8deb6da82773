//! `kind: Gateway`.

use std::net::SocketAddr;

use tollgate_policy::gateway::Tags;
use tollgate_policy::names::{PROVIDER_HEADER, ROUTE_HEADER, fact};

use super::secrets;
use crate::config::documents::Doc;
use crate::config::kinds::{GatewaySpec, SecretSource, WebhookSource};
use crate::config::problems::Problems;
use crate::model::Gateway;

const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 10000);
const DEFAULT_REQUEST_BODY: u64 = 10 << 20;
/// A worker holds a body in memory at least twice while it is rewritten.
const MAX_REQUEST_BODY: u64 = 64 << 20;
const MIN_REQUEST_BODY: u64 = 1 << 10;

/// The gateway's settings, or the defaults where no document gives any.
pub fn check(documents: &[Doc<GatewaySpec>], problems: &mut Problems) -> Gateway {
    let mut gateway = Gateway {
        listen: DEFAULT_LISTEN,
        tags: Tags::default(),
        request_body: DEFAULT_REQUEST_BODY,
        hash_key: None,
        trusted_ca: None,
        facts: None,
        alerts: None,
    };
    let Some((doc, more)) = documents.split_first() else { return gateway };
    for second in more {
        second.error(problems, "kind", format!("there can be one Gateway only; the first is at {}", doc.place("kind")));
    }
    if let Some(listen) = &doc.spec.listen {
        match listen.parse() {
            Ok(listen) => gateway.listen = listen,
            Err(_) => {
                doc.error(problems, "spec/listen", format!("`{listen}` is not address:port, such as 0.0.0.0:10000"))
            }
        }
    }
    if let Some(size) = doc.spec.limits.request_body {
        gateway.request_body = size.0;
        if !(MIN_REQUEST_BODY..=MAX_REQUEST_BODY).contains(&size.0) {
            doc.error(problems, "spec/limits/requestBody", "must be from 1KiB to 64MiB");
        }
    }
    if let Some(source) = &doc.spec.hash_key
        && let Err(message) = secrets::check(source)
    {
        doc.error(problems, "spec/hashKey", message);
    }
    gateway.hash_key.clone_from(&doc.spec.hash_key);
    if doc.spec.trusted_ca.as_ref().is_some_and(|path| !path.starts_with('/')) {
        doc.error(problems, "spec/trustedCa", "must be an absolute path");
    }
    gateway.trusted_ca.clone_from(&doc.spec.trusted_ca);
    for unknown in doc.spec.facts.iter().flatten().filter(|name| !fact::PUBLISHED.contains(&name.as_str())) {
        doc.error(
            problems,
            "spec/facts",
            format!("there is no fact `{unknown}`; there are {}", fact::PUBLISHED.join(", ")),
        );
    }
    gateway.facts.clone_from(&doc.spec.facts);
    if let Some(alerts) = &doc.spec.alerts {
        if let Err(message) = webhook(&alerts.webhook) {
            doc.error(problems, "spec/alerts/webhook", message);
        }
        gateway.alerts = Some(alerts.webhook.clone());
    }
    gateway.tags = tags(doc, problems);
    gateway
}

/// The address is not quoted: it may be a secret that was written in the wrong place.
fn webhook(at: &WebhookSource) -> Result<(), String> {
    let WebhookSource { url, env, file } = at;
    let Some(url) = url else {
        let source = SecretSource { env: env.clone(), file: file.clone() };
        return secrets::check(&source).map_err(|message| match (env, file) {
            (None, None) => "write exactly one of `url: https://…`, `env: NAME` and `file: /path`".into(),
            _ => message,
        });
    };
    if env.is_some() || file.is_some() {
        return Err("write exactly one of `url: https://…`, `env: NAME` and `file: /path`".into());
    }
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host.map(|rest| rest.split(['/', ':', '?']).next().unwrap_or_default()) {
        None | Some("") => Err("`url` is not of the form https://host/path".into()),
        Some("hooks.slack.com") => {
            Err("whoever knows this `url` may post there: write where it is read from, `env: NAME` or `file: /path`"
                .into())
        }
        Some(_) => Ok(()),
    }
}

fn tags(doc: &Doc<GatewaySpec>, problems: &mut Problems) -> Tags {
    let spec = &doc.spec.tags;
    let mut seen: Vec<String> = Vec::new();
    let mut tag = |name: &str, header: &Option<String>| -> Option<String> {
        let header = header.as_ref()?.to_ascii_lowercase();
        let path = format!("spec/tags/{name}");
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        let taken = ["authorization", "x-api-key", "api-key", "host", "cookie", ROUTE_HEADER, PROVIDER_HEADER];
        if header.is_empty() || !header.bytes().all(token) {
            doc.error(problems, &path, format!("`{header}` is not the name of a header"));
        } else if taken.contains(&header.as_str()) || header.starts_with("content-") {
            doc.error(problems, &path, format!("`{header}` has another meaning: choose a header of your own"));
        } else if seen.contains(&header) {
            doc.error(problems, &path, format!("`{header}` is used for two tags"));
        }
        seen.push(header.clone());
        Some(header)
    };
    Tags {
        app: tag("app", &spec.app),
        user: tag("user", &spec.user),
        feature: tag("feature", &spec.feature),
        priority: tag("priority", &spec.priority),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::problems::Problems;
    use crate::config::source::SourceFile;
    use crate::config::{self, Loaded};

    fn alerts(webhook: &str) -> Loaded {
        let text = format!("kind: Gateway\nmetadata: {{name: g}}\nspec:\n  alerts: {{webhook: {webhook}}}\n");
        config::check(&[SourceFile { name: "a.yaml".into(), text }], Problems::default())
    }

    #[test]
    fn alerts_go_to_an_address_that_is_named_or_read() {
        for webhook in ["{env: HOOK}", "{file: /run/hook}", "{url: 'http://alerts.example:8080/x'}"] {
            let model = alerts(webhook).model;
            assert!(model.unwrap().gateway.alerts.is_some(), "{webhook}");
        }
    }

    #[test]
    fn an_address_that_is_a_secret_is_neither_taken_nor_repeated() {
        for (webhook, why) in [
            ("{url: 'https://hooks.slack.com/services/T0/hush'}", "whoever knows this `url` may post there"),
            ("'https://hooks.slack.com/services/T0/hush'", "write where it is read from"),
            ("{env: 'https://hooks.slack.com/services/T0/hush'}", "not the name of an environment variable"),
            ("{url: 'hooks.slack.com/hush'}", "not of the form https://host/path"),
            ("{url: 'https://a.example/hush', env: HOOK}", "exactly one of"),
            ("{}", "exactly one of"),
        ] {
            let problems: Vec<String> = alerts(webhook).problems.errors().map(ToString::to_string).collect();
            assert!(problems.len() == 1 && problems[0].starts_with("a.yaml:4:"), "{webhook}: {problems:?}");
            assert!(problems[0].contains(why) && !problems[0].contains("hush"), "{webhook}: {problems:?}");
        }
    }
}
