//! The messages of a Converse request.

use tollgate_wire::json::Writer;

use super::block::Blocks;
use crate::anthropic::is_blank;
use crate::canonical::{Message, Part, Role};
use crate::refusal::Refusal;

/// What one side says in a row.
pub(super) type Turn<'m, 'a> = (Role, Vec<&'m Part<'a>>);

/// User and assistant take turns: what the same side says in a row becomes one message, and one that says nothing is left out.
pub(super) fn turns<'m, 'a>(messages: &'m [Message<'a>], blocks: &mut Blocks<'_, '_>) -> Vec<Turn<'m, 'a>> {
    let mut turns: Vec<Turn<'m, 'a>> = Vec::new();
    for message in messages.iter().filter(|message| message.role != Role::System) {
        let mut parts = message.parts.iter().filter(|part| blocks.says_something(part)).peekable();
        if parts.peek().is_none() {
            continue;
        }
        match turns.last_mut() {
            Some((role, turn)) if *role == message.role => turn.extend(parts),
            _ => turns.push((message.role, parts.collect())),
        }
    }
    turns
}

/// Writes them: the user begins. Results of parallel calls must be in one, in front of everything else the user says there.
pub(super) fn messages(turns: Vec<Turn<'_, '_>>, blocks: &mut Blocks<'_, '_>, out: &mut Writer) -> Result<(), Refusal> {
    if turns.first().is_none_or(|(role, _)| *role != Role::User) {
        return Err(Refusal::invalid_field("messages", "a message of the user's in front of all others"));
    }
    for (role, mut parts) in turns {
        parts.sort_by_key(|part| !matches!(part, Part::ToolResult { .. }) && role == Role::User);
        let name = if role == Role::User { "user" } else { "assistant" };
        out.begin_object().field_str("role", name).key("content").begin_array();
        let mut has_text = parts.iter().any(|part| matches!(part, Part::Text { text, .. } if !is_blank(*text)));
        for part in parts {
            // A message with a document must have a text as well: then it is the document's title.
            if let Part::Document { title, .. } = part
                && !has_text
            {
                has_text = true;
                blocks.title(*title, out);
            }
            blocks.block(role, part, out)?;
        }
        if out.as_bytes().ends_with(b"[") {
            return Err(Refusal::invalid_field(
                "messages",
                "a message that still says something without what was dropped",
            ));
        }
        out.end_array().end_object();
    }
    Ok(())
}
