//! What is counted, and under which names.

/// Whom and what use is attributed to; empty where it is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tags {
    /// The team.
    pub team: String,
    /// The app.
    pub app: String,
    /// The end user.
    pub user: String,
    /// The feature.
    pub feature: String,
    /// The model the provider was asked for, as its price is listed.
    pub model: String,
    /// The provider that served.
    pub provider: String,
    /// The route.
    pub route: String,
}

/// A text of tags has at most so many bytes; the ledger keeps no more.
const MOST_TEXT: usize = 200;

impl Tags {
    /// Bounds every text: a longer one is cut and ends in a digest of the whole, so that two long names stay two. Callers choose some of them.
    pub(crate) fn fit(&mut self) {
        for text in self.fields_mut() {
            if text.len() > MOST_TEXT {
                // FNV-1a: it has to tell names apart, not to withstand anyone.
                let digest = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
                });
                text.truncate(text.floor_char_boundary(MOST_TEXT - 17));
                text.push_str(&format!("~{digest:016x}"));
            }
        }
    }

    /// In the order of their field numbers in `protos/tollgate/usage/v1/usage.proto`, from 1.
    pub(crate) fn fields(&self) -> [&str; 7] {
        let Self { team, app, user, feature, model, provider, route } = self;
        [team, app, user, feature, model, provider, route]
    }

    pub(crate) fn fields_mut(&mut self) -> [&mut String; 7] {
        let Self { team, app, user, feature, model, provider, route } = self;
        [team, app, user, feature, model, provider, route]
    }
}

/// Counts that add up; parts are contained in what they are parts of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Requests.
    pub requests: u64,
    /// Input tokens, cached ones among them.
    pub input: u64,
    /// Of the input: read from a cache.
    pub cached: u64,
    /// Of the input: written to a cache.
    pub cache_write: u64,
    /// Output tokens, reasoning among them.
    pub output: u64,
    /// Of the output: reasoning.
    pub reasoning: u64,
    /// Of the input: audio.
    pub audio_input: u64,
    /// Of the output: audio.
    pub audio_output: u64,
    /// Requests whose tokens the provider counted.
    pub from_provider: u64,
    /// Requests whose tokens were estimated.
    pub estimated: u64,
    /// Requests of which a part was counted and the rest estimated.
    pub partial: u64,
    /// Of `cache_write`: for an hour, which costs more.
    pub cache_write_hour: u64,
}

impl Counts {
    /// Adds another count. Saturates.
    pub fn add(&mut self, other: &Self) {
        let others = other.fields();
        for (sum, more) in self.fields_mut().into_iter().zip(others) {
            *sum = sum.saturating_add(more);
        }
    }

    /// In the order of their field numbers in `protos/tollgate/usage/v1/usage.proto`, from 1.
    #[must_use]
    pub fn fields(&self) -> [u64; 12] {
        let mut copy = *self;
        copy.fields_mut().map(|field| *field)
    }

    /// The other way.
    #[must_use]
    pub fn from_fields(fields: [u64; 12]) -> Self {
        let mut counts = Self::default();
        for (count, field) in counts.fields_mut().into_iter().zip(fields) {
            *count = field;
        }
        counts
    }

    pub(crate) fn fields_mut(&mut self) -> [&mut u64; 12] {
        let Self {
            requests,
            input,
            cached,
            cache_write,
            output,
            reasoning,
            audio_input,
            audio_output,
            from_provider,
            estimated,
            partial,
            cache_write_hour,
        } = self;
        [
            requests,
            input,
            cached,
            cache_write,
            output,
            reasoning,
            audio_input,
            audio_output,
            from_provider,
            estimated,
            partial,
            cache_write_hour,
        ]
    }
}
