//! The parts, one by one: workers, service and store without a network between them.

use tollgate_policy::quota::{Quota, Subject, Unit, Window};

use crate::grantor::{self, Ledger, MemoryLedger, Terms};
use crate::lease::{self, Asked, Held, MOST_POOLS, MOST_PURSES, Short, Utc, Verdict, Want, Worker};
use crate::tests::{by, cost, quota, user};
use crate::{Cost, Memory, Plan, Store};

const NOW: u64 = 1_700_000_000_000;

/// One Envoy with a service that always answers at once.
struct Pair {
    store: Memory,
    ledger: MemoryLedger,
    limit: u64,
    stopped: bool,
    asks: usize,
}

impl Pair {
    fn new(limit: u64) -> Self {
        Self { store: Memory::default(), ledger: MemoryLedger::default(), limit, stopped: false, asks: 0 }
    }

    fn answer(&mut self, worker: &mut Worker, asked: Vec<Asked>, now_ms: u64) {
        for asked in asked {
            self.asks += 1;
            let windows = Utc { per: Window::Hour, sliding: false };
            let terms = Terms { limit: self.limit, windows: &windows, stopped: self.stopped };
            let told = grantor::serve(&mut self.ledger, &terms, &asked.ask, now_ms).unwrap();
            worker.told(&mut self.store, &asked, &told, now_ms).unwrap();
        }
    }

    fn tick(&mut self, worker: &mut Worker, now_ms: u64) {
        let asked = worker.tick(&mut self.store, now_ms).unwrap();
        self.answer(worker, asked, now_ms);
    }

    /// Tries, asks if it must, and tries again.
    fn reserve(&mut self, worker: &mut Worker, wants: &[Want<'_>], now_ms: u64) -> Result<Held, Short> {
        for _ in 0..8 {
            match worker.reserve(&mut self.store, wants, now_ms, 1_000, now_ms) {
                Err(Short { want, verdict: Verdict::Wait, .. }) => {
                    let asked = worker.ask(&mut self.store, wants[want].key, now_ms).unwrap();
                    self.answer(worker, asked, now_ms);
                }
                decided => return decided,
            }
        }
        worker.reserve(&mut self.store, wants, now_ms - 1_000, 1_000, now_ms)
    }

    /// Three minutes in which nothing is asked for.
    fn rest(&mut self, worker: &mut Worker, now_ms: u64) {
        for at in 1..720 {
            self.tick(worker, now_ms + 250 * at);
        }
    }

    fn charged(&mut self, quota: &str) -> u64 {
        let pool = named(quota);
        self.ledger.books(&pool).unwrap().iter().map(|book| book.charged).sum()
    }
}

fn want(quota: &'static str, id: u64, unit: Unit, amount: u64) -> Want<'static> {
    Want { key: "k", id, pool: ["t", quota, ""], counts: 0, unit, amount, least: amount, floor: 0 }
}

fn named(quota: &str) -> lease::Pool {
    lease::Pool { team: "t".into(), quota: quota.into(), counts: 0, subject: String::new() }
}

fn tokens(amount: u64) -> Want<'static> {
    want("tpm", 1, Unit::Tokens, amount)
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn one_request_asks_and_those_after_it_touch_no_store() {
    /// A store that may not be asked.
    struct Away;
    impl Store for Away {
        fn load(&mut self, _: &str) -> Result<Option<(Vec<u8>, crate::Version)>, crate::Unavailable> {
            Err(crate::Unavailable::new("away"))
        }
        fn store(&mut self, _: &str, _: &[u8], _: Option<crate::Version>) -> Result<(), crate::StoreError> {
            Err(crate::StoreError::Unavailable(crate::Unavailable::new("away")))
        }
    }
    let (mut pair, mut worker) = (Pair::new(1_000_000), Worker::new(9));
    let mut first = pair.reserve(&mut worker, &[tokens(100)], NOW).unwrap();
    worker.settle(&mut first, &cost(20, 20));
    assert_eq!(pair.asks, 1);
    for _ in 0..100 {
        let mut held = worker.reserve(&mut Away, &[tokens(60)], NOW, 0, NOW).unwrap();
        worker.settle(&mut held, &Cost::default());
    }
    let short = worker.reserve(&mut Away, &[tokens(61)], NOW, 0, NOW).unwrap_err();
    assert_eq!(short.verdict, Verdict::Unavailable);
    // What was used reaches the service by a tick.
    pair.tick(&mut worker, NOW + 250);
    pair.tick(&mut worker, NOW + 2_500);
    let spent: u64 = pair.ledger.books(&named("tpm")).unwrap().iter().map(|book| book.spent).sum();
    assert_eq!(spent, 40);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn all_quotas_or_none() {
    let (mut pair, mut worker) = (Pair::new(100), Worker::new(9));
    let both = |amount| [tokens(amount), want("rpm", 2, Unit::Requests, 100)];
    let mut held = pair.reserve(&mut worker, &both(10), NOW).unwrap();
    // No request is left of the second, so nothing is taken from the first.
    let short = pair.reserve(&mut worker, &both(90), NOW + 1).unwrap_err();
    assert_eq!((short.want, short.verdict), (1, Verdict::Exceeded));
    worker.cancel(&mut held);
    worker.cancel(&mut held);
    pair.rest(&mut worker, NOW);
    assert_eq!((pair.charged("tpm"), pair.charged("rpm")), (0, 0));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn units_settle_as_they_are_counted() {
    let (mut pair, mut worker) = (Pair::new(1_000), Worker::new(9));
    let wants = [
        tokens(100),
        want("rpm", 2, Unit::Requests, 1),
        want("seats", 3, Unit::InFlight, 1),
        want("in", 4, Unit::InputTokens, 0),
    ];
    let mut held = pair.reserve(&mut worker, &wants, NOW).unwrap();
    assert_eq!(held.claims().count(), 3);
    worker.settle(&mut held, &cost(10, 150));
    pair.rest(&mut worker, NOW);
    // Use beyond the reservation, a request, no seat.
    let charged = ["tpm", "rpm", "seats", "in"].map(|quota| pair.charged(quota));
    assert_eq!(charged, [160, 1, 0, 0]);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_clamped_request_is_told_how_much_there_is() {
    let (mut pair, mut worker) = (Pair::new(1_000), Worker::new(9));
    let _held = pair.reserve(&mut worker, &[tokens(700)], NOW).unwrap();
    let short = pair.reserve(&mut worker, &[tokens(400)], NOW).unwrap_err();
    assert_eq!((short.verdict, short.facts.left), (Verdict::Exceeded, 1_000 - pair.charged("tpm")));
    let clamping = Want { least: 50, ..tokens(400) };
    let short = pair.reserve(&mut worker, &[clamping], NOW + 2_000).unwrap_err();
    assert_eq!(short.room, 300);
    assert!(pair.reserve(&mut worker, &[Want { amount: short.room, ..clamping }], NOW + 2_000).is_ok());
    assert_eq!(pair.charged("tpm"), 1_000);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_class_is_shed_at_its_threshold() {
    let floor = lease::floor(1_000, 80);
    assert_eq!((floor, lease::floor(u64::MAX, 0), lease::floor(7, 100), lease::floor(7, 200)), (200, u64::MAX, 0, 0));
    let (mut pair, mut worker) = (Pair::new(1_000), Worker::new(9));
    let batch = Want { floor, ..tokens(100) };
    let held: Vec<_> = (0..20).map_while(|_| pair.reserve(&mut worker, &[batch], NOW).ok()).collect();
    assert_eq!(held.len(), 8);
    assert_eq!(pair.reserve(&mut worker, &[batch], NOW).unwrap_err().verdict, Verdict::Shed);
    let others: Vec<_> = (0..20).map_while(|_| pair.reserve(&mut worker, &[tokens(100)], NOW).ok()).collect();
    assert_eq!(others.len(), 2);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn what_is_stopped_gets_nothing_and_gives_back_what_rests() {
    let (mut pair, mut worker) = (Pair::new(1_000), Worker::new(9));
    let mut held = pair.reserve(&mut worker, &[tokens(100)], NOW).unwrap();
    worker.settle(&mut held, &cost(0, 30));
    pair.stopped = true;
    for at in 1..20 {
        pair.tick(&mut worker, NOW + 250 * at);
    }
    assert_eq!(pair.charged("tpm"), 30);
    let short = pair.reserve(&mut worker, &[tokens(1)], NOW + 5_000).unwrap_err();
    assert_eq!((short.verdict, short.facts.limit), (Verdict::Exceeded, 0));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_clock_that_is_set_back_makes_no_lease_longer() {
    let (mut pair, mut worker) = (Pair::new(1_000_000), Worker::new(9));
    let mut held = pair.reserve(&mut worker, &[tokens(100)], NOW).unwrap();
    worker.settle(&mut held, &Cost::default());
    let hour_ago = NOW - 3_600_000;
    let short = worker.reserve(&mut pair.store, &[tokens(1)], hour_ago, 1_000, hour_ago).unwrap_err();
    assert_eq!(short.verdict, Verdict::Wait, "the lease would run for an hour");
    // The service answers, and all is well by the new clock.
    let asked = worker.ask(&mut pair.store, "k", hour_ago).unwrap();
    assert_eq!(asked.len(), 1);
    let terms = Terms { limit: 1_000_000, windows: &Utc { per: Window::Minute, sliding: false }, stopped: false };
    let told = grantor::serve(&mut pair.ledger, &terms, &asked[0].ask, NOW + 5).unwrap();
    worker.told(&mut pair.store, &asked[0], &told, hour_ago + 5).unwrap();
    assert!(worker.reserve(&mut pair.store, &[tokens(1)], hour_ago, 1_000, hour_ago + 5).is_ok());
}

#[test]
fn millions_of_users_take_no_more_than_so_much() {
    let plan = Plan::new("t", &[by(Subject::User, quota("per-user", Unit::Requests, 60.0, Window::Minute))]);
    let (mut pair, mut worker) = (Pair::new(60), Worker::new(9));
    let mut keys = std::collections::BTreeSet::new();
    let mut held = Vec::new();
    for n in 0..3 * MOST_PURSES as u64 {
        let name = format!("user-{n}");
        let wanted = plan.wanted(&user(&name));
        let wants = wanted.wants(&cost(0, 0), &cost(0, 0), false);
        keys.insert(wants[0].key.to_owned());
        // Those of the last third stay.
        let mut one = pair.reserve(&mut worker, &wants, NOW + n).unwrap();
        if n < 2 * MOST_PURSES as u64 {
            worker.settle(&mut one, &cost(0, 0));
        } else {
            held.push(one);
        }
    }
    assert!(keys.len() as u64 <= lease::SLOTS);
    let longest = keys.iter().map(|key| pair.store.load(key).unwrap().unwrap().0.len()).max().unwrap();
    assert!(longest < MOST_POOLS * 100, "{longest}");
    // All are in use: there is no room for one more, until one ends.
    let wanted = plan.wanted(&user("one more"));
    let wants = wanted.wants(&cost(0, 0), &cost(0, 0), false);
    let short = pair.reserve(&mut worker, &wants, NOW + 20_000).unwrap_err();
    assert_eq!(short.verdict, Verdict::Unavailable);
    worker.settle(&mut held[0], &cost(0, 0));
    assert!(pair.reserve(&mut worker, &wants, NOW + 20_000).is_ok());
}

#[test]
fn one_who_makes_room_for_one_quota_keeps_the_other() {
    let minute = |name| by(Subject::User, quota(name, Unit::Requests, 60.0, Window::Minute));
    let plan = Plan::new("t", &[minute("a"), minute("b"), minute("c")]);
    let (mut pair, mut worker) = (Pair::new(60), Worker::new(9));
    for n in 0..MOST_PURSES as u64 {
        let name = format!("user-{n}");
        let wanted = plan.wanted(&user(&name));
        let wants = wanted.wants(&cost(0, 0), &cost(0, 0), false);
        match pair.reserve(&mut worker, &wants, NOW + n) {
            Ok(mut held) => {
                assert_eq!(held.claims().count(), 3);
                worker.settle(&mut held, &cost(0, 0));
            }
            Err(short) => assert_eq!(short.verdict, Verdict::Unavailable),
        }
    }
}

#[test]
fn a_quota_that_counts_something_else_now_is_another_pool() {
    let named = |unit, per| {
        let plan = Plan::new("t", &[quota("q", unit, 60.0, per)]);
        let wanted = plan.wanted(&user("jane"));
        let want = wanted.wants(&cost(1, 1), &cost(1, 0), false)[0];
        (want.counts, want.id)
    };
    let was = named(Unit::Tokens, Window::Minute);
    assert_eq!(was, named(Unit::Tokens, Window::Minute));
    assert_ne!(was, named(Unit::Usd, Window::Minute));
    assert_ne!(was, named(Unit::Tokens, Window::Hour));
}

#[test]
fn a_user_who_comes_back_finds_the_old_count() {
    let limited: Quota = by(Subject::User, quota("per-user", Unit::Requests, 60.0, Window::Minute));
    let plan = Plan::new("t", &[limited]);
    let (mut pair, mut worker) = (Pair::new(60), Worker::new(9));
    let wanted = plan.wanted(&user("jane"));
    let wants = wanted.wants(&cost(0, 0), &cost(0, 0), false);
    for n in 0..50 {
        let mut held = pair.reserve(&mut worker, &wants, NOW + n).unwrap();
        worker.settle(&mut held, &cost(0, 0));
    }
    pair.rest(&mut worker, NOW);
    // Forgotten by the Envoy altogether, as by a full slot.
    pair.store = Memory::default();
    let mut other = Worker::new(10);
    let more: Vec<_> = (0..60).map_while(|_| pair.reserve(&mut other, &wants, NOW + 200_000).ok()).collect();
    assert_eq!(more.len(), 10);
}

#[test]
fn records_are_read_as_they_were_written_or_not_at_all() {
    let (mut pair, mut worker) = (Pair::new(1_000), Worker::new(9));
    let _held = pair.reserve(&mut worker, &[tokens(100), want("rpm", 2, Unit::Requests, 1)], NOW).unwrap();
    let (bytes, version) = pair.store.load("k").unwrap().unwrap();
    for end in 0..bytes.len() {
        let mut store = pair.store.clone();
        store.store("k", &bytes[..end], Some(version)).unwrap();
        let fresh = Worker::new(9).reserve(&mut store, &[tokens(1)], NOW, 1_000, NOW);
        // A cut between two records is a whole of its own.
        if let Err(short) = fresh {
            assert!(matches!(short.verdict, Verdict::Unavailable | Verdict::Wait), "{end}: {short:?}");
        }
    }
    let mut store = pair.store.clone();
    store.store("k", &[&[2], &bytes[1..]].concat(), Some(version)).unwrap();
    let short = Worker::new(9).reserve(&mut store, &[tokens(1)], NOW, 1_000, NOW).unwrap_err();
    assert_eq!(short.verdict, Verdict::Unavailable);
}
