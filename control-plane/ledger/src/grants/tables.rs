//! The tables of pools, books and holdings.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use tollgate_quota::grantor::{self, Book, Holding, Others};
use tollgate_quota::lease::{Holder, Period, Pool};

use super::PoolStanding;
use super::page::{Bound, Change, Page};
use crate::error::{Error, Result};
use crate::key::fit;
use crate::sql::{Driver, Row, Value, many};

/// The pool's number in the tables: 63 bits of a SHA-256 of its names. Whoever wants two pools to share one must try some 2^32 names, and then
/// has [`lock`]'s refusal of the second.
pub(crate) fn number(pool: &Pool) -> i64 {
    let mut digest = Sha256::new();
    for text in [&pool.team, &pool.quota, &pool.subject] {
        digest.update(text.len().to_le_bytes());
        digest.update(text.as_bytes());
    }
    digest.update(pool.counts.to_le_bytes());
    let bytes: [u8; 32] = digest.finalize().into();
    let (first, _) = bytes.split_first_chunk().unwrap_or((&[0; 8], &[]));
    i64::from_le_bytes(*first) & i64::MAX
}

/// Locks the pools' rows in the order of their numbers until the transaction ends, and makes those that are not there.
///
/// # Errors
/// Two pools share a number.
pub(crate) fn lock(connection: &mut dyn Driver, pools: &BTreeMap<i64, &Pool>) -> Result<()> {
    let mut there = locked(connection, pools, "")?;
    if there.len() < pools.len() {
        // Those that are new are made before any lock is taken, in order again: nobody waits for a row while holding a later one.
        let new = pools.iter().filter(|(id, _)| !there.contains_key(id));
        let rows: Vec<Vec<Value>> = new
            .map(|(id, pool)| {
                let [team, quota, subject] = [&pool.team, &pool.quota, &pool.subject].map(|text| (&*fit(text)).into());
                vec![(*id).into(), team, quota, pool.counts.cast_signed().into(), subject]
            })
            .collect();
        let head = "INSERT INTO pools (id, team, quota, counts, subject)";
        many::insert(connection, head, " ON CONFLICT (id) DO NOTHING", &rows)?;
        there = locked(connection, pools, "")?;
    }
    let how = connection.for_update();
    if !how.is_empty() {
        there = locked(connection, pools, how)?;
    }
    for (id, pool) in pools {
        match there.get(id) {
            Some((team, quota, subject))
                if *team == fit(&pool.team) && *quota == fit(&pool.quota) && *subject == fit(&pool.subject) => {}
            Some((team, quota, subject)) => {
                return Err(Error::invalid(format!(
                    "`{}/{}/{}` and `{team}/{quota}/{subject}` share a number: call one of them otherwise",
                    pool.team, pool.quota, pool.subject
                )));
            }
            // It was swept between the two statements.
            None => return Err(Error::conflict("a pool's row has gone")),
        }
    }
    Ok(())
}

type Names = (String, String, String);

fn locked(connection: &mut dyn Driver, pools: &BTreeMap<i64, &Pool>, how: &str) -> Result<BTreeMap<i64, Names>> {
    let sql = "SELECT id, team, quota, subject FROM pools WHERE id IN";
    let rows = many::select(connection, sql, &format!(" ORDER BY id{how}"), &[], &keys(pools))?;
    let names =
        |row: &Row| Ok((row.int(0)?, (row.text(1)?.to_owned(), row.text(2)?.to_owned(), row.text(3)?.to_owned())));
    rows.iter().map(names).collect()
}

fn keys(pools: &BTreeMap<i64, &Pool>) -> Vec<Value> {
    pools.keys().map(|id| (*id).into()).collect()
}

/// All that a grant to one Envoy is decided by.
pub(crate) fn read(
    connection: &mut dyn Driver,
    pools: &BTreeMap<i64, &Pool>,
    envoy: u64,
    now_ms: u64,
) -> Result<BTreeMap<i64, Page>> {
    let keys = keys(pools);
    let since_ms = now_ms.saturating_sub(grantor::ACTIVE_MS);
    let page = |id: &i64| (*id, Page { since_ms, ..Page::default() });
    let mut pages: BTreeMap<i64, Page> = pools.keys().map(page).collect();
    let mut page = |id: i64, fill: &mut dyn FnMut(&mut Page)| {
        if let Some(page) = pages.get_mut(&id) {
            fill(page);
        }
    };
    let sql = "SELECT pool, from_ms, accepts_until_ms, counts_until_ms, charged, spent, pressed_until_ms, alerted FROM books \
               WHERE pool IN";
    for row in many::select(connection, sql, "", &[], &keys)? {
        let period = Period { from_ms: row.count(1)?, accepts_until_ms: row.count(2)?, counts_until_ms: row.count(3)? };
        let (charged, spent, pressed_until_ms) = (row.count(4)?, row.count(5)?, row.count(6)?);
        let book = Book { period, charged, spent, pressed_until_ms };
        let alerted = row.count(7)?;
        page(row.int(0)?, &mut |page| {
            page.books.insert(period.from_ms, Bound { book, alerted, change: Change::Read });
        });
    }
    let sql = "SELECT pool, from_ms, record, granted, returned, spent, out_steps, rate, seen_ms FROM holdings \
               WHERE envoy = $1 AND pool IN";
    for row in many::select(connection, sql, "", &[envoy.into()], &keys)? {
        let holder = Holder { envoy, record: row.count(2)? };
        let holding = Holding {
            granted: row.count(3)?,
            returned: row.count(4)?,
            spent: row.count(5)?,
            out: row.count(6)?,
            rate: row.count(7)?,
            seen_ms: row.count(8)?,
        };
        let from_ms = row.count(1)?;
        page(row.int(0)?, &mut |page| {
            page.holdings.insert((from_ms, holder), (holding, Change::Read));
        });
    }
    // [`Holding::idle`], summed.
    let sql = "SELECT pool, from_ms, COUNT(*), CAST(SUM(CASE WHEN granted - returned > spent + out_steps \
               THEN granted - returned - spent - out_steps ELSE 0 END) AS BIGINT) FROM holdings \
               WHERE envoy <> $1 AND seen_ms >= $2 AND pool IN";
    for row in many::select(connection, sql, " GROUP BY pool, from_ms", &[envoy.into(), since_ms.into()], &keys)? {
        let (from_ms, others) = (row.count(1)?, Others { active: row.count(2)?, idle: row.count(3)? });
        page(row.int(0)?, &mut |page| {
            page.others.insert(from_ms, others);
        });
    }
    Ok(pages)
}

/// Writes what has changed.
pub(crate) fn write(connection: &mut dyn Driver, envoy: u64, pages: &BTreeMap<i64, Page>) -> Result<()> {
    let (mut books, mut holdings) = (Vec::new(), Vec::new());
    for (id, page) in pages {
        for from_ms in &page.dropped {
            forget(connection, *id, *from_ms)?;
        }
        for bound in page.books.values().filter(|bound| bound.change == Change::Written) {
            let Book { period, charged, spent, pressed_until_ms } = bound.book;
            let Period { from_ms, accepts_until_ms, counts_until_ms } = period;
            let numbers = [from_ms, accepts_until_ms, counts_until_ms, charged, spent, pressed_until_ms, bound.alerted];
            books.push(std::iter::once((*id).into()).chain(numbers.map(Value::from)).collect());
        }
        for ((from_ms, holder), (of, _)) in page.holdings.iter().filter(|(_, (_, change))| *change == Change::Written) {
            let numbers =
                [envoy, *from_ms, holder.record, of.granted, of.returned, of.spent, of.out, of.rate, of.seen_ms];
            holdings.push(std::iter::once((*id).into()).chain(numbers.map(Value::from)).collect());
        }
    }
    let head = "INSERT INTO books (pool, from_ms, accepts_until_ms, counts_until_ms, charged, spent, pressed_until_ms, alerted)";
    let tail = " ON CONFLICT (pool, from_ms) DO UPDATE SET accepts_until_ms = excluded.accepts_until_ms, \
                counts_until_ms = excluded.counts_until_ms, charged = excluded.charged, spent = excluded.spent, \
                pressed_until_ms = excluded.pressed_until_ms, alerted = excluded.alerted";
    many::insert(connection, head, tail, &books)?;
    let head =
        "INSERT INTO holdings (pool, envoy, from_ms, record, granted, returned, spent, out_steps, rate, seen_ms)";
    let tail = " ON CONFLICT (pool, envoy, from_ms, record) DO UPDATE SET granted = excluded.granted, \
                returned = excluded.returned, spent = excluded.spent, out_steps = excluded.out_steps, rate = excluded.rate, \
                seen_ms = excluded.seen_ms";
    many::insert(connection, head, tail, &holdings).map(drop)
}

/// Deletes a period and what was held of it.
pub(crate) fn forget(connection: &mut dyn Driver, id: i64, from_ms: u64) -> Result<u64> {
    let key = [id.into(), from_ms.into()];
    let holdings = connection.execute("DELETE FROM holdings WHERE pool = $1 AND from_ms = $2", &key)?;
    Ok(holdings + connection.execute("DELETE FROM books WHERE pool = $1 AND from_ms = $2", &key)?)
}

pub(crate) fn standing(connection: &mut dyn Driver, id: i64, now_ms: u64) -> Result<PoolStanding> {
    let sql = "SELECT CAST(COALESCE(SUM(charged), 0) AS BIGINT), CAST(COALESCE(SUM(spent), 0) AS BIGINT) FROM books \
               WHERE pool = $1 AND from_ms <= $2 AND counts_until_ms > $2";
    let row = connection.one(sql, &[id.into(), now_ms.into()])?;
    Ok(PoolStanding { charged: row.count(0)?, spent: row.count(1)? })
}
