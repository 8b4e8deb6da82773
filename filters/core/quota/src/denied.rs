//! Why a request is not admitted, in words its caller can act on.

use std::fmt;

use tollgate_policy::quota::{Subject, Unit};

use crate::cost::in_words;
use crate::headers;
use crate::standing::Standing;
use crate::store::Unavailable;
use crate::window;

/// A request that is not admitted. Nothing is charged for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// It does not fit.
    Exceeded(Box<Exceeded>),
    /// Nobody knows whether it fits; the policy decides.
    Unavailable(Unavailable),
}

/// A request that does not fit into a quota.
///
/// Where several quotas refuse, it is the one that refuses longest, so that `retry_after_ms` is true for all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exceeded {
    /// The quota that refuses.
    pub standing: Standing,
    /// What the request would have taken from it, in the unit's smallest step.
    pub requested: u64,
    /// When it may fit, in milliseconds from the time of the request: the end of the window (sooner if reservations
    /// of others are settled below their bound). `None` if it never can, because it alone is more than the limit.
    pub retry_after_ms: Option<u64>,
    /// All quotas of the request as it found them, for [`headers`].
    pub standings: Vec<Standing>,
    /// How much a smaller request could take from the quota at once, in the unit's smallest step.
    pub room: u64,
    /// It fits, but would leave less than its class of traffic must.
    pub shed: Option<Shed>,
}

/// A class of traffic that is refused before the limit is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shed {
    /// Its name.
    pub class: String,
    /// How much of the quota it must leave to others, in the unit's smallest step.
    pub floor: u64,
}

impl Exceeded {
    /// Whether the request alone is more than the limit, so that trying again is in vain.
    #[must_use]
    pub fn can_never_fit(&self) -> bool {
        self.retry_after_ms.is_none()
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Standing { quota, unit, per, by, limit, remaining, .. } = &self.standing;
        let whose = match by {
            Subject::Team => "for the team",
            Subject::App => "for this app",
            Subject::User => "for this user",
            Subject::Model => "for this model",
        };
        let limit = in_words(*limit, *unit);
        let requested = in_words(self.requested, *unit);
        write!(f, "quota `{quota}` allows {limit}")?;
        if *unit != Unit::InFlight {
            write!(f, " per {}", window::word(*per))?;
        }
        write!(f, " {whose}: ")?;
        match (self.retry_after_ms, &self.shed) {
            (Some(wait), None) => write!(
                f,
                "{} left, this request may need {requested}; try again in {}",
                in_words(*remaining, *unit),
                headers::duration(wait),
            ),
            (Some(wait), Some(Shed { class, floor })) => write!(
                f,
                "{} left, of which requests of the class `{class}` must leave {}, and this one may need {requested}; try \
                 again in {}",
                in_words(*remaining, *unit),
                in_words(*floor, *unit),
                headers::duration(wait),
            ),
            (None, None) => write!(
                f,
                "this request alone may need {requested} and can never fit; ask for less output or send less input"
            ),
            (None, Some(Shed { class, floor })) => write!(
                f,
                "requests of the class `{class}` must leave {}, and this one alone may need {requested} and can never \
                 fit; ask for less output or send less input",
                in_words(*floor, *unit),
            ),
        }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exceeded(exceeded) => exceeded.fmt(f),
            Self::Unavailable(unavailable) => unavailable.fmt(f),
        }
    }
}

impl std::error::Error for Denied {}

impl From<Unavailable> for Denied {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}
