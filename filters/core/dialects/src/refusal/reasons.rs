//! The reasons there are, each with its status and its words.

use tollgate_policy::model::BadModelName;
use tollgate_wire::json::JsonError;

use super::{Refusal, RefusalKind};
use crate::ClientDialect;

/// Longest piece of the caller's own text that a message repeats, in bytes.
const MAX_QUOTED: usize = 128;

/// What a used-up quota has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaExceeded<'a> {
    /// The quota's name in the policy.
    pub quota: &'a str,
    /// Whose it is.
    pub team: &'a str,
    /// The limit in words, such as `200000 tokens per minute`.
    pub limit: &'a str,
    /// When enough of it is back, in seconds.
    pub retry_after_secs: u64,
}

impl Refusal {
    /// A refusal of a kind that has no constructor of its own.
    #[must_use]
    pub fn new(status: u16, kind: RefusalKind, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into(), param: None, retry_after_secs: None, allow: None, code: None }
    }

    /// The same, at fault being this field.
    #[must_use]
    pub fn with_param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// The same, with a time after which to ask again.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_secs = Some(seconds);
        self
    }

    /// 401: the request carries no key.
    #[must_use]
    pub fn missing_key() -> Self {
        let message =
            "No API key was given. Send the key of your team as `Authorization: Bearer <key>` or `x-api-key: <key>`.";
        Self::new(401, RefusalKind::Authentication, message)
    }

    /// 401: nobody has this key. The key is not repeated.
    #[must_use]
    pub fn unknown_key() -> Self {
        let message = "Incorrect API key provided. Keys for this gateway are issued by its operators; a provider's own key does not work here.";
        Self::new(401, RefusalKind::Authentication, message)
    }

    /// 404: no route knows the model.
    #[must_use]
    pub fn model_not_found(model: &str) -> Self {
        let message =
            format!("The model `{}` does not exist. `GET /v1/models` lists the models you can use.", quote(model));
        Self::new(404, RefusalKind::ModelNotFound, message).with_param("model")
    }

    /// 403: the model is there, but not for this team.
    #[must_use]
    pub fn model_not_allowed(model: &str, team: &str) -> Self {
        let message = format!(
            "The team `{}` may not use the model `{}`. `GET /v1/models` lists the models it can use.",
            quote(team),
            quote(model)
        );
        Self::new(403, RefusalKind::Permission, message).with_param("model")
    }

    /// 404: no such path. `path` is repeated without its query.
    #[must_use]
    pub fn unknown_path(method: &str, path: &str) -> Self {
        let known: Vec<_> = ClientDialect::ALL.iter().map(|dialect| format!("POST {}", dialect.path())).collect();
        let path = path.split('?').next().unwrap_or_default();
        let message = format!(
            "Invalid URL ({} {}). This gateway serves {} and GET /v1/models.",
            quote(method),
            quote(path),
            known.join(", ")
        );
        Self::new(404, RefusalKind::NotFound, message)
    }

    /// 405: not this method. `allow` lists those that work.
    #[must_use]
    pub fn method_not_allowed(method: &str, allow: &'static str) -> Self {
        let message = format!("Not allowed to {} on this path. Allowed: {allow}.", quote(method));
        Self { allow: Some(allow), ..Self::new(405, RefusalKind::MethodNotAllowed, message) }
    }

    /// 400: the body is not JSON.
    #[must_use]
    pub fn not_json(error: JsonError) -> Self {
        Self::new(400, RefusalKind::InvalidRequest, format!("The body of the request is not valid JSON: {error}."))
    }

    /// 415: the body is compressed, so that no policy could read it.
    #[must_use]
    pub fn compressed_body(encoding: &str) -> Self {
        let message = format!(
            "Request bodies with `content-encoding: {}` are not accepted here. Send the body uncompressed.",
            quote(encoding)
        );
        Self::new(415, RefusalKind::UnsupportedMedia, message)
    }

    /// 413: the body is over the limit, in bytes.
    #[must_use]
    pub fn body_too_large(limit: u64) -> Self {
        Self::new(413, RefusalKind::TooLarge, format!("The body of the request is over the limit of {limit} bytes."))
    }

    /// 400: a WebSocket or another upgrade.
    #[must_use]
    pub fn upgrade() -> Self {
        let message = "Connection upgrades, WebSocket among them, are not served here. Use plain HTTP requests; answers can be streamed.";
        Self::new(400, RefusalKind::InvalidRequest, message)
    }

    /// 400: a field that must be there is not.
    #[must_use]
    pub fn missing_field(field: &str) -> Self {
        let message = format!("Missing required parameter: `{}`.", quote(field));
        Self {
            code: Some("missing_required_parameter".to_owned()),
            ..Self::new(400, RefusalKind::InvalidRequest, message)
        }
        .with_param(quote(field))
    }

    /// 400: a field is not what the API says; `expected` completes "expected …".
    #[must_use]
    pub fn invalid_field(field: &str, expected: &str) -> Self {
        let message = format!("Invalid value for `{}`: expected {expected}.", quote(field));
        Self { code: Some("invalid_value".to_owned()), ..Self::new(400, RefusalKind::InvalidRequest, message) }
            .with_param(quote(field))
    }

    /// 400: a field is there twice, and which one counts differs between readers.
    #[must_use]
    pub fn duplicate_field(field: &str) -> Self {
        let message = format!("The field `{}` appears more than once.", quote(field));
        Self { code: Some("invalid_value".to_owned()), ..Self::new(400, RefusalKind::InvalidRequest, message) }
            .with_param(quote(field))
    }

    /// 400: the provider behind the model cannot do this. `feature` is the name a policy would list under `lenient`.
    #[must_use]
    pub fn unsupported(feature: &str, provider: &str) -> Self {
        let message = format!(
            "`{}` is not supported by the provider of this model ({}). Remove it, use another model, or have the route's \
             policy list it under `lenient`.",
            quote(feature),
            quote(provider)
        );
        Self { code: Some("unsupported_parameter".to_owned()), ..Self::new(400, RefusalKind::Unsupported, message) }
            .with_param(quote(feature))
    }

    /// 400: a redaction rule blocks this content. Names the rule and the policy, never what was found.
    #[must_use]
    pub fn blocked(rule: &str, policy: &str) -> Self {
        let message = format!(
            "The request was refused by the rule `{}` of the policy `{}`: it holds content that must not leave.",
            quote(rule),
            quote(policy)
        );
        Self::new(400, RefusalKind::Blocked, message)
    }

    /// 400: the same of an answer.
    #[must_use]
    pub fn answer_blocked(rule: &str, policy: &str) -> Self {
        let message = format!(
            "The answer was withheld by the rule `{}` of the policy `{}`: it holds content that must not be passed on.",
            quote(rule),
            quote(policy)
        );
        Self::new(400, RefusalKind::Blocked, message)
    }

    /// 400: a redaction rule found something where nothing can be replaced; `what` is the place.
    #[must_use]
    pub fn not_redactable(what: &str, policy: &str) -> Self {
        let message = format!(
            "The request was refused by the policy `{}`: {what} holds content that must not leave, and cannot be changed on the way.",
            quote(policy)
        );
        Self::new(400, RefusalKind::Blocked, message)
    }

    /// 400: a field that the API does not have, under a policy that lets none pass.
    #[must_use]
    pub fn unknown_field(path: &str, policy: &str) -> Self {
        let message = format!(
            "Unknown parameter: `{path}`. The policy `{}` refuses fields that this gateway does not know. Remove it, or have the policy say \
             `unknownFields: scan`.",
            quote(policy)
        );
        Self { code: Some("unknown_parameter".to_owned()), ..Self::new(400, RefusalKind::InvalidRequest, message) }
            .with_param(path)
    }

    /// 503: a finding sends the request to a route that the team does not have.
    #[must_use]
    pub fn no_such_route(route: &str) -> Self {
        let message = format!(
            "The redaction policy sends this request to the route `{}`, which does not serve this team.",
            quote(route)
        );
        Self::new(503, RefusalKind::Overloaded, message)
    }

    /// 429: a quota is used up.
    #[must_use]
    pub fn quota_exceeded(exceeded: QuotaExceeded<'_>) -> Self {
        let message = format!(
            "Rate limit reached for team `{}`: quota `{}` of {}. Please try again in {} s.",
            quote(exceeded.team),
            quote(exceeded.quota),
            exceeded.limit,
            exceeded.retry_after_secs
        );
        Self::new(429, RefusalKind::RateLimited, message).with_retry_after(exceeded.retry_after_secs)
    }

    /// 403: an operator has stopped the team.
    #[must_use]
    pub fn team_stopped(team: &str, why: &str) -> Self {
        Self::stopped(403, &format!("team `{}`", quote(team)), why)
    }

    /// 403: an operator has stopped the model.
    #[must_use]
    pub fn model_stopped(model: &str) -> Self {
        Self::stopped(403, &format!("model `{}`", quote(model)), "").with_param("model")
    }

    /// 503: an operator has stopped every provider of the route.
    #[must_use]
    pub fn route_stopped(route: &str) -> Self {
        Self::stopped(503, &format!("route `{}`", quote(route)), "none of its providers is left")
    }

    fn stopped(status: u16, what: &str, why: &str) -> Self {
        let colon = if why.is_empty() { "" } else { ": " };
        let message = format!(
            "The {what} was stopped by an operator{colon}{}. Trying again is in vain until it is resumed.",
            quote(why)
        );
        Self::new(status, RefusalKind::Stopped, message)
    }

    /// 503: no provider of the route is healthy.
    #[must_use]
    pub fn no_provider() -> Self {
        let message = "No provider is available for this model right now. Please try again.";
        Self::new(503, RefusalKind::Overloaded, message)
    }

    /// 502: the provider could not be reached or its answer not be understood; `what` completes "The provider …".
    #[must_use]
    pub fn upstream(what: &str) -> Self {
        Self::new(502, RefusalKind::Upstream, format!("The provider {what}."))
    }

    /// 504: the provider took too long.
    #[must_use]
    pub fn timeout() -> Self {
        Self::new(504, RefusalKind::Timeout, "The provider did not answer in time. Please try again.")
    }

    /// The same, from a provider: a key it does not accept is the gateway's, and the caller must not go looking for a fault in its own.
    #[must_use]
    pub(crate) fn of_provider(mut self) -> Self {
        if self.kind == RefusalKind::Authentication {
            self.kind = RefusalKind::Upstream;
            self.code = None;
            // Its own words may show a part of the key.
            self.message = "The provider did not accept the gateway's credentials.".to_owned();
        }
        self
    }

    /// 400: a model name that could choose another path, header or host.
    #[must_use]
    pub fn bad_model_name(error: BadModelName) -> Self {
        Self::new(400, RefusalKind::InvalidRequest, format!("Invalid model name: {error}.")).with_param("model")
    }

    /// 500: our own fault. Says nothing about it: the log does.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(500, RefusalKind::Internal, "The gateway had an error while processing the request.")
    }
}

/// The caller's own words, cut to a length fit for a message.
fn quote(text: &str) -> String {
    if text.len() <= MAX_QUOTED {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(MAX_QUOTED);
    format!("{}…", text.get(..end).unwrap_or_default())
}
