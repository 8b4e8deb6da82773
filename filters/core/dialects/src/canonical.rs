mod answer;
mod arguments;
mod event;
mod ids;
mod logprobs;
mod losses;
mod request;
mod seal;

pub(crate) use answer::{Answer, Choice, FinishReason};
pub(crate) use arguments::Arguments;
pub(crate) use event::Event;
pub(crate) use ids::{matching_id, synthetic_id};
pub(crate) use logprobs::TokenLogprob;
pub(crate) use losses::Losses;
pub(crate) use request::{
    Citation, DocumentPlace, Effort, Format, Message, Part, PlaceUnit, Reasoning, Request, Role, Sampling, Source,
    Tier, Tool, ToolChoice, Written, begins_a_name,
};
pub(crate) use seal::{UNSIGNED, has_seal, is_sealed, leave_out_foreign, unsealed};
