//! JSON objects whose members keep the order they are written in.
//!
//! Providers send `id` first and `usage` last; a `serde_json::Value` would sort members by name, and a reader that only
//! works on sorted members would pass unseen.

use serde::Serialize;
use serde_json::value::RawValue;

/// Finished JSON, ready to be nested or sent.
pub(crate) type Json = Box<RawValue>;

/// Writes `value` as JSON.
pub(crate) fn json(value: &(impl Serialize + ?Sized)) -> Json {
    serde_json::value::to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// Puts members in the given order into one object.
pub(crate) fn ordered(members: &[(&str, Json)]) -> Json {
    let mut text = String::from("{");
    for (at, (name, value)) in members.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(json(name).get());
        text.push(':');
        text.push_str(value.get());
    }
    text.push('}');
    RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// `object! { "a": 1, "b": object! {} }`: an object of anything that serializes; `()` is null. A member may be followed by
/// `if condition`, and is left out where that is false.
macro_rules! object {
    ($($name:literal : $value:expr $(, if $condition:expr)?);* $(;)?) => {{
        #[allow(unused_mut, clippy::vec_init_then_push)]
        {
            let mut members: Vec<(&str, $crate::json::Json)> = Vec::new();
            $(if true $(&& $condition)? { members.push(($name, $crate::json::json(&$value))); })*
            $crate::json::ordered(&members)
        }
    }};
}
pub(crate) use object;

#[cfg(test)]
mod tests {
    #[test]
    fn order_and_conditions_hold() {
        let json = object! { "z": 1; "a": object! {}; "gone": 2, if false; "n": (); "q\"": "x\n" };
        assert_eq!(json.get(), r#"{"z":1,"a":{},"n":null,"q\"":"x\n"}"#);
    }
}
