//! Writes the tables of this crate from the vocabularies and from Unicode's classes: see `scripts/vocabularies`.
//!
//! ```text
//! vocabularies FOLDER DIR     FOLDER/{o200k,cl100k,classes}.txt to DIR/{entries,classes}.bin
//! ```
//!
//! A vocabulary is a text file with an entry's bytes in hexadecimal on each line; `classes.txt` has a character's class
//! (a digit, as the crate numbers them) and for how many characters on from the one before it holds.

#![allow(clippy::print_stdout, reason = "a tool for the terminal")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use tollgate_tokens::entries::{Key, LONGEST, LONGEST_RUN, SEGMENT};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, target] = arguments.as_slice() else { return Err("usage: vocabularies FOLDER DIR".into()) };
    let (folder, target) = (Path::new(folder), Path::new(target));

    let mut entries: BTreeMap<Vec<u8>, u8> = BTreeMap::new();
    for (name, bit) in [("o200k.txt", 64), ("cl100k.txt", 128)] {
        for line in std::fs::read_to_string(folder.join(name))?.lines() {
            *entries.entry(bytes(line)?).or_default() |= bit;
        }
    }
    // What is never asked for need not be answered.
    entries.retain(|entry, _| entry.len() <= LONGEST || is_run(entry) && entry.len() <= LONGEST_RUN);
    let keys: Vec<(Key, u8)> = entries.iter().map(|(entry, bits)| (Key::of(entry), *bits)).collect();
    let table = (1_100..1_300)
        .step_by(2)
        .find_map(|permille| fuse(&keys, keys.len() * permille / 1_000))
        .ok_or("no table of any size holds the entries; change a constant of the hash")?;
    println!("{} entries, {} bytes", keys.len(), table.len());
    std::fs::write(target.join("entries.bin"), table)?;

    let classes = classes(&std::fs::read_to_string(folder.join("classes.txt"))?)?;
    println!("classes: {} bytes", classes.len());
    std::fs::write(target.join("classes.bin"), classes)?;
    Ok(())
}

fn bytes(line: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let digits =
        line.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair)?, 16).map_err(Into::into));
    digits.collect()
}

fn is_run(entry: &[u8]) -> bool {
    entry.windows(2).all(|pair| pair.first() == pair.last())
}

/// The table with so many starts, if these keys have one: each key takes a position that no key after it needs.
fn fuse(keys: &[(Key, u8)], size: usize) -> Option<Vec<u8>> {
    // An odd start may not reach into the segment behind the last.
    let starts = (size / SEGMENT).checked_sub(2)? * SEGMENT;
    let size = starts + 2 * SEGMENT;
    // For each position, how many keys need it still, and their numbers xored.
    let mut needed = vec![(0u32, 0usize); size];
    for (number, (key, _)) in keys.iter().enumerate() {
        for at in key.positions(starts) {
            let (count, numbers) = needed.get_mut(at)?;
            *count += 1;
            *numbers ^= number;
        }
    }
    let mut alone: Vec<usize> = (0..size).filter(|&at| needed.get(at).is_some_and(|(count, _)| *count == 1)).collect();
    let mut order = Vec::with_capacity(keys.len());
    while let Some(at) = alone.pop() {
        let &(1, number) = needed.get(at)? else { continue };
        order.push((number, at));
        for other in keys.get(number)?.0.positions(starts) {
            let (count, numbers) = needed.get_mut(other)?;
            *count -= 1;
            *numbers ^= number;
            if *count == 1 {
                alone.push(other);
            }
        }
    }
    if order.len() < keys.len() {
        return None;
    }
    let mut table = vec![0u8; size];
    for (number, at) in order.into_iter().rev() {
        let (key, bits) = keys.get(number)?;
        let wanted = key.fingerprint() | bits;
        let [a, b, c] = key.positions(starts).map(|at| table.get(at).copied().unwrap_or(0));
        *table.get_mut(at)? ^= a ^ b ^ c ^ wanted;
    }
    Some(table)
}

/// Runs of characters of one class: three bits of class and five of length, or of none and a length of two bytes or
/// three (0, then little-endian) behind them.
fn classes(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut packed = Vec::new();
    for line in text.lines() {
        let (class, length) = line.split_once(' ').ok_or("classes.txt: a class and a number on each line")?;
        let (class, length): (u8, u32) = (class.parse()?, length.parse()?);
        if length < 32 {
            packed.push(class << 5 | length as u8);
        } else {
            packed.push(class << 5);
            packed.extend_from_slice(length.to_le_bytes().get(..3).unwrap_or_default());
        }
    }
    Ok(packed)
}
