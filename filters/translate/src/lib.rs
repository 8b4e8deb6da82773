//! Provider request translation, an upstream HTTP filter that runs once per attempt.
//!
//! Envoy has picked a provider's endpoint; its metadata names the provider and the model. The attempt rewrites path, headers and body
//! from the client's dialect to the provider's, and the answer back. Every attempt starts from what the client sent: Envoy hands each one
//! the original body, but the header edits of the attempt before stay, so the first attempt leaves the originals as filter state.
//!
//! The answer's status is never changed and its headers are never held here: the router decides on a retry by them.

mod origin;
mod rewrite;

use std::rc::Rc;

use tollgate_dialects::ClientDialect;
use tollgate_dialects::endpoint::{self, Endpoint};
use tollgate_dialects::refusal::Refusal;
use tollgate_dialects::translate::{
    self, AnswerForm, AnswerPlan, Attempt, HeaderEdit, LimitsToTell, StreamTranslator, UpstreamRequest,
};
use tollgate_host::{
    Body, BodyAction, Configuration, HeaderMap, Headers, HeadersAction, Host, HostError, LogLevel, RootFilter,
    StreamFilter, StreamId, TrailersAction,
};
use tollgate_policy::json;
use tollgate_policy::names::{self, fact};
use tollgate_policy::translate::{ProviderConfig, TranslateConfig};

use origin::Origin;
use rewrite::rewrite;

/// One configuration of the module.
#[derive(Debug)]
pub struct Translate {
    config: TranslateConfig,
}

impl RootFilter for Translate {
    type Stream = AttemptFilter;
    type Vm = ();

    fn configure(_: &mut dyn Host, _: &Rc<()>, configuration: Configuration<'_>) -> Result<Self, String> {
        let config = json::from_slice(configuration.plugin).map_err(|e| format!("configuration: {e}"))?;
        Ok(Self { config })
    }

    fn new_stream(self: &Rc<Self>, _: StreamId) -> AttemptFilter {
        AttemptFilter { root: Rc::clone(self), dialect: ClientDialect::OpenaiChat, phase: Phase::Pass }
    }
}

/// One attempt at one provider.
#[derive(Debug)]
pub struct AttemptFilter {
    root: Rc<Translate>,
    dialect: ClientDialect,
    phase: Phase,
}

/// What the next body callback is for.
#[derive(Debug)]
enum Phase {
    /// Nothing: bytes pass.
    Pass,
    /// The request is collected.
    Request(Box<Target>),
    /// The request is gone; this is how its answer is read, and what the request lost.
    Sent { plan: AnswerPlan, dropped: Vec<String>, limits: LimitsToTell },
    /// A streamed answer passes through.
    Stream(Box<StreamTranslator>),
    /// An answer is collected.
    Answer { plan: AnswerPlan, status: u16, content_type: String },
}

/// Where an attempt goes.
#[derive(Debug)]
struct Target {
    provider: String,
    model: Option<String>,
    /// The client wants its tokens counted, and no answer.
    counts_only: bool,
    /// What the client is to be told of the provider's limits.
    limits: LimitsToTell,
    /// What the client sent.
    origin: Origin,
    /// The headers as this attempt found them.
    headers: Headers,
}

impl AttemptFilter {
    /// Which provider did Envoy pick, and what did the client send?
    fn begin(&mut self, host: &mut dyn Host) -> Result<Target, Refusal> {
        let headers = host.headers(HeaderMap::Request).map_err(|e| failed(host, &e))?;
        let origin = match host.property(&[fact::ORIGIN]).map_err(|e| failed(host, &e))? {
            Some(saved) => Origin::decode(saved).ok_or_else(Refusal::internal)?,
            None => {
                let kept = Origin::encode(&headers).map_err(|e| failed(host, &e))?;
                host.set_property(fact::ORIGIN, &kept).map_err(|e| failed(host, &e))?;
                Origin::Untouched
            }
        };
        let path = origin.path(&headers);
        let (dialect, counts_only) = match endpoint::resolve("POST", path)? {
            Endpoint::Api(dialect) => (dialect, false),
            Endpoint::CountTokens => (ClientDialect::AnthropicMessages, true),
            Endpoint::Models | Endpoint::Model(_) => return Err(Refusal::unknown_path("POST", path)),
        };
        self.dialect = dialect;
        let metadata = host
            .property(&["xds", "upstream_host_metadata", "filter_metadata", names::METADATA_NAMESPACE])
            .map_err(|e| failed(host, &e))?
            .unwrap_or_default();
        let metadata = Headers::parse(metadata).map_err(|e| failed(host, &e))?;
        let Some(provider) = metadata.get(names::METADATA_PROVIDER).map(str::to_owned) else {
            host.log(LogLevel::Error, "the endpoint Envoy picked has no metadata tollgate.provider");
            return Err(Refusal::internal());
        };
        let model = metadata.get(names::METADATA_MODEL).map(str::to_owned);
        let limits = LimitsToTell::without(headers.get(names::LIMITS_HEADER).unwrap_or_default());
        Ok(Target { provider, model, counts_only, limits, origin, headers })
    }

    /// The whole body is there: send the provider its own request.
    fn send(&mut self, host: &mut dyn Host, target: &Target, size: usize) -> Result<(), Refusal> {
        let root = Rc::clone(&self.root);
        let Some(provider) = root.config.providers.get(&target.provider) else {
            host.log(LogLevel::Error, &format!("no provider `{}` is configured", target.provider));
            return Err(Refusal::internal());
        };
        let lenient = if root.config.lenient.is_empty() { &[][..] } else { lenient(host, &root.config) };
        let now_nanos = host.now_nanos();
        let attempt = Attempt { client: self.dialect, provider, model: target.model.as_deref(), lenient, now_nanos };
        let body = host.body(Body::Request, 0, size).map_err(|e| failed(host, &e))?;
        let mut upstream = translate::request(&attempt, &body)?;
        if target.counts_only {
            // Only Anthropic's own API has it; the gateway answers for the others.
            if !upstream.answer.passes_through() {
                return Err(Refusal::unsupported("count_tokens", provider.api.as_str()));
            }
            upstream.path = format!("{}{}", provider.path_prefix, endpoint::COUNT_TOKENS);
        }
        apply(host, target, provider, &upstream).map_err(|e| failed(host, &e))?;
        self.phase = Phase::Sent { plan: upstream.answer, dropped: upstream.dropped, limits: target.limits };
        Ok(())
    }

    fn refuse(&mut self, host: &mut dyn Host, refusal: &Refusal) {
        self.phase = Phase::Pass;
        let rendered = refusal.render(self.dialect);
        let headers: Vec<(&str, &str)> = rendered.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let details = format!("tollgate_{}", refusal.kind.as_str());
        if let Err(error) = host.send_local_response(rendered.status, &details, &headers, &rendered.body) {
            host.log(LogLevel::Error, &format!("a local answer ({details}) was not sent: {error}"));
        }
    }

    fn request_complete(&mut self, host: &mut dyn Host, size: usize) -> bool {
        let Phase::Request(target) = std::mem::replace(&mut self.phase, Phase::Pass) else { return true };
        match self.send(host, &target, size) {
            Ok(()) => true,
            Err(refusal) => {
                self.refuse(host, &refusal);
                false
            }
        }
    }

    /// Translates what the buffer holds.
    fn answer_bytes(&mut self, host: &mut dyn Host, size: usize, end_of_stream: bool) {
        let bytes = host.body(Body::Response, 0, size).unwrap_or_default();
        let changed = match &mut self.phase {
            Phase::Pass | Phase::Request(_) | Phase::Sent { .. } => None,
            Phase::Stream(translator) => {
                let mut out = Vec::with_capacity(bytes.len() * 2);
                translator.push(&bytes, &mut out);
                if end_of_stream {
                    translator.finish(&mut out);
                }
                // The callback that only says that this was the end.
                (!bytes.is_empty() || !out.is_empty()).then_some(out)
            }
            Phase::Answer { plan, status, content_type } => {
                translate::response(plan, *status, content_type, &bytes).body
            }
        };
        if let Some(changed) = changed
            && let Err(error) = host.replace_body(Body::Response, &changed)
        {
            host.log(LogLevel::Error, &format!("an answer was not translated: {error}"));
        }
    }
}

/// Features that this route's policy lets drop.
fn lenient<'a>(host: &mut dyn Host, config: &'a TranslateConfig) -> &'a [String] {
    let route = host.property(&["xds", "route_name"]).ok().flatten().unwrap_or_default();
    std::str::from_utf8(&route).ok().and_then(|route| config.lenient.get(route)).map_or(&[], Vec::as_slice)
}

/// Makes the request the provider's.
fn apply(
    host: &mut dyn Host,
    target: &Target,
    provider: &ProviderConfig,
    upstream: &UpstreamRequest,
) -> Result<(), HostError> {
    // A query is for the path it came with: where the provider has that path, it gets the query too.
    let query = match target.origin.path(&target.headers).split_once('?') {
        Some((path, query)) if upstream.path.strip_prefix(&provider.path_prefix) == Some(path) => format!("?{query}"),
        _ => String::new(),
    };
    let path = format!("{}{query}", upstream.path);
    let length = upstream.body.as_ref().map(|body| body.len().to_string());
    let mut set = vec![
        (names::PROVIDER_HEADER, target.provider.as_str()),
        (":authority", provider.authority.as_str()),
        (":path", &path),
    ];
    set.extend(upstream.set_headers.iter().map(|(name, value)| (*name, value.as_str())));
    if let Some(length) = length.as_deref().filter(|_| target.origin.get(&target.headers, "content-length").is_some()) {
        set.push(("content-length", length));
    }
    rewrite(host, &target.headers, &target.origin, &set, upstream.drop_headers)?;
    if let Some(body) = &upstream.body {
        host.replace_body(Body::Request, body)?;
    }
    host.set_property(fact::PROVIDER, target.provider.as_bytes())
}

/// Logs a host's failure, which the caller learns of without its details.
fn failed(host: &mut dyn Host, error: &HostError) -> Refusal {
    host.log(LogLevel::Error, &format!("the host failed in the middle of an attempt: {error}"));
    Refusal::internal()
}

impl StreamFilter for AttemptFilter {
    fn on_request_headers(&mut self, host: &mut dyn Host, end_of_stream: bool) -> HeadersAction {
        let target = self.begin(host).and_then(|target| match end_of_stream {
            false => Ok(target),
            true => Err(Refusal::missing_field("model")),
        });
        match target {
            Ok(target) => self.phase = Phase::Request(Box::new(target)),
            Err(refusal) => self.refuse(host, &refusal),
        }
        HeadersAction::Pause
    }

    fn on_request_body(&mut self, host: &mut dyn Host, size: usize, end_of_stream: bool) -> BodyAction {
        if !matches!(self.phase, Phase::Request(_)) {
            return BodyAction::Continue;
        }
        if end_of_stream && self.request_complete(host, size) { BodyAction::Continue } else { BodyAction::Pause }
    }

    fn on_request_trailers(&mut self, host: &mut dyn Host) -> TrailersAction {
        if self.request_complete(host, usize::MAX) { TrailersAction::Continue } else { TrailersAction::Pause }
    }

    fn on_response_headers(&mut self, host: &mut dyn Host, end_of_stream: bool) -> HeadersAction {
        let Phase::Sent { plan, dropped, limits } = std::mem::replace(&mut self.phase, Phase::Pass) else {
            return HeadersAction::Continue;
        };
        let Ok(headers) = host.headers(HeaderMap::Response) else { return HeadersAction::Continue };
        let status = headers.get(":status").and_then(|status| status.parse().ok()).unwrap_or(0);
        let content_type = headers.get("content-type").unwrap_or_default();
        let edits = translate::answer_headers(&plan, limits, &headers);
        for edit in edits {
            let _ = match edit {
                HeaderEdit::Set(name, ref value) => host.set_header(HeaderMap::Response, name, value),
                HeaderEdit::Remove(name) => host.remove_header(HeaderMap::Response, name),
            };
        }
        if !dropped.is_empty() {
            let _ = host.set_header(HeaderMap::Response, names::DROPPED_HEADER, &dropped.join(","));
        }
        let encoding = headers.get("content-encoding").unwrap_or("identity");
        let readable = encoding.eq_ignore_ascii_case("identity");
        let form = match plan.form(status, content_type) {
            // Nobody asked for compression, and nothing here undoes it: the answer is told as the error it is.
            AnswerForm::Stream if !readable => AnswerForm::Whole,
            form => form,
        };
        if end_of_stream || form == AnswerForm::Pass {
            return HeadersAction::Continue;
        }
        if headers.get("content-length").is_some() {
            let _ = host.remove_header(HeaderMap::Response, "content-length");
        }
        if !readable {
            let _ = host.remove_header(HeaderMap::Response, "content-encoding");
        }
        if let Some(wanted) = plan.content_type(form, status)
            && !content_type.starts_with(wanted)
        {
            let _ = host.set_header(HeaderMap::Response, "content-type", wanted);
        }
        self.phase = match form {
            AnswerForm::Stream => Phase::Stream(Box::new(StreamTranslator::new(&plan))),
            _ => Phase::Answer { status, content_type: content_type.to_owned(), plan },
        };
        HeadersAction::Continue
    }

    fn on_response_body(&mut self, host: &mut dyn Host, size: usize, end_of_stream: bool) -> BodyAction {
        match self.phase {
            Phase::Pass | Phase::Request(_) | Phase::Sent { .. } => BodyAction::Continue,
            Phase::Answer { .. } if !end_of_stream => BodyAction::Pause,
            Phase::Answer { .. } | Phase::Stream(_) => {
                self.answer_bytes(host, size, end_of_stream);
                BodyAction::Continue
            }
        }
    }

    fn on_response_trailers(&mut self, host: &mut dyn Host) -> TrailersAction {
        if matches!(self.phase, Phase::Answer { .. }) {
            self.answer_bytes(host, usize::MAX, true);
        }
        TrailersAction::Continue
    }
}

tollgate_host::export!(
    Translate;
    request_headers, request_body, request_trailers, response_headers, response_body, response_trailers
);
