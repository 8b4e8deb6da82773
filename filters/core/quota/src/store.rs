//! The seam to wherever the counts are kept.

use std::fmt;

/// Every lost swap means that somebody else's succeeded; a worker that loses this often in a row gives up, which is
/// a refusal and never an overshoot.
pub(crate) const MOST_ATTEMPTS: usize = 64;

/// Which write of a key was read. Never 0 on a proxy-wasm host, where 0 asks for an unconditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(pub u32);

/// A map of bytes with compare-and-swap, shared by everyone who draws on the same quotas.
///
/// On a proxy-wasm host it is the shared data. Mind one thing there: the host writes unconditionally when the number
/// to compare with is 0, and an absent key accepts any number. So "must be absent" is a number no write ever had,
/// `u32::MAX`, and never 0.
pub trait Store {
    /// The bytes under `key` and the version to swap against, or `None` if nothing was ever stored there.
    ///
    /// # Errors
    /// The store could not be asked.
    fn load(&mut self, key: &str) -> Result<Option<(Vec<u8>, Version)>, Unavailable>;

    /// Replaces the bytes under `key` if their version is still `version`; `None` stands for "still absent".
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if somebody else wrote in between, and nothing was changed.
    fn store(&mut self, key: &str, value: &[u8], version: Option<Version>) -> Result<(), StoreError>;
}

/// Why a write did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// The version was no longer the current one: load again and decide again.
    Conflict,
    /// The store could not be asked.
    Unavailable(Unavailable),
}

/// The counts cannot be read or written, so nobody knows whether the request fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    reason: &'static str,
}

impl Unavailable {
    /// With a reason for the operator's log; it names no subject.
    #[must_use]
    pub const fn new(reason: &'static str) -> Self {
        Self { reason }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "quota counts are unavailable: {}", self.reason)
    }
}

impl std::error::Error for Unavailable {}
