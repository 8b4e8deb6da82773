//! A request for embeddings.

use tollgate_wire::json::{Kind, Str, Value};

use crate::refusal::Refusal;
use crate::request::fields::{limit, name, optional_string};

/// A request for embeddings.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// One vector is wanted for each.
    pub input: Vec<Input<'a>>,
    pub dimensions: Option<u64>,
    /// Whether vectors are wanted as base64 of their numbers, and not as lists.
    pub base64: bool,
    pub purpose: Option<Purpose>,
    pub end_user: Option<Str<'a>>,
    /// Fields that are unknown here.
    pub extras: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Input<'a> {
    Text(Str<'a>),
    /// The ids of a model's tokens. Only that model's vocabulary tells what they mean.
    Tokens,
}

/// What vectors are for: the kinds that all APIs share which know such a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Query,
    Document,
    Classification,
    Clustering,
}

impl Purpose {
    /// By the names that Cohere (`search_query`), NVIDIA (`query`, `passage`) and Voyage (`document`) have for them.
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "query" | "search_query" => Self::Query,
            "document" | "passage" | "search_document" => Self::Document,
            "classification" => Self::Classification,
            "clustering" => Self::Clustering,
            _ => return None,
        })
    }
}

/// Reads a request.
///
/// # Errors
/// A 400 that names the field that is not what the API says.
pub(crate) fn read_request(body: Value<'_>) -> Result<Request<'_>, Refusal> {
    let input = body.get("input").ok_or_else(|| Refusal::missing_field("input"))?;
    let mut request = Request {
        input: self::input(input)?,
        dimensions: None,
        base64: false,
        purpose: None,
        end_user: None,
        extras: Vec::new(),
    };
    for (key, value) in body.entries() {
        if value.is_null() {
            continue;
        }
        match &*name(key) {
            "model" | "input" => {}
            "dimensions" => request.dimensions = limit("dimensions", value)?,
            "encoding_format" => {
                request.base64 = match value.as_str().map(|format| format.raw()) {
                    Some("float") => false,
                    Some("base64") => true,
                    _ => return Err(Refusal::invalid_field("encoding_format", "`float` or `base64`")),
                };
            }
            "input_type" => {
                let purpose = value.as_str().and_then(|purpose| Purpose::parse(purpose.raw()));
                let known = "`query`, `document`, `classification` or `clustering`";
                request.purpose = Some(purpose.ok_or_else(|| Refusal::invalid_field("input_type", known))?);
            }
            "user" => request.end_user = optional_string("user", value)?,
            key => request.extras.push(key.to_owned()),
        }
    }
    Ok(request)
}

/// A text, several of them, one given by the ids of its tokens, or several of those.
fn input(value: Value<'_>) -> Result<Vec<Input<'_>>, Refusal> {
    let expected = |field: &str| Refusal::invalid_field(field, "a string, an array of strings, or token ids");
    if let Some(text) = value.as_str() {
        return Ok(vec![Input::Text(text)]);
    }
    if value.is_array() && !value.is_empty() && value.items().all(|item| item.kind() == Kind::Number) {
        return Ok(vec![Input::Tokens]);
    }
    let mut input = Vec::new();
    for (index, item) in value.items().enumerate() {
        input.push(match item.as_str() {
            Some(text) => Input::Text(text),
            None if item.is_array() && item.items().all(|id| id.kind() == Kind::Number) => Input::Tokens,
            None => return Err(expected(&format!("input[{index}]"))),
        });
    }
    if input.is_empty() { Err(expected("input")) } else { Ok(input) }
}
