//! Model names as they may appear in a path, a header or a metric label, and the patterns that match them.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest accepted model name in bytes. Bedrock inference-profile ARNs, the longest in the field, stay below 200.
pub const MAX_MODEL_NAME: usize = 256;

/// Why a string is not a model name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadModelName {
    /// Nothing there.
    Empty,
    /// Longer than [`MAX_MODEL_NAME`].
    TooLong,
    /// A byte that could choose another path, header or host.
    ForbiddenByte,
    /// A `..` or an empty path segment.
    PathTraversal,
}

impl fmt::Display for BadModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "a model name must not be empty",
            Self::TooLong => "a model name has at most 256 bytes",
            Self::ForbiddenByte => "a model name may hold ASCII letters, digits and the characters . _ : / @ + - only",
            Self::PathTraversal => "a model name must not hold `..` or an empty path segment",
        })
    }
}

impl std::error::Error for BadModelName {}

/// A model name that is safe to place in a path, a header or a metric label: letters, digits and `._:/@+-`, no `..`, no empty segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ModelName<'a>(Cow<'a, str>);

impl<'a> ModelName<'a> {
    /// Checks `name`.
    ///
    /// # Errors
    /// [`BadModelName`] says which rule it breaks.
    pub fn new(name: impl Into<Cow<'a, str>>) -> Result<Self, BadModelName> {
        let name = name.into();
        if name.is_empty() {
            return Err(BadModelName::Empty);
        }
        if name.len() > MAX_MODEL_NAME {
            return Err(BadModelName::TooLong);
        }
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:/@+-".contains(&b)) {
            return Err(BadModelName::ForbiddenByte);
        }
        if name.split('/').any(|segment| segment.is_empty() || segment == "." || segment == "..") {
            return Err(BadModelName::PathTraversal);
        }
        Ok(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same name, owned.
    #[must_use]
    pub fn into_owned(self) -> ModelName<'static> {
        ModelName(Cow::Owned(self.0.into_owned()))
    }
}

impl fmt::Display for ModelName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ModelName<'static> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::new(name).map_err(serde::de::Error::custom)
    }
}

/// A model name in which `*` stands for any run of characters, as in `gpt-4o*`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ModelPattern(String);

impl ModelPattern {
    /// Checks `pattern`: a model name once every `*` is taken out, or `*` alone.
    ///
    /// # Errors
    /// [`BadModelName`], as for a name.
    pub fn new(pattern: impl Into<String>) -> Result<Self, BadModelName> {
        let pattern = pattern.into();
        ModelName::new(pattern.replace('*', "x"))?;
        Ok(Self(pattern))
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it names one model only.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        !self.0.contains('*')
    }

    /// Whether `name` matches, in time linear in both lengths for one `*` and never worse than their product.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let mut pieces = self.0.split('*');
        let Some(first) = pieces.next() else { return false };
        let Some(mut rest) = name.strip_prefix(first) else { return false };
        let Some(last) = pieces.next_back() else { return rest.is_empty() };
        for piece in pieces {
            match rest.split_once(piece) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

impl fmt::Display for ModelPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ModelPattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pattern = String::deserialize(deserializer)?;
        Self::new(pattern).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_globs_do() {
        let yes = [
            ("gpt-4o*", "gpt-4o"),
            ("gpt-4o*", "gpt-4o-mini"),
            ("*", "x"),
            ("a*b*c", "abc"),
            ("a*b*c", "axxbyybc"),
            ("*mini", "gpt-4o-mini"),
            ("smart", "smart"),
        ];
        let no = [("gpt-4o*", "gpt-4"), ("smart", "smarter"), ("a*a", "a"), ("a*b*c", "acb"), ("*x", "y")];
        for (pattern, name) in yes {
            assert!(ModelPattern::new(pattern).unwrap().matches(name), "{pattern} should match {name}");
        }
        for (pattern, name) in no {
            assert!(!ModelPattern::new(pattern).unwrap().matches(name), "{pattern} should not match {name}");
        }
    }

    #[test]
    fn names_that_could_choose_another_path_header_or_host_are_refused() {
        for bad in [
            "",
            "../v1/files",
            "a/../b",
            "a//b",
            "/a",
            "a/",
            "a b",
            "a?b",
            "a#b",
            "a%2e",
            "a\r\nx: y",
            "a\\b",
            "ü",
            "a/./b",
            "a&b",
        ] {
            assert!(ModelName::new(bad).is_err(), "{bad:?} should be refused");
        }
        for good in [
            "gpt-4o",
            "meta-llama/Llama-3.3-70B",
            "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.x",
            "claude@20250929",
        ] {
            assert!(ModelName::new(good).is_ok(), "{good:?} should be accepted");
        }
        assert_eq!(ModelName::new("a".repeat(257)), Err(BadModelName::TooLong));
    }
}
