//! Numbers that states give to people and companies.

pub(super) mod americas;
pub(super) mod asia;
pub(super) mod europe;
pub(super) mod north;
pub(super) mod other;
