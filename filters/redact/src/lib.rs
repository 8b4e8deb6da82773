//! The redact stage as a module of its own.
