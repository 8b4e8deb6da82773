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
const CALLS: [&str; 7] =
    ["lacks(\"", "note(\"", "takes(\"", "server.has(\"", "extra(\"", "hints.push(\"", "openai.push((\""];

/// How it lists some, and what ends such a list.
const LISTS: [(&str, char); 4] =
    [("lacks: &[", ':'), ("ignores: &[", ':'), ("OPENAI_ONLY: &[&str] = &[", ';'), ("HINTS: &[&str] = &[", ';')];

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

/// The features that a piece of code names.
fn named(code: &str) -> Vec<&str> {
    let called = CALLS.iter().flat_map(|call| code.split(call).skip(1)).filter_map(|behind| behind.split('"').next());
    let lists =
        LISTS.iter().flat_map(|(list, end)| code.split(list).skip(1).filter_map(|behind| behind.split(*end).next()));
    called.chain(lists.flat_map(|list| list.split('"').skip(1).step_by(2))).collect()
}

#[test]
fn what_the_code_names_is_known() {
    let (mut unknown, mut met) = (BTreeSet::new(), 0);
    for (path, text) in code() {
        for name in named(&text) {
            met += 1;
            if !is_known(name) {
                unknown.insert(format!("`{name}` in {}", path.display()));
            }
        }
    }
    assert!(met > 200, "only {met} names found");
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
