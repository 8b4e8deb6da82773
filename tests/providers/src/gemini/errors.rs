//! Error bodies: `google.rpc.Status` as JSON, <https://cloud.google.com/apis/design/errors>.

use bytes::Bytes;

use crate::call::Call;
use crate::fields::Fault;
use crate::json::{Json, json, object};
use crate::{Payload, Reply};

fn name(status: u16) -> &'static str {
    match status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        501 => "UNIMPLEMENTED",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        400..=499 => "INVALID_ARGUMENT",
        _ => "INTERNAL",
    }
}

fn body(status: u16, message: &str, details: &[Json]) -> Json {
    object! { "error": object! {
        "code": status; "message": message; "status": name(status); "details": details, if !details.is_empty()
    } }
}

pub(crate) fn refusal(status: u16, message: &str, details: &[Json]) -> Box<Reply> {
    let reply = Reply::json(status, &body(status, message, details));
    Box::new(Reply { content_type: "application/json; charset=UTF-8", ..reply })
}

pub(super) fn no_key() -> Box<Reply> {
    let message = "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of \
                   API consumer identity to call this API.";
    refusal(403, message, &[])
}

pub(super) fn wrong_key() -> Box<Reply> {
    let message = "API key not valid. Please pass a valid API key.";
    let info = object! {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo"; "reason": "API_KEY_INVALID"; "domain": "googleapis.com";
        "metadata": object! { "service": "generativelanguage.googleapis.com" }
    };
    let localized =
        object! { "@type": "type.googleapis.com/google.rpc.LocalizedMessage"; "locale": "en-US"; "message": message };
    refusal(400, message, &[info, localized])
}

pub(super) fn no_model(model: &str) -> Box<Reply> {
    let message = format!(
        "models/{model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of \
         available models and their supported methods."
    );
    refusal(404, &message, &[])
}

// Paths that no API has are answered by Google's front end, in HTML.
/// A path that is nobody's.
pub(crate) fn no_page(call: &Call<'_>) -> Reply {
    let page = format!(
        "<!DOCTYPE html>\n<html lang=en>\n  <title>Error 404 (Not Found)!!1</title>\n  <p><b>404.</b> <ins>That’s an error.</ins>\n  <p>The \
         requested URL <code>{}</code> was not found on this server.\n",
        call.path.replace('&', "&amp;").replace('<', "&lt;")
    );
    let payload = Payload::Whole(Bytes::from(page));
    Reply { status: 404, content_type: "text/html; charset=UTF-8", headers: Vec::new(), payload }
}

pub(crate) fn not_json(error: &serde_json::Error) -> Box<Reply> {
    refusal(400, &format!("Invalid JSON payload received. {error}"), &[])
}

pub(crate) fn fault(fault: Fault) -> Box<Reply> {
    let payload = |at: String, what: String| {
        let description = format!("Invalid JSON payload received. {what}");
        let violation = object! { "field": at, if !at.is_empty(); "description": description };
        let details = object! { "@type": "type.googleapis.com/google.rpc.BadRequest"; "fieldViolations": [violation] };
        refusal(400, &description, &[details])
    };
    match fault {
        Fault::Unknown(path) => {
            let (parent, last) = path.split();
            let at = snake(&parent.brackets());
            let place = if at.is_empty() { String::new() } else { format!(" at '{at}'") };
            payload(at, format!("Unknown name {}{place}: Cannot find field.", json(&last)))
        }
        Fault::Type(path, want, found) => {
            let at = snake(&path.brackets());
            payload(at.clone(), format!("Invalid value at '{at}' ({want} was expected), {found} was given"))
        }
        Fault::Value(path, value, _) => {
            let at = snake(&path.brackets());
            payload(at.clone(), format!("Invalid value at '{at}', {}", json(&value)))
        }
        Fault::Missing(path) => {
            let at = snake(&path.brackets());
            refusal(400, &format!("* GenerateContentRequest.{at}: {at} is not specified\n"), &[])
        }
        Fault::Other(_, message) => refusal(400, &message, &[]),
    }
}

/// Google's messages name fields as the protocol buffers do, whichever way they were sent.
fn snake(path: &str) -> String {
    path.chars().fold(String::new(), |mut out, c| {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
        out
    })
}

/// A refusal where a stream was asked for: without `alt=sse`, an array of one.
pub(crate) fn streamed(call: &Call<'_>, reply: Reply) -> Reply {
    match reply.payload {
        Payload::Whole(body) if call.query("alt") != Some("sse") => {
            let payload = Payload::Whole([b"[", &body[..], b"\n]"].concat().into());
            Reply { payload, ..reply }
        }
        _ => reply,
    }
}

const OVERLOADED: &str = "The model is overloaded. Please try again later.";

/// The error that ends a stream half way.
pub(super) fn mid_stream() -> Json {
    body(503, OVERLOADED, &[])
}

/// The answer to an ordered failure.
pub(crate) fn failure(call: &Call<'_>, status: u16) -> Reply {
    let message = match status {
        429 => {
            "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: \
                https://ai.google.dev/gemini-api/docs/rate-limits."
        }
        503 => OVERLOADED,
        504 => "The request timed out. Please try again.",
        400..500 => "Your request was refused.",
        _ => {
            "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting"
        }
    };
    let retry = object! { "@type": "type.googleapis.com/google.rpc.RetryInfo"; "retryDelay": "1s" };
    let reply = *refusal(status, message, if status == 429 { std::slice::from_ref(&retry) } else { &[] });
    if call.path.ends_with(":streamGenerateContent") { streamed(call, reply) } else { reply }
}
