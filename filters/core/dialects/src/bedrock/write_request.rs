//! The canonical model, written as a Converse request. ConverseStream's is the same.

mod account;
mod block;
mod format;
mod media;
mod message;
mod model_fields;
mod tools;

use tollgate_wire::json::{Str, Writer};

use super::family::Family;
use crate::anthropic::{Generation, is_blank, stops};
use crate::canonical::{Losses, Part, Request, Role, Sampling, Written};
use crate::refusal::Refusal;
use crate::translate::target::Target;
use account::Account;
use block::Blocks;

/// What is left for the answer where thinking has a budget and nobody named a limit: the limit covers both.
const ANSWER_TOKENS: u64 = 4_096;

/// Writes a request.
///
/// # Errors
/// A 400 for what Converse or the model lacks, unless the policy is lenient about it; and for what no leniency can help: a conversation that
/// the user does not begin, a tool's name out of pattern, tool arguments that are no JSON object.
pub(crate) fn write_request(
    request: &Request<'_>,
    target: &Target<'_>,
    losses: &mut Losses<'_>,
) -> Result<Written, Refusal> {
    let (account, rest) = Account::of(request);
    let request = rest.as_ref().unwrap_or(request);
    let family = Family::of(target.model);
    if family.cites() {
        losses.cites_documents();
    }
    losses.lacks_extras(request)?;
    losses.lacks_numbers(request)?;
    let format = format::choose(request, family, target.model, losses)?;
    let most = request.max_output_tokens.or(target.max_output_tokens());
    let generation = Generation::of(target.model);
    let fields = model_fields::choose(request, family, target.model, most, losses)?;
    let mut out = Writer::with_capacity(target.likely_size);
    out.begin_object();
    let mut blocks = Blocks::new(family, request.document_citations, losses);
    let mut turns = message::turns(&request.messages, &mut blocks);
    if family == Family::Claude {
        generation.without_prefill(&mut turns, blocks.losses)?;
    }
    // At least one message is required: a system prompt alone is said by the user then.
    if turns.is_empty() && has_system(request) {
        out.key("messages").begin_array().begin_object().field_str("role", "user");
        system("content", request, &mut blocks, &mut out)?;
        out.end_object().end_array();
    } else {
        system("system", request, &mut blocks, &mut out)?;
        out.key("messages").begin_array();
        message::messages(turns, &mut blocks, &mut out)?;
        out.end_array();
    }
    // Without a limit a model gives as much as it can, but thinking with a budget must have one.
    let limit = match fields.budget() {
        Some(budget) => Some(most.unwrap_or(budget.saturating_add(ANSWER_TOKENS))),
        None => request.max_output_tokens,
    };
    let sampling = match family {
        _ if fields.refuses_sampling() => Sampling::default(),
        Family::Claude => generation.sampling(&request.sampling, losses)?,
        _ => request.sampling,
    };
    let stops = if family == Family::Claude { stops(&request.stop, losses)? } else { request.stop.clone() };
    inference(&sampling, &stops, limit, &mut out, losses)?;
    tools::tools(request, &format, family, target.model, &mut out, losses)?;
    fields.write(request, &mut out);
    format.write(family, &mut out, losses)?;
    account.write(&mut out, losses);
    out.end_object();
    Ok(Written { body: out.finish(), json_tool: format.is_tool() })
}

fn has_system(request: &Request<'_>) -> bool {
    let says = |part: &Part<'_>| matches!(part, Part::Text { text, .. } if !is_blank(*text));
    request.messages.iter().any(|message| message.role == Role::System && message.parts.iter().any(says))
}

/// Converse has one system prompt, of texts. System messages further down are moved up to it. Writes it under a key.
fn system(key: &str, request: &Request<'_>, blocks: &mut Blocks<'_, '_>, out: &mut Writer) -> Result<(), Refusal> {
    let mut open = false;
    let messages = request.messages.iter().filter(|message| message.role == Role::System);
    for part in messages.flat_map(|message| &message.parts) {
        let (Part::Text { text, .. } | Part::Refusal { text }) = part else {
            let kind = if matches!(part, Part::Image { .. }) { "images" } else { "files" };
            return Err(Refusal::invalid_field("messages", &format!("system messages without {kind}")));
        };
        if is_blank(*text) {
            continue;
        }
        if !open {
            open = true;
            out.key(key).begin_array();
        }
        blocks.text(*text, out);
        if let Part::Text { cache, .. } = part {
            blocks.cache_point(*cache, out);
        }
    }
    if open {
        out.end_array();
    }
    Ok(())
}

fn inference(
    sampling: &Sampling<'_>,
    stop: &[Str<'_>],
    limit: Option<u64>,
    out: &mut Writer,
    losses: &mut Losses<'_>,
) -> Result<(), Refusal> {
    let mut temperature = sampling.temperature;
    // From 0 to 1 here, to 2 at OpenAI.
    if temperature.and_then(|temperature| temperature.as_f64()).is_some_and(|value| value > 1.0) {
        losses.lacks("temperature")?;
        temperature = None;
    }
    let top_p = sampling.top_p;
    if limit.is_none() && temperature.is_none() && top_p.is_none() && stop.is_empty() {
        return Ok(());
    }
    out.key("inferenceConfig").begin_object();
    if let Some(limit) = limit {
        out.field_u64("maxTokens", limit);
    }
    if let Some(temperature) = temperature {
        out.field_value("temperature", temperature);
    }
    if let Some(top_p) = top_p {
        out.field_value("topP", top_p);
    }
    if !stop.is_empty() {
        out.key("stopSequences").begin_array();
        for stop in stop {
            out.raw_str(*stop);
        }
        out.end_array();
    }
    out.end_object();
    Ok(())
}
