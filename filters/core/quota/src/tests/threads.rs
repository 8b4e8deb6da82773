use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tollgate_policy::quota::{Subject, Unit, Window};

use super::{by, cost, quota, user};
use crate::{Cost, Denied, Memory, Plan, Store, StoreError, Unavailable, Version};

/// One map behind a mutex, as the host's shared data is.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Memory>>);

impl Store for Shared {
    fn load(&mut self, key: &str) -> Result<Option<(Vec<u8>, Version)>, Unavailable> {
        let loaded = self.0.lock().unwrap().load(key);
        std::thread::yield_now();
        loaded
    }

    fn store(&mut self, key: &str, value: &[u8], version: Option<Version>) -> Result<(), StoreError> {
        self.0.lock().unwrap().store(key, value, version)
    }
}

#[test]
fn a_limit_of_five_lets_five_of_a_hundred_pass() {
    let plan = Plan::new(
        "t",
        &[
            quota("rpm", Unit::Requests, 5.0, Window::Hour),
            by(Subject::Model, quota("tpm", Unit::Tokens, 1e9, Window::Hour)),
        ],
    );
    let store = Shared::default();
    let passed = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| match plan.reserve(&mut store.clone(), &user("jane"), &cost(10, 10), 1) {
                Ok(mut reservation) => {
                    passed.fetch_add(1, Ordering::Relaxed);
                    reservation.settle(&mut store.clone(), &Cost { requests: 0, ..cost(10, 1) }).unwrap();
                }
                Err(denied) => assert!(matches!(denied, Denied::Exceeded(_)), "{denied}"),
            });
        }
    });
    assert_eq!(passed.into_inner(), 5);
    let left = plan.headroom(&mut store.clone(), &user("jane"), 1).unwrap();
    assert_eq!(left.iter().map(|standing| standing.remaining).collect::<Vec<_>>(), [0, 1_000_000_000 - 55]);
}
