//! `tollgate translate`.

use std::io::Read;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};
use tollgate_dialects::translate::{self as dialects, AnswerPlan, StreamTranslator};

use super::dialect::Pair;
use super::{Failure, Outcome, input, output, say};

/// Translate between dialects.
#[derive(Debug, Subcommand)]
pub enum Translate {
    /// From the client's dialect to the provider's API
    Request(Request),
    /// A complete answer, from the provider's API to the client's dialect
    Response(Response),
    /// A streamed answer, from the provider's API to the client's dialect, event by event as it comes
    Stream(Answer),
}

/// Translate a request.
#[derive(Debug, Args)]
pub struct Request {
    #[command(flatten)]
    pair: Pair,
    /// Say on standard error which path and headers the request would have
    #[arg(long, short)]
    verbose: bool,
}

/// Translate an answer.
#[derive(Debug, Args)]
pub struct Answer {
    #[command(flatten)]
    pair: Pair,
    /// The client's request that is answered: whether it wanted usage, for one, changes the answer
    #[arg(long)]
    original_request: Option<PathBuf>,
}

/// Translate a complete answer.
#[derive(Debug, Args)]
pub struct Response {
    #[command(flatten)]
    answer: Answer,
    /// The provider's HTTP status
    #[arg(long, default_value_t = 200)]
    status: u16,
    /// The provider's content type
    #[arg(long, default_value = "application/json")]
    content_type: String,
}

impl Translate {
    pub fn run(self) -> Outcome {
        match self {
            Self::Request(command) => command.run(),
            Self::Response(command) => command.run(),
            Self::Stream(command) => command.stream(),
        }
    }
}

impl Request {
    fn run(self) -> Outcome {
        let body = input()?;
        let upstream = self.pair.request(&body)?;
        if self.verbose {
            say(format!("POST {}", upstream.path));
            for (name, value) in &upstream.set_headers {
                say(format!("{name}: {value}"));
            }
        }
        if !upstream.dropped.is_empty() {
            say(format!("tollgate: dropped: {}", upstream.dropped.join(", ")));
        }
        Ok(output(upstream.body.as_deref().unwrap_or(&body))?)
    }
}

impl Response {
    fn run(self) -> Outcome {
        let plan = self.answer.plan()?;
        let body = input()?;
        let answer = dialects::response(&plan, self.status, &self.content_type, &body);
        output(answer.body.as_deref().unwrap_or(&body))?;
        // The client is told in its own dialect; whoever runs this command, by the exit code.
        if self.status < 400 && answer.status >= 400 {
            say(format!("tollgate: the answer cannot be translated: the client gets status {}", answer.status));
            return Err(Failure::BadInput);
        }
        Ok(())
    }
}

impl Answer {
    fn stream(self) -> Outcome {
        let mut translator = StreamTranslator::new(&self.plan()?);
        let mut stdin = std::io::stdin().lock();
        let mut bytes = vec![0; 64 << 10];
        let mut out = Vec::new();
        loop {
            let read = stdin.read(&mut bytes).context("standard input cannot be read")?;
            translator.push(bytes.get(..read).unwrap_or_default(), &mut out);
            if read == 0 {
                translator.finish(&mut out);
            }
            output(&out)?;
            out.clear();
            if read == 0 {
                return Ok(());
            }
        }
    }

    fn plan(&self) -> Result<AnswerPlan, Failure> {
        match &self.original_request {
            Some(path) => {
                let body = std::fs::read(path).with_context(|| path.display().to_string())?;
                Ok(self.pair.request(&body)?.answer)
            }
            None => self.pair.plan(),
        }
    }
}
