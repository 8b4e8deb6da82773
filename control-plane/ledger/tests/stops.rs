//! The kill switch, on both stores.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use support::{NOW, Stores, open};
use tollgate_ledger::{Stop, Switch};

fn stop(switch: Switch, name: &str, at_ms: u64, why: &str) -> Stop {
    Stop { switch, name: name.into(), at_ms, who: "jane@desk".into(), why: why.into() }
}

#[test]
fn what_is_stopped_is_known_to_every_replica_until_it_is_resumed() {
    let stores = Stores::start();
    for store in stores.both() {
        let (here, there) = (open(&store), open(&store));
        assert_eq!(there.stops().unwrap(), []);
        let team = stop(Switch::Team, "support", NOW, "runaway job");
        let model = stop(Switch::Model, "gpt-4*", NOW + 1, "");
        assert!(here.stop(&model).unwrap() && here.stop(&team).unwrap());
        assert_eq!(there.stops().unwrap(), [team.clone(), model.clone()], "{store}");

        // Again: since the first time, for the new reason, by whoever gave it.
        let again = Stop { who: "ops@ci".into(), ..stop(Switch::Team, "support", NOW + 9, "still") };
        assert!(!there.stop(&again).unwrap());
        assert_eq!(here.stops().unwrap()[0], Stop { at_ms: NOW, ..again.clone() });

        let off = stop(Switch::Team, "support", NOW + 20, "job fixed");
        assert_eq!(there.resume(&off).unwrap(), Some(Stop { at_ms: NOW, ..again }), "{store}");
        assert_eq!(there.resume(&off).unwrap(), None);
        assert_eq!(here.stops().unwrap(), [model], "a team and a model of one name are two");

        let audit: Vec<_> = here.audit(NOW, 10).unwrap().into_iter().map(|it| (it.subject, it.detail)).collect();
        let entry = |subject: &str, detail: &str| (subject.to_owned(), detail.to_owned());
        let told = [
            entry("team/support", "stopped: runaway job"),
            entry("model/gpt-4*", "stopped: no reason given"),
            entry("team/support", "stopped: still"),
            entry("team/support", "resumed: job fixed"),
        ];
        assert_eq!(audit, told, "{store}");
    }
}

#[test]
fn a_switch_that_is_thrown_by_two_at_once_is_thrown_once() {
    let stores = Stores::start();
    for store in stores.both() {
        let ledgers: Vec<_> = (0..4).map(|_| open(&store)).collect();
        let first = std::thread::scope(|scope| {
            let throws: Vec<_> = ledgers
                .iter()
                .enumerate()
                .map(|(at, ledger)| {
                    let stop = Stop { who: format!("op{at}"), ..stop(Switch::Provider, "openai", NOW, "down") };
                    scope.spawn(move || ledger.stop(&stop).unwrap())
                })
                .collect();
            throws.into_iter().map(|throw| throw.join().unwrap()).filter(|first| *first).count()
        });
        assert_eq!(first, 1, "{store}");
        assert_eq!(ledgers[0].stops().unwrap().len(), 1);
        assert_eq!(ledgers[0].audit(NOW, 10).unwrap().len(), 4, "everybody who threw it is named");
    }
}
