//! A worker's reports: everything is booked, and once.

use std::collections::BTreeMap;

use crate::report::{Counts, EVERY_MS, MOST_ENTRIES, MOST_KEPT, Outcome, Report, Reporter, TIMEOUT_MS, Tags, epoch};

const NOW: u64 = 1_700_000_000_000;

/// A ledger that books each number once.
#[derive(Default)]
struct Ledger {
    booked: BTreeMap<u64, Vec<u8>>,
    counts: BTreeMap<(u64, Tags), Counts>,
}

impl Ledger {
    fn apply(&mut self, bytes: &[u8]) {
        let report = Report::decode(bytes).unwrap();
        if let Some(before) = self.booked.insert(report.sequence, bytes.to_vec()) {
            assert_eq!(before, bytes, "another report under the same number");
            return;
        }
        for used in report.usage {
            self.counts.entry((used.minute, used.of)).or_default().add(&used.counts);
        }
    }

    fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.counts.values().for_each(|counts| total.add(counts));
        total
    }
}

fn tags(user: &str) -> Tags {
    Tags { team: "t".into(), user: user.into(), model: "m".into(), ..Tags::default() }
}

fn one(input: u64) -> Counts {
    Counts { requests: 1, input, ..Counts::default() }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_report_is_repeated_as_it_was_until_it_is_booked() {
    let mut reporter = Reporter::default();
    assert_eq!(reporter.next("n", 1, NOW), None, "there is nothing to tell");
    reporter.add(5, tags("a"), &one(3));
    let (first, bytes) = reporter.next("n", 1, NOW).unwrap();
    assert_eq!(first, 1);
    reporter.add(5, tags("a"), &one(4));
    assert_eq!(reporter.next("n", 1, NOW + EVERY_MS), None, "one is under way");
    let mut now = NOW;
    for pause in [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
        reporter.ended(1, Outcome::Lost, now);
        assert_eq!(reporter.next("n", 1, now + pause - 1), None, "{pause}");
        now += pause;
        assert_eq!(reporter.next("n", 1, now), Some((1, bytes.clone())), "{pause}");
    }
    // Nobody says what became of it.
    assert_eq!(reporter.next("n", 1, now + TIMEOUT_MS - 1), None);
    assert_eq!(reporter.next("n", 1, now + TIMEOUT_MS), Some((1, bytes)));
    reporter.ended(9, Outcome::Booked, now);
    reporter.ended(1, Outcome::Booked, now + TIMEOUT_MS);
    let (second, bytes) = reporter.next("n", 1, now + 2 * TIMEOUT_MS).unwrap();
    assert_eq!((second, Report::decode(&bytes).unwrap().usage[0].counts), (2, one(4)));
    reporter.ended(2, Outcome::Refused, now + 2 * TIMEOUT_MS);
    assert_eq!(reporter.next("n", 1, now + 4 * TIMEOUT_MS), None, "what is refused is not sent again");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn reports_go_out_every_two_seconds_or_when_one_is_full() {
    let mut reporter = Reporter::default();
    reporter.add(1, tags(""), &one(1));
    assert!(reporter.next("n", 1, NOW).is_some());
    reporter.ended(1, Outcome::Booked, NOW + 5);
    for user in 0..MOST_ENTRIES - 1 {
        reporter.add(1, tags(&user.to_string()), &one(1));
    }
    assert_eq!(reporter.next("n", 1, NOW + EVERY_MS - 1), None);
    reporter.add(1, tags("last"), &one(1));
    let (_, bytes) = reporter.next("n", 1, NOW + 10).unwrap();
    assert_eq!(Report::decode(&bytes).unwrap().usage.len(), MOST_ENTRIES);
    reporter.ended(2, Outcome::Booked, NOW + 11);
    // A clock that is set back stops nobody.
    reporter.add(1, tags(""), &one(1));
    assert!(reporter.next("n", 1, NOW - 3_600_000).is_some());
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn at_the_cap_the_user_goes_first_and_counts_never() {
    let mut reporter = Reporter::default();
    for user in 0..=MOST_KEPT {
        reporter.add(60, tags(&user.to_string()), &one(1));
    }
    let mut ledger = Ledger::default();
    drain(&mut reporter, &mut ledger);
    let kept: Vec<_> =
        ledger.counts.iter().map(|((minute, of), counts)| (*minute, of.user.as_str(), counts.requests)).collect();
    assert_eq!(kept, [(60, "", MOST_KEPT as u64), (60, &MOST_KEPT.to_string(), 1)]);
    assert!(ledger.counts.keys().all(|(_, of)| of.team == "t" && of.model == "m"));

    // Every kind of detail alone can be too much.
    let of = |n: usize| {
        let text = n.to_string();
        let none = Tags::default;
        [
            Tags { team: text.clone(), ..none() },
            Tags { app: text.clone(), ..none() },
            Tags { feature: text.clone(), ..none() },
            Tags { model: text.clone(), ..none() },
            Tags { provider: text.clone(), ..none() },
            Tags { route: text, ..none() },
        ]
    };
    for kind in 0..7 {
        let (mut reporter, mut ledger) = (Reporter::default(), Ledger::default());
        for n in 0..=MOST_KEPT {
            match of(n).into_iter().nth(kind) {
                Some(tags) => reporter.add(60, tags, &one(n as u64)),
                None => reporter.add(60 + n as u64, tags(""), &one(n as u64)),
            }
        }
        drain(&mut reporter, &mut ledger);
        assert!(ledger.counts.len() <= MOST_KEPT / 2 + 1, "{kind}: {}", ledger.counts.len());
        assert_eq!(
            ledger.total(),
            Counts { requests: MOST_KEPT as u64 + 1, input: (0..=MOST_KEPT as u64).sum(), ..one(0) }
        );
    }
}

fn drain(reporter: &mut Reporter, ledger: &mut Ledger) {
    let mut now = NOW;
    while let Some((sequence, bytes)) = reporter.next("n", 1, now) {
        ledger.apply(&bytes);
        reporter.ended(sequence, Outcome::Booked, now);
        now += EVERY_MS;
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn what_a_caller_names_is_cut_and_stays_apart() {
    let mut reporter = Reporter::default();
    for end in ["a", "b"] {
        reporter.add(1, tags(&("é".repeat(10_000) + end)), &one(1));
    }
    let (_, bytes) = reporter.next("n", 1, NOW).unwrap();
    let users: Vec<_> = Report::decode(&bytes).unwrap().usage.into_iter().map(|used| used.of.user).collect();
    assert!(users.len() == 2 && users[0] != users[1] && users.iter().all(|user| user.len() <= 200), "{users:?}");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn workers_have_epochs_of_their_own() {
    let mut seen: Vec<u64> =
        (1..100).flat_map(|envoy| (1..100).map(move |worker| epoch(envoy << 40, worker))).collect();
    assert!(seen.iter().all(|epoch| (1..1 << 63).contains(epoch)));
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 99 * 99);
    // The finalizer maps 0 to 0, which is no epoch.
    assert_eq!(epoch(0, 0), 1);
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Use {
            minute: u64,
            user: u8,
            input: u64,
        },
        Wait(u64),
        /// A report arrives, and its answer does, or not.
        Report {
            arrives: bool,
            answered: bool,
            late: bool,
        },
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (0..3u64, 0..4u8, 0..1_000u64).prop_map(|(minute, user, input)| Step::Use { minute, user, input }),
            2 => (0..15_000u64).prop_map(Step::Wait),
            3 => any::<[bool; 3]>().prop_map(|[arrives, answered, late]| Step::Report { arrives, answered, late }),
        ]
    }

    proptest! {
        #[test]
        fn all_that_was_used_is_booked_once(steps in prop::collection::vec(step(), 0..200)) {
            let (mut reporter, mut ledger) = (Reporter::default(), Ledger::default());
            let (mut used, mut now) = (BTreeMap::<(u64, Tags), Counts>::new(), NOW);
            // A message that is still on its way when others have overtaken it.
            let mut straying = Vec::new();
            for step in steps {
                match step {
                    Step::Use { minute, user, input } => {
                        reporter.add(minute, tags(&user.to_string()), &one(input));
                        used.entry((minute, tags(&user.to_string()))).or_default().add(&one(input));
                    }
                    Step::Wait(by) => now += by,
                    Step::Report { arrives, answered, late } => {
                        let Some((sequence, bytes)) = reporter.next("n", 1, now) else { continue };
                        if late {
                            straying.push(bytes.clone());
                        }
                        if arrives {
                            ledger.apply(&bytes);
                        }
                        match (arrives, answered) {
                            (true, true) => reporter.ended(sequence, Outcome::Booked, now),
                            (false, true) => reporter.ended(sequence, Outcome::Lost, now),
                            // Nobody says anything.
                            (_, false) => {}
                        }
                    }
                }
            }
            for _ in 0..400 {
                now += 30_000;
                if let Some((sequence, bytes)) = reporter.next("n", 1, now) {
                    ledger.apply(&bytes);
                    reporter.ended(sequence, Outcome::Booked, now);
                }
            }
            straying.iter().for_each(|bytes| ledger.apply(bytes));
            prop_assert_eq!(&ledger.counts, &used);
            prop_assert!(ledger.booked.keys().copied().eq(1..=ledger.booked.len() as u64), "numbers have no gap");
        }
    }
}
