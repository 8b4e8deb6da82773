//! What `run.mjs` calls.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Bench, Corpus, Stage};

/// A bench for scripts.
#[wasm_bindgen]
pub struct Measured(Bench);

#[wasm_bindgen]
impl Measured {
    /// The one of these numbers, in the order of [`Stage::ALL`] and [`Corpus::ALL`]; nothing beyond the last.
    #[must_use]
    pub fn of(stage: usize, corpus: usize) -> Option<Self> {
        Bench::new(*Stage::ALL.get(stage)?, *Corpus::ALL.get(corpus)?).ok().map(Self)
    }

    /// The stage's name.
    #[must_use]
    pub fn stage(stage: usize) -> Option<String> {
        Stage::ALL.get(stage).map(|stage| stage.name().to_owned())
    }

    /// The corpus' name.
    #[must_use]
    pub fn corpus(corpus: usize) -> Option<String> {
        Corpus::ALL.get(corpus).map(|corpus| corpus.name().to_owned())
    }

    /// Bytes of one run.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.bytes()
    }

    /// Does the work once.
    pub fn run(&mut self) -> usize {
        self.0.run()
    }
}
