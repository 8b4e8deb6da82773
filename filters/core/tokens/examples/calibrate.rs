//! Writes the price tables from texts whose tokens are known, or measures how far estimates are from the truth.
//!
//! ```text
//! calibrate write SAMPLES DIR        DIR/o200k.bin and DIR/cl100k.bin
//! calibrate measure SAMPLES...       a table by kind of text
//! ```
//!
//! A samples file is a list of: kind of text (u16 length, UTF-8), weight (f32), text (u32 length, UTF-8), then for
//! o200k and for cl100k the byte offsets at which its tokens begin (u32 count, u32 each). All little-endian. Use
//! different texts for the two commands.

#![allow(clippy::print_stdout, reason = "a tool for the terminal")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use tollgate_tokens::class::{KINDS, LETTERS};
use tollgate_tokens::slots::{Context, KIND_SLOTS, LETTER_SLOTS, Slot};
use tollgate_tokens::{Vocabulary, estimate};

const VOCABULARIES: [(&str, Vocabulary); 2] = [("o200k", Vocabulary::O200k), ("cl100k", Vocabulary::Cl100k)];

struct Sample {
    kind: String,
    weight: f64,
    text: String,
    starts: [Vec<usize>; 2],
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["write", samples, folder] => write(&read(samples)?, Path::new(folder)),
        ["measure", files @ ..] => {
            let mut samples = Vec::new();
            for file in files {
                samples.extend(read(file)?);
            }
            measure(&samples);
            Ok(())
        }
        _ => Err("usage: calibrate write SAMPLES DIR | calibrate measure SAMPLES...".into()),
    }
}

fn read(path: &str) -> Result<Vec<Sample>, Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let mut rest = bytes.as_slice();
    let mut samples = Vec::new();
    while !rest.is_empty() {
        let length = u16::from_le_bytes(array(&mut rest)?);
        let kind = String::from_utf8(take(&mut rest, length.into())?.to_vec())?;
        let weight = f32::from_le_bytes(array(&mut rest)?).into();
        let length = u32::from_le_bytes(array(&mut rest)?);
        let text = String::from_utf8(take(&mut rest, length as usize)?.to_vec())?;
        let mut starts = [Vec::new(), Vec::new()];
        for starts in &mut starts {
            for _ in 0..u32::from_le_bytes(array(&mut rest)?) {
                starts.push(u32::from_le_bytes(array(&mut rest)?) as usize);
            }
        }
        samples.push(Sample { kind, weight, text, starts });
    }
    Ok(samples)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Box<dyn Error>> {
    let (taken, after) = rest.split_at_checked(length).ok_or("the samples file is cut short")?;
    *rest = after;
    Ok(taken)
}

fn array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Box<dyn Error>> {
    Ok(take(rest, N)?.try_into()?)
}

/// How many tokens began at a slot, of how many characters.
#[derive(Clone, Copy, Default)]
struct Seen {
    tokens: f64,
    characters: f64,
}

impl Seen {
    fn add(&mut self, other: Seen) {
        self.tokens += other.tokens;
        self.characters += other.characters;
    }

    /// The share of tokens, drawn towards `prior` as by `strength` characters.
    fn share(self, prior: f64, strength: f64) -> f64 {
        (self.tokens + prior * strength) / (self.characters + strength)
    }
}

fn write(samples: &[Sample], folder: &Path) -> Result<(), Box<dyn Error>> {
    // Kinds of text weigh the same however much there is of each, small ones at most three times their size.
    let mut sizes: BTreeMap<&str, f64> = BTreeMap::new();
    for sample in samples {
        *sizes.entry(&sample.kind).or_default() += sample.text.len() as f64;
    }
    for (index, (name, _)) in VOCABULARIES.iter().enumerate() {
        let mut letters = vec![Seen::default(); LETTER_SLOTS];
        let mut kinds = vec![Seen::default(); KIND_SLOTS];
        for sample in samples {
            let size = sizes.get(sample.kind.as_str()).copied().unwrap_or(1.0);
            let weight = sample.weight * (400_000.0 / size).min(3.0);
            let mut context = Context::default();
            // A run of spaces is one token up to its last space, which begins the word after it. How long the run is
            // does not matter, so what begins in it after the first space is charged to the character after it.
            let (mut carried, mut after_space) = (0.0, false);
            let mut starts = sample.starts.get(index).into_iter().flatten().peekable();
            for (at, c) in sample.text.char_indices() {
                let mut tokens = 0.0;
                while starts.next_if(|&&start| start < at + c.len_utf8()).is_some() {
                    tokens += 1.0;
                }
                tokens += std::mem::take(&mut carried);
                if c == ' ' && after_space {
                    carried = std::mem::take(&mut tokens);
                }
                after_space = c == ' ';
                let cell = match context.step(c) {
                    Slot::Letter(slot) => letters.get_mut(slot),
                    Slot::Kind(slot) => kinds.get_mut(slot),
                    Slot::Digit(_) => None,
                };
                if let Some(cell) = cell {
                    cell.add(Seen { tokens: tokens * weight, characters: weight });
                }
            }
        }
        std::fs::write(folder.join(format!("{name}.bin")), table(&letters, &kinds))?;
    }
    Ok(())
}

/// What was never seen is taken from shorter contexts, and is rather dear than cheap.
fn table(letters: &[Seen], kinds: &[Seen]) -> Vec<u8> {
    let folded = |seen: &[Seen], length: usize| {
        let mut folded = vec![Seen::default(); length];
        for (slot, cell) in seen.iter().enumerate() {
            if let Some(sum) = folded.get_mut(slot % length) {
                sum.add(*cell);
            }
        }
        folded
    };
    let at = |seen: &[Seen], slot: usize| seen.get(slot % seen.len()).copied().unwrap_or_default();
    let pairs = folded(letters, LETTERS * LETTERS);
    let single = folded(letters, LETTERS);
    let kind = folded(kinds, KINDS);
    let mut bytes = Vec::new();
    for (slot, seen) in letters.iter().enumerate() {
        let by_letter = at(&single, slot).share(0.5, 1.0).max(0.5);
        let by_pair = at(&pairs, slot).share(by_letter, 4.0).max(0.4);
        bytes.push((seen.share(by_pair, 4.0) * 256.0).round().min(255.0) as u8);
    }
    for (slot, seen) in kinds.iter().enumerate() {
        let prior = at(&kind, slot).share(2.0, 1.0).max(0.7);
        bytes.extend_from_slice(&((seen.share(prior, 3.0) * 4096.0).round().min(65_535.0) as u16).to_le_bytes());
    }
    bytes
}

fn measure(samples: &[Sample]) {
    for (index, (name, vocabulary)) in VOCABULARIES.into_iter().enumerate() {
        println!(
            "\n| {name} | samples | median % | lowest % | highest % | bound / truth, least | median | over bound |"
        );
        println!("|---|---|---|---|---|---|---|---|");
        let mut kinds: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
        for sample in samples {
            let truth = sample.starts.get(index).map_or(0, Vec::len).max(1) as f64;
            let estimate = estimate(&sample.text, vocabulary);
            let errors = (estimate.tokens as f64 / truth * 100.0 - 100.0, estimate.upper_bound as f64 / truth);
            kinds.entry(&sample.kind).or_default().push(errors);
        }
        for (kind, mut errors) in kinds {
            let over = errors.iter().filter(|error| error.1 < 1.0).count();
            let count = errors.len();
            errors.sort_by(|a, b| a.1.total_cmp(&b.1));
            let (least, middle) = (errors.first().map_or(0.0, |e| e.1), errors.get(count / 2).map_or(0.0, |e| e.1));
            errors.sort_by(|a, b| a.0.total_cmp(&b.0));
            let error = |at: usize| errors.get(at).map_or(0.0, |e| e.0);
            println!(
                "| {kind} | {count} | {:+.1} | {:+.1} | {:+.1} | {least:.2} | {middle:.2} | {over} |",
                error(count / 2),
                error(0),
                error(count - 1)
            );
        }
    }
}
