//! Whose use is counted, and under which key of the store.

use sha2::{Digest, Sha256};
use tollgate_policy::quota::Subject;

/// A longer subject is counted under its digest, so that a client cannot make keys of any size.
const LONGEST_LITERAL: usize = 64;

/// Who asks, beside the team: the values of the tags and the model.
///
/// A request without the tag, or with an empty one, counts under one subject that all such requests of the team share:
/// leaving a tag out is no way around a limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subjects<'a> {
    /// The `app` tag.
    pub app: Option<&'a str>,
    /// The `user` tag.
    pub user: Option<&'a str>,
    /// The model as the client named it.
    pub model: &'a str,
    /// The class of traffic, which decides what is shed first; none is never shed.
    pub class: Option<&'a str>,
}

impl<'a> Subjects<'a> {
    pub(crate) fn value(&self, by: Subject) -> &'a str {
        match by {
            Subject::Team => "",
            Subject::App => self.app.unwrap_or_default(),
            Subject::User => self.user.unwrap_or_default(),
            Subject::Model => self.model,
        }
    }
}

/// The word for a kind of subject in keys.
pub(crate) fn kind(by: Subject) -> &'static str {
    match by {
        Subject::Team => "team",
        Subject::App => "app",
        Subject::User => "user",
        Subject::Model => "model",
    }
}

/// The part of a key that is the same for every request of a team. It names the version of the state's layout, so
/// that modules of different versions, which share a store while one replaces the other, never misread each other.
pub(crate) fn key_prefix(team: &str, by: Subject) -> String {
    // The length keeps a team's name from reaching into what follows it.
    format!("tollgate.quota/1/{}/{}:{team}/", kind(by), team.len())
}

/// The key of a request: the prefix, then `=` and the subject, `#` and its digest, or `-` for none.
pub(crate) fn key(prefix: &str, by: Subject, subjects: &Subjects<'_>) -> String {
    let value = subjects.value(by);
    let mut key = String::with_capacity(prefix.len() + 1 + LONGEST_LITERAL);
    key.push_str(prefix);
    if value.is_empty() {
        key.push('-');
    } else if value.len() <= LONGEST_LITERAL {
        key.push('=');
        key.push_str(value);
    } else {
        key.push('#');
        for byte in Sha256::digest(value.as_bytes()) {
            for nibble in [byte >> 4, byte & 15] {
                key.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        }
    }
    key
}
