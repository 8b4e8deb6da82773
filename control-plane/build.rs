//! Compiles the services of `protos/`, without a system protoc.

use std::error::Error;

const ROOT: &str = "../protos";
const FILES: [&str; 2] = ["tollgate/quota/v1/quota.proto", "tollgate/usage/v1/usage.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={ROOT}");
    let files = protox::compile(FILES, [ROOT])?;
    // The clients are for the tests, which are a fleet of their own.
    tonic_prost_build::configure().compile_fds(files)?;
    Ok(())
}
