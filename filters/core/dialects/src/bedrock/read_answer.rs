//! An answer, read into the canonical model.

use tollgate_wire::json::{Str, Value};

use crate::Usage;
use crate::canonical::{Answer, Arguments, Choice, Citation, DocumentPlace, FinishReason, Part, PlaceUnit};

/// Reads an answer. None if it is none: no list of blocks. It says neither an id nor the model.
pub(crate) fn read_answer<'a>(body: Value<'a>) -> Option<Answer<'a>> {
    let content = body.get("output")?.get("message")?.get("content").filter(Value::is_array)?;
    let mut parts = Vec::new();
    content.items().for_each(|item| block(item, &mut parts));
    let reason = body.get("stopReason").and_then(|reason| reason.as_str());
    Some(Answer {
        id: None,
        model: None,
        choices: vec![Choice {
            parts,
            finish: reason.map_or(FinishReason::Stop, finish_reason),
            stop_sequence: stop_sequence(body),
            logprobs: Vec::new(),
        }],
        usage: body.get("usage").and_then(Usage::from_bedrock),
    })
}

fn block<'a>(block: Value<'a>, parts: &mut Vec<Part<'a>>) {
    if let Some(text) = filled(block, "text") {
        parts.push(Part::Text { text, cache: None });
    } else if let Some(call) = block.get("toolUse") {
        parts.extend(tool_call(call));
    } else if let Some(reasoning) = block.get("reasoningContent") {
        if let Some(data) = filled(reasoning, "redactedContent") {
            parts.push(Part::RedactedReasoning { data });
        } else if let Some(reasoning) = reasoning.get("reasoningText") {
            let text = filled(reasoning, "text").unwrap_or(Str::from_escaped(""));
            parts.push(Part::Reasoning { text, signature: filled(reasoning, "signature") });
        }
    } else if let Some(cited) = block.get("citationsContent") {
        let texts = cited.get("content").into_iter().flat_map(|content| content.items());
        parts.extend(texts.filter_map(|item| filled(item, "text")).map(|text| Part::Text { text, cache: None }));
        let citations = cited.get("citations").into_iter().flat_map(|citations| citations.items());
        parts.extend(citations.map(|item| Part::Citation(citation(item))));
    }
    // What is left are blocks of server-side tools and images, which no request that was translated can ask for.
}

fn tool_call<'a>(call: Value<'a>) -> Option<Part<'a>> {
    if is_server_side(call) {
        return None;
    }
    let input = call.get("input").filter(Value::is_object);
    Some(Part::ToolCall {
        id: filled(call, "toolUseId"),
        name: filled(call, "name")?,
        arguments: input.map_or(Arguments::Quoted(Str::from_escaped("")), Arguments::Json),
        cache: None,
    })
}

/// Whether Bedrock calls the tool by itself.
pub(super) fn is_server_side(call: Value<'_>) -> bool {
    call.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "server_tool_use")
}

/// A source, whole or as far as an event tells.
pub(super) fn citation(item: Value<'_>) -> Citation<'_> {
    let location = item.get("location");
    let web = location.and_then(|location| location.get("web")).and_then(|web| filled(web, "url"));
    let source = filled(item, "source").filter(|source| source.raw().starts_with("http"));
    let quote = item.get("sourceContent").and_then(|content| content.items().find_map(|item| filled(item, "text")));
    Citation {
        url: web.or(source),
        document: location.and_then(document_place),
        title: filled(item, "title"),
        quote,
        range: None,
    }
}

fn document_place(location: Value<'_>) -> Option<DocumentPlace> {
    let units = [
        ("documentChar", PlaceUnit::Character),
        ("documentPage", PlaceUnit::Page),
        ("documentChunk", PlaceUnit::Block),
    ];
    let (place, unit) = units.iter().find_map(|(key, unit)| Some((location.get(key)?, *unit)))?;
    let number = |key: &str| place.get(key)?.as_u64();
    Some(DocumentPlace { index: number("documentIndex")?, unit, range: (number("start")?, number("end")?) })
}

/// The stop sequence that was met, which comes back where the request asked for it.
pub(super) fn stop_sequence(body: Value<'_>) -> Option<Str<'_>> {
    filled(body.get("additionalModelResponseFields")?, "stop_sequence")
}

/// A string that is not empty.
pub(super) fn filled<'a>(object: Value<'a>, key: &str) -> Option<Str<'a>> {
    object.get(key)?.as_str().filter(|text| !text.is_empty())
}

pub(super) fn finish_reason(reason: Str<'_>) -> FinishReason {
    match reason.raw() {
        "tool_use" => FinishReason::ToolCalls,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "stop_sequence" => FinishReason::StopSequence,
        "guardrail_intervened" | "content_filtered" => FinishReason::Refused,
        // `malformed_model_output` and `malformed_tool_use` among them: what there is of the answer is all that comes.
        _ => FinishReason::Stop,
    }
}
