//! Tests of the crate as a whole; those marked for wasm32 also run there.

mod entries;
mod golden;
mod images;
#[cfg(not(target_arch = "wasm32"))]
mod laws;
#[cfg(not(target_arch = "wasm32"))]
mod page;
mod random;
mod repeats;
mod requests;
mod vocabularies;

use crate::Vocabulary;

const ALL: [Vocabulary; 4] = [Vocabulary::O200k, Vocabulary::Cl100k, Vocabulary::Claude, Vocabulary::Other];
