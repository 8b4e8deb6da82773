//! From the rules of a policy file to something that runs.

use std::fmt;
use std::sync::Arc;

use tollgate_policy::redaction::{Direction, MIN_SCORE, Mode, RedactionSpec};

use super::validate::{self, Matcher};
use super::{Mask, Policy, Rule, User};
use crate::detect::{self, DETECTOR_COUNT, Scanner, Use};
use crate::hmac::Key;
use crate::label;
use crate::segment::Needs;
use crate::user::{self, Except, Near, Pattern, Patterns, Reach, Words, WordsOf};

/// Most rules of a policy, each detector of a rule counted.
const MAX_RULES: usize = 1000;
/// Most patterns of a policy; each may take as much memory as its own bound says.
const MAX_PATTERNS: usize = 250;
/// Most words of a policy, and most bytes of all together. Measured: random words take 15 to 20 bytes of memory a byte when compiled
/// (1,000 of 9 bytes 0.26 MB, 10,000 1.5 MB, 50,000 6.6 MB), so that these bounds stay below 10 MB.
const MAX_WORDS: usize = 50_000;
const MAX_WORD_BYTES: usize = 512 << 10;

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

impl Policy {
    /// Compiles a policy. `hash_key` keys the `hash` action: equal values hash alike under one key only, and without a key of some
    /// length anyone can find a short value by trying.
    ///
    /// A policy has at most 1,000 rules (each detector of a rule counted), 250 patterns of 256 KiB compiled, and 50,000 words in
    /// 512 KiB.
    ///
    /// # Errors
    /// The first rule that cannot be used: not exactly one of `detect`, `pattern` and `words`, an unknown detector, a pattern that does not
    /// compile, is too large or matches the empty text, an empty word, a name that is missing, taken or not printable, fields that
    /// do not go together, or a scope that leaves nothing.
    pub fn compile(name: &str, spec: &RedactionSpec, hash_key: &[u8]) -> Result<Self, CompileError> {
        let mut draft = Draft::new(spec);
        for (index, rule) in spec.rules.iter().enumerate() {
            draft.add(rule).map_err(|message| CompileError { rule: index, message })?;
        }
        // Each rule's words have been checked; a limit of the automaton is far beyond what all together may hold.
        let words = draft.words().map_err(|message| CompileError { rule: 0, message })?;
        let (alone, words): (Vec<_>, Vec<_>) = words.into_iter().map(Arc::new).partition(|words| words.alone());
        let scanners = draft.scanners(&alone);
        let [_, of_answers] = &scanners;
        let detectors = Needs {
            numbers: of_answers.as_ref().is_some_and(|scanner| scanner.uses_numbers()),
            words_of_numbers: of_answers.as_ref().is_some_and(|scanner| scanner.uses_words_of_numbers()),
            private_keys: of_answers.as_ref().is_some_and(|scanner| scanner.uses_private_keys()),
            detectors: true,
            ..Needs::default()
        };
        draft.needs.extend(draft.detector_masks.iter().map(|&mask| (mask, detectors)));
        Ok(Self {
            name: name.to_owned(),
            has_shadow_rules: draft.rules.iter().any(|rule| rule.shadow),
            rules: draft.rules,
            detectors: draft.detectors,
            detector_masks: draft.detector_masks,
            scanners,
            patterns: Patterns::new(draft.patterns),
            words,
            directions: spec.apply.clone(),
            shadow: spec.mode == Mode::Shadow,
            needs: merged(draft.needs),
            key: Key::new(hash_key),
        })
    }
}

/// A policy in the making.
struct Draft<'a> {
    spec: &'a RedactionSpec,
    rules: Vec<Rule>,
    detectors: Vec<Vec<User>>,
    detector_masks: Vec<Mask>,
    patterns: Vec<Pattern>,
    /// By whether case counts and whether they stand alone.
    words: [[Vec<WordsOf<'a>>; 2]; 2],
    needs: Vec<(Mask, Needs)>,
    word_count: usize,
    word_bytes: usize,
}

impl<'a> Draft<'a> {
    fn new(spec: &'a RedactionSpec) -> Self {
        Self {
            spec,
            rules: Vec::new(),
            detectors: (0..DETECTOR_COUNT).map(|_| Vec::new()).collect(),
            detector_masks: Vec::new(),
            patterns: Vec::new(),
            words: Default::default(),
            needs: Vec::new(),
            word_count: 0,
            word_bytes: 0,
        }
    }

    fn add(&mut self, rule: &'a tollgate_policy::redaction::Rule) -> Result<(), String> {
        let matcher = validate::check(rule, self.spec)?;
        let mask = Mask::of(&rule.scope);
        let compiled = |near: Option<Near>, except: Option<Except>| Rule {
            name: String::new(),
            label: String::new(),
            action: rule.action,
            priority: rule.priority,
            mask,
            shadow: rule.mode.unwrap_or(self.spec.mode) == Mode::Shadow,
            near: near.map(Arc::new),
            except: except.map(Arc::new),
            tag: rule.on_finding.as_ref().and_then(|follow_up| follow_up.tag.clone()),
            route_to: rule.on_finding.as_ref().and_then(|follow_up| follow_up.route_to.clone()),
        };
        let except = (!rule.except.is_empty()).then(|| Except::compile(&rule.except)).transpose();
        if let Matcher::Detect(names) = matcher {
            let template = compiled(None, except?);
            return self.add_detectors(names, rule.min_score.unwrap_or(MIN_SCORE), &template);
        }
        let id = next(&self.rules)?;
        let (name, label) = named(rule.name.as_deref(), &self.rules)?;
        let in_rule = |problem: String| format!("`{name}`: {problem}");
        let near = (!rule.near.is_empty()).then(|| Near::compile(&rule.near)).transpose().map_err(in_rule)?;
        let compiled = compiled(near, except.map_err(in_rule)?);
        let reach = match matcher {
            Matcher::Pattern(pattern) => {
                if self.patterns.len() >= MAX_PATTERNS {
                    return Err(format!("more than {MAX_PATTERNS} patterns in one policy: join some by `|`"));
                }
                let pattern = Pattern::compile(id, pattern).map_err(in_rule)?;
                let reach = pattern.reach();
                self.patterns.push(pattern);
                reach
            }
            Matcher::Words(words) => {
                user::check_words(words).map_err(in_rule)?;
                self.count_words(words).map_err(in_rule)?;
                let [folded, exact] = &mut self.words;
                let [within, alone] = if rule.case_sensitive { exact } else { folded };
                let list = if rule.whole_words { alone } else { within };
                list.extend(words.iter().map(|word| WordsOf { rule: id, mask, word: word.trim() }));
                user::reach_of_words(words)
            }
            Matcher::Detect(_) => Reach::default(),
        };
        self.needs.push((mask, needs_of(reach, compiled.near.is_some())));
        self.rules.push(Rule { name, label, ..compiled });
        Ok(())
    }

    fn add_detectors(&mut self, names: &[String], min_score: u8, template: &Rule) -> Result<(), String> {
        for index in known(names)? {
            let (Some(users), Some(entry)) = (self.detectors.get_mut(index), detect::entry(index)) else { continue };
            let rule = next(&self.rules)?;
            users.push(User { rule, min_score });
            self.rules.push(Rule {
                name: entry.name.to_owned(),
                label: entry.label.to_owned(),
                except: template.except.clone(),
                near: None,
                tag: template.tag.clone(),
                route_to: template.route_to.clone(),
                ..*template
            });
        }
        if !self.detector_masks.contains(&template.mask) {
            self.detector_masks.push(template.mask);
        }
        Ok(())
    }

    fn count_words(&mut self, words: &[String]) -> Result<(), String> {
        self.word_count += words.len();
        self.word_bytes += words.iter().map(String::len).sum::<usize>();
        if self.word_count > MAX_WORDS || self.word_bytes > MAX_WORD_BYTES {
            return Err(format!(
                "`words` makes it {} words in {} bytes; one policy may hold {MAX_WORDS} in {MAX_WORD_BYTES} bytes",
                self.word_count, self.word_bytes
            ));
        }
        Ok(())
    }

    fn words(&self) -> Result<Vec<Words>, String> {
        let mut words = Vec::new();
        for (lists, case_sensitive) in self.words.iter().zip([false, true]) {
            for (list, alone) in lists.iter().zip([false, true]) {
                words.extend(Words::compile(list, case_sensitive, alone)?);
            }
        }
        Ok(words)
    }

    /// What looks at requests and at answers; one scanner if that is the same.
    fn scanners(&self, words: &[Arc<Words>]) -> [Option<Arc<Scanner>>; 2] {
        let [request, response] = [Direction::Request, Direction::Response].map(|direction| self.uses(direction));
        let scanner = |uses: [Option<Use>; DETECTOR_COUNT]| {
            let used = uses.iter().any(Option::is_some) || !words.is_empty();
            used.then(|| Arc::new(Scanner::new(uses, words.to_vec())))
        };
        let of_requests = scanner(request);
        let of_answers = if request == response { of_requests.clone() } else { scanner(response) };
        [of_requests, of_answers]
    }

    /// The detectors that rules use on texts which travel this way, with the least score that any of them takes.
    fn uses(&self, direction: Direction) -> [Option<Use>; DETECTOR_COUNT] {
        let mut uses = [None; DETECTOR_COUNT];
        if !self.spec.applies_to(direction) {
            return uses;
        }
        for (index, (slot, users)) in uses.iter_mut().zip(&self.detectors).enumerate() {
            let looks =
                |user: &&User| self.rules.get(usize::from(user.rule)).is_some_and(|rule| rule.mask.looks(direction));
            let least = users.iter().filter(looks).map(|user| user.min_score).min();
            *slot = least.map(|min_score| Use { rule: index as u16, min_score });
        }
        uses
    }
}

fn needs_of(reach: Reach, near: bool) -> Needs {
    // One character behind a match is seen by look-arounds and the ends of words.
    let lookahead = match (near, reach.blanks) {
        (true, _) => reach.longest + Near::WINDOW,
        (false, true) => reach.longest + 4,
        (false, false) => 0,
    };
    Needs { lookahead, joined_scripts: reach.joined_scripts, ..Needs::default() }
}

/// One entry for each place.
fn merged(needs: Vec<(Mask, Needs)>) -> Vec<(Mask, Needs)> {
    let mut merged = Vec::<(Mask, Needs)>::new();
    for (mask, needs) in needs {
        match merged.iter_mut().find(|(known, _)| *known == mask) {
            Some((_, all)) => *all = all.or(needs),
            None => merged.push((mask, needs)),
        }
    }
    merged
}

fn next(rules: &[Rule]) -> Result<u16, String> {
    u16::try_from(rules.len())
        .ok()
        .filter(|&index| usize::from(index) < MAX_RULES)
        .ok_or_else(|| format!("more than {MAX_RULES} rules"))
}

/// The detectors that are named, by their indexes, each once.
fn known(names: &[String]) -> Result<Vec<usize>, String> {
    let mut known = Vec::new();
    for name in names {
        let places = detect::named(name);
        if places.is_empty() {
            let names: Vec<_> = detect::names().collect();
            return Err(format!("there is no detector `{name}`; there are {}", names.join(", ")));
        }
        for place in places {
            if !known.contains(&place) {
                known.push(place);
            }
        }
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
