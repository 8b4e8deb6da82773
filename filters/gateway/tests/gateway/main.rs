//! The gateway under the fake host: give it a request and an answer, read what came out on either side.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "tests"
)]

mod admission;
mod answers;
mod counting;
mod embeddings;
mod fixtures;
mod leases;
mod limits;
mod redaction;
mod reports;
mod responses;
mod service;
