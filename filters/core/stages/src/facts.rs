//! What an exchange tells access logs, RBAC and other filters.

/// Facts by their filter-state key ([`tollgate_policy::names::fact`]), each told once.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pending: Vec<(&'static str, String)>,
}

impl Facts {
    pub(crate) fn add(&mut self, key: &'static str, value: impl Into<String>) {
        self.pending.push((key, value.into()));
    }

    /// What has become known since the last call.
    pub fn take(&mut self) -> Vec<(&'static str, String)> {
        std::mem::take(&mut self.pending)
    }
}
