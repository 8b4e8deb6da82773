//! Who talks to whom, as flags.

use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use tollgate_dialects::translate::{self, AnswerPlan, Attempt, UpstreamRequest};
use tollgate_dialects::{ClientDialect, Refusal};
use tollgate_policy::translate::{Flavor, ProviderApi, ProviderConfig};

use super::{Failure, say};

/// A client and a provider.
#[derive(Debug, Args)]
pub struct Pair {
    /// The client's dialect
    #[arg(long, value_parser = client())]
    client: ClientDialect,
    /// The provider's API
    #[arg(long, value_parser = provider())]
    provider: ProviderApi,
    /// The model to ask the provider for; the client's own model name unless given. Where nothing else names the model it is needed by
    /// providers whose answers depend on it: vertex, and bedrock for embeddings
    #[arg(long)]
    model: Option<String>,
    /// Features that may be dropped where the provider lacks them
    #[arg(long, value_delimiter = ',')]
    lenient: Vec<String>,
    /// openai: which compatible server it is
    #[arg(long, value_parser = flavor())]
    flavor: Option<Flavor>,
    /// azure-openai: the version of the paths by deployment, such as 2024-10-21; the v1 paths unless given
    #[arg(long)]
    api_version: Option<String>,
    /// vertex: the project's id, which is part of the path; PROJECT unless given
    #[arg(long)]
    project: Option<String>,
    /// vertex: the location, which is part of the path; global unless given
    #[arg(long)]
    location: Option<String>,
}

/// Reads the name of a client's dialect.
pub fn client() -> impl TypedValueParser<Value = ClientDialect> {
    let names = PossibleValuesParser::new(ClientDialect::ALL.iter().map(|dialect| dialect.as_str()));
    names.try_map(|name| name.parse::<ClientDialect>())
}

fn provider() -> impl TypedValueParser<Value = ProviderApi> {
    let names = PossibleValuesParser::new(ProviderApi::ALL.iter().map(|api| api.as_str()));
    names.try_map(|name| name.parse::<ProviderApi>())
}

fn flavor() -> impl TypedValueParser<Value = Flavor> {
    let names = PossibleValuesParser::new(Flavor::ALL.iter().map(|flavor| flavor.as_str()));
    names.try_map(|name| name.parse::<Flavor>())
}

impl Pair {
    /// The request as the provider gets it.
    pub fn request(&self, body: &[u8]) -> Result<UpstreamRequest, Failure> {
        let attempt = Attempt {
            client: self.client,
            provider: &self.config()?,
            model: self.model.as_deref(),
            lenient: &self.lenient,
            now_nanos: now(),
        };
        translate::request(&attempt, body).map_err(refused)
    }

    /// How an answer is read whose request is not known.
    pub fn plan(&self) -> Result<AnswerPlan, Failure> {
        let config = self.config()?;
        let model = match (&self.model, self.provider) {
            (Some(model), _) => model,
            (None, ProviderApi::Vertex) => return Err(needs_model(self.provider)),
            (None, ProviderApi::Bedrock) if !self.client.generates() => return Err(needs_model(self.provider)),
            (None, _) => "model",
        };
        AnswerPlan::new(self.client, &config, model, now()).map_err(refused)
    }

    fn config(&self) -> Result<ProviderConfig, Failure> {
        let api = self.provider;
        let flags = [
            ("flavor", self.flavor.is_some(), ProviderApi::Openai),
            ("api-version", self.api_version.is_some(), ProviderApi::AzureOpenai),
            ("project", self.project.is_some(), ProviderApi::Vertex),
            ("location", self.location.is_some(), ProviderApi::Vertex),
        ];
        if let Some((flag, _, of)) = flags.into_iter().find(|(_, given, of)| *given && *of != api) {
            return Err(Failure::Usage(format!("--{flag} goes with --provider {of} only")));
        }
        let of_vertex = |given: &Option<String>, otherwise: &str| {
            (api == ProviderApi::Vertex).then(|| given.clone().unwrap_or_else(|| otherwise.to_owned()))
        };
        Ok(ProviderConfig {
            flavor: self.flavor.unwrap_or_default(),
            api_version: self.api_version.clone(),
            project: of_vertex(&self.project, "PROJECT"),
            location: of_vertex(&self.location, "global"),
            ..ProviderConfig::new(api)
        })
    }
}

fn needs_model(api: ProviderApi) -> Failure {
    Failure::Usage(format!("an answer of {api} is read by what model it is from: give --model or --original-request"))
}

fn refused(refusal: Refusal) -> Failure {
    say(format!("tollgate: {} ({}): {}", refusal.kind.as_str(), refusal.status, refusal.message));
    Failure::BadInput
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
