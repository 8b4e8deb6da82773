//! Which route serves the model a client asks for.

use tollgate_dialects::Usage;
use tollgate_dialects::refusal::Refusal;
use tollgate_policy::gateway::{Price, RouteBackend, RouteConfig};
use tollgate_policy::model::ModelName;
use tollgate_tokens::Vocabulary;

use crate::engine::Team;

/// Output that is reserved for a request that states no bound, when no backend of its route states one either.
pub(crate) const UNSTATED_OUTPUT: u64 = 4096;

/// Every route of the configuration.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    routes: Vec<RouteConfig>,
    /// For each of them, of the models its backends name the one that counts most tokens, and whether some backend takes the client's own.
    counted_as: Vec<(Option<String>, bool)>,
}

/// Where a request goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolved<'a> {
    pub(crate) route: &'a RouteConfig,
    /// Its place among all routes, and among the team's.
    pub(crate) index: usize,
    pub(crate) at: usize,
    /// The Envoy route.
    pub(crate) target: &'a str,
    counted_as: &'a (Option<String>, bool),
}

impl Routes {
    pub(crate) fn new(routes: &[RouteConfig]) -> Self {
        let counted_as = |route: &RouteConfig| {
            let named = route.backends.iter().filter_map(|backend| backend.model.as_ref()).map(ModelName::as_str);
            let most = named.max_by_key(|model| tokens_of(model)).map(str::to_owned);
            (most, route.backends.iter().any(|backend| backend.model.is_none()))
        };
        Self { routes: routes.to_vec(), counted_as: routes.iter().map(counted_as).collect() }
    }

    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.routes.iter().position(|route| route.name == name)
    }

    pub(crate) fn get(&self, index: usize) -> Option<&RouteConfig> {
        self.routes.get(index)
    }

    /// The first of the team's routes that serves `model`.
    ///
    /// # Errors
    /// 404 if no route of anybody knows the model, 403 if one does and the team may not use it.
    pub(crate) fn resolve<'a>(&'a self, team: &'a Team, model: &str) -> Result<Resolved<'a>, Refusal> {
        ModelName::new(model).map_err(Refusal::bad_model_name)?;
        let serves = |route: &RouteConfig| route.models.iter().any(|pattern| pattern.matches(model));
        let mut own = (0..team.routes.len()).filter_map(|at| self.at(team, at));
        if let Some(resolved) = own.find(|resolved| serves(resolved.route)) {
            return Ok(resolved);
        }
        Err(if self.routes.iter().any(serves) {
            Refusal::model_not_allowed(model, &team.name)
        } else {
            Refusal::model_not_found(model)
        })
    }

    /// The team's route of this name, whatever models it serves.
    pub(crate) fn named<'a>(&'a self, team: &'a Team, name: &str) -> Option<Resolved<'a>> {
        (0..team.routes.len()).filter_map(|at| self.at(team, at)).find(|resolved| resolved.route.name == name)
    }

    /// The team's route at this place among them.
    pub(crate) fn at<'a>(&'a self, team: &'a Team, at: usize) -> Option<Resolved<'a>> {
        let (index, target) = team.routes.get(at)?;
        let (route, counted_as) = (self.routes.get(*index)?, self.counted_as.get(*index)?);
        Some(Resolved { route, index: *index, at, target, counted_as })
    }

    /// Every model the team can ask for by name, in the order of its routes: the literal patterns, and for the others the backends'
    /// models that match them.
    pub(crate) fn models<'a>(&'a self, team: &'a Team) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        for route in team.routes.iter().filter_map(|(index, _)| self.routes.get(*index)) {
            let literal = route.models.iter().filter(|pattern| pattern.is_literal()).map(|pattern| pattern.as_str());
            let matching = route.backends.iter().filter_map(|backend| backend.model.as_ref()).map(ModelName::as_str);
            let matching = matching.filter(|name| route.models.iter().any(|pattern| pattern.matches(name)));
            for name in literal.chain(matching) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }
}

/// The vocabularies in the order of how many tokens they make of a text, at most.
fn tokens_of(model: &str) -> u8 {
    match Vocabulary::of_model(model) {
        Vocabulary::O200k => 0,
        Vocabulary::Cl100k => 1,
        Vocabulary::Other => 2,
        Vocabulary::Claude => 3,
    }
}

impl<'a> Resolved<'a> {
    /// The model as which the input of a request for `model` is counted: of those that may serve it the one that makes most tokens of a text, since a
    /// reservation must hold whoever serves. What is an alias here is nobody's vocabulary.
    pub(crate) fn counted_as<'m>(&self, model: &'m str) -> &'m str
    where
        'a: 'm,
    {
        match self.counted_as {
            (Some(named), true) if tokens_of(named) > tokens_of(model) => named,
            (Some(named), false) => named,
            _ => model,
        }
    }

    /// Whether the configuration itself names this model, rather than letting any name pass that a pattern matches.
    pub(crate) fn names(&self, model: &str) -> bool {
        self.route.models.iter().any(|pattern| pattern.is_literal() && pattern.matches(model))
            || self
                .route
                .backends
                .iter()
                .any(|backend| backend.model.as_ref().is_some_and(|name| name.as_str() == model))
    }

    /// The most output tokens that any backend of the route produces in one answer.
    pub(crate) fn max_output_tokens(&self) -> u64 {
        self.route
            .backends
            .iter()
            .map(|backend| backend.max_output_tokens.unwrap_or(UNSTATED_OUTPUT))
            .max()
            .unwrap_or(UNSTATED_OUTPUT)
    }

    /// The most output tokens that every backend of the route produces which says so.
    pub(crate) fn makes_surely(&self) -> Option<u64> {
        self.route.backends.iter().filter_map(|backend| backend.max_output_tokens).min()
    }

    /// How many output tokens `micro_usd` pays for at the dearest backend, beside the input.
    pub(crate) fn affordable(&self, input: u64, micro_usd: u64) -> u64 {
        let left = micro_usd.saturating_sub(self.dearest(input, 0));
        let dearest = self
            .route
            .backends
            .iter()
            .filter_map(|backend| backend.price)
            .map(|price| price.output)
            .fold(0.0, f64::max);
        // `as` saturates; a price of nothing pays for everything. One token less for what was rounded up.
        if dearest > 0.0 { ((left as f64 / dearest) as u64).saturating_sub(1) } else { u64::MAX }
    }

    /// What this much costs at the dearest backend, in millionths of a US dollar: a reservation must hold whoever serves.
    pub(crate) fn dearest(&self, input: u64, output: u64) -> u64 {
        let usage = Usage { input, output, ..Usage::default() };
        self.route.backends.iter().map(|backend| micro_usd(backend, &usage)).max().unwrap_or(0)
    }
}

/// The price of `usage` at `backend` in millionths of a US dollar, rounded up; 0 where no price is listed. US dollars per million tokens
/// and millionths of a dollar per token are the same number.
pub(crate) fn micro_usd(backend: &RouteBackend, usage: &Usage) -> u64 {
    let Some(Price { input, output, cache_read, cache_write }) = backend.price else { return 0 };
    let uncached = usage.input.saturating_sub(usage.cached_read).saturating_sub(usage.cache_write);
    let sum = uncached as f64 * input
        + usage.cached_read as f64 * cache_read.unwrap_or(input)
        + usage.cache_write as f64 * cache_write.unwrap_or(input)
        + usage.output as f64 * output;
    sum.ceil() as u64
}
