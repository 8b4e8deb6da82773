//! The line that stops something: `stopped: true`, or better `stopped: why`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// The most characters of a reason: it is told to callers.
pub const MOST_WHY: usize = 200;

/// Whether something is stopped, and why; the reason is empty where none was given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stopped(pub Option<String>);

impl Stopped {
    /// `why` as a reason that may be told to callers.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn because(why: &str) -> Result<Self, String> {
        if why.chars().count() > MOST_WHY {
            return Err(format!("a reason has at most {MOST_WHY} characters: it is told to callers"));
        }
        if why.chars().any(char::is_control) {
            return Err("a reason is one line of text".to_owned());
        }
        Ok(Self(Some(why.trim().to_owned())))
    }
}

impl<'de> Deserialize<'de> for Stopped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Stopped {
    fn schema_name() -> Cow<'static, str> {
        "Stopped".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`true`, or why.",
            "oneOf": [{"type": "boolean"}, {"type": "string", "minLength": 1, "maxLength": MOST_WHY}]
        })
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Stopped;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`true`, `false`, or the reason as text")
    }

    fn visit_bool<E: Error>(self, stopped: bool) -> Result<Stopped, E> {
        Ok(Stopped(stopped.then(String::new)))
    }

    fn visit_str<E: Error>(self, why: &str) -> Result<Stopped, E> {
        // To earlier versions of YAML these are booleans; whoever writes `no` would be surprised to have stopped anything.
        let looks_boolean = ["", "y", "n", "yes", "no", "on", "off"].iter().any(|word| why.eq_ignore_ascii_case(word));
        if looks_boolean {
            return Err(E::custom(format!("expected `true`, `false`, or the reason as text, found `{why}`")));
        }
        Stopped::because(why).map_err(E::custom)
    }

    fn visit_unit<E: Error>(self) -> Result<Stopped, E> {
        Ok(Stopped::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Option<String>, String> {
        serde_json::from_str::<Stopped>(json).map(|stopped| stopped.0).map_err(|error| error.to_string())
    }

    #[test]
    fn a_switch_is_thrown_by_true_or_by_a_reason() {
        assert_eq!(read("true"), Ok(Some(String::new())));
        assert_eq!(read("\"leaked key, see INC-7\""), Ok(Some("leaked key, see INC-7".into())));
        for off in ["false", "null"] {
            assert_eq!(read(off), Ok(None), "{off}");
        }
    }

    #[test]
    fn what_may_mean_either_is_refused() {
        for odd in ["\"no\"", "\"Off\"", "\"yes\"", "\"\"", "1", "[]", "\"two\\nlines\""] {
            assert!(read(odd).is_err(), "{odd}");
        }
        assert!(read(&format!("\"{}\"", "x".repeat(MOST_WHY + 1))).is_err());
    }
}
