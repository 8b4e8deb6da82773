//! Secrets without a prefix of their own: known by the word in front of them, or by their structure.

mod assignment;
mod between;
mod connection;
mod kind;
mod stand_in;
mod value;
mod value_text;
mod web;
mod word;
mod words;

use std::ops::Range;

use super::registry::Detector;
use super::scan::Sink;
use crate::text;

pub(super) use stand_in::template;
pub(super) use word::{OF_WORDS, at_colon, at_tilde, behind_key_id, in_word};
pub(super) use words::wordy;

/// Where [`at_keyword`] is asked. A keyword counts within a word as well (`dbPassword`, `MYTOKEN`), if the word is one that names a
/// secret.
pub(super) const KEYWORDS: &[&str] = &[
    // Passwords, as people call them. `pass` is that of `password`, `passwd`, `Passwort`, `mot de passe` and their like.
    "pass",
    "pwd=",
    "pwd:",
    "pwd\"",
    "pwd'",
    "pwd ",
    "kennwort",
    "contraseña",
    "contrasena",
    "senha",
    "wachtwoord",
    "lösenord",
    "adgangskode",
    "salasana",
    "hasło",
    "haslo",
    "heslo",
    "parola",
    "пароль",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
    // Keys and tokens.
    "secret",
    "token",
    "_key",
    "-key",
    "apikey",
    "key=",
    "key:",
    "key\"",
    "key'",
    "key ",
    "auth",
    "credential",
    "creds",
    "_pat=",
    "_pat:",
    "_pat\"",
    "_pat ",
    // Schemes of the `Authorization` header, and options of commands.
    "bearer ",
    "basic ",
    "--user ",
    "--user=",
    " -u ",
    // Parts of addresses.
    "sig=",
    "hooks.slack.com/",
    "/webhooks/",
    "/webhookb2/",
    "hooks.zapier.com/",
    // Tokens whose fixed part is made of common letters.
    ".atlasv1.",
    "hvs.",
    "hvb.",
    "hvr.",
    "dp.pt.",
    "dp.st.",
    "dp.ct.",
    "dp.sa.",
    "sl.b",
    "sl.u.",
];

/// The detectors that want it asked.
pub(super) const OF_KEYWORDS: &[Detector] = &[
    Detector::AwsSecretKey,
    Detector::AzureKey,
    Detector::SlackWebhook,
    Detector::ConnectionString,
    Detector::VendorToken,
    Detector::HighEntropySecret,
];

/// Looks for what a keyword such as `password` announces.
pub(super) fn at_keyword(text: &str, keyword: Range<usize>, sink: &mut Sink<'_>) {
    // What was found already needs no second name, and a text full of keywords no second look at each value.
    if sink.covers(keyword.start) {
        return;
    }
    let bytes = text.as_bytes();
    match text::slice(bytes, keyword.clone()) {
        [b's' | b'S', b'i' | b'I', b'g' | b'G', b'='] => web::at_signature(bytes, keyword.end, sink),
        [b'b' | b'B', b'e' | b'E', b'a' | b'A', ..] => web::at_bearer(bytes, &keyword, sink),
        [b'b' | b'B', b'a' | b'A', b's' | b'S', ..] => web::at_basic(bytes, &keyword, sink),
        [b'-' | b' ', b'-', b'u' | b'U' | b'-', ..] => web::at_user(bytes, &keyword, sink),
        word if word.ends_with(b"/") => web::at_hook(bytes, &keyword, sink),
        [.., b'.' | b'b' | b'B'] => word::at_dotted(bytes, &keyword, sink),
        _ => assignment::at_keyword(bytes, &keyword, sink),
    }
}
