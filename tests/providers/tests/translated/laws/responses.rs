//! Responses: <https://platform.openai.com/docs/api-reference/responses-streaming>.

use serde_json::{Value, json};

use super::{Checked, Choice, Said, check_calls, must, parse, string, text_of};

#[derive(Default)]
struct Stream {
    sequence: u64,
    /// Items as they were added, and what the deltas have made of them.
    items: Vec<Item>,
    last: Option<Value>,
}

#[derive(Default)]
struct Item {
    id: String,
    kind: String,
    /// Text of each part.
    parts: Vec<Part>,
    arguments: String,
    arguments_done: bool,
    done: Option<Value>,
}

#[derive(Default)]
struct Part {
    text: String,
    text_done: bool,
    done: bool,
}

pub fn stream(frames: &[(&str, &str)]) -> Checked<Said> {
    let mut stream = Stream::default();
    for (name, data) in frames {
        let event = parse(data)?;
        must(event["type"] == *name, "a name that is not its type", &event)?;
        must(event["sequence_number"] == stream.sequence, "sequence_number", &event)?;
        must(stream.last.is_none(), "behind the end", &event)?;
        match stream.sequence {
            0 => must(*name == "response.created", "response.created first", &event)?,
            1 => must(*name == "response.in_progress", "response.in_progress second", &event)?,
            _ => stream.event(name, &event)?,
        }
        if stream.sequence < 2 {
            let response = &event["response"];
            must(response["status"] == "in_progress" && response["output"] == json!([]), "response", &event)?;
        }
        stream.sequence += 1;
    }
    let last = stream.last.take().ok_or("no last event")?;
    if last["status"] == "failed" {
        string(&last["error"], "code")?;
        string(&last["error"], "message")?;
        return Ok(Said { failed: true, ..Said::default() });
    }
    let done: Option<Vec<Value>> = stream.items.into_iter().map(|item| item.done).collect();
    must(done.map(Value::from).as_ref() == Some(&last["output"]), "the items are not the output", &last)?;
    whole(&last)
}

impl Stream {
    fn event(&mut self, name: &str, event: &Value) -> Checked<()> {
        match name {
            "response.completed" | "response.incomplete" | "response.failed" => {
                let response = &event["response"];
                must(name.strip_prefix("response.") == response["status"].as_str(), "status", event)?;
                let open = self.items.iter().any(|item| item.done.is_none());
                must(!open || name == "response.failed", "an item is open", event)?;
                self.last = Some(response.clone());
                return Ok(());
            }
            "response.output_item.added" => {
                must(event["output_index"] == self.items.len(), "output_index", event)?;
                let item = &event["item"];
                let (id, kind) = (string(item, "id")?, string(item, "type")?);
                must(item["status"] == "in_progress" || kind == "reasoning", "status", event)?;
                self.items.push(Item { id, kind, ..Item::default() });
                return Ok(());
            }
            _ => {}
        }
        let index = event["output_index"].as_u64().ok_or_else(|| format!("no output_index: {event}"))? as usize;
        let item = self.items.get_mut(index).ok_or_else(|| format!("an item that was not added: {event}"))?;
        must(item.done.is_none(), "behind output_item.done", event)?;
        if name == "response.output_item.done" {
            must(event["item"]["id"] == item.id && event["item"]["type"] == item.kind, "another item", event)?;
            item.done = Some(event["item"].clone());
            return item.check(&event["item"]);
        }
        must(event["item_id"] == item.id, "item_id", event)?;
        item.event(name, event)
    }
}

impl Item {
    fn event(&mut self, name: &str, event: &Value) -> Checked<()> {
        match name {
            "response.function_call_arguments.delta" => {
                must(self.kind == "function_call" && !self.arguments_done, "arguments", event)?;
                self.arguments.push_str(&string(event, "delta")?);
                return Ok(());
            }
            "response.function_call_arguments.done" => {
                must(!std::mem::replace(&mut self.arguments_done, true), "arguments twice", event)?;
                return must(event["arguments"] == self.arguments, "arguments are not the deltas", event);
            }
            _ => {}
        }
        let key = if name.contains("summary") { "summary_index" } else { "content_index" };
        let index = event[key].as_u64().ok_or_else(|| format!("no {key}: {event}"))? as usize;
        if name.ends_with("part.added") {
            must(index == self.parts.len(), key, event)?;
            must(self.parts.last().is_none_or(|part| part.done), "a part in another", event)?;
            self.parts.push(Part::default());
            return Ok(());
        }
        let part = self.parts.get_mut(index).ok_or_else(|| format!("a part that was not added: {event}"))?;
        must(!part.done, "behind the part's end", event)?;
        match name {
            "response.output_text.delta" | "response.refusal.delta" | "response.reasoning_summary_text.delta" => {
                must(!part.text_done, "behind the text's end", event)?;
                part.text.push_str(&string(event, "delta")?);
                Ok(())
            }
            "response.output_text.done" | "response.reasoning_summary_text.done" => {
                part.text_done = true;
                must(event["text"] == part.text, "the text is not the deltas", event)
            }
            "response.refusal.done" => {
                part.text_done = true;
                must(event["refusal"] == part.text, "the refusal is not the deltas", event)
            }
            "response.output_text.annotation.added" => must(event["annotation"].is_object(), "annotation", event),
            "response.content_part.done" | "response.reasoning_summary_part.done" => {
                must(part.text_done, "the text has no end", event)?;
                part.done = true;
                let text = event["part"].get("text").or(event["part"].get("refusal"));
                must(text.is_some_and(|text| *text == part.text), "the part is not the deltas", event)
            }
            _ => Err(format!("an unknown event: {event}")),
        }
    }

    /// What is done is what the pieces came to.
    fn check(&self, item: &Value) -> Checked<()> {
        must(self.parts.iter().all(|part| part.done), "a part is open", item)?;
        match self.kind.as_str() {
            "function_call" => must(self.arguments_done && item["arguments"] == self.arguments, "arguments", item),
            "message" | "reasoning" => {
                let key = if self.kind == "message" { "content" } else { "summary" };
                let parts = item[key].as_array().ok_or("no parts")?;
                let texts = parts.iter().map(|part| text_of(part.get("text").unwrap_or(&part["refusal"])));
                must(texts.eq(self.parts.iter().map(|part| part.text.as_str())), "parts", item)
            }
            _ => Err(format!("an unknown item: {item}")),
        }
    }
}

pub fn whole(body: &Value) -> Checked<Said> {
    must(body["object"] == "response" && string(body, "id")?.starts_with("resp_"), "head", body)?;
    let status = string(body, "status")?;
    must(["completed", "incomplete"].contains(&status.as_str()), "status", body)?;
    must((status == "incomplete") == body["incomplete_details"].is_object(), "incomplete_details", body)?;
    let finish = format!("{status} {}", text_of(&body["incomplete_details"]["reason"]));
    let mut choice = Choice { finish, ..Choice::default() };
    for item in body["output"].as_array().ok_or("no output")? {
        match text_of(&item["type"]) {
            "message" => {
                must(item["role"] == "assistant", "role", item)?;
                for part in item["content"].as_array().ok_or("no content")? {
                    choice.text.push_str(text_of(&part["text"]));
                    choice.refusal.push_str(text_of(&part["refusal"]));
                    choice.citations += part["annotations"].as_array().map_or(0, Vec::len);
                }
            }
            "function_call" => {
                must(!string(item, "call_id")?.is_empty(), "call_id", item)?;
                choice.calls.push((string(item, "name")?, string(item, "arguments")?));
            }
            "reasoning" => {
                for part in item["summary"].as_array().ok_or("no summary")? {
                    choice.reasoning.push_str(text_of(&part["text"]));
                }
                choice.reasoning.push_str(text_of(&item["encrypted_content"]));
            }
            _ => return Err(format!("an unknown item: {item}")),
        }
    }
    check_calls(&choice.calls, status == "incomplete")?;
    Ok(Said { choices: vec![choice], usage: body["usage"].clone(), failed: false })
}
