//! An answer that the gateway gives itself.

use tollgate_dialects::ClientDialect;
use tollgate_dialects::refusal::Refusal;

/// An answer that needs no provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// A short word for the access log, `%RESPONSE_CODE_DETAILS%`: `tollgate_` and the kind of refusal.
    pub details: String,
    /// Headers, `content-type` among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// A refusal in the caller's dialect.
    pub(crate) fn refusal(refusal: &Refusal, dialect: ClientDialect) -> Self {
        let rendered = refusal.render(dialect);
        Self {
            status: rendered.status,
            details: format!("tollgate_{}", refusal.kind.as_str()),
            headers: rendered.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            body: rendered.body,
        }
    }

    /// A JSON document with status 200.
    pub(crate) fn json(body: Vec<u8>) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self { status: 200, details: "tollgate_answer".to_owned(), headers, body }
    }

    pub(crate) fn with_headers(mut self, headers: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.headers.extend(headers.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self
    }
}
