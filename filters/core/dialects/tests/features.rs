//! The list of features is complete, and holds nothing that is gone.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tollgate_dialects::features::{FEATURES, FIELDS, is_known};

/// Fields that fixtures make up, and features that no leniency can help.
const NO_FEATURES: [&str; 5] = ["brand_new", "embedding_types", "embeddings", "frobnicate", "mystery"];

/// How the code names a feature.
const CALLS: [&str; 9] =
    ["lacks(", "note(", "takes(", "server.has(", "extra(", "hints.push(", "openai.push((", "lacks: &[", "ignores: &["];

fn files(path: &Path, of: &dyn Fn(&Path) -> bool, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, of, found),
            false if of(&path) => found.push(path),
            false => {}
        }
    }
}

fn texts(folder: &str, of: &dyn Fn(&Path) -> bool) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), of, &mut found);
    assert!(found.len() > 50, "{folder} is gone");
    found.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The code without its tests and without the list itself.
fn code() -> Vec<(PathBuf, String)> {
    texts("src", &|path| {
        path.extension().is_some_and(|kind| kind == "rs")
            && !path.ends_with("tests.rs")
            && !path.ends_with("features.rs")
    })
}

/// The words in quotes at the beginning of a text, as far as nothing but commas and white space stands between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim_start();
    std::iter::from_fn(move || {
        let (word, behind) = rest.strip_prefix('"')?.split_once('"')?;
        rest = behind.trim_start_matches([',', ' ', '\n']);
        Some(word)
    })
}

#[test]
fn what_the_code_names_is_known() {
    let (mut unknown, mut met) = (BTreeSet::new(), 0);
    for (path, text) in code() {
        for call in CALLS {
            for (at, _) in text.match_indices(call) {
                let all = words(&text[at + call.len()..]).take(if call.ends_with('[') { usize::MAX } else { 1 });
                for word in all {
                    met += 1;
                    if !is_known(word) {
                        unknown.insert(format!("`{word}` in {}", path.display()));
                    }
                }
            }
        }
    }
    assert!(met > 150, "only {met} names found");
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn what_the_fixtures_name_is_known() {
    let (mut unknown, mut met) = (BTreeSet::new(), 0);
    let mut check = |name: &str, path: &Path| {
        met += 1;
        if !is_known(name) && !NO_FEATURES.contains(&name) {
            unknown.insert(format!("`{name}` in {}", path.display()));
        }
    };
    for (path, text) in texts("golden", &|path| path.ends_with("upstream.txt")) {
        let dropped = text.lines().find_map(|line| line.strip_prefix("dropped: "));
        dropped.into_iter().flat_map(|names| names.split(", ")).for_each(|name| check(name, &path));
    }
    for (path, text) in texts("golden", &|path| path.ends_with("refused.json")) {
        let named = text.split_once("` is not supported by the provider of this model").map(|(before, _)| before);
        named.and_then(|before| before.rsplit('`').next()).into_iter().for_each(|name| check(name, &path));
    }
    assert!(met > 150, "only {met} names found");
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn every_feature_is_one_that_something_lacks() {
    let code: String = code().into_iter().map(|(_, text)| text).collect();
    let gone: Vec<_> = FEATURES.iter().filter(|name| !code.contains(&format!("\"{name}\""))).collect();
    assert!(gone.is_empty(), "{gone:?}");
    let both: Vec<_> = FEATURES.iter().filter(|name| FIELDS.contains(name)).collect();
    assert!(both.is_empty(), "{both:?}");
}

#[test]
fn names_out_of_use_are_not_known() {
    for name in ["image_url", "stop_sequences", "reasoning_content", "sed", "tools", "tools.", "nothing.at_all"] {
        assert!(!is_known(name), "{name}");
    }
}
