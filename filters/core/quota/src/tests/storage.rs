use tollgate_policy::quota::{Subject, Unit, Window};

use super::{by, cost, quota, user};
use crate::state::{Entry, State};
use crate::window::Span;
use crate::{Denied, Memory, Plan, Store, StoreError, Unavailable, Version};

const NOW: u64 = 1_700_000_000_000;

/// A store that fails in a chosen way and counts how often it was asked.
#[derive(Default)]
struct Faulty {
    inner: Memory,
    conflicts: u32,
    down_after: Option<u32>,
    loads: u32,
    stores: u32,
}

impl Faulty {
    fn ask(&mut self) -> Result<(), Unavailable> {
        match &mut self.down_after {
            Some(0) => Err(Unavailable::new("down")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Store for Faulty {
    fn load(&mut self, key: &str) -> Result<Option<(Vec<u8>, Version)>, Unavailable> {
        self.ask()?;
        self.loads += 1;
        self.inner.load(key)
    }

    fn store(&mut self, key: &str, value: &[u8], version: Option<Version>) -> Result<(), StoreError> {
        self.ask().map_err(StoreError::Unavailable)?;
        self.stores += 1;
        if self.conflicts > 0 {
            self.conflicts -= 1;
            return Err(StoreError::Conflict);
        }
        self.inner.store(key, value, version)
    }
}

fn team_and_user() -> Plan {
    let quotas = [
        quota("tpm", Unit::Tokens, 1000.0, Window::Minute),
        quota("rpm", Unit::Requests, 100.0, Window::Minute),
        by(Subject::User, quota("user-tpm", Unit::Tokens, 500.0, Window::Minute)),
        by(Subject::User, quota("user-tpd", Unit::Tokens, 900.0, Window::Day)),
    ];
    Plan::new("support", &quotas)
}

#[test]
fn costs_one_load_and_one_swap_per_subject_kind() {
    let mut store = Faulty::default();
    let mut reservation = team_and_user().reserve(&mut store, &user("jane"), &cost(1, 1), NOW).unwrap();
    assert_eq!((store.loads, store.stores), (2, 2));
    reservation.settle(&mut store, &cost(1, 0)).unwrap();
    assert_eq!((store.loads, store.stores), (4, 4));
    // A refusal only reads, and so does a settlement that changes nothing.
    assert!(team_and_user().reserve(&mut store, &user("jane"), &cost(1, 999), NOW).is_err());
    assert_eq!((store.loads, store.stores), (6, 4));
    let mut exact = team_and_user().reserve(&mut store, &user("jane"), &cost(1, 1), NOW).unwrap();
    exact.settle(&mut store, &cost(1, 1)).unwrap();
    assert_eq!((store.loads, store.stores), (8, 6));
}

#[test]
fn rides_out_a_storm_of_conflicts_up_to_its_bound() {
    let plan = Plan::new("t", &[quota("tpm", Unit::Tokens, 1000.0, Window::Minute)]);
    let mut store = Faulty { conflicts: 63, ..Faulty::default() };
    let mut reservation = plan.reserve(&mut store, &user("jane"), &cost(0, 10), NOW).unwrap();
    store.conflicts = 63;
    reservation.settle(&mut store, &cost(0, 3)).unwrap();
    assert_eq!(plan.headroom(&mut store, &user("jane"), NOW).unwrap()[0].remaining, 997);

    store.conflicts = 64;
    assert!(matches!(plan.reserve(&mut store, &user("jane"), &cost(0, 10), NOW), Err(Denied::Unavailable(_))));
    assert_eq!(store.conflicts, 0);
    let mut reservation = plan.reserve(&mut store, &user("jane"), &cost(0, 10), NOW).unwrap();
    store.conflicts = 64;
    assert!(reservation.settle(&mut store, &cost(0, 3)).is_err());
    assert!(!reservation.is_settled());
    reservation.settle(&mut store, &cost(0, 3)).unwrap();
    assert_eq!(plan.headroom(&mut store, &user("jane"), NOW).unwrap()[0].remaining, 994);
}

#[test]
fn a_store_that_dies_anywhere_refuses_and_never_returns_too_much() {
    for down_after in 0..8 {
        let mut store = Faulty { down_after: Some(down_after), ..Faulty::default() };
        let outcome = team_and_user().reserve(&mut store, &user("jane"), &cost(0, 100), NOW);
        let admitted = outcome.is_ok();
        assert_eq!(admitted, down_after >= 4, "two loads and two swaps");
        let settled = outcome.map(|mut reservation| {
            let first = reservation.settle(&mut store, &cost(0, 40));
            store.down_after = None;
            // What the first call settled is not settled again.
            (first.is_ok(), reservation.settle(&mut store, &cost(0, 40)).is_ok())
        });
        store.down_after = None;
        let left = team_and_user().headroom(&mut store, &user("jane"), NOW).unwrap();
        let left: Vec<u64> = left.iter().map(|standing| standing.remaining).collect();
        if admitted {
            assert_eq!(settled, Ok((down_after >= 8, true)));
            assert_eq!(left, [960, 99, 460, 860]);
        } else {
            assert!(left[0] == 1000 || left[0] == 900, "{left:?}: none, or charged until the window ends");
        }
    }
}

#[test]
fn what_is_already_taken_is_given_back_when_a_later_key_refuses() {
    /// Between the loads and the swaps of a request somebody else takes the user's last tokens.
    struct Overtaken(Memory, bool);
    impl Store for Overtaken {
        fn load(&mut self, key: &str) -> Result<Option<(Vec<u8>, Version)>, Unavailable> {
            self.0.load(key)
        }
        fn store(&mut self, key: &str, value: &[u8], version: Option<Version>) -> Result<(), StoreError> {
            if !std::mem::replace(&mut self.1, true) {
                let quotas = [by(Subject::User, quota("user-tpm", Unit::Tokens, 500.0, Window::Minute))];
                let _held = Plan::new("support", &quotas).reserve(&mut self.0, &user("jane"), &cost(0, 500), NOW);
            }
            self.0.store(key, value, version)
        }
    }
    let mut store = Overtaken(Memory::default(), false);
    let Err(Denied::Exceeded(exceeded)) = team_and_user().reserve(&mut store, &user("jane"), &cost(0, 100), NOW) else {
        panic!("overshoot");
    };
    assert_eq!(&*exceeded.standing.quota, "user-tpm");
    let left = team_and_user().headroom(&mut store, &user("jane"), NOW).unwrap();
    assert_eq!(left.iter().map(|standing| standing.remaining).collect::<Vec<_>>(), [1000, 100, 0, 900]);
}

#[test]
fn use_that_is_settled_after_the_state_was_lost_is_charged() {
    let plan = Plan::new("t", &[quota("tpm", Unit::Tokens, 1000.0, Window::Minute)]);
    let mut reservation = plan.reserve(&mut Memory::default(), &user("jane"), &cost(0, 10), NOW).unwrap();
    let mut fresh = Memory::default();
    reservation.settle(&mut fresh, &cost(0, 3)).unwrap();
    assert_eq!(plan.headroom(&mut fresh, &user("jane"), NOW).unwrap()[0].remaining, 997);
    assert_eq!(plan.headroom(&mut fresh, &user("jane"), NOW + 60_000).unwrap()[0].remaining, 1000);
}

fn state() -> State {
    let entry = |quota, from_ms, taken| Entry { quota, span: Span { from_ms, length_ms: 60_000 }, taken };
    State { entries: vec![entry(7, NOW, 0), entry(u64::MAX, 0, u64::MAX), entry(0, u64::MAX, 127)] }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn state_survives_being_stored() {
    assert_eq!(State::decode(&state().encode()), Ok(state()));
    assert_eq!(State::decode(&State::default().encode()), Ok(State::default()));
}

#[test]
fn unreadable_state_refuses() {
    let whole = state().encode();
    let cut = (0..whole.len()).map(|end| whole[..end].to_vec());
    let other_layout = std::iter::once([&[2], &whole[1..]].concat());
    let endless = std::iter::once([&[1u8; 9][..], &[0xff; 40]].concat());
    for bytes in cut.chain(other_layout).chain(endless) {
        // A cut between two entries is a state of its own.
        if let Ok(state) = State::decode(&bytes) {
            assert_eq!(state.encode(), bytes);
            continue;
        }
        let plan = Plan::new("t", &[quota("tpm", Unit::Tokens, 1000.0, Window::Minute)]);
        let mut store = Memory::default();
        let _held = plan.reserve(&mut store, &user("jane"), &cost(0, 1), NOW).unwrap();
        let key = crate::subjects::key_prefix("t", Subject::Team) + "-";
        let (_, version) = store.load(&key).unwrap().unwrap();
        store.store(&key, &bytes, Some(version)).unwrap();
        assert!(matches!(plan.reserve(&mut store, &user("jane"), &cost(0, 1), NOW), Err(Denied::Unavailable(_))));
    }
}

#[test]
fn ended_windows_leave_the_state() {
    let plan = Plan::new("t", &[quota("old", Unit::Tokens, 1000.0, Window::Minute)]);
    let edited = Plan::new("t", &[quota("new", Unit::Tokens, 1000.0, Window::Hour)]);
    let key = crate::subjects::key_prefix("t", Subject::Team) + "-";
    let mut store = Memory::default();
    let _held = plan.reserve(&mut store, &user("jane"), &cost(0, 1), NOW).unwrap();
    let _held = edited.reserve(&mut store, &user("jane"), &cost(0, 1), NOW + 59_999).unwrap();
    assert_eq!(State::decode(&store.load(&key).unwrap().unwrap().0).unwrap().entries.len(), 2);
    let _held = edited.reserve(&mut store, &user("jane"), &cost(0, 1), NOW + 60_000).unwrap();
    assert_eq!(State::decode(&store.load(&key).unwrap().unwrap().0).unwrap().entries.len(), 1);
}

#[cfg(not(target_arch = "wasm32"))]
proptest::proptest! {
    #[test]
    fn any_bytes_decode_to_themselves_or_to_nothing(bytes: Vec<u8>) {
        let with_layout = [&[1], &bytes[..]].concat();
        if let Ok(state) = State::decode(&with_layout) {
            proptest::prop_assert_eq!(State::decode(&state.encode()), Ok(state));
        }
    }
}
