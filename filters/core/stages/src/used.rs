//! What an exchange used, as the ledger is told.

use tollgate_dialects::Usage;
use tollgate_policy::gateway::RouteBackend;
use tollgate_policy::names::fact;
use tollgate_quota::report::{Counts, Tags};

use crate::engine::Engine;
use crate::exchange::Exchange;
use crate::request::Asked;
use crate::settle::Source;

/// The longest text that is told of a caller's header, in bytes. What is longer is cut, and told apart by a hash.
const LONGEST_TAG: usize = 200;

impl Exchange {
    pub(crate) fn used(
        &self,
        engine: &Engine,
        asked: &Asked,
        provider: Option<&str>,
        served: Option<&RouteBackend>,
        usage: &Usage,
        source: Source,
    ) -> (Tags, Counts) {
        // What cost nothing was perhaps served by nobody.
        let priced = served.filter(|_| provider.is_some() || usage.total() > 0);
        let model = priced.and_then(|backend| backend.model.as_ref()).map(|model| model.as_str());
        let asked_for = || self.answer.downgraded_to.as_deref().or_else(|| self.facts.text(fact::REQUEST_MODEL));
        let route = asked.route.and_then(|index| engine.routes.as_ref()?.get(index));
        let tags = Tags {
            team: engine.teams.get(self.team).map(|team| team.name.clone()).unwrap_or_default(),
            app: tag(self.tags.app.as_deref()),
            user: tag(self.tags.user.as_deref()),
            feature: tag(self.tags.feature.as_deref()),
            model: model.or_else(asked_for).unwrap_or_default().to_owned(),
            provider: provider.or_else(|| Some(&priced?.provider)).unwrap_or_default().to_owned(),
            route: route.map(|route| route.name.clone()).unwrap_or_default(),
        };
        let is = |known: Source| u64::from(source == known);
        let counts = Counts {
            requests: 1,
            input: usage.input,
            cached: usage.cached_read,
            cache_write: usage.cache_write,
            cache_write_hour: usage.cache_write_1h,
            output: usage.output,
            reasoning: usage.reasoning,
            audio_input: usage.audio_input,
            audio_output: usage.audio_output,
            from_provider: is(Source::Provider),
            estimated: is(Source::Estimated),
            partial: is(Source::Partial),
        };
        (tags, counts)
    }
}

fn tag(text: Option<&str>) -> String {
    let text = text.unwrap_or_default();
    if text.len() <= LONGEST_TAG {
        return text.to_owned();
    }
    // FNV-1a: nobody is charged less by a tag that collides, since the team is charged anyway.
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let kept = text.get(..text.floor_char_boundary(LONGEST_TAG - 17)).unwrap_or_default();
    format!("{kept}#{hash:016x}")
}
