//! Laws about the repository itself; see `tests/`.
