//! From the rules of a policy file to something that runs.

use std::fmt;

use tollgate_policy::redaction::{MIN_SCORE, Mode, RedactionSpec};

use super::{Policy, Rule};
use crate::detect::{self, DETECTOR_COUNT, Scanner, Use};
use crate::hmac::Key;
use crate::label;
use crate::segment::Needs;
use crate::user::{self, Pattern, Reach, Words};

/// Most rules of a policy, each detector of a rule counted.
const MAX_RULES: usize = 1000;

/// A rule that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileError {
    /// Its index in the policy.
    pub rule: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule {}: {}", self.rule + 1, self.message)
    }
}

impl std::error::Error for CompileError {}

/// What a rule looks for.
enum Matcher<'a> {
    Detect(&'a [String]),
    Pattern(&'a str),
    Words(&'a [String]),
}

impl Policy {
    /// Compiles a policy. `hash_key` keys the `hash` action: equal values hash alike under one key only, and without a key of some
    /// length anyone can find a short value by trying.
    ///
    /// # Errors
    /// The first rule that cannot be used: not exactly one of `detect`, `pattern` and `words`, an unknown detector, a pattern that does not
    /// compile, is too large or matches the empty text, an empty word, or a name that is missing, taken or not printable.
    pub fn compile(name: &str, spec: &RedactionSpec, hash_key: &[u8]) -> Result<Self, CompileError> {
        let mut rules = Vec::<Rule>::new();
        let mut detectors = [None; DETECTOR_COUNT];
        let mut patterns = Vec::new();
        let mut folded = Vec::new();
        let mut exact = Vec::new();
        for (index, rule) in spec.rules.iter().enumerate() {
            let error = |message: String| CompileError { rule: index, message };
            let matcher = matcher(rule).map_err(error)?;
            if let Matcher::Detect(names) = matcher {
                let min_score = rule.min_score.unwrap_or(MIN_SCORE);
                for place in known(names).map_err(error)? {
                    // Of two rules with the same detector the earlier one decides.
                    if let (Some(slot @ None), Some(entry)) = (detectors.get_mut(place), detect::entry(place)) {
                        *slot = Some(Use { rule: next(&rules).map_err(error)?, min_score });
                        let (name, label) = (entry.name.to_owned(), entry.label.to_owned());
                        rules.push(Rule { name, label, action: rule.action, on_finding: rule.on_finding.clone() });
                    }
                }
                continue;
            }
            let id = next(&rules).map_err(error)?;
            let (name, label) = named(rule.name.as_deref(), &rules).map_err(error)?;
            match matcher {
                Matcher::Pattern(pattern) => patterns
                    .push(Pattern::compile(id, pattern).map_err(|problem| error(format!("`{name}`: {problem}")))?),
                Matcher::Words(words) => {
                    user::check_words(words).map_err(|problem| error(format!("`{name}`: {problem}")))?;
                    let list = if rule.case_sensitive { &mut exact } else { &mut folded };
                    list.extend(words.iter().map(|word| (id, word.trim())));
                }
                Matcher::Detect(_) => {}
            }
            rules.push(Rule { name, label, action: rule.action, on_finding: rule.on_finding.clone() });
        }
        let mut words = Vec::new();
        for (list, case_sensitive) in [(&folded, false), (&exact, true)] {
            // The list is of several rules; the limits that could be passed here are far beyond what each may hold.
            words.extend(Words::compile(list, case_sensitive).map_err(|message| CompileError { rule: 0, message })?);
        }
        let user =
            patterns.iter().map(Pattern::reach).chain(words.iter().map(Words::reach)).fold(Reach::default(), Reach::or);
        let scanner = Box::new(Scanner::new(detectors, words, patterns));
        let needs = Needs {
            lookahead: user.lookahead,
            joined_scripts: user.joined_scripts,
            numbers: scanner.uses_numbers(),
            private_keys: scanner.uses_private_keys(),
        };
        Ok(Self {
            name: name.to_owned(),
            rules,
            scanner,
            directions: spec.apply.clone(),
            needs,
            shadow: spec.mode == Mode::Shadow,
            key: Key::new(hash_key),
        })
    }
}

fn next(rules: &[Rule]) -> Result<u16, String> {
    u16::try_from(rules.len())
        .ok()
        .filter(|&index| usize::from(index) < MAX_RULES)
        .ok_or_else(|| format!("more than {MAX_RULES} rules"))
}

fn matcher(rule: &tollgate_policy::redaction::Rule) -> Result<Matcher<'_>, String> {
    match (rule.detect.as_slice(), rule.pattern.as_deref(), rule.words.as_slice()) {
        ([], None, []) => Err("needs one of `detect`, `pattern` and `words`".to_owned()),
        (detect @ [_, ..], None, []) => Ok(Matcher::Detect(detect)),
        ([], Some(pattern), []) => Ok(Matcher::Pattern(pattern)),
        ([], None, words) => Ok(Matcher::Words(words)),
        _ => Err("has several of `detect`, `pattern` and `words`; make them rules of their own".to_owned()),
    }
}

/// The detectors that are named, by their indexes.
fn known(names: &[String]) -> Result<Vec<usize>, String> {
    let mut known = Vec::new();
    for name in names {
        let places = detect::named(name);
        if places.is_empty() {
            let names: Vec<_> = detect::names().collect();
            return Err(format!("there is no detector `{name}`; there are {}", names.join(", ")));
        }
        known.extend(places);
    }
    Ok(known)
}

fn named(name: Option<&str>, rules: &[Rule]) -> Result<(String, String), String> {
    let name = name.ok_or("needs a name, for reports and placeholders: add `name`")?;
    let label = label::of_rule(name).ok_or_else(|| {
        format!(
            "the name must have 1 to {} printable ASCII characters, a letter or digit among them and none of , : = \" \\",
            label::MAX
        )
    })?;
    if rules.iter().any(|rule| rule.name == name) || detect::names().any(|known| known == name) {
        return Err(format!("the name `{name}` is already a rule's or a detector's"));
    }
    Ok((name.to_owned(), label))
}
