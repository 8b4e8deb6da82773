//! `kind: RedactionPolicy`.

use std::collections::BTreeMap;

use tollgate_policy::redaction::{RedactionSpec, Rule};
use tollgate_redaction::Policy;

use super::policy_tests;
use crate::config::documents::{Doc, Documents, is_name};
use crate::config::problems::Problems;

/// Checks every policy as the filter will: what compiles here compiles there.
pub fn check(documents: &[Doc<RedactionSpec>], problems: &mut Problems) -> BTreeMap<String, RedactionSpec> {
    for doc in documents {
        let mut sound = true;
        for (at, rule) in doc.spec.rules.iter().enumerate() {
            if let Err(message) = shape(rule) {
                doc.error(problems, &format!("spec/rules/{at}"), message);
                sound = false;
            }
        }
        on_finding(doc, problems);
        if doc.spec.rules.is_empty() {
            doc.warn(problems, "spec/rules", "no rules: nothing is ever redacted");
        }
        if doc.spec.apply.is_empty() {
            doc.error(problems, "spec/apply", "must hold `request`, `response` or both");
        }
        policy_tests::check(doc, problems);
        if sound {
            compile(doc, problems);
        }
    }
    documents.iter().map(|doc| (doc.name.clone(), doc.spec.clone())).collect()
}

/// Checks that the routes are there that findings send requests to.
pub fn routes(all: &Documents, problems: &mut Problems) {
    for doc in &all.redaction {
        for (at, rule) in doc.spec.rules.iter().enumerate() {
            let route = rule.on_finding.as_ref().and_then(|on_finding| on_finding.route_to.as_ref());
            if let Some(route) = route.filter(|route| !all.declares("Route", route)) {
                let message = format!("there is no Route `{route}`; {}", all.names("Route"));
                doc.error(problems, &format!("spec/rules/{at}/onFinding/routeTo"), message);
            }
        }
    }
}

/// What findings are tagged with.
fn on_finding(doc: &Doc<RedactionSpec>, problems: &mut Problems) {
    for (at, rule) in doc.spec.rules.iter().enumerate() {
        let Some(on_finding) = &rule.on_finding else { continue };
        let path = format!("spec/rules/{at}/onFinding");
        if let Some(tag) = &on_finding.tag
            && !is_name(tag)
        {
            let message = format!("`{tag}` is not a name of lower-case letters, digits, `-`, `_` and `.`");
            doc.error(problems, &format!("{path}/tag"), message);
        }
        if on_finding.route_to.is_none() && on_finding.tag.is_none() {
            doc.error(problems, &path, "write `routeTo`, `tag` or both");
        }
    }
}

fn shape(rule: &Rule) -> Result<(), &'static str> {
    let sources = [!rule.detect.is_empty(), rule.pattern.is_some(), !rule.words.is_empty()];
    if sources.iter().filter(|given| **given).count() != 1 {
        return Err("write exactly one of `detect`, `pattern` and `words`");
    }
    if rule.detect.is_empty() && rule.name.is_none() {
        return Err("field `name` is missing: a rule with `pattern` or `words` needs one");
    }
    if rule.case_sensitive && rule.words.is_empty() {
        return Err("`caseSensitive` goes with `words` only");
    }
    Ok(())
}

/// Each rule by itself, for every mistake at once; then all together, since names may clash and numbers are bounded.
fn compile(doc: &Doc<RedactionSpec>, problems: &mut Problems) {
    let mut sound = true;
    for (at, rule) in doc.spec.rules.iter().enumerate() {
        let alone = RedactionSpec { rules: vec![rule.clone()], ..doc.spec.clone() };
        if let Err(error) = Policy::compile(&doc.name, &alone, &[]) {
            doc.error(problems, &format!("spec/rules/{at}"), error.message);
            sound = false;
        }
    }
    if sound && let Err(error) = Policy::compile(&doc.name, &doc.spec, &[]) {
        doc.error(problems, &format!("spec/rules/{}", error.rule), error.message);
    }
}
