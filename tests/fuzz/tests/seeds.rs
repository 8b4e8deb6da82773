//! The targets over every seed, and over what fuzzing once found.

use std::fs;
use std::path::Path;
use std::process::Command;

type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 11] = [
    ("json", tollgate_fuzz::json),
    ("sse", tollgate_fuzz::sse),
    ("eventstream", tollgate_fuzz::eventstream),
    ("messages", tollgate_fuzz::messages),
    ("request", tollgate_fuzz::request),
    ("answer", tollgate_fuzz::answer),
    ("stream", tollgate_fuzz::stream),
    ("facts", tollgate_fuzz::facts),
    ("redact", tollgate_fuzz::redact),
    ("response_filter", tollgate_fuzz::response_filter),
    ("exchange", tollgate_fuzz::exchange),
];

#[test]
fn no_seed_and_nothing_that_was_found_breaks_a_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut runs = 0;
    for (name, target) in TARGETS {
        let seeds = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&seeds).unwrap();
        let made = Command::new("python3").arg(root.join("seeds.py")).arg(name).arg(&seeds).status().unwrap();
        assert!(made.success());
        let found = root.join("found").join(name);
        for folder in [seeds, found] {
            for file in fs::read_dir(&folder).into_iter().flatten() {
                let file = file.unwrap().path();
                println!("{name}: {}", file.display());
                target(&fs::read(file).unwrap());
                runs += 1;
            }
        }
    }
    assert!(runs > 300, "the seeds are gone: {runs}");
}

#[test]
fn every_target_is_run_here() {
    let bins = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin")).unwrap().count();
    assert_eq!(bins, TARGETS.len());
}
