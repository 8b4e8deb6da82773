//! Completions of old: <https://platform.openai.com/docs/api-reference/completions>.

use serde_json::Value;

use super::{Checked, Choice, Said, must, parse, string, text_of};

const FINISHES: [&str; 3] = ["stop", "length", "content_filter"];

pub fn stream(frames: &[(&str, &str)]) -> Checked<Said> {
    let (mut said, mut done, mut id) = (Said::default(), false, None);
    for (name, data) in frames {
        must(name.is_empty(), "an event with a name", &(*name).into())?;
        must(!done, "behind [DONE]", &(*data).into())?;
        if *data == "[DONE]" {
            done = true;
            continue;
        }
        let chunk = parse(data)?;
        must(!said.failed && said.usage.is_null(), "behind the end", &chunk)?;
        if chunk.get("error").is_some() {
            string(&chunk["error"], "message")?;
            said.failed = true;
            continue;
        }
        must(chunk["object"] == "text_completion", "object", &chunk)?;
        let own = string(&chunk, "id")?;
        must(*id.get_or_insert_with(|| own.clone()) == own, "id", &chunk)?;
        let choices = chunk["choices"].as_array().ok_or("no choices")?;
        if choices.is_empty() {
            must(chunk["usage"].is_object(), "neither choice nor usage", &chunk)?;
            said.usage = chunk["usage"].clone();
        }
        for piece in choices {
            let index = piece["index"].as_u64().ok_or("no index")? as usize;
            if said.choices.len() <= index {
                said.choices.resize(index + 1, Choice::default());
            }
            let choice = &mut said.choices[index];
            must(choice.finish.is_empty(), "behind its finish_reason", piece)?;
            choice.text.push_str(&string(piece, "text")?);
            choice.finish.push_str(text_of(&piece["finish_reason"]));
        }
    }
    must(done, "no [DONE]", &Value::Null)?;
    let finished = said.choices.iter().all(|choice| FINISHES.contains(&choice.finish.as_str()));
    must(said.failed || (finished && !said.choices.is_empty()), "no finish_reason", &Value::Null)?;
    Ok(said)
}

pub fn whole(body: &Value) -> Checked<Said> {
    must(body["object"] == "text_completion" && !string(body, "id")?.is_empty(), "head", body)?;
    let choices = body["choices"].as_array().ok_or("no choices")?.iter().enumerate().map(|(index, choice)| {
        must(choice["index"] == index, "index", choice)?;
        let finish = string(choice, "finish_reason")?;
        must(FINISHES.contains(&finish.as_str()), "finish_reason", choice)?;
        Ok(Choice { text: string(choice, "text")?, finish, ..Choice::default() })
    });
    let choices = choices.collect::<Checked<Vec<_>>>()?;
    must(!choices.is_empty(), "no choice", body)?;
    Ok(Said { choices, usage: body["usage"].clone(), failed: false })
}
