//! The service's side of leases: what an Envoy that asks is granted, as a pure rule over a [`Ledger`].
//!
//! The law: the sum of what all holders of a period may have used ([`Holding::charged`]), over all periods that limit the same stretch of
//! time, is at most the limit whenever something is granted. It rests on the ledger's transactions alone and on no clock.

mod ledger;
mod memory;
mod sizing;

use std::cmp::Ordering;

pub use ledger::{Book, Holding, Ledger, Others};
pub use memory::MemoryLedger;

use crate::lease::{Ask, Facts, Holder, LONGEST_TTL_MS, Lease, MOST_PERIODS, Period, Pool, Told, Windows};

/// How long a lease runs without being renewed, in milliseconds.
pub const TTL_MS: u64 = 30_000;
/// How often an Envoy tells what became of its leases, and how often while somebody finds too little.
const SYNC_MS: u64 = 2_000;
const PRESSED_SYNC_MS: u64 = 250;
/// For so long a need that was not met makes everybody return what rests.
const PRESSED_MS: u64 = 2_000;
/// Who was not heard of for so long, in milliseconds, does not share in what is left.
pub const ACTIVE_MS: u64 = 5_000;
/// So long before its end a period's successor is granted from too, or in its last quarter if that is less.
const AHEAD_MS: u64 = 3_000;

/// What a quota says at this moment.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The limit, in the unit's smallest step. May change under way: what is granted already stays granted.
    pub limit: u64,
    /// Its windows.
    pub windows: &'a dyn Windows,
    /// Nothing is granted, and everything that rests is asked back: the team, or the model, is stopped.
    pub stopped: bool,
}

/// Takes note of what an Envoy reports, and grants. `now_ms` is the time of the ledger's own clock, in milliseconds since 1970, so that
/// replicas of the service agree on it.
///
/// # Errors
/// The ledger fails; the transaction must then be undone, and the Envoy asks again.
pub fn serve<L: Ledger>(ledger: &mut L, terms: &Terms<'_>, ask: &Ask, now_ms: u64) -> Result<Told, L::Error> {
    let mut books = Vec::new();
    for book in ledger.books(&ask.pool)? {
        if book.period.counts(now_ms) {
            books.push(book);
        } else {
            ledger.drop_book(&ask.pool, book.period.from_ms)?;
        }
    }
    for report in ask.reports.iter().take(MOST_PERIODS) {
        // What is told of a period that counts no more is too late to matter.
        let Some(book) = books.iter_mut().find(|book| book.period.from_ms == report.from_ms) else { continue };
        let mut holding = ledger.holding(&ask.pool, report.from_ms, ask.holder)?.unwrap_or_default();
        let before = holding;
        let used = |holding: &Holding| holding.spent.saturating_add(holding.out);
        holding.spent = holding.spent.max(report.spent);
        holding.returned = holding.returned.max(report.returned);
        holding.out = report.out;
        if report.closed {
            // Also what was granted and never arrived.
            let kept = report.spent.saturating_add(report.out);
            holding.returned = holding.returned.max(holding.granted.saturating_sub(kept));
        }
        let growth = used(&holding).saturating_sub(used(&before));
        holding.rate = sizing::rate(before.rate, growth, now_ms.saturating_sub(before.seen_ms));
        holding.seen_ms = holding.seen_ms.max(now_ms);
        write(ledger, &ask.pool, book, ask.holder, &before, &holding)?;
    }
    let now_or_next = open(ledger, terms, &ask.pool, &mut books, now_ms)?;
    let Some(current) = books.get(now_or_next).copied() else {
        // Cannot be: it was opened just now.
        return Ok(Told { holder: ask.holder, leases: Vec::new(), facts: Facts::default(), sync_in_ms: SYNC_MS });
    };
    let mut told = grant(ledger, terms, ask, &mut books, current.period.from_ms, now_ms)?;
    let period = current.period;
    let until_ms = period.accepts_until_ms;
    let ahead_ms = AHEAD_MS.min(until_ms.saturating_sub(period.from_ms) / 4);
    let ahead_at_ms = until_ms.saturating_sub(ahead_ms);
    if now_ms >= ahead_at_ms && told.in_use {
        let next = terms.windows.period(until_ms);
        if next.from_ms == until_ms {
            if !books.iter().any(|book| book.period.from_ms == until_ms) {
                books.push(begin(ledger, &ask.pool, next)?);
            }
            let next = grant(ledger, terms, &Ask { need: 0, least: 0, ..ask.clone() }, &mut books, until_ms, now_ms)?;
            told.leases.extend(next.leases);
        }
    }
    // One exchange falls into the time when the next period is granted from.
    let before_end = ahead_at_ms.saturating_add(ahead_ms / 4).saturating_sub(now_ms);
    let sync_in_ms = match (told.pressed, before_end) {
        (true, _) => PRESSED_SYNC_MS,
        (false, 0) => SYNC_MS,
        (false, before_end) => SYNC_MS.min(before_end),
    };
    Ok(Told { holder: ask.holder, leases: told.leases, facts: told.facts, sync_in_ms })
}

/// What came of one period.
struct Granted {
    leases: Vec<Lease>,
    facts: Facts,
    in_use: bool,
    pressed: bool,
}

fn grant<L: Ledger>(
    ledger: &mut L,
    terms: &Terms<'_>,
    ask: &Ask,
    books: &mut [Book],
    from_ms: u64,
    now_ms: u64,
) -> Result<Granted, L::Error> {
    let limit = if terms.stopped { 0 } else { terms.limit };
    let Some(at) = books.iter().position(|book| book.period.from_ms == from_ms) else {
        return Ok(Granted { leases: Vec::new(), facts: Facts::default(), in_use: false, pressed: false });
    };
    let Some(period) = books.get(at).map(|book| book.period) else {
        return Ok(Granted { leases: Vec::new(), facts: Facts::default(), in_use: false, pressed: false });
    };
    let charged = books.iter().filter(|book| book.period.overlaps(&period));
    let charged = charged.fold(0u64, |sum, book| sum.saturating_add(book.charged));
    let left = limit.saturating_sub(charged);
    let before = ledger.holding(&ask.pool, from_ms, ask.holder)?;
    let mut holding = before.unwrap_or_default();
    let since_ms = now_ms.saturating_sub(ACTIVE_MS);
    let others = ledger.others(&ask.pool, from_ms, ask.holder, since_ms)?;
    let mut active = others.active;
    // Who was there in the last period will be in this one, and use it as fast.
    if let Some(last) = books.iter().rev().map(|book| book.period.from_ms).find(|last| *last < from_ms) {
        active = active.max(ledger.others(&ask.pool, last, ask.holder, since_ms)?.active);
        if before.is_none() {
            holding.rate = ledger.holding(&ask.pool, last, ask.holder)?.map_or(0, |last| last.rate);
        }
    }
    let before = before.unwrap_or_default();
    let pressed = books.get(at).is_some_and(|book| now_ms < book.pressed_until_ms);
    let size = sizing::size(&holding, ask.need, ask.least, limit, left, active, pressed);
    holding.granted = holding.granted.saturating_add(size.grant);
    holding.seen_ms = holding.seen_ms.max(now_ms);
    let Some(book) = books.get_mut(at) else {
        return Ok(Granted { leases: Vec::new(), facts: Facts::default(), in_use: false, pressed: false });
    };
    // More is granted than may be: the limit was lowered, or somebody used more than was reserved.
    if size.short || charged > limit || terms.stopped {
        book.pressed_until_ms = now_ms.saturating_add(PRESSED_MS);
    }
    write(ledger, &ask.pool, book, ask.holder, &before, &holding)?;
    let pressed = now_ms < book.pressed_until_ms;
    let until = |ms: u64| ms.saturating_sub(now_ms);
    let accepts_in_ms = until(period.accepts_until_ms);
    // What begins later must run on until it has.
    let starts_in_ms = if books.iter().any(|book| accepts(book, now_ms) && book.period.from_ms < from_ms) {
        until(from_ms)
    } else {
        0
    };
    let lease = Lease {
        from_ms,
        granted: holding.granted,
        starts_in_ms,
        ttl_ms: starts_in_ms.saturating_add(TTL_MS).min(LONGEST_TTL_MS).min(accepts_in_ms),
        accepts_in_ms,
        counts_in_ms: until(period.counts_until_ms),
    };
    let facts =
        Facts { limit, left: left - size.grant, elsewhere: others.idle, keep: if pressed { 0 } else { size.keep } };
    Ok(Granted { leases: vec![lease], facts, in_use: holding.rate > 0 || ask.need > 0, pressed })
}

/// Writes a holding, and the sums with it.
fn write<L: Ledger>(
    ledger: &mut L,
    pool: &Pool,
    book: &mut Book,
    holder: Holder,
    before: &Holding,
    after: &Holding,
) -> Result<(), L::Error> {
    book.charged = book.charged.saturating_sub(before.charged()).saturating_add(after.charged());
    book.spent = book.spent.saturating_sub(before.spent).saturating_add(after.spent);
    ledger.put_holding(pool, book.period.from_ms, holder, after)?;
    ledger.put_book(pool, book)
}

fn accepts(book: &Book, now_ms: u64) -> bool {
    now_ms < book.period.accepts_until_ms
}

/// The place of the open period: the first that still accepts, also if a clock that is ahead began it, or a new one.
fn open<L: Ledger>(
    ledger: &mut L,
    terms: &Terms<'_>,
    pool: &Pool,
    books: &mut Vec<Book>,
    now_ms: u64,
) -> Result<usize, L::Error> {
    if let Some(at) = books.iter().position(|book| accepts(book, now_ms)) {
        return Ok(at);
    }
    let mut period = terms.windows.period(now_ms);
    if let Some(last) = books.last().map(|book| book.period)
        && period.from_ms.cmp(&last.from_ms) != Ordering::Greater
    {
        // Another day by another time zone, or a window that was edited: it begins where the last one stopped.
        period.from_ms = last.accepts_until_ms;
    }
    let book = begin(ledger, pool, period)?;
    books.push(book);
    Ok(books.len() - 1)
}

fn begin<L: Ledger>(ledger: &mut L, pool: &Pool, mut period: Period) -> Result<Book, L::Error> {
    period.accepts_until_ms = period.accepts_until_ms.max(period.from_ms.saturating_add(1));
    period.counts_until_ms = period.counts_until_ms.max(period.accepts_until_ms);
    let book = Book { period, charged: 0, spent: 0, pressed_until_ms: 0 };
    ledger.put_book(pool, &book)?;
    Ok(book)
}
