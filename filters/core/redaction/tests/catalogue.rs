//! `docs/detectors.md`: every built-in detector, made of the catalogue whose examples are tested. `TOLLGATE_BLESS=1` rewrites it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::string_slice, reason = "helpers of tests may fail as tests do")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use tollgate_redaction::{detectors, families, groups};

/// The family whose examples are shortened: scanners of repositories would take them for leaks.
const SECRETS: &str = "Secrets";
/// To so many characters.
const SHOWN: usize = 8;

fn page() -> String {
    let mut page = String::from(
        "# Built-in detectors\n\n\
         Made of the catalogue in `filters/core/redaction` by `cargo test -p tollgate-redaction --test catalogue`; do not edit. Every example \
         is tested.\n\n\
         A rule names detectors, or groups of them, in `detect`. A placeholder is made of the label: `<EMAIL_1>`. A version counts up whenever \
         a detector finds something else than before. A finding has a score of 1 to 100: 100 for what a check digit, an issued prefix or a \
         structure of its own confirms, 75 for a pattern beside a word that speaks for it, 25 for a pattern alone. A rule takes those of 50 \
         and more unless its `minScore` says otherwise.\n\n\
         ## Groups\n\n| Group | Detectors |\n|---|---|\n",
    );
    for (group, members) in groups() {
        let members: Vec<_> = members.iter().map(|member| format!("`{member}`")).collect();
        writeln!(page, "| `{group}` | {} |", members.join(", ")).unwrap();
    }
    for (family, entries) in families().filter(|(_, entries)| !entries.is_empty()) {
        write!(page, "\n## {family}\n").unwrap();
        if family == SECRETS {
            write!(page, "\nExamples are shortened.\n").unwrap();
        }
        for entry in entries {
            write!(
                page,
                "\n### `{}`\n\nLabel `{}`, version {}. {}\n\n",
                entry.name, entry.label, entry.version, entry.scope
            )
            .unwrap();
            let examples = |examples: &[&str]| {
                let shown = |example: &&str| code(example, family == SECRETS);
                examples.iter().map(shown).collect::<Vec<_>>().join(", ")
            };
            writeln!(page, "- Finds: {}", examples(entry.finds)).unwrap();
            writeln!(page, "- Ignores: {}", examples(entry.ignores)).unwrap();
        }
    }
    page
}

/// A span of code, whatever the text holds.
fn code(text: &str, shorten: bool) -> String {
    let text = text.replace('\n', "\\n");
    let text = match text.char_indices().nth(SHOWN) {
        Some((end, _)) if shorten => format!("{}…", &text[..end]),
        _ => text,
    };
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

#[test]
fn the_page_says_what_the_catalogue_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/detectors.md");
    let page = page();
    assert!(detectors().all(|entry| page.contains(&format!("### `{}`", entry.name))));
    if std::env::var_os("TOLLGATE_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "docs/detectors.md is not what the catalogue says; TOLLGATE_BLESS=1 rewrites it");
}
