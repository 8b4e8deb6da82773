//! One alert for each threshold and window, delivered until it was received.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver};

use support::{MINUTE, NOW, Stores, ask, open, pool, renew};
use tollgate_ledger::message::Template;
use tollgate_ledger::{Alert, Budget, Counts, Ledger, Listed, Report, Round, Rules, Store, Tags, Use, Webhook};
use tollgate_policy::gateway::Price;
use tollgate_policy::quota::{Quota, Shape, Subject, Unit, Window};

fn stores() -> &'static Stores {
    static STORES: OnceLock<Stores> = OnceLock::new();
    STORES.get_or_init(Stores::start)
}

/// 10 dollars a month, alerts at 50, 80 and 100 percent.
fn budget(by: Subject) -> Budget {
    let quota = Quota { by, alert_at: vec![50, 80, 100], ..Quota::new("budget", Unit::Usd, 10.0, Window::Month) };
    Budget::new("support", &quota)
}

/// A ledger with this budget, where a token costs a millionth of a dollar.
fn ledger(store: &Store, by: Subject) -> Ledger {
    let ledger = open(store);
    ledger.set_budgets(&[budget(by)]).unwrap();
    let price = Price { input: 1.0, ..Price::default() };
    let listed = Listed { provider: "p".into(), model: "m".into(), price: Some(price) };
    ledger.set_prices(&[listed], NOW - 60_000).unwrap();
    ledger
}

fn charge(ledger: &Ledger, sequence: u64, user: &str, micro_usd: u64) {
    let [team, user, model, provider] = ["support", user, "m", "p"].map(str::to_owned);
    let of = Tags { team, user, model, provider, ..Tags::default() };
    let usage = vec![Use { minute: MINUTE, of, counts: Counts { requests: 1, input: micro_usd, ..Counts::default() } }];
    let report = Report { envoy: "edge".into(), epoch: 1, sequence, usage };
    ledger.apply_report(&report, NOW + sequence).unwrap();
}

fn thresholds(alerts: &[Alert]) -> Vec<u8> {
    alerts.iter().map(|alert| alert.threshold).collect()
}

#[test]
fn a_threshold_is_reported_once_whoever_crosses_it_and_whoever_looks() {
    for store in stores().both() {
        let ledger = ledger(&store, Subject::Team);
        crossed_once(&store, &ledger, |sequence, _, added| charge(&ledger, sequence, "", added));
    }
}

#[test]
fn leases_raise_alerts_by_what_their_holders_have_spent_together() {
    for store in stores().both() {
        let ledger = ledger(&store, Subject::Team);
        let budget = budget(Subject::Team);
        let (rules, pool) = (Rules::new(std::slice::from_ref(&budget)), pool(&budget, ""));
        let from_ms = renew(&ledger, &rules, &ask(&pool, 1, None, 0, 0), NOW).leases[0].from_ms;
        // A third of it was used by one Envoy and the rest by another.
        crossed_once(&store, &ledger, |sequence, total, _| {
            for (envoy, part) in [(1, total / 3), (2, total - total / 3)] {
                renew(&ledger, &rules, &ask(&pool, envoy, Some(from_ms), part, 0), NOW + sequence);
            }
        });
    }
}

/// Spends 19.5 of 10 dollars in five steps; `spend` takes the step's number, the total, and what the step adds.
fn crossed_once(store: &Store, ledger: &Ledger, spend: impl Fn(u64, u64, u64)) {
    spend(1, 4_999_999, 4_999_999);
    assert!(ledger.alerts_due(NOW + 10, 1000, 10).unwrap().is_empty());
    spend(2, 5_000_000, 1);
    spend(2, 5_000_000, 1);
    spend(3, 8_500_000, 3_500_000);
    let claimed: Vec<Alert> = std::thread::scope(|scope| {
        let look = || open(store).alerts_due(NOW + 10, 60_000, 1).unwrap();
        let replicas: Vec<_> = (0..6).map(|_| scope.spawn(look)).collect();
        replicas.into_iter().flat_map(|replica| replica.join().unwrap()).collect()
    });
    let mut found = thresholds(&claimed);
    found.sort_unstable();
    assert!(found.len() <= 2 && found.windows(2).all(|two| two[0] != two[1]), "{store}: {found:?}");
    // Those a replica did not get in its turn are there in the next one; those that are claimed are not.
    let rest = ledger.alerts_due(NOW + 10, 60_000, 10).unwrap();
    found.extend(thresholds(&rest));
    found.sort_unstable();
    assert_eq!(found, [50, 80], "{store}");
    // Whoever claimed them died: they come again.
    let again = ledger.alerts_due(NOW + 70_000, 1000, 10).unwrap();
    assert_eq!(thresholds(&again), [50, 80], "{store}");
    assert_eq!((again[0].spent, again[0].limit, again[0].attempts), (5_000_000, 10_000_000, 2));
    again.iter().for_each(|alert| ledger.alert_delivered(alert, NOW + 70_001).unwrap());
    spend(4, 9_500_000, 1_000_000);
    assert!(ledger.alerts_due(NOW + 200_000, 1000, 10).unwrap().is_empty(), "{store}: said once");
    spend(5, 19_500_000, 10_000_000);
    assert_eq!(thresholds(&ledger.alerts_due(NOW + 200_000, 1000, 10).unwrap()), [100], "{store}");
    let counts = ledger.alert_counts().unwrap();
    assert_eq!((counts.raised, counts.delivered, counts.failing), (3, 2, 1));
    let metrics = ledger.metrics(NOW + 5).unwrap();
    let ratio = "tollgate_budget_used_ratio{team=\"support\",quota=\"budget\"} 1.950000\n";
    assert!(metrics.contains(ratio), "{metrics}");
    assert!(metrics.contains("\ntollgate_alerts_raised 3\n"), "{metrics}");
}

#[test]
fn one_use_that_is_leased_and_reported_is_one_alert() {
    for store in stores().both() {
        let ledger = ledger(&store, Subject::Team);
        let budget = budget(Subject::Team);
        let (rules, pool) = (Rules::new(std::slice::from_ref(&budget)), pool(&budget, ""));
        let from_ms = renew(&ledger, &rules, &ask(&pool, 1, None, 0, 0), NOW).leases[0].from_ms;
        renew(&ledger, &rules, &ask(&pool, 1, Some(from_ms), 6_000_000, 0), NOW + 1);
        charge(&ledger, 1, "", 6_000_000);
        assert_eq!(thresholds(&ledger.alerts_due(NOW + 10, 1000, 10).unwrap()), [50], "{store}");
        // A limit that is lowered below what was spent is reached by that.
        let lower = Rules::new(&[Budget { limit: 7_000_000, ..budget }]);
        renew(&ledger, &lower, &ask(&pool, 1, Some(from_ms), 6_000_000, 0), NOW + 2);
        assert_eq!(thresholds(&ledger.alerts_due(NOW + 10, 1000, 10).unwrap()), [80], "{store}");
    }
}

#[test]
fn a_sliding_window_says_it_once_while_it_lasts() {
    for store in stores().both() {
        let ledger = open(&store);
        let quota = Quota {
            window: Shape::Sliding,
            alert_at: vec![80],
            ..Quota::new("rpm", Unit::Requests, 100.0, Window::Minute)
        };
        let budget = Budget::new("support", &quota);
        let (rules, pool) = (Rules::new(std::slice::from_ref(&budget)), pool(&budget, ""));
        let mut raised = 0;
        for second in 0..180 {
            let now_ms = NOW + second * 1000;
            // The first minute's use alone: 90 requests in its first step.
            let from_ms = renew(&ledger, &rules, &ask(&pool, 1, None, 0, 1), now_ms).leases[0].from_ms;
            let spent = if second < 2 || (100..102).contains(&second) { 90 } else { 0 };
            renew(&ledger, &rules, &ask(&pool, 1, Some(from_ms), spent, 0), now_ms);
            raised += ledger.alerts_due(now_ms, 1_000_000, 10).unwrap().len();
        }
        assert_eq!(raised, 2, "{store}: once for each minute that was too full");
    }
}

/// A webhook that answers each request with the next of `answers`, and tells what it was sent.
fn webhook(answers: Vec<&'static str>) -> (String, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/services/T0/secret-path", listener.local_addr().unwrap());
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line == "\r\n" {
                    break;
                }
                head.push_str(&line);
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            tell.send((head, String::from_utf8(body).unwrap())).unwrap();
            write!(reader.get_mut(), "HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
        }
    });
    (url, told)
}

#[test]
fn an_alert_is_posted_until_it_is_taken_and_then_no_more() {
    let store = stores().sqlite();
    let ledger = ledger(&store, Subject::User);
    let (url, told) = webhook(vec!["500 Oops", "429 Slow\r\nretry-after: 90", "302 Over\r\nlocation: /", "200 OK"]);
    let webhook = Webhook::new(&url, Template::default()).unwrap();
    assert!(!format!("{webhook:?}").contains("secret-path"));
    charge(&ledger, 1, "jane", 6_000_000);
    let mut now = NOW + 10;
    for pause in [2_000, 90_000, 8_000] {
        assert_eq!(webhook.deliver_due(&ledger, now).unwrap(), Round { delivered: 0, failed: 1 });
        assert_eq!(webhook.deliver_due(&ledger, now + pause - 1).unwrap(), Round::default(), "not before {pause}");
        now += pause;
    }
    assert_eq!(webhook.deliver_due(&ledger, now).unwrap(), Round { delivered: 1, failed: 0 });
    assert_eq!(webhook.deliver_due(&ledger, now + 10_000_000).unwrap(), Round::default());
    let posted: Vec<_> = told.iter().collect();
    assert_eq!(posted.len(), 4);
    let text =
        "Tollgate: support (user jane) has used 60% of budget: $6.00 of $10.00. The window ends 2026-10-01T00:00:00Z.";
    for (head, body) in posted {
        assert!(head.starts_with("POST /services/T0/secret-path HTTP/1.1\r\n"), "{head}");
        assert!(head.to_ascii_lowercase().contains("content-type: application/json"), "{head}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&body).unwrap(), serde_json::json!({"text": text}));
    }
}

#[test]
fn a_webhook_that_is_away_is_tried_again() {
    let ledger = ledger(&stores().sqlite(), Subject::Team);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let webhook = Webhook::new(&format!("http://{free}/"), Template::default()).unwrap();
    charge(&ledger, 1, "", 6_000_000);
    assert_eq!(webhook.deliver_due(&ledger, NOW + 10).unwrap(), Round { delivered: 0, failed: 1 });
    assert_eq!(ledger.alert_counts().unwrap().failing, 1);
}

#[test]
fn the_address_comes_from_a_file_or_the_environment_and_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("webhook");
    std::fs::write(&file, "https://hooks.example/services/T0/secret-path\n").unwrap();
    assert!(Webhook::from_file(&file, Template::default()).is_ok());
    std::fs::write(&file, "hooks.example/secret-path").unwrap();
    let error = Webhook::from_file(&file, Template::default()).unwrap_err().to_string();
    assert!(error.contains("webhook") && !error.contains("secret-path"), "{error}");
    assert!(Webhook::from_env("TOLLGATE_NO_SUCH_WEBHOOK", Template::default()).is_err());
}
