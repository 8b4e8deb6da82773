//! Dependencies point one way: modules -> shell -> host and stages -> core; the control plane -> core; and core never names a host.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// What each of our crates may depend on, among ours. Whoever adds an edge here changes the architecture.
const ALLOWED: &[(&str, &[&str])] = &[
    ("tollgate-wire", &[]),
    ("tollgate-policy", &[]),
    ("tollgate-tokens", &[]),
    ("tollgate-quota", &["tollgate-policy", "tollgate-wire"]),
    ("tollgate-redaction", &["tollgate-policy", "tollgate-wire"]),
    ("tollgate-dialects", &["tollgate-policy", "tollgate-wire"]),
    ("tollgate-stages", CORE),
    ("tollgate-host", &[]),
    ("tollgate-shell", &["tollgate-host", "tollgate-policy", "tollgate-quota", "tollgate-stages"]),
    ("tollgate-gateway", MODULE),
    ("tollgate-redact", MODULE),
    ("tollgate-quota-check", MODULE),
    ("tollgate-token-count", MODULE),
    ("tollgate-translate", &["tollgate-dialects", "tollgate-host", "tollgate-policy"]),
    (
        "tollgate",
        &[
            "tollgate-dialects",
            "tollgate-host",
            "tollgate-ledger",
            "tollgate-policy",
            "tollgate-quota",
            "tollgate-redaction",
            "tollgate-stages",
            "tollgate-tokens",
            "tollgate-wire",
        ],
    ),
    ("tollgate-ledger", &["tollgate-policy", "tollgate-quota"]),
    ("tollgate-providers", &["tollgate-wire"]),
    (
        "tollgate-bench",
        &["tollgate-policy", "tollgate-providers", "tollgate-redaction", "tollgate-throughput", "tollgate-wire"],
    ),
    ("tollgate-throughput", &["tollgate-policy", "tollgate-redaction", "tollgate-tokens", "tollgate-wire"]),
    (
        "tollgate-fuzz",
        &[
            "tollgate-dialects",
            "tollgate-policy",
            "tollgate-quota",
            "tollgate-redaction",
            "tollgate-stages",
            "tollgate-wire",
        ],
    ),
    ("tollgate-laws", &[]),
];
const CORE: &[&str] = &[
    "tollgate-dialects",
    "tollgate-policy",
    "tollgate-quota",
    "tollgate-redaction",
    "tollgate-tokens",
    "tollgate-wire",
];
const MODULE: &[&str] = &["tollgate-host", "tollgate-policy", "tollgate-shell"];

/// Crates that become wasm, and the registry crates that may come along: every one of them runs beside customers' prompts.
const MODULES: &[&str] =
    &["tollgate-gateway", "tollgate-redact", "tollgate-quota-check", "tollgate-token-count", "tollgate-translate"];
const IN_MODULES: &[&str] = &[
    "aho-corasick",
    "block-buffer",
    "cfg-if",
    "const-oid",
    "cpufeatures",
    "crypto-common",
    "digest",
    "hybrid-array",
    "itoa",
    "memchr",
    "regex",
    "regex-automata",
    "regex-syntax",
    "ryu",
    "serde",
    "serde_core",
    "serde_json",
    "sha2",
    "typenum",
    "zmij",
];
/// Only at build time, on the machine that builds.
const BUILD_TIME: &[&str] = &["proc-macro2", "quote", "serde_derive", "syn", "unicode-ident"];

const LICENSES: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "0BSD",
    "CC0-1.0",
    "Unlicense",
    "CDLA-Permissive-2.0",
    "BSL-1.0",
    "Apache-2.0 WITH LLVM-exception",
    "MIT-0",
];

/// What cargo resolves, for one platform where one is named: what other platforms need is not on this machine.
fn metadata(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[cfg(target_arch = "x86_64")]
const HERE: [&str; 2] = ["--filter-platform", "x86_64-unknown-linux-gnu"];
#[cfg(target_arch = "aarch64")]
const HERE: [&str; 2] = ["--filter-platform", "aarch64-unknown-linux-gnu"];

fn str<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn our_crates_depend_on_each_other_in_one_direction() {
    let metadata = metadata(&["--no-deps"]);
    let packages: Vec<&Value> =
        metadata["packages"].as_array().unwrap().iter().filter(|p| p["source"].is_null()).collect();
    let ours: BTreeSet<&str> = packages.iter().map(|package| str(package, "name")).collect();
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    assert_eq!(
        ours,
        allowed.keys().copied().collect(),
        "every crate of the workspace has its line in ALLOWED, and no other"
    );
    for package in packages {
        let name = str(package, "name");
        for dependency in package["dependencies"].as_array().unwrap() {
            let on = str(dependency, "name");
            if dependency["kind"] == "dev" || !ours.contains(on) {
                continue;
            }
            assert!(allowed[name].contains(&on), "{name} must not depend on {on}");
        }
    }
}

#[test]
fn what_comes_along_into_the_modules_is_known() {
    // The tree of these packages alone: in the workspace as a whole the control plane turns features on that no module has.
    let modules = MODULES.iter().flat_map(|module| ["-p", module]);
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--target", "wasm32-unknown-unknown"])
        .args(modules)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let seen: BTreeSet<&str> =
        tree.lines().filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()).collect();
    assert!(seen.contains("tollgate-wire"), "nothing was read from {tree:?}");
    let known: BTreeSet<&str> = IN_MODULES.iter().chain(BUILD_TIME).copied().collect();
    let unknown: Vec<&&str> =
        seen.iter().filter(|name| !name.starts_with("tollgate-") && !known.contains(*name)).collect();
    assert!(
        unknown.is_empty(),
        "these crates would run inside customers' proxies and nobody has agreed to that: {unknown:?}"
    );
}

#[test]
fn every_dependency_comes_from_crates_io_under_a_license_we_know() {
    for package in metadata(&HERE)["packages"].as_array().unwrap() {
        let (name, source) = (str(package, "name"), package["source"].as_str());
        let Some(source) = source else { continue };
        assert!(source.starts_with("registry+"), "{name} comes from {source}, not from a registry");
        let expression = str(package, "license").replace('/', " OR ");
        let fine = expression.split(" OR ").any(|choice| {
            let choice = choice.trim().trim_matches(['(', ')']);
            LICENSES.contains(&choice)
                || choice.split(" AND ").all(|part| LICENSES.contains(&part.trim().trim_matches(['(', ')'])))
        });
        assert!(fine, "{name} is licensed `{expression}`");
    }
}
