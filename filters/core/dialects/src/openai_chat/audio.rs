//! Names of sound formats: a word in OpenAI's API, a media type elsewhere.

/// The words there are, each with its media type. OpenAI itself takes the first two; compatible servers some of the others.
const FORMATS: [(&str, &str); 9] = [
    ("wav", "audio/wav"),
    ("mp3", "audio/mpeg"),
    ("flac", "audio/flac"),
    ("ogg", "audio/ogg"),
    ("opus", "audio/opus"),
    ("aac", "audio/aac"),
    ("m4a", "audio/mp4"),
    ("aiff", "audio/aiff"),
    ("webm", "audio/webm"),
];

/// Other media types of the same formats.
const ALIASES: [(&str, &str); 4] =
    [("wav", "audio/x-wav"), ("wav", "audio/wave"), ("mp3", "audio/mp3"), ("m4a", "audio/x-m4a")];

/// The media type of a format.
pub(super) fn media_type(format: &str) -> Option<&'static str> {
    FORMATS.iter().find(|(word, _)| *word == format).map(|(_, kind)| *kind)
}

/// The format of a media type.
pub(super) fn format(media_type: &str) -> Option<&'static str> {
    FORMATS.iter().chain(&ALIASES).find(|(_, kind)| *kind == media_type).map(|(word, _)| *word)
}
