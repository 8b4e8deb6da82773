//! Where something stands in a body, in words.

use tollgate_wire::json::{Str, Value};

/// Longest path in bytes. The caller's own words are in it.
const MAX: usize = 200;

/// The path of an object's key within `body`.
pub(super) fn of(body: Value<'_>, key: Str<'_>) -> String {
    let wanted = key.span();
    let mut path = String::new();
    let mut at = body;
    'down: loop {
        for (name, value) in at.entries() {
            let here = name.span() == wanted;
            if here || holds(value, &wanted) {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&name.decode());
                if here {
                    return cut(path);
                }
                at = value;
                continue 'down;
            }
        }
        for (index, value) in at.items().enumerate() {
            if holds(value, &wanted) {
                path.push_str(&format!("[{index}]"));
                at = value;
                continue 'down;
            }
        }
        return cut(path);
    }
}

fn holds(value: Value<'_>, wanted: &std::ops::Range<usize>) -> bool {
    let span = value.span();
    span.start < wanted.start && wanted.end < span.end
}

fn cut(mut path: String) -> String {
    if path.len() > MAX {
        path.truncate(path.floor_char_boundary(MAX));
        path.push('…');
    }
    path
}
