//! A ledger in, the finance view out, as text to be read and compared. `TOLLGATE_BLESS=1` rewrites it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;
use std::process::{Command, Output};

use tollgate_control::config;
use tollgate_control::usage::{Question, View, period, price, render, view};
use tollgate_ledger::{Budget, Counts, Dimension, Ledger, Listed, Report, Store, Tags, Use};
use tollgate_policy::gateway::Price;
use tollgate_policy::quota::{Quota, Subject, Unit, Window};

/// 2026-11-17T12:00:30Z.
const NOW: u64 = 1_794_916_830_000;
const DAY: u64 = 1440;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}

fn used(days_ago: u64, tags: [&str; 4], counts: Counts) -> Use {
    let [team, app, provider, model] = tags.map(str::to_owned);
    let of = Tags { team, app, provider, model, route: "chat".into(), ..Tags::default() };
    Use { minute: NOW / 60_000 - days_ago * DAY, of, counts }
}

fn counts(requests: u64, input: u64, cached: u64, output: u64) -> Counts {
    Counts { requests, input, cached, output, from_provider: requests, ..Counts::default() }
}

/// Two teams on three models, one of them without a price, over 20 days.
fn ledger(store: &Store) -> Ledger {
    let ledger = Ledger::open(store).unwrap();
    let listed = |provider: &str, model: &str, input: f64, output: f64| Listed {
        provider: provider.into(),
        model: model.into(),
        price: Some(Price { input, output, cache_read: Some(input / 10.0), cache_write: None }),
    };
    let prices = [listed("openai", "gpt-4o", 2.5, 10.0), listed("anthropic", "claude-sonnet-4-5", 3.0, 15.0)];
    ledger.set_prices(&prices, NOW - 40 * DAY * 60_000).unwrap();
    let quota =
        |name: &str, unit, limit, per, by| Quota { by, alert_at: vec![80], ..Quota::new(name, unit, limit, per) };
    let limits = [
        Budget::new("support", &quota("budget", Unit::Usd, 500.0, Window::Month, Subject::Team)),
        Budget::new("support", &quota("daily", Unit::Tokens, 2e6, Window::Day, Subject::Team)),
        Budget::new("support", &quota("per-user", Unit::Requests, 60.0, Window::Minute, Subject::User)),
        Budget::new("research", &quota("budget", Unit::Usd, 40.0, Window::Month, Subject::Team)),
    ];
    ledger.set_budgets(&limits).unwrap();
    let estimated = Counts { requests: 2, input: 900, output: 80, estimated: 2, ..Counts::default() };
    let usage = vec![
        used(0, ["support", "bot", "openai", "gpt-4o"], counts(1200, 1_340_000, 400_000, 310_000)),
        used(1, ["support", "bot", "openai", "gpt-4o"], counts(1100, 1_200_000, 0, 290_000)),
        used(
            20,
            ["support", "mail, \"inbox\"", "anthropic", "claude-sonnet-4-5"],
            counts(40, 88_000_000, 0, 9_000_000),
        ),
        used(3, ["research", "=cmd()", "anthropic", "claude-sonnet-4-5"], counts(7, 9_000_000, 0, 1_000_000)),
        used(3, ["research", "", "vllm", "llama"], estimated),
    ];
    let report = Report { envoy: "edge".into(), epoch: 1, sequence: 1, usage };
    ledger.apply_report(&report, NOW).unwrap();
    ledger
}

fn ask(by: &[Dimension]) -> Question {
    let from_ms = period::since("30d", NOW).unwrap();
    Question { team: None, by: by.to_vec(), from_ms, now_ms: NOW, as_if: None }
}

fn compare(name: &str, now: &str) {
    let golden = folder().join("usage").join(name);
    if std::env::var_os("TOLLGATE_BLESS").is_some() {
        std::fs::write(golden, now).unwrap();
        return;
    }
    let was = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(was == now, "{} differs; TOLLGATE_BLESS=1 rewrites it. It would be:\n{now}", golden.display());
}

fn pages(name: &str, view: &View) {
    compare(&format!("{name}.txt"), &render::table(view));
    compare(&format!("{name}.csv"), &render::csv(view));
    compare(&format!("{name}.json"), &format!("{}\n", serde_json::to_string_pretty(&render::json(view)).unwrap()));
}

fn store(folder: &tempfile::TempDir) -> Store {
    format!("sqlite://{}/ledger.db", folder.path().display()).parse().unwrap()
}

#[test]
fn a_view_reads_so() {
    let place = tempfile::tempdir().unwrap();
    let ledger = ledger(&store(&place));
    let asked = |question: &Question| view(&ledger, question).unwrap();
    pages("by-team-and-model", &asked(&ask(&[Dimension::Team, Dimension::Model])));
    let one = Question { team: Some("support".into()), ..ask(&[Dimension::Day, Dimension::App]) };
    pages("one-team-by-day", &asked(&one));
    let model = config::load(&folder().join("configs/full")).model.unwrap();
    let as_if = Some(("gpt-4o-mini".to_owned(), price(&model, "gpt-4o-mini").unwrap()));
    pages("as-if", &asked(&Question { as_if, ..ask(&[Dimension::Team, Dimension::Provider]) }));
    let lately = Question { from_ms: NOW - 60_000, team: Some("research".into()), ..ask(&[Dimension::App]) };
    compare("nothing.txt", &render::table(&asked(&lately)));
}

#[test]
fn what_cannot_be_answered_is_said() {
    let place = tempfile::tempdir().unwrap();
    let ledger = ledger(&store(&place));
    let unknown = Question { team: Some("sales".into()), ..ask(&[]) };
    let error = view(&ledger, &unknown).unwrap_err().to_string();
    assert_eq!(error, "the ledger knows no team `sales`: there are research, support");
    let model = config::load(&folder().join("configs/full")).model.unwrap();
    let error = price(&model, "gpt-9").unwrap_err().to_string();
    assert_eq!(error, "no provider of the configuration lists a price for `gpt-9`");
    assert!(price(&model, "anthropic/claude-sonnet-4-5").is_ok());
}

fn tollgate(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.env_remove("TOLLGATE_STORE").arg("usage").args(arguments).output().unwrap()
}

#[test]
fn the_command_says_what_is_wrong() {
    let place = tempfile::tempdir().unwrap();
    let url = store(&place).to_string();
    let said = |arguments: &[&str], code| {
        let output = tollgate(&[&["--store", &url], arguments].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    };
    assert!(said(&[], 1).contains("there is no ledger at"));
    let empty = Ledger::open(&store(&place)).unwrap();
    assert!(said(&[], 1).contains("the ledger is empty"));
    drop(empty);
    ledger(&store(&place));
    assert!(said(&["--team", "sales"], 1).contains("there are research, support"));
    assert!(said(&["--by", "team,colour"], 2).contains("possible values: team, app, user"));
    assert!(said(&["--by", "team,team"], 2).contains("`team` twice"));
    assert!(said(&["--since", "yesterday"], 2).contains("write 30d"));
    assert!(said(&["--as-if-model", "gpt-4o"], 2).contains("--config"));
    let table = tollgate(&["--store", &url, "--since", "2026-10-01", "--by", "team", "--format", "csv"]);
    let rows = String::from_utf8(table.stdout).unwrap();
    assert!(table.status.success() && rows.lines().count() >= 1, "{rows}");
    let nonsense = tollgate(&["--store", "mysql://me:hush@h/d"]);
    assert_eq!(nonsense.status.code(), Some(2));
    assert!(!String::from_utf8(nonsense.stderr).unwrap().contains("hush"));
}
