//! `GET /v1/models`: <https://platform.openai.com/docs/api-reference/models> and <https://docs.claude.com/en/api/models-list>.

use tollgate_wire::json::Writer;

use crate::client::{ClientDialect, ClientVendor};

/// When a model was made is not known here, and both APIs want a time: the epoch.
const EPOCH: &str = "1970-01-01T00:00:00Z";

/// The body of a list of models, on one page.
pub fn models_list<'a>(dialect: ClientDialect, names: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut out = Writer::new();
    out.begin_object();
    if dialect.vendor() == ClientVendor::Openai {
        out.field_str("object", "list");
    }
    out.key("data").begin_array();
    let (mut first, mut last) = (None, None);
    for name in names {
        first = first.or(Some(name));
        last = Some(name);
        write_model(&mut out, dialect, name);
    }
    out.end_array();
    if dialect.vendor() == ClientVendor::Anthropic {
        out.field_bool("has_more", false);
        for (key, id) in [("first_id", first), ("last_id", last)] {
            match id {
                Some(id) => out.field_str(key, id),
                None => out.field_null(key),
            };
        }
    }
    out.end_object();
    out.finish()
}

/// The body for one model.
#[must_use]
pub fn model(dialect: ClientDialect, name: &str) -> Vec<u8> {
    let mut out = Writer::new();
    write_model(&mut out, dialect, name);
    out.finish()
}

fn write_model(out: &mut Writer, dialect: ClientDialect, name: &str) {
    out.begin_object();
    match dialect.vendor() {
        ClientVendor::Openai => {
            out.field_str("id", name)
                .field_str("object", "model")
                .field_u64("created", 0)
                .field_str("owned_by", "tollgate");
        }
        ClientVendor::Anthropic => {
            out.field_str("type", "model").field_str("id", name).field_str("display_name", name);
            out.field_str("created_at", EPOCH).field_str("lifecycle", "active");
        }
    }
    out.end_object();
}
