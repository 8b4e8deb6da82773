//! `POST /model/{modelId}/count-tokens`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Answered, errors, known_model, request};
use crate::Reply;
use crate::brain::tokens;
use crate::call::Call;
use crate::fields::{Fault, Object, Path, Read};
use crate::json::object;

pub(super) fn answer(call: &Call<'_>, model: &str) -> Answered {
    known_model(call, model, false)?;
    let body = request::parse(call.body)?;
    let bytes = Object::new(&body, Path::default()).and_then(|body| read(&body)).map_err(errors::fault)?;
    let counted = call.options.usage.map_or(tokens(bytes).max(1), |usage| usage.input);
    Ok(Reply::json(200, &object! { "inputTokens": counted }))
}

/// Bytes of a request in either of two forms.
fn read(body: &Object<'_>) -> Read<usize> {
    body.only(&["input"])?;
    let input = body.need_object("input")?;
    input.only(&["invokeModel", "converse"])?;
    match (input.object("invokeModel")?, input.object("converse")?) {
        (None, Some(converse)) => {
            converse.only(&["messages", "system", "toolConfig", "additionalModelRequestFields"])?;
            Ok(request::read(&converse)?.prompt.input_bytes)
        }
        (Some(invoke), None) => {
            invoke.only(&["body"])?;
            let body = STANDARD.decode(invoke.need_string("body")?).ok();
            let body = body.filter(|body| serde_json::from_slice::<serde_json::Value>(body).is_ok());
            body.map(|body| body.len()).ok_or_else(|| {
                invoke.fault("body", "Malformed input request, please reformat your input and try again.")
            })
        }
        _ => Err(Fault::Other(
            input.path.clone(),
            "The CountTokensInput object must set exactly one of the following keys: invokeModel, converse.".into(),
        )),
    }
}
