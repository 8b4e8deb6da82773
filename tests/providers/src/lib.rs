//! Simulated model providers.
