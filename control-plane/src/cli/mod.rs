//! The `tollgate` command.

mod check;
mod count;
mod dialect;
mod diff;
mod explain;
mod keys;
mod redact;
mod run;
mod schema;
mod serve;
mod stop;
mod store;
mod test;
mod translate;
mod usage;

use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// An LLM gateway inside Envoy: policies live in git, Envoy enforces them.
#[derive(Debug, Parser)]
#[command(name = "tollgate", version, about, long_about = None, max_term_width = 120)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the control plane and a local Envoy: the embedded default
    Run(run::Run),
    /// Run the control plane alone, for Envoys that run elsewhere
    Serve(serve::Serve),
    /// Check a configuration and report every problem with file and line
    Check(check::Check),
    /// Run the tests of the redaction policies on the modules that Envoys load; TAP or JUnit
    Test(test::Test),
    /// Say what two revisions of a configuration decide differently, by team
    Diff(diff::Diff),
    /// Show what would become of a request on standard input
    Explain(explain::Explain),
    /// Redact the text on standard input
    Redact(redact::Redact),
    /// Estimate how many tokens the text on standard input has
    Count(count::Count),
    /// Translate the request, answer or stream on standard input between dialects
    #[command(subcommand)]
    Translate(translate::Translate),
    /// Show what teams used, what it cost, and what is left of their budgets
    Usage(usage::Usage),
    /// Stop a team, a model or a provider everywhere, within a second
    Stop(stop::StopIt),
    /// Let run again what was stopped by command
    Resume(stop::Resume),
    /// Make API keys for teams
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Print the JSON Schema of the configuration files, for editors
    Schema(schema::Schema),
}

/// How a command ended, other than well.
#[derive(Debug)]
enum Failure {
    /// The input cannot be used; everything has been said already.
    BadInput,
    /// The flags do not go together; say why.
    Usage(String),
    /// Something went wrong; say what.
    Error(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

type Outcome = Result<(), Failure>;

/// Runs the command line: 0 when all is well, 1 on bad input or failure, 2 on wrong usage.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Run(command) => command.run(),
        Command::Serve(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Test(command) => command.run(),
        Command::Diff(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Redact(command) => command.run(),
        Command::Count(command) => command.run(),
        Command::Translate(command) => command.run(),
        Command::Usage(command) => command.run(),
        Command::Stop(command) => command.run(),
        Command::Resume(command) => command.run(),
        Command::Keys(command) => command.run(),
        Command::Schema(command) => command.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::BadInput) => ExitCode::FAILURE,
        Err(Failure::Usage(message)) => {
            say(format!("error: {message}\n\nFor more information, try '--help'."));
            ExitCode::from(2)
        }
        Err(Failure::Error(error)) => {
            say(format!("tollgate: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Writes a line to standard error. Nobody is left to tell when that fails.
fn say(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr(), "{}", line.as_ref());
}

/// Writes a line to standard output.
fn print(line: impl AsRef<str>) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{}", line.as_ref())
}

/// Reads standard input to its end.
fn input() -> anyhow::Result<Vec<u8>> {
    use anyhow::Context;
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
    Ok(bytes)
}

/// Reads standard input as text.
fn input_text() -> Result<String, Failure> {
    String::from_utf8(input()?).map_err(|error| {
        say(format!("tollgate: standard input is not UTF-8 at byte {}", error.utf8_error().valid_up_to()));
        Failure::BadInput
    })
}

/// Writes bytes to standard output as they are.
fn output(bytes: &[u8]) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes)?;
    Ok(stdout.flush()?)
}

/// Starts the log on standard error; `RUST_LOG` chooses what it says.
fn start_log(json: bool) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,tollgate_control=info"));
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A second start, as in tests, changes nothing.
    let _ = if json { log.json().try_init() } else { log.with_ansi(colour).compact().try_init() };
}
