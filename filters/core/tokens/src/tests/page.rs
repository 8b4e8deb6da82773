//! `docs/tokens.md`, made of the golden texts so that it cannot lie.

use std::fmt::Write;
use std::path::Path;

use super::golden::golden;
use crate::estimate;

const HEAD: &str = include_str!("page.md");

fn page() -> String {
    let mut page = HEAD.to_owned();
    for golden in golden() {
        write!(page, "| {} | {} ", golden.kind, golden.text.len()).unwrap();
        for (vocabulary, truth) in golden.truths() {
            let estimate = estimate(golden.text, vocabulary);
            let error = match truth {
                0 => 0.0,
                truth => estimate.tokens as f64 / truth as f64 * 100.0 - 100.0,
            };
            write!(page, "| {truth} | {} | {error:+.1} | {} ", estimate.tokens, estimate.upper_bound).unwrap();
        }
        page.push_str("|\n");
    }
    page
}

#[test]
fn the_page_says_what_is_counted() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/tokens.md");
    let page = page();
    if std::env::var_os("TOLLGATE_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    println!("{page}");
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "docs/tokens.md is not what is counted; TOLLGATE_BLESS=1 rewrites it");
}
