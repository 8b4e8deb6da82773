//! A store in this process's memory.

use std::collections::BTreeMap;

use crate::store::{Store, StoreError, Unavailable, Version};

/// Counts that only this value's owner sees: for a dry run, for one worker on its own, and for tests.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    entries: BTreeMap<String, (Vec<u8>, Version)>,
    writes: u32,
}

impl Store for Memory {
    fn load(&mut self, key: &str) -> Result<Option<(Vec<u8>, Version)>, Unavailable> {
        Ok(self.entries.get(key).cloned())
    }

    fn store(&mut self, key: &str, value: &[u8], version: Option<Version>) -> Result<(), StoreError> {
        if self.entries.get(key).map(|(_, version)| *version) != version {
            return Err(StoreError::Conflict);
        }
        // 0 is no version on the host this stands in for.
        self.writes = self.writes.checked_add(1).unwrap_or(1);
        self.entries.insert(key.to_owned(), (value.to_vec(), Version(self.writes)));
        Ok(())
    }
}
