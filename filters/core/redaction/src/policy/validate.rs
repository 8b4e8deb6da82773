//! What a rule may say, field by field. What is said of a rule in vain is a mistake of whoever wrote it, and an error here.

use tollgate_policy::redaction::{Action, Direction, Mode, OnFinding, RedactionSpec, Role, Rule};

/// Longest tag or name of a route, in bytes.
const MAX_NAME: usize = 64;

/// What a rule looks for.
pub(super) enum Matcher<'a> {
    Detect(&'a [String]),
    Pattern(&'a str),
    Words(&'a [String]),
}

/// What the rule looks for, if all that it says makes sense in this policy.
pub(super) fn check<'a>(rule: &'a Rule, spec: &RedactionSpec) -> Result<Matcher<'a>, String> {
    let matcher = matcher(rule)?;
    let detects = matches!(matcher, Matcher::Detect(_));
    if !matches!(matcher, Matcher::Words(_)) {
        if rule.case_sensitive {
            return Err(
                "`caseSensitive` goes with `words` only; a pattern starts with `(?i)` to ignore case".to_owned()
            );
        }
        if !rule.whole_words {
            return Err(
                "`wholeWords` goes with `words` only; a pattern says `\\b` where words start and end".to_owned()
            );
        }
    }
    if detects {
        if rule.name.is_some() {
            return Err("`name` goes with `pattern` and `words` only: a built-in detector keeps its own".to_owned());
        }
        if !rule.near.is_empty() {
            return Err("`near` goes with `pattern` and `words` only; built-in detectors know such words themselves: \
                        raise `minScore` to insist on them"
                .to_owned());
        }
    } else if rule.min_score.is_some() {
        return Err("`minScore` goes with `detect` only: `pattern` and `words` are always certain".to_owned());
    }
    if let Some(score @ (0 | 101..)) = rule.min_score {
        return Err(format!("`minScore` is {score}; it goes from 1 to 100"));
    }
    if spec.mode == Mode::Shadow && rule.mode == Some(Mode::Enforce) {
        return Err(
            "`mode: enforce` in a policy whose own mode is `shadow`: no finding of it is acted on. Give the other \
                    rules `mode: shadow` instead"
                .to_owned(),
        );
    }
    scope(rule, &spec.apply)?;
    match &rule.on_finding {
        Some(on_finding) => follow_up(on_finding, rule, &spec.apply).map(|()| matcher),
        None => Ok(matcher),
    }
}

fn matcher(rule: &Rule) -> Result<Matcher<'_>, String> {
    match (rule.detect.as_slice(), rule.pattern.as_deref(), rule.words.as_slice()) {
        ([], None, []) => Err("needs one of `detect`, `pattern` and `words`".to_owned()),
        (detect @ [_, ..], None, []) => Ok(Matcher::Detect(detect)),
        ([], Some(pattern), []) => Ok(Matcher::Pattern(pattern)),
        ([], None, words) => Ok(Matcher::Words(words)),
        _ => Err("has several of `detect`, `pattern` and `words`; make them rules of their own".to_owned()),
    }
}

/// A scope has to leave something over.
fn scope(rule: &Rule, apply: &[Direction]) -> Result<(), String> {
    let name = |direction: Direction| match direction {
        Direction::Request => "request",
        Direction::Response => "response",
    };
    let scope = &rule.scope;
    if let Some(&direction) = scope.directions.iter().find(|direction| !apply.contains(direction)) {
        let name = name(direction);
        return Err(format!(
            "`scope.directions` holds `{name}`, to which the policy does not apply: add it to the policy's `apply`"
        ));
    }
    let directions = if scope.directions.is_empty() { apply } else { &scope.directions };
    let only_answers = directions == [Direction::Response];
    let answers = |role: &Role| matches!(role, Role::Assistant | Role::Tool);
    if only_answers && !scope.roles.is_empty() && !scope.roles.iter().any(answers) {
        return Err("`scope.roles` holds only who speaks in requests, and the rule looks at answers only: add \
                    `assistant`, or `request` to the directions"
            .to_owned());
    }
    Ok(())
}

fn follow_up(on_finding: &OnFinding, rule: &Rule, apply: &[Direction]) -> Result<(), String> {
    let OnFinding { tag, route_to } = on_finding;
    if tag.is_none() && route_to.is_none() {
        return Err("`onFinding` is empty: give it a `tag` or a `routeTo`, or remove it".to_owned());
    }
    let directions = if rule.scope.directions.is_empty() { apply } else { &rule.scope.directions };
    if !directions.contains(&Direction::Request) {
        return Err("`onFinding` is about requests, and the rule does not look at them".to_owned());
    }
    if rule.action == Action::Block && route_to.is_some() {
        return Err(
            "`onFinding.routeTo` goes with no `action: block`: a request that is refused takes no route".to_owned()
        );
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if let Some(tag) = tag
        && (tag.is_empty() || tag.len() > MAX_NAME || !tag.bytes().all(plain))
    {
        return Err(format!("`onFinding.tag` must have 1 to {MAX_NAME} letters, digits, dots, dashes or underscores"));
    }
    if let Some(route) = route_to
        && (route.trim().is_empty() || route.len() > 4 * MAX_NAME)
    {
        return Err("`onFinding.routeTo` must be the name of a route".to_owned());
    }
    Ok(())
}
