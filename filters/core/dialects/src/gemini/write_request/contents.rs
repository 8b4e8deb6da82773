//! System prompt and conversation: <https://ai.google.dev/api/caching#Content>.

use std::collections::VecDeque;

use tollgate_wire::json::{Str, Value, Writer};

use super::Server;
use super::media::{self, Kind};
use crate::canonical::{Losses, Part, Request, Role, Source};
use crate::protocol::Signer;
use crate::refusal::Refusal;

/// What stands for the signature of a call that was made without one: by another provider's model, or by a client's own code. It is
/// Google's own word for it (<https://ai.google.dev/gemini-api/docs/thought-signatures#faqs>).
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

/// What one side says in a row.
struct Turn<'m, 'a> {
    role: Role,
    parts: Vec<&'m Part<'a>>,
}

/// Writes `systemInstruction` and `contents`.
pub(super) fn write(
    request: &Request<'_>,
    server: &Server,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let turns = turns(request, losses);
    let system = system(request, losses)?;
    // At least one content is required: a system prompt alone is said by the user then.
    let alone = turns.is_empty();
    if !system.is_empty() && !alone {
        out.key("systemInstruction").begin_object().key("parts").begin_array();
        system.iter().for_each(|text| text_part(*text, out));
        out.end_array().end_object();
    }
    out.key("contents").begin_array();
    if alone && !system.is_empty() {
        content(Role::User, out);
        system.iter().for_each(|text| text_part(*text, out));
        end(out);
    }
    let current = current_turn(&turns);
    // By id: the tools that were called so far.
    let mut calls = Vec::new();
    for (index, turn) in turns.iter().enumerate() {
        match turn.role {
            Role::Assistant => {
                let must_sign = server.family.wants_signatures && index >= current;
                model(&turn.parts, must_sign, server, &mut calls, out, losses)?;
            }
            Role::User | Role::System => user(&turn.parts, server, &calls, out, losses)?,
        }
    }
    out.end_array();
    // The model would take it for a finished turn.
    if turns.last().is_some_and(|last| last.role == Role::Assistant) {
        losses.lacks("prefill")?;
    }
    Ok(())
}

/// There is one system prompt, of texts: system messages further down are moved up to it.
fn system<'a>(request: &Request<'a>, losses: &mut Losses<'_>) -> Result<Vec<Str<'a>>, Refusal> {
    let mut texts = Vec::new();
    for part in
        request.messages.iter().filter(|message| message.role == Role::System).flat_map(|message| &message.parts)
    {
        match part {
            Part::Text { text, cache } => {
                note_cache(*cache, losses);
                texts.extend(Some(*text).filter(|text| !text.is_empty()));
            }
            Part::Refusal { text } => texts.extend(Some(*text).filter(|text| !text.is_empty())),
            Part::Image { .. } => return Err(Refusal::invalid_field("messages", "system messages without images")),
            _ => return Err(Refusal::invalid_field("messages", "system messages without files")),
        }
    }
    Ok(texts)
}

/// The conversation without what says nothing: the API refuses empty parts, and contents without any.
fn turns<'m, 'a>(request: &'m Request<'a>, losses: &mut Losses<'_>) -> Vec<Turn<'m, 'a>> {
    let mut turns: Vec<Turn<'m, 'a>> = Vec::new();
    for message in request.messages.iter().filter(|message| message.role != Role::System) {
        let parts = message.parts.iter().filter(|part| says_something(part, losses));
        match turns.last_mut() {
            Some(turn) if turn.role == message.role => turn.parts.extend(parts),
            _ => turns.push(Turn { role: message.role, parts: parts.collect() }),
        }
    }
    // Signatures alone are no content either.
    turns.retain(|turn| turn.parts.iter().any(|part| !matches!(part, Part::Reasoning { .. })));
    // What stood between two turns of one side may be gone now.
    turns.dedup_by(|later, earlier| {
        let same = later.role == earlier.role;
        if same {
            earlier.parts.append(&mut later.parts);
        }
        same
    });
    turns
}

fn says_something(part: &Part<'_>, losses: &mut Losses<'_>) -> bool {
    match part {
        Part::Text { text, .. } | Part::Refusal { text } => !text.is_empty(),
        Part::Reasoning { text, signature } => {
            let own = signature.and_then(own_signature).is_some();
            if !own && !text.is_empty() {
                losses.note("thinking");
            }
            own
        }
        Part::RedactedReasoning { .. } => {
            losses.note("thinking");
            false
        }
        Part::Citation(_) => {
            losses.note("citations");
            false
        }
        _ => true,
    }
}

/// A signature of Google's, still escaped. The thoughts that it stands for need not be sent back.
fn own_signature(signature: Str<'_>) -> Option<&str> {
    Signer::Google.open(signature).filter(|signature| !signature.is_empty())
}

/// The first turn of the model's behind what the user said last. Only from there on does the API look for signatures.
fn current_turn(turns: &[Turn<'_, '_>]) -> usize {
    let says_more = |part: &&Part<'_>| !matches!(part, Part::ToolResult { .. });
    turns.iter().rposition(|turn| turn.role == Role::User && turn.parts.iter().any(says_more)).unwrap_or(0)
}

/// The results of calls are a content of their own, right behind that of the calls.
fn user(
    parts: &[&Part<'_>],
    server: &Server,
    calls: &[(Str<'_>, Str<'_>)],
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let is_result = |part: &&&Part<'_>| matches!(part, Part::ToolResult { .. });
    if parts.iter().any(|part| is_result(&part)) {
        content(Role::User, out);
        for part in parts.iter().filter(is_result) {
            tool_result(part, server, calls, out, losses)?;
        }
        end(out);
    }
    if parts.iter().any(|part| !is_result(&part)) {
        content(Role::User, out);
        for part in parts.iter().filter(|part| !is_result(part)) {
            self::part(part, None, server, out, losses)?;
        }
        end(out);
    }
    Ok(())
}

fn model<'a>(
    parts: &[&Part<'a>],
    must_sign: bool,
    server: &Server,
    calls: &mut Vec<(Str<'a>, Str<'a>)>,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let signatures = signatures(parts);
    let mut first_call = true;
    content(Role::Assistant, out);
    for (index, part) in parts.iter().enumerate() {
        let mut signature = signatures.iter().find(|(at, _)| *at == index).map(|(_, signature)| *signature);
        if let Part::ToolCall { id, name, .. } = part {
            calls.extend(id.map(|id| (id, *name)));
            if first_call && must_sign {
                signature = signature.or(Some(NO_SIGNATURE));
            }
            first_call = false;
        }
        self::part(part, signature, server, out, losses)?;
    }
    end(out);
    Ok(())
}

/// Which part each signature belongs to. That of a call stands somewhere in front of it, as a client's dialect has it; what is left is the
/// text's.
fn signatures<'m>(parts: &[&'m Part<'_>]) -> Vec<(usize, &'m str)> {
    let (mut waiting, mut placed) = (VecDeque::new(), Vec::new());
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Reasoning { signature: Some(signature), .. } => waiting.extend(own_signature(*signature)),
            Part::ToolCall { .. } => placed.extend(waiting.pop_front().map(|signature| (index, signature))),
            _ => {}
        }
    }
    let text = parts.iter().rposition(|part| matches!(part, Part::Text { .. }));
    placed.extend(text.zip(waiting.pop_back()));
    placed
}

fn part(
    part: &Part<'_>,
    signature: Option<&str>,
    server: &Server,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    match part {
        Part::Text { text, cache } => {
            note_cache(*cache, losses);
            out.begin_object().field_raw_str("text", *text);
            sign(signature, out);
            out.end_object();
        }
        Part::Refusal { text } => text_part(*text, out),
        Part::Image { source, cache, .. } => {
            note_cache(*cache, losses);
            media::part(source, Kind::Image, server, out, losses)?;
        }
        Part::Audio { source, cache } => {
            note_cache(*cache, losses);
            media::part(source, Kind::Audio, server, out, losses)?;
        }
        Part::Document { source, title, context, cache } => {
            note_cache(*cache, losses);
            // What the client says about the document stands in front of it, for the model to read.
            [*title, *context].into_iter().flatten().for_each(|text| text_part(text, out));
            media::part(source, Kind::Document, server, out, losses)?;
        }
        Part::ToolCall { id, name, arguments, cache } => {
            note_cache(*cache, losses);
            out.begin_object().key("functionCall").begin_object();
            write_id(*id, server, out);
            out.field_raw_str("name", *name).key("args");
            arguments.write_object(*name, out)?;
            out.end_object();
            sign(signature, out);
            out.end_object();
        }
        // Taken out before, or written elsewhere.
        Part::Reasoning { .. } | Part::RedactedReasoning { .. } | Part::Citation(_) | Part::ToolResult { .. } => {}
    }
    Ok(())
}

/// A result is an object: `output` or `error`, as the API has it (<https://ai.google.dev/api/caching#FunctionResponse>). What a tool
/// returned stays a text, since numbers of an object would become doubles.
fn tool_result(
    part: &Part<'_>,
    server: &Server,
    calls: &[(Str<'_>, Str<'_>)],
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let Part::ToolResult { id, content, is_error, cache } = part else { return Ok(()) };
    note_cache(*cache, losses);
    let name = calls.iter().rev().find(|(call, _)| call == id).map(|(_, name)| *name);
    let name = name.ok_or_else(|| Refusal::invalid_field("messages", "results of tools that were called before"))?;
    let (mut texts, mut files) = (Vec::with_capacity(content.len()), Vec::new());
    for part in content {
        match part {
            Part::Text { text, cache } => {
                note_cache(*cache, losses);
                texts.push(*text);
            }
            Part::Refusal { text } => texts.push(*text),
            Part::Document { source: Source::PlainText(text), title, context, cache } => {
                note_cache(*cache, losses);
                texts.extend([*title, *context, Some(*text)].into_iter().flatten());
            }
            Part::Document { source, title, context, cache } => {
                note_cache(*cache, losses);
                texts.extend([*title, *context].into_iter().flatten());
                files.push((source, Kind::Document, "tool_result.document"));
            }
            Part::Image { source, cache, .. } => {
                note_cache(*cache, losses);
                files.push((source, Kind::Image, "tool_result.image"));
            }
            Part::Audio { source, .. } => files.push((source, Kind::Audio, "tool_result.audio")),
            _ => {}
        }
    }
    out.begin_object().key("functionResponse").begin_object();
    write_id(Some(*id), server, out);
    out.field_raw_str("name", name).key("response").begin_object();
    out.key(if *is_error { "error" } else { "output" });
    match &*texts {
        [] => {
            out.string("");
        }
        [text] => {
            out.raw_str(*text);
        }
        texts => {
            out.begin_array();
            texts.iter().for_each(|text| _ = out.raw_str(*text));
            out.end_array();
        }
    }
    out.end_object();
    media::in_result(&files, server, out, losses)?;
    out.end_object().end_object();
    Ok(())
}

/// Calls and their results are matched by order on Vertex, by id elsewhere.
fn write_id(id: Option<Str<'_>>, server: &Server, out: &mut Writer) {
    if let Some(id) = id.filter(|_| !server.is_vertex) {
        out.field_raw_str("id", id);
    }
}

fn sign(signature: Option<&str>, out: &mut Writer) {
    if let Some(signature) = signature {
        out.key("thoughtSignature").begin_string().raw(signature).end_string();
    }
}

fn content(role: Role, out: &mut Writer) {
    let role = if role == Role::Assistant { "model" } else { "user" };
    out.begin_object().field_str("role", role).key("parts").begin_array();
}

fn end(out: &mut Writer) {
    out.end_array().end_object();
}

fn text_part(text: Str<'_>, out: &mut Writer) {
    out.begin_object().field_raw_str("text", text).end_object();
}

/// Google caches by itself.
fn note_cache(cache: Option<Value<'_>>, losses: &mut Losses<'_>) {
    if cache.is_some() {
        losses.note("cache_control");
    }
}
