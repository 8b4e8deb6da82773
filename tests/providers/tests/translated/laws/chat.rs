//! Chat completions: <https://platform.openai.com/docs/api-reference/chat-streaming>.

use serde_json::Value;

use super::{Checked, Choice, Said, check_calls, must, parse, string, text_of};

const FINISHES: [&str; 4] = ["stop", "length", "tool_calls", "content_filter"];

#[derive(Default)]
struct Stream {
    id: String,
    said: Said,
    /// By choice.
    begun: Vec<bool>,
    usage: bool,
    done: bool,
}

pub fn stream(frames: &[(&str, &str)]) -> Checked<Said> {
    let mut stream = Stream::default();
    for (name, data) in frames {
        must(name.is_empty(), "an event with a name", &(*name).into())?;
        must(!stream.done, "behind [DONE]", &(*data).into())?;
        if *data == "[DONE]" {
            stream.done = true;
            continue;
        }
        let chunk = parse(data)?;
        must(!stream.said.failed, "behind the error", &chunk)?;
        if chunk.get("error").is_some() {
            string(&chunk["error"], "message")?;
            stream.said.failed = true;
            continue;
        }
        stream.chunk(&chunk)?;
    }
    must(stream.done, "no [DONE]", &Value::Null)?;
    if !stream.said.failed {
        must(!stream.said.choices.is_empty(), "no choice", &Value::Null)?;
        for choice in &stream.said.choices {
            must(FINISHES.contains(&choice.finish.as_str()), "finish_reason", &choice.finish.as_str().into())?;
            check_calls(&choice.calls, choice.finish == "length")?;
        }
    }
    Ok(stream.said)
}

impl Stream {
    fn chunk(&mut self, chunk: &Value) -> Checked<()> {
        must(chunk["object"] == "chat.completion.chunk", "object", chunk)?;
        must(chunk["created"].is_u64() && chunk["model"].is_string(), "head", chunk)?;
        let id = string(chunk, "id")?;
        must(!id.is_empty() && (self.id.is_empty() || self.id == id), "id", chunk)?;
        self.id = id;
        must(!self.usage, "behind the usage", chunk)?;
        let choices = chunk["choices"].as_array().ok_or("no choices")?;
        if choices.is_empty() {
            self.usage = true;
            self.said.usage = chunk["usage"].clone();
            return must(chunk["usage"].is_object(), "neither choice nor usage", chunk);
        }
        choices.iter().try_for_each(|choice| self.choice(choice))
    }

    fn choice(&mut self, piece: &Value) -> Checked<()> {
        let index = piece["index"].as_u64().ok_or("no index")? as usize;
        if self.begun.len() <= index {
            self.begun.resize(index + 1, false);
            self.said.choices.resize(index + 1, Choice::default());
        }
        let choice = &mut self.said.choices[index];
        must(choice.finish.is_empty(), "behind its finish_reason", piece)?;
        let delta = &piece["delta"];
        let first = !std::mem::replace(&mut self.begun[index], true);
        must(first == (delta["role"] == "assistant"), "a role once, and first", piece)?;
        choice.text.push_str(text_of(&delta["content"]));
        choice.refusal.push_str(text_of(&delta["refusal"]));
        choice.reasoning.push_str(text_of(&delta["reasoning_content"]));
        choice.citations += delta["annotations"].as_array().map_or(0, Vec::len);
        for call in delta["tool_calls"].as_array().into_iter().flatten() {
            let at = call["index"].as_u64().ok_or("a call without index")? as usize;
            let function = &call["function"];
            if at == choice.calls.len() {
                must(call["type"] == "function" && !string(call, "id")?.is_empty(), "a call's head", call)?;
                choice.calls.push((string(function, "name")?, String::new()));
            } else {
                must(call.get("id").is_none() && function.get("name").is_none(), "a head again", call)?;
            }
            let known = choice.calls.get_mut(at).ok_or("a call out of turn")?;
            known.1.push_str(text_of(&function["arguments"]));
        }
        choice.finish.push_str(text_of(&piece["finish_reason"]));
        Ok(())
    }
}

pub fn whole(body: &Value) -> Checked<Said> {
    must(body["object"] == "chat.completion" && !string(body, "id")?.is_empty(), "head", body)?;
    let mut said = Said { usage: body["usage"].clone(), ..Said::default() };
    for (index, choice) in body["choices"].as_array().ok_or("no choices")?.iter().enumerate() {
        let message = &choice["message"];
        must(choice["index"] == index && message["role"] == "assistant", "a choice", choice)?;
        let calls = message["tool_calls"].as_array().into_iter().flatten();
        let calls = calls.map(|call| {
            must(call["type"] == "function" && !string(call, "id")?.is_empty(), "a call", call)?;
            Ok((string(&call["function"], "name")?, string(&call["function"], "arguments")?))
        });
        let finish = string(choice, "finish_reason")?;
        must(FINISHES.contains(&finish.as_str()), "finish_reason", choice)?;
        let calls = calls.collect::<Checked<Vec<_>>>()?;
        check_calls(&calls, finish == "length")?;
        said.choices.push(Choice {
            text: text_of(&message["content"]).to_owned(),
            refusal: text_of(&message["refusal"]).to_owned(),
            reasoning: text_of(&message["reasoning_content"]).to_owned(),
            citations: message["annotations"].as_array().map_or(0, Vec::len),
            calls,
            finish,
        });
    }
    must(!said.choices.is_empty(), "no choice", body)?;
    Ok(said)
}
