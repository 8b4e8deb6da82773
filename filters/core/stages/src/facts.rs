//! What an exchange tells access logs, RBAC and other filters.

use std::borrow::Cow;

use tollgate_policy::names::fact;
use tollgate_wire::json::Writer;

/// Which facts are published on their own. Each is a call to the host, which costs as much as scanning some hundred bytes of text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Publication {
    /// Each of them, as soon as it is known.
    #[default]
    Each,
    /// Only the facts of these names; all of them together once, at the end, as [`fact::ALL`].
    Summary(Vec<String>),
}

impl Publication {
    fn names(&self, key: &str) -> bool {
        match self {
            Self::Each => true,
            Self::Summary(names) => names.iter().any(|name| name == key),
        }
    }
}

/// What is known of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fact {
    /// A word, a name.
    Text(Cow<'static, str>),
    /// A count.
    Number(u64),
}

impl From<&'static str> for Fact {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Fact {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

/// Facts by their filter-state key ([`tollgate_policy::names::fact`]); what is told later of the same key holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    told: Vec<(&'static str, Fact)>,
    published: usize,
}

impl Facts {
    pub fn add(&mut self, key: &'static str, value: impl Into<Fact>) {
        if self.told.capacity() == 0 {
            // As many as an exchange without incidents has.
            self.told.reserve_exact(10);
        }
        self.told.push((key, value.into()));
    }

    /// Whether something was told of this key.
    pub fn has(&self, key: &str) -> bool {
        self.told.iter().any(|(known, _)| *known == key)
    }

    /// The word or name that was told last of this key.
    pub fn text(&self, key: &str) -> Option<&str> {
        let (_, fact) = self.told.iter().rev().find(|(known, _)| *known == key)?;
        match fact {
            Fact::Text(text) => Some(text),
            Fact::Number(_) => None,
        }
    }

    /// Tells what has become known since the last call and is published on its own.
    pub fn take(&mut self, publication: &Publication, mut tell: impl FnMut(&'static str, &str)) {
        let pending = self.told.get(self.published..).unwrap_or_default();
        self.published = self.told.len();
        for (key, fact) in pending.iter().filter(|(key, _)| publication.names(key)) {
            match fact {
                Fact::Text(text) => tell(key, text),
                Fact::Number(number) => tell(key, &number.to_string()),
            }
        }
    }

    /// All of them in one, if that is how they are published.
    pub fn summary(&self, publication: &Publication) -> Option<(&'static str, String)> {
        if *publication == Publication::Each || self.told.is_empty() {
            return None;
        }
        let mut json = Writer::with_capacity(512);
        json.begin_object();
        for (index, (key, fact)) in self.told.iter().enumerate() {
            if self.told.iter().skip(index + 1).any(|(later, _)| later == key) {
                continue;
            }
            match fact {
                Fact::Text(text) => json.field_str(key, text),
                Fact::Number(number) => json.field_u64(key, *number),
            };
        }
        json.end_object();
        String::from_utf8(json.finish()).ok().map(|json| (fact::ALL, json))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(facts: &mut Facts, publication: &Publication) -> Vec<(&'static str, String)> {
        let mut told = Vec::new();
        facts.take(publication, |key, value| told.push((key, value.to_owned())));
        told
    }

    fn facts() -> Facts {
        let mut facts = Facts::default();
        facts.add(fact::TEAM, "sup\"port".to_owned());
        facts.add(fact::DECISION, "blocked");
        facts.add(fact::INPUT_TOKENS, 12);
        facts.add(fact::DECISION, "allow");
        facts
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn each_is_told_once_and_there_is_no_summary() {
        let mut facts = facts();
        let told = take(&mut facts, &Publication::Each);
        assert_eq!(told.len(), 4);
        assert_eq!(told.get(2), Some(&(fact::INPUT_TOKENS, "12".to_owned())));
        assert!(take(&mut facts, &Publication::Each).is_empty());
        assert_eq!(facts.summary(&Publication::Each), None);
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn a_summary_holds_all_of_them_and_of_each_the_last() {
        let mut facts = facts();
        let publication = Publication::Summary(vec![fact::TEAM.to_owned()]);
        assert_eq!(take(&mut facts, &publication), [(fact::TEAM, "sup\"port".to_owned())]);
        let (key, json) = facts.summary(&publication).unwrap();
        assert_eq!(key, "tollgate.facts");
        // As text: a reader of JSON would not notice a key that comes twice.
        assert_eq!(json, r#"{"tollgate.team":"sup\"port","gen_ai.usage.input_tokens":12,"tollgate.decision":"allow"}"#);
    }
}
