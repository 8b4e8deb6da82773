//! A fleet in virtual time, from a seed: Envoys with workers that share a store, replicas of the service on one ledger, a network between them
//! that delays, loses, doubles and so reorders, workers and Envoys that die, clocks that disagree, limits that change. An account kept
//! apart, with the truth, checks each admission.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use tollgate_policy::quota::{Unit, Window};

use crate::grantor::{self, Ledger, MemoryLedger, Terms};
use crate::lease::{Asked, Held, Pool, Told, Utc, Verdict, Want, Windows, Worker};
use crate::{Cost, Memory};

/// 1 March 2024, noon; no calendar window turns in the simulated minutes.
pub const START: u64 = 1_709_294_400_000;
const TICK_MS: u64 = 250;
const MOST_WAIT_MS: u64 = 1_000;
const KEY: &str = "k";

/// A small generator, so that a run is its seed.
#[derive(Clone)]
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound.max(1)
    }

    pub fn within(&mut self, range: (u64, u64)) -> u64 {
        range.0 + self.below(range.1 - range.0 + 1)
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

#[derive(Debug, Clone)]
pub struct Scenario {
    pub seed: u64,
    pub envoys: usize,
    pub workers: usize,
    pub replicas: usize,
    pub unit: Unit,
    pub limit: u64,
    pub per: Window,
    pub sliding: bool,
    /// How long requests arrive, and then how long the fleet goes on without.
    pub busy_ms: u64,
    pub rest_ms: u64,
    /// Fleet-wide, on average.
    pub requests_per_s: u64,
    /// What a request reserves, which share of that it uses in percent, and how long it takes.
    pub reserve: (u64, u64),
    pub used_percent: (u64, u64),
    pub takes_ms: (u64, u64),
    pub delay_ms: (u64, u64),
    pub lost_percent: u64,
    pub twice_percent: u64,
    /// Means between deaths anywhere; 0 for never.
    pub worker_dies_ms: u64,
    pub envoy_dies_ms: u64,
    /// Envoys' clocks are off by up to this, replicas' by up to that.
    pub envoy_skew_ms: u64,
    pub replica_skew_ms: u64,
    /// The service is away in this time.
    pub away: (u64, u64),
    /// From when on another limit holds.
    pub limits: Vec<(u64, u64)>,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            seed: 1,
            envoys: 3,
            workers: 2,
            replicas: 2,
            unit: Unit::Tokens,
            limit: 200_000,
            per: Window::Minute,
            sliding: false,
            busy_ms: 150_000,
            rest_ms: 0,
            requests_per_s: 100,
            reserve: (50, 400),
            used_percent: (10, 100),
            takes_ms: (50, 3_000),
            delay_ms: (1, 8),
            lost_percent: 0,
            twice_percent: 0,
            worker_dies_ms: 0,
            envoy_dies_ms: 0,
            envoy_skew_ms: 0,
            replica_skew_ms: 0,
            away: (0, 0),
            limits: vec![],
        }
    }
}

/// One window, or part of a sliding one, as it really was.
#[derive(Debug, Clone, Copy, Default)]
pub struct Truth {
    /// Settled use and open reservations.
    pub held: u64,
    /// Of these, use beyond what was reserved.
    pub beyond: u64,
    pub last_ms: u64,
}

#[derive(Debug, Default)]
pub struct Outcome {
    pub asked: u64,
    pub admitted: u64,
    pub waited: u64,
    pub refused: u64,
    pub unavailable: u64,
    /// Refused although so many percent of the limit were left fleet-wide.
    pub refused_with_left: BTreeMap<u64, u64>,
    pub calls: u64,
    pub most_in_flight: u64,
    pub windows: BTreeMap<u64, Truth>,
    /// Each admission's time, and what was used of it.
    pub charges: Vec<(u64, u64)>,
    /// The ledger at the end, by period: charged and known to be spent.
    pub ledger: Vec<(u64, u64, u64)>,
}

struct Site {
    life: u64,
    skew: u64,
    store: Memory,
    workers: Vec<Seat>,
}

struct Seat {
    life: u64,
    worker: Worker,
    waiting: Vec<Request>,
}

#[derive(Debug, Clone, Copy)]
struct Request {
    since_ms: u64,
    amount: u64,
    used: u64,
    takes_ms: u64,
}

enum Event {
    Arrive,
    Tick { site: usize, seat: usize, life: u64 },
    End { site: usize, seat: usize, life: u64, held: Held, amount: u64, used: u64 },
    Ask { site: usize, seat: usize, life: u64, asked: Asked },
    Told { site: usize, seat: usize, life: u64, asked: Asked, told: Told },
    WorkerDies,
    EnvoyDies,
}

pub struct World {
    scenario: Scenario,
    dice: Dice,
    now: u64,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    events: BTreeMap<u64, Event>,
    next: u64,
    sites: Vec<Site>,
    ledger: MemoryLedger,
    traffic: std::vec::IntoIter<Arrival>,
    open: u64,
    pub out: Outcome,
}

/// One request of the traffic.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    pub at_ms: u64,
    pub site: usize,
    pub seat: usize,
    pub amount: u64,
    pub used: u64,
    pub takes_ms: u64,
}

/// The requests of a scenario, whoever admits them.
pub fn traffic(scenario: &Scenario) -> Vec<Arrival> {
    let mut dice = Dice(scenario.seed ^ 0x7472_6166);
    let mut at_us = 1_000;
    let mut arrivals = Vec::new();
    while at_us / 1_000 < scenario.busy_ms {
        // Fleets are uneven: the first Envoy gets a third more.
        let even = dice.below(scenario.envoys as u64) as usize;
        let site = if dice.percent(33) { 0 } else { even };
        let amount = dice.within(scenario.reserve);
        arrivals.push(Arrival {
            at_ms: at_us / 1_000,
            site,
            seat: dice.below(scenario.workers as u64) as usize,
            amount,
            used: (amount * dice.within(scenario.used_percent)).div_ceil(100),
            takes_ms: dice.within(scenario.takes_ms),
        });
        at_us += dice.below(2_000_000 / scenario.requests_per_s + 1);
    }
    arrivals
}

/// Plays a scenario to its end.
pub fn run(scenario: &Scenario) -> Outcome {
    let mut world = World {
        dice: Dice(scenario.seed),
        scenario: scenario.clone(),
        now: 0,
        queue: BinaryHeap::new(),
        events: BTreeMap::new(),
        next: 0,
        sites: Vec::new(),
        ledger: MemoryLedger::default(),
        traffic: traffic(scenario).into_iter(),
        open: 0,
        out: Outcome::default(),
    };
    for site in 0..scenario.envoys {
        let skew = world.dice.below(2 * scenario.envoy_skew_ms + 1);
        world.sites.push(Site { life: 0, skew, store: Memory::default(), workers: Vec::new() });
        world.boot(site);
    }
    world.at(1, Event::Arrive);
    for (mean, event) in [(scenario.worker_dies_ms, Event::WorkerDies), (scenario.envoy_dies_ms, Event::EnvoyDies)] {
        if mean > 0 {
            let at = world.dice.below(2 * mean);
            world.at(at, event);
        }
    }
    while let Some(Reverse((at, id))) = world.queue.pop() {
        if at > scenario.busy_ms + scenario.rest_ms {
            break;
        }
        world.now = at;
        let Some(event) = world.events.remove(&id) else { continue };
        world.happen(event);
    }
    let books = world.ledger.books(&pool()).unwrap();
    world.out.ledger = books.iter().map(|book| (book.period.from_ms, book.charged, book.spent)).collect();
    world.out
}

fn pool() -> Pool {
    Pool { team: "t".into(), quota: "q".into(), counts: 7, subject: String::new() }
}

impl World {
    fn at(&mut self, in_ms: u64, event: Event) {
        self.next += 1;
        self.queue.push(Reverse((self.now + in_ms, self.next)));
        self.events.insert(self.next, event);
    }

    fn boot(&mut self, site: usize) {
        self.sites[site].life = self.dice.below(u64::MAX - 1) + 1;
        self.sites[site].store = Memory::default();
        self.sites[site].workers.clear();
        for seat in 0..self.scenario.workers {
            self.start(site, seat);
        }
    }

    fn start(&mut self, site: usize, seat: usize) {
        let life = self.dice.below(u64::MAX);
        let new = Seat { life, worker: Worker::new(self.sites[site].life), waiting: Vec::new() };
        let workers = &mut self.sites[site].workers;
        if seat < workers.len() {
            workers[seat] = new;
        } else {
            workers.push(new);
        }
        let first = self.dice.below(TICK_MS);
        self.at(first, Event::Tick { site, seat, life });
    }

    fn clock(&self, site: usize) -> u64 {
        START + self.now + self.sites[site].skew
    }

    fn limit(&self) -> u64 {
        let mut changes = self.scenario.limits.iter().filter(|(from, _)| *from <= self.now);
        changes.next_back().map_or(self.scenario.limit, |(_, limit)| *limit)
    }

    /// What is settled and reserved now, of all that counts.
    fn held(&self) -> u64 {
        if self.scenario.unit == Unit::InFlight {
            return self.open;
        }
        let windows = Utc { per: self.scenario.per, sliding: self.scenario.sliding };
        let now = START + self.now;
        let counts = |from: u64| {
            let period = windows.period(from);
            from <= now && now < period.counts_until_ms
        };
        self.out.windows.iter().filter(|(from, _)| counts(**from)).map(|(_, truth)| truth.held).sum()
    }

    /// The highest limit in force since `since`.
    fn highest_limit(&self, since: u64) -> u64 {
        let mut highest = self.limit();
        let mut before = self.scenario.limit;
        for (from, limit) in &self.scenario.limits {
            if *from >= since && *from <= self.now {
                highest = highest.max(before).max(*limit);
            }
            before = *limit;
        }
        highest
    }

    fn alive(&mut self, site: usize, seat: usize, life: u64) -> Option<&mut Seat> {
        self.sites.get_mut(site)?.workers.get_mut(seat).filter(|seat| seat.life == life)
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Arrive => self.arrive(),
            Event::Tick { site, seat, life } => self.tick(site, seat, life),
            Event::End { site, seat, life, mut held, amount, used } => {
                // It has happened, whether somebody is left to settle it or not.
                self.open -= 1;
                for (_, from_ms, _) in held.claims() {
                    let truth = self.out.windows.get_mut(&from_ms).unwrap();
                    truth.held = truth.held - amount + used;
                    truth.beyond += used.saturating_sub(amount);
                }
                if let Some(seat) = self.alive(site, seat, life) {
                    seat.worker.settle(&mut held, &Cost { requests: 1, output_tokens: used, ..Cost::default() });
                }
            }
            Event::Ask { site, seat, life, asked } => self.serve(site, seat, life, asked),
            Event::Told { site, seat, life, asked, told } => {
                let now = self.clock(site);
                let Site { workers, store, .. } = &mut self.sites[site];
                let Some(of) = workers.get_mut(seat).filter(|seat| seat.life == life) else { return };
                of.worker.told(store, &asked, &told, now).unwrap();
                let waiting = std::mem::take(&mut of.waiting);
                for request in waiting {
                    self.admit(site, seat, request);
                }
            }
            Event::WorkerDies => {
                let site = self.dice.below(self.scenario.envoys as u64) as usize;
                let seat = self.dice.below(self.scenario.workers as u64) as usize;
                self.out.unavailable += self.sites[site].workers[seat].waiting.len() as u64;
                self.start(site, seat);
                let at = 1 + self.dice.below(2 * self.scenario.worker_dies_ms);
                self.at(at, Event::WorkerDies);
            }
            Event::EnvoyDies => {
                let site = self.dice.below(self.scenario.envoys as u64) as usize;
                self.boot(site);
                let at = 1 + self.dice.below(2 * self.scenario.envoy_dies_ms);
                self.at(at, Event::EnvoyDies);
            }
        }
    }

    fn arrive(&mut self) {
        let Some(arrival) = self.traffic.next() else { return };
        let Arrival { at_ms, site, seat, amount, used, takes_ms } = arrival;
        self.out.asked += 1;
        let since_ms = self.clock(site);
        self.admit(site, seat, Request { since_ms, amount, used, takes_ms });
        if let Some(next) = self.traffic.as_slice().first() {
            let gap = next.at_ms - at_ms;
            self.at(gap, Event::Arrive);
        }
    }

    fn admit(&mut self, site: usize, seat: usize, request: Request) {
        let now = self.clock(site);
        let Request { since_ms, amount, used, takes_ms } = request;
        let unit = self.scenario.unit;
        let amount = if unit == Unit::InFlight { 1 } else { amount };
        let want = Want { key: KEY, id: 7, pool: ["t", "q", ""], counts: 7, unit, amount, least: amount, floor: 0 };
        let Site { workers, store, .. } = &mut self.sites[site];
        let of = &mut workers[seat];
        let outcome = of.worker.reserve(store, &[want], since_ms, MOST_WAIT_MS, now);
        let life = of.life;
        match outcome {
            Ok(held) => {
                self.out.waited += u64::from(now > since_ms);
                let used = if unit == Unit::InFlight { 0 } else { used };
                self.admitted(&held, amount, used);
                self.at(takes_ms, Event::End { site, seat, life, held, amount, used });
            }
            Err(short) => match short.verdict {
                Verdict::Wait => {
                    of.waiting.push(request);
                    let asked = of.worker.ask(store, KEY, now).unwrap();
                    self.send(site, seat, life, asked);
                }
                Verdict::Exceeded | Verdict::Shed => {
                    self.out.refused += 1;
                    let left = self.limit().saturating_sub(self.held());
                    *self.out.refused_with_left.entry((left * 100 / self.limit().max(1)).min(100)).or_default() += 1;
                }
                Verdict::Unavailable => self.out.unavailable += 1,
            },
        }
    }

    /// Books the truth, and holds the law against it.
    fn admitted(&mut self, held: &Held, amount: u64, used: u64) {
        self.out.admitted += 1;
        self.open += 1;
        self.out.most_in_flight = self.out.most_in_flight.max(self.open);
        let (_, from_ms, _) = held.claims().next().unwrap();
        // The next period is granted from a little before it begins.
        let since = from_ms.saturating_sub(START + self.scenario.replica_skew_ms + 3_000);
        let limit = self.highest_limit(since);
        let truth = self.out.windows.entry(from_ms).or_default();
        truth.held += amount;
        truth.last_ms = self.now;
        assert!(
            truth.held <= limit + truth.beyond,
            "at {}: {} of {limit} and {} beyond in {from_ms}",
            self.now,
            truth.held,
            truth.beyond
        );
        if self.scenario.unit == Unit::InFlight {
            assert!(self.open <= limit, "at {}: {} of {limit} in flight", self.now, self.open);
        }
        self.out.charges.push((self.now, used));
    }

    fn tick(&mut self, site: usize, seat: usize, life: u64) {
        let now = self.clock(site);
        let Site { workers, store, .. } = &mut self.sites[site];
        let Some(of) = workers.get_mut(seat).filter(|seat| seat.life == life) else { return };
        let asked = of.worker.tick(store, now).unwrap();
        let waiting = std::mem::take(&mut of.waiting);
        self.send(site, seat, life, asked);
        for request in waiting {
            self.admit(site, seat, request);
        }
        self.at(TICK_MS, Event::Tick { site, seat, life });
    }

    fn send(&mut self, site: usize, seat: usize, life: u64, asked: Vec<Asked>) {
        self.out.calls += u64::from(!asked.is_empty());
        for asked in asked {
            for _ in 0..1 + u64::from(self.dice.percent(self.scenario.twice_percent)) {
                if !self.dice.percent(self.scenario.lost_percent) {
                    let delay = self.dice.within(self.scenario.delay_ms);
                    self.at(delay, Event::Ask { site, seat, life, asked: asked.clone() });
                }
            }
        }
    }

    fn serve(&mut self, site: usize, seat: usize, life: u64, asked: Asked) {
        if (self.scenario.away.0..self.scenario.away.1).contains(&self.now) {
            return;
        }
        let replica = self.dice.below(self.scenario.replicas as u64);
        let skew =
            if replica == 0 { 0 } else { replica * self.scenario.replica_skew_ms / self.scenario.replicas as u64 };
        let windows = Utc { per: self.scenario.per, sliding: self.scenario.sliding };
        let terms = Terms { limit: self.limit(), windows: &windows, stopped: false };
        let told = grantor::serve(&mut self.ledger, &terms, &asked.ask, START + self.now + skew).unwrap();
        for _ in 0..1 + u64::from(self.dice.percent(self.scenario.twice_percent)) {
            if !self.dice.percent(self.scenario.lost_percent) {
                let delay = self.dice.within(self.scenario.delay_ms);
                let (asked, told) = (asked.clone(), told.clone());
                self.at(delay, Event::Told { site, seat, life, asked, told });
            }
        }
    }
}
