//! A team, its policy, and what is planted.

use std::collections::BTreeMap;
use std::rc::Rc;

use tollgate_dialects::ClientDialect;
use tollgate_policy::gateway::{
    GatewayConfig, NamedRedaction, OnExceeded, OnUnavailable, RouteBackend, RouteConfig, TeamConfig, TeamRoute,
};
use tollgate_policy::redaction::{Action, Direction, RedactionSpec, Rule};
use tollgate_quota::Memory;
use tollgate_stages::{Engine, Exchange, Headers, OnBody, OnHeaders, Till};

/// One value of each kind.
pub const PLANTS: [(&str, &str); 7] = [
    ("e-mail", "jane.doe@example.com"),
    ("card", "4111111111111111"),
    ("IBAN", "DE89370400440532013000"),
    ("phone", "+49 30 901820555"),
    ("token", "AKIAQYLPMN5HFIQR7XYA"),
    ("pattern", "ACME-123456"),
    ("word", "Nightjar"),
];

/// The rules that find them.
pub fn rules(action: Action) -> Vec<Rule> {
    let named = |name: &str| Rule { name: Some(name.to_owned()), ..Rule::new(action) };
    let detect = ["email", "credit-card", "iban", "phone", "aws-access-key"].map(str::to_owned).to_vec();
    vec![
        Rule { detect, ..Rule::new(action) },
        Rule { pattern: Some(r"ACME-\d{6}".to_owned()), ..named("ticket") },
        Rule { words: vec!["Nightjar".to_owned()], ..named("codename") },
    ]
}

/// A request's or an answer's headers.
pub struct Heads(pub BTreeMap<&'static str, String>);

impl Headers for Heads {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl Heads {
    pub fn asking(dialect: ClientDialect) -> Self {
        Self([(":method", "POST"), (":path", dialect.path())].map(|(name, value)| (name, value.to_owned())).into())
    }

    pub fn answering(content_type: &str) -> Self {
        Self([(":status", "200"), ("content-type", content_type)].map(|(name, value)| (name, value.to_owned())).into())
    }
}

/// An engine with one team.
pub struct World(Rc<Engine>);

impl World {
    pub fn new(spec: RedactionSpec) -> Self {
        Self::of(&Self::config(spec))
    }

    pub fn of(config: &GatewayConfig) -> Self {
        Self(Rc::new(Engine::try_from(config).unwrap()))
    }

    /// A team with routes `any` (any model) and `home` (none), by the names of their Envoy routes `any.eu` and `home.eu`.
    pub fn config(spec: RedactionSpec) -> GatewayConfig {
        let route = |name: &str, models: &[&str]| RouteConfig {
            name: name.to_owned(),
            models: models.iter().map(|model| serde_json::from_value((*model).into()).unwrap()).collect(),
            backends: vec![RouteBackend {
                provider: "p".to_owned(),
                model: Some(serde_json::from_value("model".into()).unwrap()),
                price: None,
                max_output_tokens: None,
            }],
            counts_tokens: true,
        };
        let own = |name: &str| TeamRoute { route: name.to_owned(), target: format!("{name}.eu") };
        GatewayConfig {
            routes: vec![route("any", &["*"]), route("home", &[])],
            redaction: vec![NamedRedaction { name: "pii".to_owned(), spec }],
            teams: vec![TeamConfig {
                name: "team".to_owned(),
                api_keys: Vec::new(),
                routes: vec![own("any"), own("home")],
                redaction: Some("pii".to_owned()),
                quotas: Vec::new(),
                on_exceeded: OnExceeded::Deny,
                on_unavailable: OnUnavailable::Deny,
                stopped: None,
            }],
            ..GatewayConfig::default()
        }
    }

    pub fn pseudonymizing() -> Self {
        Self::new(spec(&[Direction::Request, Direction::Response]))
    }

    pub fn requests_only() -> Self {
        Self::new(spec(&[Direction::Request]))
    }

    /// An exchange, and what became of its request.
    pub fn ask(&self, dialect: ClientDialect, body: &[u8]) -> (Exchange, OnBody) {
        let mut exchange = Exchange::as_team(Rc::clone(&self.0), "team").unwrap();
        let headers = exchange.on_request_headers(&Heads::asking(dialect), false);
        assert!(matches!(headers, OnHeaders::AwaitBody), "{headers:?}");
        let asked = exchange.on_request_body(body, &mut Till::alone(&mut Memory::default()), 1);
        (exchange, asked)
    }
}

pub fn spec(apply: &[Direction]) -> RedactionSpec {
    RedactionSpec { rules: rules(Action::Pseudonymize), apply: apply.to_vec(), ..RedactionSpec::default() }
}
