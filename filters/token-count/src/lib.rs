//! The token-count stage as a module of its own.
