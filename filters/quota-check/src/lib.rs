//! The quota-check stage as a module of its own.
