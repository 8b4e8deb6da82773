//! Embeddings.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::put;

pub fn body() -> impl Strategy<Value = Value> {
    let text = "[a-zäöü \n]{1,20}";
    let input = prop_oneof![
        text.prop_map(Value::from),
        proptest::collection::vec(text.prop_map(Value::from), 1..4).prop_map(Value::from),
    ];
    let form = proptest::option::of(select(vec!["float", "base64"]));
    (input, proptest::option::weighted(0.3, select(vec![256u16, 512, 768, 1024])), form, any::<bool>()).prop_map(
        |(input, dimensions, form, user)| {
            let mut body = json!({"model": "smart", "input": input});
            put(&mut body, "dimensions", dimensions);
            put(&mut body, "encoding_format", form);
            put(&mut body, "user", user.then_some("u-1"));
            body
        },
    )
}
