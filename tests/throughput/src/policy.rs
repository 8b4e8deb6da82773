//! The policies that texts are scanned with.

use tollgate_policy::redaction::{Action, Direction, RedactionSpec, Rule};

/// A policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// The one that the documentation shows first: ten detectors, a pattern and two words.
    Default,
    /// Every built-in detector.
    All,
    /// Every built-in detector and 1,000 words.
    Words,
    /// Every built-in detector and 50 patterns.
    Patterns,
}

impl Setting {
    /// Its rules.
    #[must_use]
    pub fn spec(self) -> RedactionSpec {
        let named = |name: &str, action| Rule { name: Some(name.to_owned()), ..Rule::new(action) };
        let detect = |names: &[&str], action| Rule {
            detect: names.iter().map(|name| (*name).to_owned()).collect(),
            ..Rule::new(action)
        };
        let every: Vec<_> = tollgate_redaction::detectors().map(|detector| detector.name).collect();
        let rules = match self {
            Self::Default => vec![
                detect(&["email", "phone", "credit-card", "iban", "us-ssn", "ip-address"], Action::Pseudonymize),
                detect(&["aws-access-key", "github-token", "private-key", "jwt"], Action::Block),
                Rule { pattern: Some(r"ACME-\d{6}".to_owned()), ..named("ticket", Action::Hash) },
                Rule { words: ["Nightjar", "Bluefin"].map(str::to_owned).to_vec(), ..named("codenames", Action::Mask) },
            ],
            Self::All => vec![detect(&every, Action::Mask)],
            Self::Words => {
                vec![detect(&every, Action::Mask), Rule { words: words(1000), ..named("names", Action::Mask) }]
            }
            Self::Patterns => {
                let pattern = |index: usize| Rule {
                    pattern: Some(format!(r"{}-\d{{4,8}}[A-Z]?", name(index * 17).to_ascii_uppercase())),
                    ..named(&format!("pattern-{index}"), Action::Hash)
                };
                [detect(&every, Action::Mask)].into_iter().chain((0..50).map(pattern)).collect()
            }
        };
        RedactionSpec { rules, apply: vec![Direction::Request], ..RedactionSpec::default() }
    }
}

/// Made-up names, two of three with a second word.
fn words(count: usize) -> Vec<String> {
    (0..count)
        .map(|index| if index % 3 == 0 { name(index) } else { format!("{} {}", name(index), name(index * 7 + 1)) })
        .collect()
}

/// The name of this number: three syllables, as many names as there are numbers below 8,000.
fn name(index: usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "bel", "cor", "dan", "fen", "gar", "hil", "jor", "kes", "lum", "mer", "nor", "pal", "quin", "ros", "sel",
        "tor", "ulm", "vas", "wen", "zar",
    ];
    let syllable = |place: usize| SYLLABLES.get(index / place % SYLLABLES.len()).copied().unwrap_or_default();
    let name = format!("{}{}{}", syllable(1), syllable(20), syllable(400));
    name.get(..1).unwrap_or_default().to_ascii_uppercase() + name.get(1..).unwrap_or_default()
}
