//! The `tollgate` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    tollgate_control::cli::main()
}
