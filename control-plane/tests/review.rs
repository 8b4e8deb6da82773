//! Two revisions in, the review out, as text to be read and compared. `TOLLGATE_BLESS=1` rewrites it.
//!
//! Each folder of `review/` is one case: `old`, `new`, `corpus.jsonl`, and what is said of them as text, Markdown and JSON.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::Command;

use tollgate_control::review::corpus::Corpus;
use tollgate_control::review::revision::{self, NoRevision, Revision};
use tollgate_control::review::{Review, Showing, report, review};

const SHOWING: Showing = Showing { examples: 2, values: false };

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/review").join(name)
}

fn read(named: &Path, other: &Path) -> Revision {
    match revision::read(named.to_str().unwrap(), other.to_str().unwrap()) {
        Ok(revision) => revision,
        Err(NoRevision::Error(error)) => panic!("{error:#}"),
        Err(NoRevision::Problems(problems)) => panic!("{:?}", problems.errors().collect::<Vec<_>>()),
    }
}

fn everything(showing: Showing) -> Review {
    let folder = case("everything");
    let (old, new) = (folder.join("old"), folder.join("new"));
    let corpus = Corpus::find(&folder.join("corpus.jsonl"), "text").unwrap();
    review(&read(&old, &new), &read(&new, &old), Some(&corpus), showing).unwrap()
}

fn compare(golden: &Path, now: &str) {
    if std::env::var_os("TOLLGATE_BLESS").is_some() {
        std::fs::write(golden, now).unwrap();
        return;
    }
    let was = std::fs::read_to_string(golden).unwrap_or_default();
    assert!(was == now, "{} differs; TOLLGATE_BLESS=1 rewrites it. It would be:\n{now}", golden.display());
}

#[test]
fn a_review_reads_so() {
    let folder = case("everything");
    let place = format!("{}/", folder.display());
    let review = everything(SHOWING);
    let without = |text: String| text.replace(&place, "");
    compare(&folder.join("review.txt"), &without(report::text(&review)));
    compare(&folder.join("review.md"), &without(report::markdown(&review)));
    let json = serde_json::to_string_pretty(&review).unwrap();
    compare(&folder.join("review.json"), &without(json + "\n"));
}

#[test]
fn limits_and_stops_read_so() {
    let folder = case("limits");
    let (old, new) = (folder.join("old"), folder.join("new"));
    let review = review(&read(&old, &new), &read(&new, &old), None, SHOWING).unwrap();
    compare(&folder.join("review.txt"), &report::text(&review).replace(&format!("{}/", folder.display()), ""));
}

#[test]
fn values_are_shown_only_when_asked_for() {
    // What either revision finds, and what stands only near it.
    let values =
        ["jane.doe@example.com", "4111 1111 1111 1111", "DE89 3704", "AKIAQYLPMN5HFIQR7XYA", "ACME-123456", "Bluefin"];
    let hidden = report::text(&everything(Showing { examples: 100, values: false }));
    let about_texts: String = hidden.lines().filter(|line| line.starts_with("      ")).collect();
    assert!(about_texts.contains("▮▮▮"));
    for value in values {
        assert!(!about_texts.contains(value), "{value} in {about_texts}");
    }
    let shown = report::text(&everything(Showing { examples: 100, values: true }));
    assert!(shown.contains("jane.doe@example.com") && !shown.contains("▮▮▮"), "{shown}");
}

#[test]
fn the_same_is_no_difference() {
    let old = case("everything").join("old");
    let review = review(&read(&old, &old), &read(&old, &old), None, SHOWING).unwrap();
    assert!(review.is_empty(), "{review:?}");
    assert!(report::text(&review).contains("decide the same"));
}

fn git(folder: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn revisions_come_from_git_as_from_folders() {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path();
    let policies = top.join("deep/policies");
    std::fs::create_dir_all(&policies).unwrap();
    std::fs::create_dir_all(policies.join(".hidden")).unwrap();
    std::fs::write(policies.join(".hidden/x.yaml"), "not: read").unwrap();
    std::fs::write(top.join("other.yaml"), "not: ours").unwrap();
    let copy = |which: &str| {
        std::fs::copy(case("everything").join(which).join("all.yaml"), policies.join("all.yaml")).unwrap();
    };
    git(top, &["init", "--quiet", "--initial-branch=main"]);
    copy("old");
    git(top, &["add", "--all"]);
    git(top, &["commit", "--quiet", "--message=old"]);
    copy("new");

    let of = |named: &str, other: &str| revision::read(named, other);
    let here = policies.to_str().unwrap();
    // The path is that of the other revision.
    let old = of("main", here).ok().unwrap();
    let folder_old = case("everything").join("old");
    assert_eq!(old.model, read(&folder_old, &folder_old).model);
    assert_eq!(of("main:deep/policies", here).ok().unwrap().model, old.model);
    assert_eq!(of("HEAD:deep/policies/all.yaml", here).ok().unwrap().model, old.model);
    assert_eq!(of("main", policies.join("all.yaml").to_str().unwrap()).ok().unwrap().model, old.model);
    assert!(old.tests.iter().any(|(_, at, _)| at.starts_with("main:deep/policies/all.yaml:")), "{:?}", old.tests);
    let new = of(here, "main").ok().unwrap();
    assert!(!review(&old, &new, None, SHOWING).unwrap().is_empty());

    let error = |named: &str| match of(named, here) {
        Err(NoRevision::Error(error)) => format!("{error:#}"),
        other => panic!("{other:?}"),
    };
    assert!(error("nowhere").contains("`nowhere` is neither a folder nor a git revision"), "{}", error("nowhere"));
    assert!(error("--help").contains("neither"), "{}", error("--help"));
    assert!(error("main:elsewhere").contains("there is no .yaml file in `elsewhere`"), "{}", error("main:elsewhere"));
    // What is broken is reported as git has it.
    match of("main:other.yaml", here) {
        Err(NoRevision::Problems(problems)) => {
            assert_eq!(problems.errors().next().unwrap().file, "main:other.yaml");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_corpus_is_lines_or_json_or_a_folder_of_both() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.txt", "one\r\n\n{not json\ntwo");
    write("b.jsonl", "{\"text\": \"three\"}\n{\"other\": [\"four\", 5]}\n");
    write("c.json", "[{\"full_text\": \"six\", \"text\": 1}, {\"full_text\": \"seven\"}]");
    write(".hidden", "never");
    std::fs::create_dir(folder.path().join("deeper")).unwrap();
    write("deeper/d.txt", "eight");
    let texts = |field: &str| {
        let mut texts = Vec::new();
        let corpus = Corpus::find(folder.path(), field).unwrap();
        let skipped = corpus.each(|at, text, _| {
            let at = at.strip_prefix(folder.path().to_str().unwrap()).unwrap();
            texts.push(format!("{at} {text}"));
        });
        assert_eq!(skipped.unwrap(), 0);
        texts
    };
    let all = texts("full_text");
    assert_eq!(
        all,
        [
            "/a.txt:1 one",
            "/a.txt:3 {not json",
            "/a.txt:4 two",
            "/b.jsonl:1 three",
            "/b.jsonl:2 four",
            "/b.jsonl:2 5",
            "/c.json[0] six",
            "/c.json[1] seven",
            "/deeper/d.txt:1 eight"
        ]
    );
    let long = format!("{}\nafter\n", "x".repeat((16 << 20) + 5));
    write("a.txt", &long);
    let corpus = Corpus::find(&folder.path().join("a.txt"), "text").unwrap();
    let mut seen = Vec::new();
    assert_eq!(corpus.each(|at, text, _| seen.push(format!("{}{text}", at.rsplit(':').next().unwrap()))).unwrap(), 1);
    assert_eq!(seen, ["2after"]);
    write("c.json", "[");
    assert!(
        format!("{:#}", Corpus::find(folder.path(), "text").unwrap().each(|_, _, _| ()).unwrap_err())
            .contains("c.json")
    );
}
