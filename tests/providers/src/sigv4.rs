//! AWS Signature Version 4: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.
//!
//! Pure: a request in, its signature out; no clock and no I/O. Every service but S3 encodes the path once more than it is
//! on the wire, so `/model/a%3A0/converse` is signed as `/model/a%253A0/converse`; that is what is done here.
//!
//! ```
//! use tollgate_providers::sigv4::{Request, Scope, hash, signature};
//!
//! let request = Request {
//!     method: "POST",
//!     path: "/model/a%3A0/converse",
//!     query: "",
//!     headers: &[("host", "bedrock-runtime.eu-west-1.amazonaws.com"), ("x-amz-date", "20250101T000000Z")],
//!     payload_hash: &hash(b"{}"),
//! };
//! let scope = Scope { date: "20250101", region: "eu-west-1", service: "bedrock" };
//! assert_eq!(signature(&request, "20250101T000000Z", &scope, "secret").len(), 64);
//! ```

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// What is signed of a request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Method, in upper case.
    pub method: &'a str,
    /// Path without query, as it is on the wire.
    pub path: &'a str,
    /// Query as it is on the wire, without the `?`; empty if there is none.
    pub query: &'a str,
    /// The headers to sign, in any order; names in any case. Values of one name are joined in the order given.
    pub headers: &'a [(&'a str, &'a str)],
    /// [`hash`] of the body.
    pub payload_hash: &'a str,
}

/// What a signature is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    /// Day, as `20250101`.
    pub date: &'a str,
    /// Region, such as `eu-west-1`.
    pub region: &'a str,
    /// Service, such as `bedrock`.
    pub service: &'a str,
}

impl std::fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}/aws4_request", self.date, self.region, self.service)
    }
}

/// SHA-256 in lower-case hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The names of the headers that are signed: sorted, in lower case, joined by `;`.
pub fn signed_headers(request: &Request<'_>) -> String {
    let mut names: Vec<String> = request.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(";")
}

/// The canonical request, with the path [normalized](normalize) (`.` and `..` resolved, slashes joined).
pub fn canonical_request(request: &Request<'_>) -> String {
    canonical_with(request, &normalize(request.path))
}

/// The canonical request with its path as it stands.
pub fn canonical_request_unnormalized(request: &Request<'_>) -> String {
    canonical_with(request, request.path)
}

fn canonical_with(request: &Request<'_>, path: &str) -> String {
    let path = encode(if path.is_empty() { "/" } else { path }.as_bytes(), true);
    let mut text = format!("{}\n{path}\n{}\n", request.method, canonical_query(request.query));
    let names = signed_headers(request);
    for name in names.split(';').filter(|name| !name.is_empty()) {
        let values = request.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
        let values: Vec<String> = values.map(|(_, value)| squeeze(value)).collect();
        let _ = writeln!(text, "{name}:{}", values.join(","));
    }
    let _ = write!(text, "\n{names}\n{}", request.payload_hash);
    text
}

/// The string that is signed: over a canonical request, at a time such as `20250101T000000Z`.
pub fn string_to_sign(canonical_request: &str, time: &str, scope: &Scope<'_>) -> String {
    format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hash(canonical_request.as_bytes()))
}

/// The signature of a [string to sign](string_to_sign), in lower-case hexadecimal.
pub fn sign(string_to_sign: &str, scope: &Scope<'_>, secret_access_key: &str) -> String {
    let mut key = hmac(format!("AWS4{secret_access_key}").as_bytes(), scope.date.as_bytes());
    for part in [scope.region, scope.service, "aws4_request"] {
        key = hmac(&key, part.as_bytes());
    }
    hex(&hmac(&key, string_to_sign.as_bytes()))
}

/// The signature of a request made at `time`.
pub fn signature(request: &Request<'_>, time: &str, scope: &Scope<'_>, secret_access_key: &str) -> String {
    sign(&string_to_sign(&canonical_request(request), time, scope), scope, secret_access_key)
}

/// The `authorization` header of a request signed by [`signature`].
pub fn authorization(access_key_id: &str, scope: &Scope<'_>, signed_headers: &str, signature: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={access_key_id}/{scope}, SignedHeaders={signed_headers}, Signature={signature}"
    )
}

/// An `authorization` header, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// Access key id.
    pub access_key_id: &'a str,
    /// Scope of the credential.
    pub scope: Scope<'a>,
    /// Names of the signed headers, as sent.
    pub signed_headers: Vec<&'a str>,
    /// Signature, as sent.
    pub signature: &'a str,
}

/// What is wrong with an `authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// It is of another scheme.
    Scheme,
    /// This part is not there.
    Missing(&'static str),
    /// The credential is not `KEY/DATE/REGION/SERVICE/aws4_request`.
    Credential,
}

impl<'a> Authorization<'a> {
    /// Takes a header apart.
    ///
    /// # Errors
    /// It is of another scheme, or incomplete.
    pub fn parse(header: &'a str) -> Result<Self, Malformed> {
        let rest = header.strip_prefix("AWS4-HMAC-SHA256 ").ok_or(Malformed::Scheme)?;
        let part = |name: &'static str| {
            let mut parts = rest.split(',').filter_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
            parts.next().filter(|value| !value.is_empty()).ok_or(Malformed::Missing(name))
        };
        let (credential, headers, signature) = (part("Credential")?, part("SignedHeaders")?, part("Signature")?);
        let mut steps = credential.split('/');
        let mut step = || steps.next().filter(|step| !step.is_empty()).ok_or(Malformed::Credential);
        let (access_key_id, date, region, service, end) = (step()?, step()?, step()?, step()?, step()?);
        if end != "aws4_request" || steps.next().is_some() {
            return Err(Malformed::Credential);
        }
        let scope = Scope { date, region, service };
        Ok(Self { access_key_id, scope, signed_headers: headers.split(';').collect(), signature })
    }
}

/// Resolves `.` and `..` and joins slashes (RFC 3986, section 5.2.4); a slash at the end stays.
pub fn normalize(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            other => kept.push(other),
        }
    }
    let slash = !kept.is_empty() && (path.ends_with('/') || path.ends_with("/.") || path.ends_with("/.."));
    format!("/{}{}", kept.join("/"), if slash { "/" } else { "" })
}

/// Names and values decoded and encoded again, sorted by their encoded form.
fn canonical_query(query: &str) -> String {
    let again = |text: &str| encode(&percent_encoding::percent_decode_str(text).collect::<Vec<u8>>(), false);
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (again(name), again(value)))
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Percent-encodes all but unreserved characters, and slashes if those are kept.
fn encode(bytes: &[u8], keep_slash: bool) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len()), |mut text, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(*byte)),
            b'/' if keep_slash => text.push('/'),
            other => {
                let _ = write!(text, "%{other:02X}");
            }
        }
        text
    })
}

/// A header value without spaces around it, and single spaces inside.
fn squeeze(value: &str) -> String {
    value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |byte: u8| block.map(|b| b ^ byte);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// RFC 4231, test cases 2 and 6: a short key, and one longer than a block.
    #[test]
    fn hmac_is_as_specified() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex(&hmac(b"Jefe", b"what do ya want for nothing?")), expected);
        let long = hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hex(&long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }

    #[test]
    fn authorization_headers_are_taken_apart() {
        let scope = Scope { date: "20250101", region: "eu-west-1", service: "bedrock" };
        let header = authorization("AKID", &scope, "host;x-amz-date", "0a");
        let parsed = Authorization::parse(&header).unwrap();
        assert_eq!((parsed.access_key_id, parsed.scope, parsed.signature), ("AKID", scope, "0a"));
        assert_eq!(parsed.signed_headers, ["host", "x-amz-date"]);
        for (header, wrong) in [
            ("Basic x", Malformed::Scheme),
            ("AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host", Malformed::Missing("Signature")),
            ("AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=0", Malformed::Credential),
            ("AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=0", Malformed::Credential),
        ] {
            assert_eq!(Authorization::parse(header), Err(wrong), "{header}");
        }
    }

    #[test]
    fn paths_on_the_wire_are_encoded_once_more() {
        let request =
            Request { method: "GET", path: "/model/a%3A0/x", query: "", headers: &[], payload_hash: &hash(b"") };
        assert_eq!(canonical_request(&request).lines().nth(1), Some("/model/a%253A0/x"));
    }

    /// The suite of awslabs/aws-c-auth. It lies beside the repository, if anywhere.
    #[test]
    fn the_suite_of_aws() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/sigv4.json");
        let Ok(text) = std::fs::read_to_string(path) else {
            eprintln!("skipped: ../shared/vectors/sigv4.json is not there");
            return;
        };
        let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert!(cases.len() > 30);
        for case in &cases {
            check(case);
        }
    }

    fn check(case: &Value) {
        let name = case["name"].as_str().unwrap();
        let context = &case["context"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (head, body) = case["request"]
            .as_str()
            .unwrap()
            .split_once("\n\n")
            .map_or_else(|| (case["request"].as_str().unwrap(), ""), |(head, body)| (head, body));
        let mut lines = head.lines();
        let line = lines.next().unwrap();
        // Paths may have spaces: the method is the first word, the version the last.
        let (method, target) = line.split_once(' ').unwrap();
        let target = target.strip_suffix(" HTTP/1.1").unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            match line.split_once(':').filter(|_| !line.starts_with(' ')) {
                Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
                None => headers.last_mut().unwrap().1.push_str(line),
            }
        }
        let time = text(&context["timestamp"]).replace(['-', ':'], "");
        headers.push(("x-amz-date".into(), time.clone()));
        let token = context["credentials"]["token"].as_str();
        if let Some(token) = token.filter(|_| context["omit_session_token"] != true) {
            headers.push(("X-Amz-Security-Token".into(), token.to_owned()));
        }
        let payload_hash = hash(body.as_bytes());
        if context["sign_body"] == true {
            headers.push(("x-amz-content-sha256".into(), payload_hash.clone()));
        }
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let request = Request { method, path, query, headers: &headers, payload_hash: &payload_hash };
        let (region, service) = (text(&context["region"]), text(&context["service"]));
        let scope = Scope { date: &time[..8], region: &region, service: &service };
        let canonical = match context["normalize"] == true {
            true => canonical_request(&request),
            false => canonical_request_unnormalized(&request),
        };
        assert_eq!(canonical, text(&case["canonical_request"]), "{name}");
        let to_sign = string_to_sign(&canonical, &time, &scope);
        assert_eq!(to_sign, text(&case["string_to_sign"]), "{name}");
        let signed = sign(&to_sign, &scope, &text(&context["credentials"]["secret_access_key"]));
        assert_eq!(signed, text(&case["signature"]), "{name}");
    }
}
