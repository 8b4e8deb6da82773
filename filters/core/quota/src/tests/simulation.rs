//! Workers that share a store and get in each other's way at every load and every swap, on schedules from a seed,
//! with late, lost and repeated settlements and clocks that disagree; an account kept apart checks the law.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use proptest::prelude::*;
use tollgate_policy::quota::{Quota, Subject, Unit, Window};

use super::{by, quota};
use crate::{Cost, Denied, Memory, Plan, Reservation, Store, StoreError, Subjects, Unavailable, Version};

/// One second before 1 March 2024: a day and a month end.
const START: u64 = 1_709_251_199_000;

/// A small generator, so that a schedule is its seed.
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Everything the workers share, and what really happened.
struct World {
    memory: Memory,
    dice: Dice,
    now_ms: u64,
    quotas: Vec<Quota>,
    open: Vec<(Reservation, Cost, Vec<Count>)>,
    /// Settled use and open reservations by quota, subject and end of window.
    account: BTreeMap<Count, u64>,
    admitted: u64,
    refused: u64,
}

/// Quota, subject, and the end of the window.
type Count = (String, String, u64);

#[derive(Clone)]
struct Worker {
    world: Rc<RefCell<World>>,
    depth: usize,
}

impl Worker {
    /// Now and then another worker does something whole before this one gets its turn.
    fn interrupted(&self) {
        if self.depth < 4 && self.world.borrow_mut().dice.below(3) == 0 {
            Worker { world: Rc::clone(&self.world), depth: self.depth + 1 }.act();
        }
    }

    fn act(&mut self) {
        let roll = self.world.borrow_mut().dice.below(10);
        match roll {
            0..6 => self.ask(),
            6..9 => self.settle(),
            _ => {
                let mut world = self.world.borrow_mut();
                let step = world.dice.below(700);
                world.now_ms += step;
            }
        }
    }

    fn ask(&mut self) {
        let (plan, quotas, cost, name, now_ms) = {
            let mut world = self.world.borrow_mut();
            let cost = Cost {
                requests: 1,
                input_tokens: world.dice.below(20),
                output_tokens: world.dice.below(60),
                micro_usd: world.dice.below(50),
            };
            let name = ["jane", "joe"][world.dice.below(2) as usize];
            // Workers read the time at different moments.
            let now_ms = world.now_ms - world.dice.below(40);
            (Plan::new("t", &world.quotas), world.quotas.clone(), cost, name, now_ms)
        };
        let subjects = Subjects { app: None, user: Some(name), model: "m", class: None };
        match plan.reserve(self, &subjects, &cost, now_ms) {
            Ok(reservation) => {
                let mut world = self.world.borrow_mut();
                let mut windows = Vec::new();
                for quota in &quotas {
                    let standing = reservation.standings().iter().find(|it| *it.quota == *quota.name).unwrap();
                    let subject = if quota.by == Subject::User { name } else { "" };
                    let window = (quota.name.clone(), subject.to_owned(), standing.resets_at_ms);
                    let account = world.account.entry(window.clone()).or_default();
                    *account += cost.amount(quota.unit);
                    let (account, limit) = (*account, quota.limit_steps());
                    assert!(
                        cost.amount(quota.unit) == 0 || account <= limit,
                        "{window:?}: {account} of {limit} at admission"
                    );
                    windows.push(window);
                }
                world.admitted += 1;
                world.open.push((reservation, cost, windows));
            }
            Err(Denied::Exceeded(_)) => self.world.borrow_mut().refused += 1,
            Err(Denied::Unavailable(unavailable)) => panic!("{unavailable}"),
        }
    }

    fn settle(&mut self) {
        let (mut reservation, reserved, windows, actual, quotas) = {
            let mut world = self.world.borrow_mut();
            if world.open.is_empty() {
                return;
            }
            let count = world.open.len() as u64;
            let index = world.dice.below(count) as usize;
            let (reservation, reserved, windows) = world.open.swap_remove(index);
            // One in eight crashes and is never settled; one in eight used more than it said.
            let fate = world.dice.below(8);
            if fate == 0 {
                return;
            }
            // Only where it interrupts nobody: an admission writes its keys one by one, and the account learns of it
            // at the end, so use that grew in between would look like an overshoot.
            let excess = if fate == 1 && self.depth == 0 { 40 } else { 0 };
            let actual = Cost {
                requests: 1,
                input_tokens: reserved.input_tokens,
                output_tokens: world.dice.below(reserved.output_tokens + 1) + excess,
                micro_usd: world.dice.below(reserved.micro_usd + 1) + excess,
            };
            (reservation, reserved, windows, actual, world.quotas.clone())
        };
        // The account lets go before the store does and takes up after it, so that it never claims more than the store
        // could have known.
        let book = |more: bool| {
            let mut world = self.world.borrow_mut();
            for (quota, window) in quotas.iter().zip(&windows) {
                let (held, used) = (reserved.amount(quota.unit), actual.amount(quota.unit));
                if (used > held) == more {
                    let account = world.account.get_mut(window).unwrap();
                    *account = *account - held + used;
                }
            }
        };
        book(false);
        reservation.settle(&mut self.clone(), &actual).unwrap();
        reservation.settle(&mut self.clone(), &Cost::default()).unwrap();
        book(true);
    }
}

impl Store for Worker {
    fn load(&mut self, key: &str) -> Result<Option<(Vec<u8>, Version)>, Unavailable> {
        self.interrupted();
        self.world.borrow_mut().memory.load(key)
    }

    fn store(&mut self, key: &str, value: &[u8], version: Option<Version>) -> Result<(), StoreError> {
        self.interrupted();
        self.world.borrow_mut().memory.store(key, value, version)
    }
}

fn run(seed: u64, quotas: Vec<Quota>, steps: usize) -> World {
    let world = World {
        memory: Memory::default(),
        dice: Dice(seed | 1),
        now_ms: START,
        quotas,
        open: Vec::new(),
        account: BTreeMap::new(),
        admitted: 0,
        refused: 0,
    };
    let world = Rc::new(RefCell::new(world));
    for _ in 0..steps {
        Worker { world: Rc::clone(&world), depth: 0 }.act();
    }
    Rc::into_inner(world).unwrap().into_inner()
}

fn quotas() -> Vec<Quota> {
    vec![
        quota("tps", Unit::Tokens, 400.0, Window::Second),
        quota("rpm", Unit::Requests, 300.0, Window::Minute),
        quota("budget", Unit::Usd, 0.004, Window::Month),
        by(Subject::User, quota("user-out", Unit::OutputTokens, 500.0, Window::Minute)),
        by(Subject::Model, quota("in", Unit::InputTokens, 2_000.0, Window::Day)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_is_used_and_reserved_never_exceeds_the_limit_at_admission(seed: u64, subset in 1u8..32) {
        let mut index = 0;
        let mut quotas = quotas();
        quotas.retain(|_| {
            index += 1;
            subset >> (index - 1) & 1 == 1
        });
        let world = run(seed, quotas, 600);
        prop_assert!(world.admitted > 0);
    }

    #[test]
    fn demand_uses_a_quota_fully(seed: u64) {
        // Nothing larger than a request is ever left, whatever the interleaving.
        let quotas = vec![quota("rpm", Unit::Requests, 40.0, Window::Hour)];
        let world = run(seed, quotas, 300);
        prop_assert!(world.refused > 0);
        prop_assert_eq!(world.admitted, 40);
    }
}
