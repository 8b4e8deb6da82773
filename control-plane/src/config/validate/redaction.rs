//! `kind: RedactionPolicy`.

use std::collections::BTreeMap;

use tollgate_policy::redaction::RedactionSpec;
use tollgate_redaction::Policy;

use super::policy_tests;
use crate::config::documents::{Doc, Documents};
use crate::config::problems::Problems;

/// Checks every policy as the filter will: what compiles here compiles there.
pub fn check(documents: &[Doc<RedactionSpec>], problems: &mut Problems) -> BTreeMap<String, RedactionSpec> {
    for doc in documents {
        if doc.spec.rules.is_empty() {
            doc.warn(problems, "spec/rules", "no rules: nothing is ever redacted");
        }
        if doc.spec.apply.is_empty() {
            doc.error(problems, "spec/apply", "must hold `request`, `response` or both");
        }
        policy_tests::check(doc, problems);
        compile(doc, problems);
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
