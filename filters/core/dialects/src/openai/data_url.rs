//! Images and files that stand in a request as `data:` URLs.

use tollgate_wire::json::{Str, Value, Writer, unescape};

use crate::canonical::Source;
use crate::refusal::Refusal;
use crate::request::fields::string;

/// An image by its address or its data.
///
/// # Errors
/// `field` holds a `data:` URL without base64.
pub(crate) fn image_source<'a>(field: &str, url: Str<'a>) -> Result<Source<'a>, Refusal> {
    match data_url(url) {
        Some(source) => Ok(source),
        None if url.raw().starts_with("data:") => Err(Refusal::invalid_field(field, "base64 data in a `data:` URL")),
        None => Ok(Source::Url(url)),
    }
}

/// The data of a file.
///
/// # Errors
/// `field` is no `data:` URL with base64.
pub(crate) fn file_data<'a>(field: &str, value: Value<'a>) -> Result<Source<'a>, Refusal> {
    data_url(string(field, Some(value))?).ok_or_else(|| Refusal::invalid_field(field, "a `data:` URL with base64 data"))
}

/// What a `data:` URL holds, still escaped. Parameters such as a charset have no place in other APIs, nor any meaning for what is sent this way.
fn data_url(url: Str<'_>) -> Option<Source<'_>> {
    let (head, data) = url.raw().strip_prefix("data:")?.split_once(',')?;
    let media_type = head.strip_suffix(";base64")?.split(';').next().unwrap_or_default();
    Some(Source::Base64 { media_type, data })
}

/// Writes data as a `data:` URL; both strings are still escaped. Data is large: it is copied as it is.
pub(crate) fn write_data_url(media_type: &str, data: &str, out: &mut Writer) {
    out.begin_string().push_str("data:").push_str(&unescape(media_type)).push_str(";base64,");
    out.raw(data).end_string();
}
