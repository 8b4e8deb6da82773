//! The gateway under the fake host: give it a request and an answer, read what came out on either side.

mod admission;
mod answers;
mod fixtures;
mod limits;
mod redaction;
