//! Plugin configurations, read from JSON.
//!
//! A reader of our own where `serde_json` would do, since it is all that a module would use of that, and a third of the size: objects
//! are read as structs and arrays as lists, never the other way round, and a message holds no floating-point number.

mod de;
mod error;
mod text;

#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;

pub use error::Error;
use text::Text;

/// Reads a configuration.
///
/// # Errors
/// If it is not JSON, or not this configuration: what is wrong, and in which line and column.
pub fn from_slice<T: DeserializeOwned>(json: &[u8]) -> Result<T, Error> {
    let json = std::str::from_utf8(json).map_err(|error| Error::of("invalid UTF-8").at(json, error.valid_up_to()))?;
    let mut text = Text::new(json);
    T::deserialize(&mut text)
        .and_then(|value| text.end().map(|()| value))
        .map_err(|error| error.at(json.as_bytes(), text.offset()))
}
