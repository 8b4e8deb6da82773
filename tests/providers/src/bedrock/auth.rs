//! Who is calling: a Bedrock API key as bearer token, or a signature.
//!
//! With `sigv4` in the options signatures are verified, over method, path, query, the headers that are signed and the body;
//! the clock is not looked at. Without it they must be complete and for this service, and `expect_key` is compared with the
//! access key id.

use super::errors;
use crate::SigningKey;
use crate::call::Call;
use crate::sigv4::{self, Authorization, Malformed, Request};
use crate::{Options, Reply};

const SERVICE: &str = "bedrock";

pub(super) fn check(call: &Call<'_>) -> Result<(), Box<Reply>> {
    let Options { expect_key, sigv4, .. } = call.options;
    let Some(header) = call.header("authorization").filter(|header| !header.is_empty()) else {
        return Err(errors::refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token"));
    };
    if header.split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer")) {
        return match (call.bearer(), expect_key) {
            (None, _) => Err(errors::wrong_key()),
            (Some(key), Some(expected)) if key != expected => Err(errors::wrong_key()),
            // Told to verify signatures, it takes no key that it was not told of.
            (Some(_), None) if sigv4.is_some() => Err(errors::wrong_key()),
            _ => Ok(()),
        };
    }
    let authorization = Authorization::parse(header).map_err(|wrong| malformed(wrong, header))?;
    if authorization.scope.service != SERVICE {
        return Err(invalid("Credential should be scoped to correct service: 'bedrock'."));
    }
    match (sigv4, expect_key) {
        (Some(key), _) => verify(call, &authorization, key),
        (None, Some(expected)) if authorization.access_key_id != expected => Err(unknown_key()),
        _ => Ok(()),
    }
}

fn malformed(wrong: Malformed, header: &str) -> Box<Reply> {
    let message = match wrong {
        Malformed::Scheme => "Authorization header requires a supported scheme.".to_owned(),
        Malformed::Missing(name) => {
            format!("Authorization header requires '{name}' parameter. Authorization={header}")
        }
        Malformed::Credential => format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term. Authorization={header}"
        ),
    };
    errors::refusal(403, "IncompleteSignatureException", &message)
}

fn verify(call: &Call<'_>, given: &Authorization<'_>, key: &SigningKey) -> Result<(), Box<Reply>> {
    if given.access_key_id != key.access_key_id {
        return Err(unknown_key());
    }
    let time = call.header("x-amz-date").unwrap_or_default();
    if time.len() != 16 || !time.ends_with('Z') {
        let message = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
        return Err(errors::refusal(403, "IncompleteSignatureException", message));
    }
    if !time.starts_with(given.scope.date) {
        let message = format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}', from '{time}'.",
            given.scope.date,
            time.get(..8).unwrap_or_default()
        );
        return Err(invalid(&message));
    }
    if let Some(region) = key.region.as_deref().filter(|region| *region != given.scope.region) {
        return Err(invalid(&format!(
            "Credential should be scoped to a valid region, not '{}'. Expected '{region}'.",
            given.scope.region
        )));
    }
    // What is Amazon's and what names the server must be signed, or it could be changed on the way.
    let amazons = call.headers.keys().map(|name| name.as_str()).filter(|name| name.starts_with("x-amz-"));
    if let Some(name) = std::iter::once("host").chain(amazons).find(|name| !given.signed_headers.contains(name)) {
        return Err(invalid(&format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.")));
    }
    let headers: Vec<(&str, &str)> = given
        .signed_headers
        .iter()
        .flat_map(|name| call.headers.get_all(*name).iter().map(|value| (*name, value.to_str().unwrap_or_default())))
        .collect();
    let payload_hash = sigv4::hash(call.body);
    let request = Request {
        method: call.method,
        path: call.path,
        query: call.query,
        headers: &headers,
        payload_hash: &payload_hash,
    };
    let canonical = sigv4::canonical_request(&request);
    let to_sign = sigv4::string_to_sign(&canonical, time, &given.scope);
    let expected = sigv4::sign(&to_sign, &given.scope, &key.secret_access_key);
    if expected == given.signature && sigv4::signed_headers(&request) == given.signed_headers.join(";") {
        return Ok(());
    }
    let message = format!(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing \
         method. Consult the service documentation for details.\n\nThe Canonical String for this request should have \
         been\n'{canonical}'\n\nThe String-to-Sign should have been\n'{to_sign}'\n"
    );
    Err(invalid(&message))
}

fn invalid(message: &str) -> Box<Reply> {
    errors::refusal(403, "InvalidSignatureException", message)
}

fn unknown_key() -> Box<Reply> {
    let message = "The security token included in the request is invalid.";
    errors::refusal(403, "UnrecognizedClientException", message)
}
