//! A review as text, or as Markdown for a pull request.

use std::fmt::Write as _;

use tollgate_policy::redaction::Direction;

use super::policies::PolicyReview;
use super::rules::Handling;
use super::{Change, Effect, Fate, Outcome, Review, TeamReview, count, list};

/// A heading and what stands below it. Both forms are written from this.
struct Section {
    title: String,
    notes: Vec<String>,
    items: Vec<Item>,
}

struct Item {
    mark: Option<&'static str>,
    text: String,
    examples: Vec<(String, String)>,
}

/// For a terminal or a log.
#[must_use]
pub fn text(review: &Review) -> String {
    if review.is_empty() {
        return format!("{} and {} decide the same\n", review.old, review.new);
    }
    let mut page = format!("{} → {}\n", review.old, review.new);
    for section in sections(review) {
        let _ = writeln!(page, "\n{}", section.title);
        for note in &section.notes {
            let _ = writeln!(page, "  {note}");
        }
        for item in &section.items {
            let mark = item.mark.map(|mark| format!("  [{mark}]")).unwrap_or_default();
            let _ = writeln!(page, "  - {}{mark}", item.text);
            for (place, text) in &item.examples {
                let _ = writeln!(page, "      {place}: {text}");
            }
        }
    }
    page
}

/// For a comment on a pull request.
#[must_use]
pub fn markdown(review: &Review) -> String {
    let mut page = format!("### What changes from {} to {}\n", code(&review.old), code(&review.new));
    if review.is_empty() {
        page.push_str("\nNothing is decided differently.\n");
    }
    for section in sections(review) {
        let _ = writeln!(page, "\n#### {}\n", escape(&section.title));
        for note in &section.notes {
            let _ = writeln!(page, "{}\n", escape(note));
        }
        for item in &section.items {
            let mark = item.mark.map(|mark| format!(" **{mark}**")).unwrap_or_default();
            let _ = writeln!(page, "- {}{mark}", escape(&item.text));
            for (place, text) in &item.examples {
                let _ = writeln!(page, "  - {} {}", code(place), code(text));
            }
        }
    }
    page
}

fn sections(review: &Review) -> Vec<Section> {
    let mut sections = Vec::new();
    if !review.gateway.is_empty() {
        let items = review.gateway.iter().map(change).collect();
        sections.push(Section { title: "Gateway".into(), notes: Vec::new(), items });
    }
    sections.extend(review.teams.iter().map(team));
    sections.extend(review.redaction.iter().map(policy));
    if review.skipped > 0 {
        let text = format!(
            "{} too long to be read",
            count(review.skipped, "line of the corpus was", "lines of the corpus were")
        );
        sections.push(Section { title: "Not looked at".into(), notes: vec![text], items: Vec::new() });
    }
    sections
}

fn team(review: &TeamReview) -> Section {
    let fate = match review.fate {
        Fate::Added => ": new",
        Fate::Removed => ": removed",
        Fate::Changed => "",
    };
    let items = review.changes.iter().map(change).collect();
    Section { title: format!("Team {}{fate}", review.team), notes: Vec::new(), items }
}

fn change(change: &Change) -> Item {
    let mark = change.effect.map(|effect| match effect {
        Effect::Stricter => "stricter",
        Effect::Looser => "looser",
    });
    Item { mark, text: change.text.clone(), examples: Vec::new() }
}

fn policy(review: &PolicyReview) -> Section {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "none".to_owned());
    let (was, is) = (name(&review.old), name(&review.new));
    let title = if was == is { format!("Redaction {is}") } else { format!("Redaction {was} → {is}") };
    let teams = match review.teams.as_slice() {
        [] => "no team has it".to_owned(),
        [one] => format!("team {one}"),
        many => format!("{}: {}", count(many.len() as u64, "team", "teams"), list(many)),
    };
    let mut looked = Vec::new();
    if review.tests > 0 {
        looked.push(count(review.tests, "test", "tests"));
    }
    if review.texts > 0 {
        looked.push(count(review.texts, "text of the corpus", "texts of the corpus"));
    }
    let looked = match (looked.is_empty(), review.outcomes.is_empty()) {
        (true, _) => "there is no text to try it on: it has no tests, and there is no corpus".to_owned(),
        (false, true) => format!("{}: the same becomes of each", list(&looked)),
        (false, false) => format!("tried on {}", list(&looked)),
    };
    let notes = vec![teams, looked];
    let items = review.rules.iter().map(change).chain(review.outcomes.iter().map(outcome)).collect();
    Section { title, notes, items }
}

fn outcome(outcome: &Outcome) -> Item {
    let what = match (outcome.was, outcome.now) {
        (was, Handling::LetThrough) => format!("no longer {}", was.words()),
        (Handling::LetThrough, now) => format!("now {}", now.words()),
        (was, now) => format!("{}, now {}", was.words(), now.words()),
    };
    let way = if outcome.direction == Direction::Request { "requests" } else { "answers" };
    let text = format!(
        "in {way}: `{}` {what}, {} in {}",
        outcome.rule,
        count(outcome.findings, "finding", "findings"),
        count(outcome.texts, "text", "texts")
    );
    let examples = outcome.examples.iter().map(|example| (example.place.clone(), example.text.clone())).collect();
    Item { mark: outcome.leaks().then_some("LEAK"), text, examples }
}

/// Text of others between backquotes: with more of them around it than it has in a row.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Our own sentences hold code between backquotes; everything else of Markdown and HTML is only text.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    let mut inside = false;
    for character in text.chars() {
        match character {
            '`' => {
                inside = !inside;
                escaped.push('`');
            }
            '*' | '_' | '[' | ']' | '<' | '>' | '#' | '@' | '|' | '\\' if !inside => escaped.extend(['\\', character]),
            c => escaped.push(c),
        }
    }
    escaped
}
