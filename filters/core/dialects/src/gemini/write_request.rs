//! The canonical model, written as a `generateContent` request.

mod config;
mod contents;
mod media;
mod schema;
mod thinking;
mod tools;

use tollgate_policy::translate::ProviderApi;
use tollgate_wire::json::Writer;

use super::family::Family;
use crate::canonical::{Losses, Request, Written, begins_a_name};
use crate::refusal::Refusal;
use crate::translate::target::Target;

/// What the writers of all parts must know of where the request goes.
#[derive(Debug)]
struct Server {
    family: Family,
    /// On Vertex calls have no ids, and files behind URLs have their media type beside them.
    is_vertex: bool,
}

/// Longest name of a function, in bytes: <https://ai.google.dev/api/caching#FunctionDeclaration>.
const MAX_NAME: usize = 128;

/// Writes a request.
///
/// # Errors
/// A 400 for what the model or the API lacks, unless the policy is lenient about it; for tool arguments that are no JSON object; and for
/// a tool's result that answers no call.
pub(crate) fn write_request(
    request: &Request<'_>,
    target: &Target<'_>,
    losses: &mut Losses<'_>,
) -> Result<Written, Refusal> {
    losses.lacks_extras(request)?;
    request.named_as("a letter or `_`, and up to 127 more", |name| name.len() <= MAX_NAME && begins_a_name(name))?;
    let server = Server { family: Family::of(target.model), is_vertex: target.provider.api == ProviderApi::Vertex };
    let mut out = Writer::with_capacity(target.likely_size);
    out.begin_object();
    contents::write(request, &server, &mut out, losses)?;
    tools::write(request, &mut out, losses)?;
    config::write(request, &server, &mut out, losses)?;
    // Who asks is of no effect on the answer, and there is no field for it.
    if request.end_user.is_some() {
        losses.note("user");
    }
    out.end_object();
    Ok(Written { body: out.finish(), json_tool: false })
}
