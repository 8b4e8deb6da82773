//! Sizes and durations as people write them.

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Bytes, written `10MiB`, `512KiB`, `1GiB` or as a plain number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

/// A duration, written `500ms`, `30s`, `5m` or `1h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

/// The longest accepted [`Span`].
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("expected a size such as 10MiB, 512KiB or 1048576, found `{text}`");
        let (digits, unit) = split_unit(text);
        let number: u64 = digits.parse().map_err(|_| bad())?;
        let factor: u64 = match unit {
            "" | "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(bad()),
        };
        number.checked_mul(factor).map(Self).ok_or_else(bad)
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("expected a duration such as 500ms, 30s, 5m or 1h, found `{text}`");
        let (digits, unit) = split_unit(text);
        let number: u64 = digits.parse().map_err(|_| bad())?;
        let factor: u64 = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(bad()),
        };
        let span = number.checked_mul(factor).map(Duration::from_millis).ok_or_else(bad)?;
        match span {
            Duration::ZERO => Err("a duration must be above 0".into()),
            span if span > LONGEST => Err(format!("`{text}` is longer than 24h")),
            span => Ok(Self(span)),
        }
    }
}

fn split_unit(text: &str) -> (&str, &str) {
    text.split_at_checked(text.bytes().take_while(u8::is_ascii_digit).count()).unwrap_or((text, ""))
}

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["string", "integer"], "pattern": "^[0-9]+(B|KiB|MiB|GiB)?$"})
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9]+(ms|s|m|h)$"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_durations_read_as_written() {
        assert_eq!("10MiB".parse(), Ok(Size(10 << 20)));
        assert_eq!("1048576".parse(), Ok(Size(1 << 20)));
        assert_eq!("500ms".parse(), Ok(Span(Duration::from_millis(500))));
        assert_eq!("5m".parse(), Ok(Span(Duration::from_secs(300))));
        for bad in ["", "MiB", "10MB", "-1", "10 MiB", "1.5MiB", "18446744073709551615GiB"] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
        for bad in ["", "30", "s", "0s", "25h", "1d", "1.5s"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }
}
