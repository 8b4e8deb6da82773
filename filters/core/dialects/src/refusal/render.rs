//! Each dialect's own shape of an error: <https://platform.openai.com/docs/guides/error-codes> and
//! <https://docs.claude.com/en/api/errors>.

use tollgate_wire::json::Writer;
use tollgate_wire::sse;

use super::{Refusal, RefusalKind};
use crate::client::{ClientDialect, ClientVendor};

/// From here on SDKs do not wait for `retry-after` but fall back to short pauses of their own: 60 s in both.
const LONGEST_OBEYED_RETRY: u64 = 60;

/// A complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// HTTP status.
    pub status: u16,
    /// Header names and values, lower case names.
    pub headers: Vec<(&'static str, String)>,
    /// The body, JSON.
    pub body: Vec<u8>,
}

impl Refusal {
    /// The whole answer as `dialect` has it.
    #[must_use]
    pub fn render(&self, dialect: ClientDialect) -> Rendered {
        let mut headers = vec![("content-type", "application/json".to_owned())];
        if let Some(seconds) = self.retry_after_secs {
            headers.push(("retry-after", seconds.to_string()));
            if seconds > LONGEST_OBEYED_RETRY {
                headers.push(("x-should-retry", "false".to_owned()));
            }
        }
        if let Some(allow) = self.allow {
            headers.push(("allow", allow.to_owned()));
        }
        Rendered { status: self.status, headers, body: self.body(dialect) }
    }

    /// The body alone.
    #[must_use]
    pub fn body(&self, dialect: ClientDialect) -> Vec<u8> {
        let mut out = Writer::with_capacity(self.message.len() + 128);
        match dialect.vendor() {
            ClientVendor::Openai => {
                out.begin_object().key("error").begin_object();
                out.field_str("message", &self.message).field_str("type", self.openai_type());
                match &self.param {
                    Some(param) => out.field_str("param", param),
                    None => out.field_null("param"),
                };
                match self.openai_code() {
                    Some(code) => out.field_str("code", code),
                    None => out.field_null("code"),
                };
                out.end_object().end_object();
            }
            ClientVendor::Anthropic => {
                out.begin_object().field_str("type", "error").key("error").begin_object();
                out.field_str("type", self.anthropic_type()).field_str("message", &self.message);
                out.end_object().end_object();
            }
        }
        out.finish()
    }

    /// The same as an event of a stream that has begun.
    #[must_use]
    pub fn render_event(&self, dialect: ClientDialect) -> Vec<u8> {
        let mut out = Vec::new();
        let name = match dialect {
            ClientDialect::OpenaiResponses | ClientDialect::AnthropicMessages => Some("error"),
            ClientDialect::OpenaiChat | ClientDialect::OpenaiCompletions | ClientDialect::OpenaiEmbeddings => None,
        };
        match dialect {
            ClientDialect::OpenaiResponses => sse::write_event(&mut out, name, &self.responses_event()),
            _ => sse::write_event(&mut out, name, &self.body(dialect)),
        }
        out
    }

    /// The `error` event of the Responses API. The reference has the error's fields in the event itself
    /// (<https://platform.openai.com/docs/api-reference/responses-streaming/error>), the API sends them in an object, by which OpenAI's own SDKs
    /// know that they must raise an exception: both are there. How many events came before is not known here, and readers want a number.
    fn responses_event(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(2 * self.message.len() + 192);
        out.begin_object().field_str("type", "error").field_u64("sequence_number", 0);
        self.openai_fields(&mut out);
        out.key("error").begin_object().field_str("type", self.openai_type());
        self.openai_fields(&mut out);
        out.end_object().end_object();
        out.finish()
    }

    fn openai_fields(&self, out: &mut Writer) {
        match self.openai_code() {
            Some(code) => out.field_str("code", code),
            None => out.field_null("code"),
        };
        out.field_str("message", &self.message);
        match &self.param {
            Some(param) => out.field_str("param", param),
            None => out.field_null("param"),
        };
    }

    /// `error.type` of OpenAI's API.
    fn openai_type(&self) -> &'static str {
        match self.kind {
            RefusalKind::RateLimited => "rate_limit_error",
            RefusalKind::Billing => "insufficient_quota",
            RefusalKind::Stopped if self.status >= 500 => "server_error",
            RefusalKind::Overloaded | RefusalKind::Upstream | RefusalKind::Timeout | RefusalKind::Internal => {
                "server_error"
            }
            _ => "invalid_request_error",
        }
    }

    /// `error.code` of OpenAI's API.
    fn openai_code(&self) -> Option<&str> {
        if let Some(code) = &self.code {
            return Some(code);
        }
        match self.kind {
            RefusalKind::Authentication => Some("invalid_api_key"),
            RefusalKind::Billing => Some("insufficient_quota"),
            RefusalKind::ModelNotFound => Some("model_not_found"),
            RefusalKind::NotFound => Some("unknown_url"),
            RefusalKind::Permission if self.param.as_deref() == Some("model") => Some("model_not_allowed"),
            RefusalKind::MethodNotAllowed => Some("method_not_supported"),
            RefusalKind::Unsupported => Some("unsupported_parameter"),
            RefusalKind::Blocked => Some("content_policy_violation"),
            RefusalKind::RateLimited => Some("rate_limit_exceeded"),
            RefusalKind::Stopped => Some("stopped"),
            _ => None,
        }
    }

    /// `error.type` of Anthropic's API.
    fn anthropic_type(&self) -> &'static str {
        match self.kind {
            RefusalKind::Authentication => "authentication_error",
            RefusalKind::Permission => "permission_error",
            RefusalKind::Stopped if self.status == 403 => "permission_error",
            RefusalKind::Billing => "billing_error",
            RefusalKind::ModelNotFound | RefusalKind::NotFound => "not_found_error",
            RefusalKind::TooLarge => "request_too_large",
            RefusalKind::RateLimited => "rate_limit_error",
            RefusalKind::Overloaded | RefusalKind::Stopped => "overloaded_error",
            RefusalKind::Timeout => "timeout_error",
            RefusalKind::Upstream | RefusalKind::Internal => "api_error",
            RefusalKind::MethodNotAllowed
            | RefusalKind::InvalidRequest
            | RefusalKind::Unsupported
            | RefusalKind::UnsupportedMedia
            | RefusalKind::Blocked => "invalid_request_error",
        }
    }
}
