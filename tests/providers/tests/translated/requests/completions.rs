//! Completions of old.

use serde_json::{Value, json};

use super::{Wishes, openai, put};

pub fn body(prompt: &str, wishes: &Wishes) -> Value {
    let mut body = json!({"model": "smart", "prompt": prompt, "stream": wishes.stream});
    if wishes.stream && wishes.usage {
        body["stream_options"] = json!({"include_usage": true});
    }
    openai(&mut body, wishes);
    if !wishes.stop.is_empty() {
        body["stop"] = if let [only] = *wishes.stop { json!(only) } else { json!(wishes.stop) };
    }
    put(&mut body, "seed", wishes.seed.then_some(7));
    put(&mut body, "n", wishes.n);
    put(&mut body, "frequency_penalty", wishes.penalty.map(|tenths| f64::from(tenths) / 10.0));
    put(&mut body, "logprobs", wishes.logprobs);
    put(&mut body, "max_tokens", wishes.limit);
    body
}
