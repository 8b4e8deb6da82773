//! What one key of the store holds: the records of all pools of one subject, or of many subjects where they share keys.
//!
//! Layout: one byte of version, the serial of the newest record, then per record its pool (8 bytes, little-endian) and, as LEB128 numbers, its fields
//! in order, the number of its accounts, and each account's fields in order.

use super::account::{Account, MOST_PERIODS, Record};
use super::message::Facts;
use crate::state::{number, push_number};
use crate::store::{MOST_ATTEMPTS, Store, StoreError, Unavailable};

const LAYOUT: u8 = 1;

/// Pools under one key. Beyond that the one that rested longest is forgotten, and if none rests a new one is refused.
pub const MOST_POOLS: usize = 64;

/// The records under one key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Records {
    serial: u64,
    pub(crate) records: Vec<Record>,
}

impl Records {
    /// The record of a pool, begun if there is none. `None` if the key is full of pools in use.
    pub(crate) fn entry(&mut self, pool: u64) -> Option<&mut Record> {
        if let Some(at) = self.records.iter().position(|record| record.pool == pool) {
            return self.records.get_mut(at);
        }
        if self.records.len() >= MOST_POOLS {
            let idle = self.records.iter().enumerate().filter(|(_, record)| record.is_idle());
            let (at, _) = idle.min_by_key(|(_, record)| record.asked_at_ms)?;
            self.records.swap_remove(at);
        }
        self.serial = self.serial.saturating_add(1);
        self.records.push(Record { pool, serial: self.serial, ..Record::default() });
        self.records.last_mut()
    }

    pub(crate) fn find(&mut self, pool: u64) -> Option<&mut Record> {
        self.records.iter_mut().find(|record| record.pool == pool)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Unavailable> {
        Self::read(bytes).ok_or(Unavailable::new("the stored leases are not readable"))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (&LAYOUT, mut rest) = bytes.split_first()? else { return None };
        let rest = &mut rest;
        let mut read = Self { serial: number(rest)?, records: Vec::new() };
        while !rest.is_empty() {
            if read.records.len() == MOST_POOLS {
                return None;
            }
            let (pool, after) = rest.split_first_chunk::<8>()?;
            *rest = after;
            let mut record = Record { pool: u64::from_le_bytes(*pool), ..Record::default() };
            let Record { serial, facts, told_at_ms, told_until_ms, changed_at_ms, asked_at_ms, sync_at_ms, .. } =
                &mut record;
            let Facts { limit, left, elsewhere, keep } = facts;
            for field in [
                serial,
                limit,
                left,
                elsewhere,
                keep,
                told_at_ms,
                told_until_ms,
                changed_at_ms,
                asked_at_ms,
                sync_at_ms,
            ] {
                *field = number(rest)?;
            }
            let accounts = number(rest)?;
            if accounts > MOST_PERIODS as u64 {
                return None;
            }
            for _ in 0..accounts {
                let mut account = Account::default();
                for field in fields_mut(&mut account) {
                    *field = number(rest)?;
                }
                record.accounts.push(account);
            }
            read.records.push(record);
        }
        Some(read)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.records.len() * 96);
        bytes.push(LAYOUT);
        push_number(&mut bytes, self.serial);
        for record in &self.records {
            bytes.extend_from_slice(&record.pool.to_le_bytes());
            let Facts { limit, left, elsewhere, keep } = record.facts;
            let Record { serial, told_at_ms, told_until_ms, changed_at_ms, asked_at_ms, sync_at_ms, .. } = *record;
            for value in [
                serial,
                limit,
                left,
                elsewhere,
                keep,
                told_at_ms,
                told_until_ms,
                changed_at_ms,
                asked_at_ms,
                sync_at_ms,
            ] {
                push_number(&mut bytes, value);
            }
            push_number(&mut bytes, record.accounts.len() as u64);
            for account in &record.accounts {
                let mut account = *account;
                for field in fields_mut(&mut account) {
                    push_number(&mut bytes, *field);
                }
            }
        }
        bytes
    }
}

/// In the order they are stored in.
fn fields_mut(account: &mut Account) -> [&mut u64; 9] {
    let Account {
        from_ms,
        starts_at_ms,
        stops_at_ms,
        accepts_until_ms,
        counts_until_ms,
        granted,
        returned,
        spent,
        out,
    } = account;
    [from_ms, starts_at_ms, stops_at_ms, accepts_until_ms, counts_until_ms, granted, returned, spent, out]
}

/// Changes the records under a key; `change` is called again for as long as somebody else wrote first, so it must begin anew each time.
/// What it leaves as it was is not written.
pub(crate) fn change<T>(
    store: &mut dyn Store,
    key: &str,
    mut change: impl FnMut(&mut Records) -> T,
) -> Result<T, Unavailable> {
    for _ in 0..MOST_ATTEMPTS {
        let (before, version) = match store.load(key)? {
            Some((bytes, version)) => (Records::decode(&bytes)?, Some(version)),
            None => (Records::default(), None),
        };
        let mut after = before.clone();
        let out = change(&mut after);
        if after == before {
            return Ok(out);
        }
        match store.store(key, &after.encode(), version) {
            Ok(()) => return Ok(out),
            Err(StoreError::Conflict) => {}
            Err(StoreError::Unavailable(unavailable)) => return Err(unavailable),
        }
    }
    Err(Unavailable::new("too many workers change the same leases at once"))
}
