//! Statements over many rows at once: a round trip for each row would be most of what a database over the network costs.

use super::{Driver, Row, Value};
use crate::error::Result;

/// Statements come in these sizes, so that few of them are prepared.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// The most keys of one look-up.
pub(crate) const MOST_KEYS: usize = 256;

/// Runs `{head} VALUES (…), (…) {tail}` for all rows, which are of one length.
pub(crate) fn insert(connection: &mut dyn Driver, head: &str, tail: &str, rows: &[Vec<Value>]) -> Result<u64> {
    let mut changed = 0;
    let mut rest = rows;
    while let Some(first) = rest.first() {
        let size = SIZES.into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
        let (now, later) = rest.split_at(size);
        let mut sql = format!("{head} VALUES ");
        for row in 0..size {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            list(&mut sql, row * first.len() + 1, first.len());
            sql.push(')');
        }
        sql.push_str(tail);
        let parameters: Vec<Value> = now.iter().flatten().cloned().collect();
        changed += connection.execute(&sql, &parameters)?;
        rest = later;
    }
    Ok(changed)
}

/// Runs `{before} (…) {after}` with up to [`MOST_KEYS`] keys in the brackets. Its own parameters come first: `own` of them.
pub(crate) fn select(
    connection: &mut dyn Driver,
    before: &str,
    after: &str,
    own: &[Value],
    keys: &[Value],
) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for keys in keys.chunks(MOST_KEYS) {
        let Some(last) = keys.last() else { continue };
        let size = SIZES.into_iter().rev().chain([MOST_KEYS]).find(|size| *size >= keys.len()).unwrap_or(MOST_KEYS);
        let mut sql = format!("{before} (");
        list(&mut sql, own.len() + 1, size);
        sql.push(')');
        sql.push_str(after);
        // What is left of the size is filled with a key that is there already.
        let filled = own.iter().chain(keys).chain(std::iter::repeat_n(last, size - keys.len()));
        rows.extend(connection.query(&sql, &filled.cloned().collect::<Vec<_>>())?);
    }
    Ok(rows)
}

/// `$3, $4, $5`.
fn list(sql: &mut String, first: usize, length: usize) {
    for number in first..first + length {
        sql.push_str(if number == first { "$" } else { ", $" });
        sql.push_str(&number.to_string());
    }
}
