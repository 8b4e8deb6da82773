//! `kind: Gateway`.

use std::net::SocketAddr;

use tollgate_policy::gateway::Tags;
use tollgate_policy::names::{PROVIDER_HEADER, ROUTE_HEADER, fact};

use super::secrets;
use crate::config::documents::Doc;
use crate::config::kinds::GatewaySpec;
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
    gateway.tags = tags(doc, problems);
    gateway
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
