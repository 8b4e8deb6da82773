//! Documents that the answer is to cite: <https://docs.cohere.com/docs/documents-and-citations>.
//!
//! They stand beside the conversation and not in it, and turn citations on. So texts go there only where the client asks for citations;
//! otherwise they stay where they are, as texts.

use tollgate_wire::json::{Str, Writer};

use crate::canonical::{Part, Request, Role, Source};

/// In front of a document's number in its id. A citation names its source by it.
pub(in crate::cohere) const ID: &str = "doc:";

/// A document that is text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'a> {
    pub title: Option<Str<'a>>,
    pub context: Option<Str<'a>>,
    pub text: Str<'a>,
}

impl<'a> Document<'a> {
    /// The document that a part is.
    pub fn of(part: &Part<'a>) -> Option<Self> {
        match part {
            Part::Document { source: Source::PlainText(text), title, context, .. } => {
                Some(Self { title: *title, context: *context, text: *text })
            }
            _ => None,
        }
    }

    /// Its `data`, of which all goes to the model.
    pub fn write_data(&self, out: &mut Writer) {
        out.key("data").begin_object();
        for (key, text) in [("title", self.title), ("context", self.context), ("text", Some(self.text))] {
            if let Some(text) = text {
                out.field_raw_str(key, text);
            }
        }
        out.end_object();
    }
}

/// Whether there are documents to be cited.
pub(super) fn are_cited(request: &Request<'_>) -> bool {
    request.document_citations && numbered(request).next().is_some()
}

/// Writes `documents`.
pub(super) fn write(request: &Request<'_>, out: &mut Writer) {
    out.key("documents").begin_array();
    for (number, document) in numbered(request) {
        out.begin_object().key("id").begin_string().push_str(ID).push_str(&number.to_string()).end_string();
        document.write_data(out);
        out.end_object();
    }
    out.end_array();
}

/// What the user says that is a document, by its number among all of them: clients know them by that.
fn numbered<'a>(request: &Request<'a>) -> impl Iterator<Item = (usize, Document<'a>)> {
    let of_user = request.messages.iter().filter(|message| message.role == Role::User);
    let documents = of_user.flat_map(|message| &message.parts).filter(|part| matches!(part, Part::Document { .. }));
    documents.enumerate().filter_map(|(number, part)| Some((number, Document::of(part)?)))
}
