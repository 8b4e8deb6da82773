//! Passwords and keys in connection strings, and the keys of clouds that only their names tell from other random text.
//!
//! Of a connection string only the secret is a finding: which server and database it is for stays readable.

use super::between::Assigned;
use super::stand_in;
use crate::detect::registry::Detector;
use crate::text;

/// How far around a password another part of its connection string is looked for, in bytes.
const WINDOW: usize = 64;

/// What connection strings of ADO.NET, ODBC, JDBC and libpq have beside a password; lower case.
const MEMBERS: &[&str] = &[
    "server",
    "data source",
    "datasource",
    "host",
    "hostname",
    "user id",
    "uid",
    "user",
    "username",
    "database",
    "dbname",
    "initial catalog",
    "driver",
    "dsn",
    "address",
    "port",
    "provider",
    "sslmode",
    "encrypt",
    "endpoint",
    "ssl",
    "service",
];

/// Whether the value of a password is part of a connection string: among other members of one, `Server=…;Password=…` or
/// `jdbc:…?user=…&password=…`.
pub(super) fn holds(text: &[u8], assigned: &Assigned) -> bool {
    let start = assigned.name.start;
    let quoted = usize::from(assigned.range.start == assigned.name.end + 2);
    if text::at(text, assigned.name.end) != b'=' || assigned.range.start != assigned.name.end + 1 + quoted {
        return false;
    }
    if text::slice(text, assigned.name.clone()).contains(&b'_') {
        return false;
    }
    let set_apart = matches!(text::before(text, start), b';' | b'?' | b'&' | b' ' | b'"' | b'\'');
    let front = text::slice(text, start.saturating_sub(WINDOW)..start);
    let line = front.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    if set_apart && (member(line) || line.windows(5).any(|five| five.eq_ignore_ascii_case(b"jdbc:"))) {
        return true;
    }
    // In front of the others. A stream knows no more than what follows up to the next blank.
    let end = assigned.range.end;
    let behind = text::slice(text, end..(end + WINDOW).min(text.len()));
    let word = behind.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
    word.first() == Some(&b';') && member(word)
}

/// Whether one of [`MEMBERS`] stands in front of a `=`.
fn member(text: &[u8]) -> bool {
    text.iter().enumerate().filter(|(_, byte)| **byte == b'=').any(|(equals, _)| {
        let name = text::slice(text, 0..equals).trim_ascii_end();
        MEMBERS.iter().any(|member| {
            name.len().checked_sub(member.len()).is_some_and(|from| {
                text::tail(name, from).eq_ignore_ascii_case(member.as_bytes())
                    && !text::before(name, from).is_ascii_alphanumeric()
            })
        })
    })
}

/// The detector of a key that its name and form give away.
pub(super) fn cloud_key(text: &[u8], assigned: &Assigned, value: &[u8]) -> Option<Detector> {
    // `aws_secret_access_key`, `AWS Secret Access Key [None]` and `SecretAccessKey` are one name.
    let name = text::slice(text, assigned.name.start..assigned.range.start);
    let named = |words: &[&[u8]]| words.iter().any(|word| has_letters(name, word));
    let base64 = value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    let kinds = [u8::is_ascii_digit, u8::is_ascii_uppercase, u8::is_ascii_lowercase];
    let mixed = kinds.iter().all(|kind| value.iter().any(kind));
    if !base64 || stand_in::stands_in(value) && value.len() != 40 {
        return None;
    }
    match value.len() {
        40 if mixed && named(&[b"aws", b"secretaccesskey", b"secretkey", b"amazon"]) => Some(Detector::AwsSecretKey),
        88 if mixed && value.ends_with(b"==") && named(AZURE) => Some(Detector::AzureKey),
        44 if mixed && value.ends_with(b"=") && named(AZURE) => Some(Detector::AzureKey),
        // A personal access token of Azure DevOps.
        52 if value.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
            && named(&[b"azure", b"devops", b"vsts", b"ado"]) =>
        {
            Some(Detector::AzureKey)
        }
        _ => None,
    }
}

const AZURE: &[&[u8]] = &[
    b"accountkey",
    b"sharedaccesskey",
    b"azure",
    b"storage",
    b"cosmos",
    b"eventhub",
    b"servicebus",
    b"iothub",
    b"masterkey",
    b"primarykey",
];

/// Whether the letters of `name`, without what stands between them, hold the lower-case `word`.
fn has_letters(name: &[u8], word: &[u8]) -> bool {
    (0..name.len()).any(|from| {
        let mut letters = text::tail(name, from).iter().filter(|byte| byte.is_ascii_alphabetic());
        word.iter().all(|wanted| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(wanted)))
    })
}
