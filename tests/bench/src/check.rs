//! Before anything is measured: does the chain do what it is there for? Fast and wrong is no figure.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::answer::streamed_text;
use crate::case::{Body, Case};
use crate::lineup::Stand;
use crate::load;
use crate::prompt::EMAIL;

/// One exchange, looked at from both sides.
///
/// # Errors
/// The answer is not what the provider said, or the provider received what it must not see.
pub async fn check(stand: &Stand, body: Body) -> Result<()> {
    let [openai, anthropic, personal, keys] = stand.backend.seen.counts();
    let (traffic, _) = stand.traffic(body);
    let answer = load::once(&traffic).await?;
    let after = stand.backend.seen.counts();
    let [openai, anthropic, personal, keys] =
        [after[0] - openai, after[1] - anthropic, after[2] - personal, after[3] - keys];
    let translated = stand.case == Case::GatewayTranslate;
    ensure!(
        (openai, anthropic) == if translated { (0, 1) } else { (1, 0) },
        "the provider received {openai} requests in OpenAI's API and {anthropic} in Anthropic's"
    );
    if stand.case.has_gateway() {
        ensure!(keys == 0, "the provider received the caller's key");
        ensure!(personal == 0, "the provider received an e-mail address in clear");
    }
    match body.stream() {
        Some(events) => check_stream(&answer, events),
        None => check_whole(&answer, body == Body::Personal),
    }
}

fn check_whole(answer: &[u8], personal: bool) -> Result<()> {
    let json: Value = serde_json::from_slice(answer).context("the answer is not JSON")?;
    ensure!(json["object"] == "chat.completion", "the answer is not in OpenAI's API: {json}");
    ensure!(json["usage"]["completion_tokens"] == 62, "the answer does not tell what was used: {json}");
    let text = json["choices"][0]["message"]["content"].as_str().unwrap_or_default();
    ensure!(!personal || text.contains(EMAIL), "the e-mail address is not restored: {text}");
    Ok(())
}

fn check_stream(answer: &[u8], events: u32) -> Result<()> {
    let mut text = String::new();
    for line in String::from_utf8_lossy(answer).lines() {
        let Some(data) = line.strip_prefix("data: ").filter(|data| *data != "[DONE]") else { continue };
        let chunk: Value = serde_json::from_str(data).with_context(|| format!("an event is not JSON: {data}"))?;
        ensure!(chunk["object"] == "chat.completion.chunk", "an event is not in OpenAI's API: {data}");
        ensure!(
            chunk["choices"].as_array().is_some_and(|choices| !choices.is_empty()),
            "an event nobody asked for: {data}"
        );
        text.push_str(chunk["choices"][0]["delta"]["content"].as_str().unwrap_or_default());
    }
    ensure!(text == streamed_text(events), "the stream says something else than the provider: {text}");
    Ok(())
}
