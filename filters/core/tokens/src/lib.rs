//! Token counts and estimates with a stated margin.
