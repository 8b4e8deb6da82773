//! The command.

mod client;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use client::ask;
use tollgate_providers::Kind;

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_tollgate-providers"))
}

#[tokio::test]
async fn serves_several_and_stops_when_told() {
    let mut child = command()
        .args([
            "--openai",
            "127.0.0.1:0",
            "--openai",
            "127.0.0.1:0?status=500",
            "--bedrock",
            "127.0.0.1:0",
            "--answer",
            "Fixed",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(3).map(Result::unwrap);
    let addresses: Vec<SocketAddr> = lines
        .zip(["openai", "openai", "bedrock"])
        .map(|(line, name)| line.strip_prefix(&format!("{name} listening on http://")).unwrap().parse().unwrap())
        .collect();
    assert!(ask(Kind::OpenAi, addresses[0], "x", false).await.unwrap().text().contains("Fixed"));
    assert_eq!(ask(Kind::OpenAi, addresses[1], "x", false).await.unwrap().status, 500);
    assert!(ask(Kind::Bedrock, addresses[2], "x", false).await.unwrap().text().contains("Fixed"));

    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    assert!(tokio::net::TcpStream::connect(addresses[0]).await.is_err());
}

#[test]
fn mistakes_are_told() {
    for (arguments, status, words) in [
        (&["--openai", "nowhere"][..], 2, "expected an IP address and a port"),
        (&["--openai", "127.0.0.1:0?stauts=3"], 2, "stauts"),
        (&["--status", "200", "--openai", "127.0.0.1:0"], 2, "400..600"),
        (&["--usage", "3", "--openai", "127.0.0.1:0"], 2, "INPUT,OUTPUT"),
        (&[], 1, "nothing to serve"),
    ] {
        let output = command().args(arguments).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {error}");
        assert!(error.contains(words), "{arguments:?}: {error}");
    }
}
