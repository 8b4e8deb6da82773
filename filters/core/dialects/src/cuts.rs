//! Taking fields and items out of a body that stays as it is otherwise.

use std::ops::Range;

use tollgate_wire::edit::Edits;
use tollgate_wire::json::{Str, Value};

/// Takes out the fields of an object that `goes` says, commas and all.
pub(crate) fn cut_fields<'a>(object: Value<'a>, goes: impl Fn(Str<'a>, Value<'a>) -> bool, edits: &mut Edits) {
    cut(object.entries().map(|(key, value)| (field_span(key, value), goes(key, value))), edits);
}

/// Takes out the items of an array that `goes` says.
pub(crate) fn cut_items<'a>(array: Value<'a>, goes: impl Fn(Value<'a>) -> bool, edits: &mut Edits) {
    cut(array.items().map(|item| (item.span(), goes(item))), edits);
}

/// Where a field stands, from its key's opening quote to the end of its value.
pub(crate) fn field_span(key: Str<'_>, value: Value<'_>) -> Range<usize> {
    key.span().start.saturating_sub(1)..value.span().end
}

/// Cuts elements out of a list in which commas stand between them. An element is cut together with what stands between it and the next one;
/// the last ones together with what stands in front of them.
fn cut(elements: impl Iterator<Item = (Range<usize>, bool)>, edits: &mut Edits) {
    let (mut kept_end, mut run): (Option<usize>, Option<Range<usize>>) = (None, None);
    for (span, goes) in elements {
        if goes {
            run = Some(run.map_or(span.clone(), |run| run.start..span.end));
            continue;
        }
        if let Some(run) = run.take() {
            edits.delete(run.start..span.start);
        }
        kept_end = Some(span.end);
    }
    if let Some(run) = run {
        edits.delete(kept_end.unwrap_or(run.start)..run.end);
    }
}

#[cfg(test)]
mod tests {
    use tollgate_wire::json::{Limits, Tape};

    use super::*;

    #[test]
    fn what_is_left_is_json_whatever_goes() {
        let body = r#"{ "a" : 1 , "b":[1, 2 ,3], "c" : {} }"#;
        let mut tape = Tape::default();
        for goes in 0..8_u32 {
            let value = tape.parse(body.as_bytes(), Limits::default()).unwrap();
            let mut edits = Edits::default();
            let bit = |key: Str<'_>| 1 << (key.raw().as_bytes()[0] - b'a');
            cut_fields(value, |key, _| goes & bit(key) != 0, &mut edits);
            let out = edits.apply(body.as_bytes()).unwrap();
            let mut second = Tape::default();
            let left = second.parse(&out, Limits::default()).unwrap();
            let keys: Vec<_> = left.entries().map(|(key, _)| bit(key)).collect();
            assert_eq!(keys.iter().sum::<u32>(), 7 - goes, "{}", String::from_utf8_lossy(&out));

            let mut edits = Edits::default();
            let array = value.get("b").unwrap();
            cut_items(array, |item| goes & (1 << (item.as_u64().unwrap() - 1)) != 0, &mut edits);
            let out = edits.apply(body.as_bytes()).unwrap();
            let left = second.parse(&out, Limits::default()).unwrap();
            assert_eq!(left.get("b").unwrap().len(), 3 - goes.count_ones() as usize);
        }
    }
}
