//! The control endpoint of every provider.
//!
//! | request | answer |
//! |---|---|
//! | `GET /_control` | the options in force, as JSON |
//! | `PUT /_control` | replaces them by the body ([`Options`] as JSON; what is left out is as in a healthy provider); the new ones |
//! | `GET /_received` | the record, oldest first ([`crate::Received`] as a JSON list) |
//! | `DELETE /_received` | clears the record |
//!
//! It needs no key, is not recorded, and stays up while the provider is told to be down. Mistakes answer 400 with a sentence.

use crate::json::{json, object};
use crate::shared::Shared;
use crate::{Options, Reply};

/// Whether a path belongs to the control endpoint.
pub(crate) fn is_control(path: &str) -> bool {
    path.starts_with("/_")
}

/// Answers a control request.
pub(crate) fn answer(shared: &Shared, method: &str, path: &str, body: &[u8]) -> Reply {
    match (method, path) {
        ("GET", "/_control") => Reply::json(200, &json(&shared.options())),
        ("PUT", "/_control") => match serde_json::from_slice::<Options>(body) {
            Ok(options) if options.status.is_some_and(|status| !(400..600).contains(&status)) => {
                refusal(400, "status: expected 400 to 599")
            }
            Ok(options) => {
                shared.set(options);
                Reply::json(200, &json(&shared.options()))
            }
            Err(error) => refusal(400, &error.to_string()),
        },
        ("GET", "/_received") => Reply::json(200, &json(&shared.record.all())),
        ("DELETE", "/_received") => {
            shared.record.clear();
            Reply::json(200, &object! {})
        }
        (_, "/_control") => refusal(405, "use GET or PUT"),
        (_, "/_received") => refusal(405, "use GET or DELETE"),
        _ => refusal(404, "there are /_control and /_received"),
    }
}

fn refusal(status: u16, message: &str) -> Reply {
    Reply::json(status, &object! { "error": message })
}
