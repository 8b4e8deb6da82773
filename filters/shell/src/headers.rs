//! The host's header maps as the stages read them.

use tollgate_host::Headers;

/// A header map that the stages can read.
pub(crate) struct Read<'a>(pub &'a Headers);

impl tollgate_stages::Headers for Read<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }
}
