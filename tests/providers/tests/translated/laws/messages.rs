//! Messages: <https://docs.claude.com/en/docs/build-with-claude/streaming>.

use serde_json::{Value, json};

use super::{Checked, Choice, Said, check_calls, must, parse, string, text_of};

const STOPS: [&str; 7] =
    ["end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal", "model_context_window_exceeded"];

#[derive(Default)]
struct Stream {
    started: bool,
    /// The kind of the block that is open.
    open: Option<String>,
    /// Blocks so far, as a whole answer has them.
    blocks: Vec<Value>,
    input: String,
    stop: Option<Value>,
    usage: Value,
    stopped: bool,
    failed: bool,
}

pub fn stream(frames: &[(&str, &str)]) -> Checked<Said> {
    let mut stream = Stream::default();
    for (name, data) in frames {
        let event = parse(data)?;
        must(event["type"] == *name, "a name that is not its type", &event)?;
        must(!stream.stopped && !stream.failed, "behind the end", &event)?;
        stream.event(name, &event)?;
    }
    if stream.failed {
        return Ok(Said { failed: true, ..Said::default() });
    }
    must(stream.stopped, "no message_stop", &Value::Null)?;
    let stop_reason = stream.stop.unwrap_or_default();
    said(&stream.blocks, text_of(&stop_reason), stream.usage)
}

impl Stream {
    fn event(&mut self, name: &str, event: &Value) -> Checked<()> {
        if name == "error" {
            self.failed = true;
            string(&event["error"], "type")?;
            return string(&event["error"], "message").map(|_| ());
        }
        must(self.started != (name == "message_start"), "message_start once, and first", event)?;
        match name {
            "message_start" => {
                self.started = true;
                let message = &event["message"];
                let right = message["type"] == "message" && message["role"] == "assistant";
                must(right && message["content"] == json!([]) && message["usage"].is_object(), "message", event)?;
                must(!string(message, "id")?.is_empty() && message["stop_reason"].is_null(), "message", event)
            }
            "ping" => Ok(()),
            "content_block_start" => {
                must(self.open.is_none() && self.stop.is_none(), "a block in another", event)?;
                must(event["index"] == self.blocks.len(), "index", event)?;
                let block = &event["content_block"];
                let kind = string(block, "type")?;
                match kind.as_str() {
                    "tool_use" => {
                        must(block["input"] == json!({}) && !string(block, "id")?.is_empty(), "a call's head", event)?;
                        string(block, "name")?;
                    }
                    "redacted_thinking" => _ = string(block, "data")?,
                    "text" => must(block["text"] == "", "a text's head", event)?,
                    "thinking" => must(block["thinking"] == "", "a thought's head", event)?,
                    _ => return Err(format!("a block of no kind: {event}")),
                }
                self.blocks.push(block.clone());
                self.open = Some(kind);
                self.input.clear();
                Ok(())
            }
            "content_block_delta" => {
                must(event["index"].as_u64() == (self.blocks.len() as u64).checked_sub(1), "index", event)?;
                self.delta(&event["delta"])
            }
            "content_block_stop" => {
                must(event["index"].as_u64() == (self.blocks.len() as u64).checked_sub(1), "index", event)?;
                let kind = self.open.take().ok_or_else(|| format!("no block is open: {event}"))?;
                let block = self.blocks.last_mut().ok_or("no block")?;
                if kind == "tool_use" && !self.input.is_empty() {
                    block["input"] = parse(&self.input).unwrap_or_else(|_| self.input.as_str().into());
                }
                Ok(())
            }
            "message_delta" => {
                must(self.open.is_none() && self.stop.is_none(), "message_delta once, and last", event)?;
                self.stop = Some(event["delta"]["stop_reason"].clone());
                self.usage = event["usage"].clone();
                must(self.usage["output_tokens"].is_u64(), "usage", event)
            }
            "message_stop" => {
                self.stopped = true;
                must(self.stop.is_some(), "no message_delta", event)
            }
            _ => Err(format!("an unknown event: {event}")),
        }
    }

    fn delta(&mut self, delta: &Value) -> Checked<()> {
        let kind = string(delta, "type")?;
        let block = self.blocks.last_mut().ok_or("no block")?;
        let (key, text) = match (self.open.as_deref(), kind.as_str()) {
            (Some("text"), "text_delta") => ("text", string(delta, "text")?),
            (Some("thinking"), "thinking_delta") => ("thinking", string(delta, "thinking")?),
            (Some("thinking"), "signature_delta") => ("signature", string(delta, "signature")?),
            (Some("tool_use"), "input_json_delta") => {
                self.input.push_str(&string(delta, "partial_json")?);
                return Ok(());
            }
            (Some("text"), "citations_delta") => {
                let count = block["citations"].as_array().map_or(0, Vec::len);
                if count == 0 {
                    block["citations"] = json!([]);
                }
                block["citations"].as_array_mut().ok_or("citations")?.push(delta["citation"].clone());
                return must(delta["citation"].is_object(), "citation", delta);
            }
            _ => return Err(format!("a delta of another kind of block: {delta}")),
        };
        let so_far = text_of(&block[key]).to_owned();
        block[key] = (so_far + &text).into();
        Ok(())
    }
}

pub fn whole(body: &Value) -> Checked<Said> {
    must(body["type"] == "message" && body["role"] == "assistant", "head", body)?;
    must(!string(body, "id")?.is_empty() && body["model"].is_string(), "head", body)?;
    said(body["content"].as_array().ok_or("no content")?, text_of(&body["stop_reason"]), body["usage"].clone())
}

fn said(blocks: &[Value], stop: &str, usage: Value) -> Checked<Said> {
    must(STOPS.contains(&stop), "stop_reason", &stop.into())?;
    let mut choice = Choice { finish: stop.to_owned(), ..Choice::default() };
    for block in blocks {
        choice.text.push_str(text_of(&block["text"]));
        choice.reasoning.push_str(text_of(&block["thinking"]));
        choice.reasoning.push_str(text_of(&block["data"]));
        choice.reasoning.push_str(text_of(&block["signature"]));
        choice.citations += block["citations"].as_array().map_or(0, Vec::len);
        if block["type"] == "tool_use" {
            choice.calls.push((string(block, "name")?, block["input"].to_string()));
        }
    }
    check_calls(&choice.calls, stop == "max_tokens")?;
    Ok(Said { choices: vec![choice], usage, failed: false })
}
