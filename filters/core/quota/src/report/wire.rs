//! A report on the wire: `protos/tollgate/usage/v1/usage.proto`, both ways.

use tollgate_wire::protobuf::{ProtobufError, Reader, Value, Writer};

use super::counts::{Counts, Tags};
use crate::lease::wire::{numbers, read_numbers};

/// The service's full name.
pub const SERVICE: &str = "tollgate.usage.v1.UsageService";

/// A report carries at most so many entries.
pub const MOST_ENTRIES: usize = 1_024;

/// `ReportRequest`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Envoy's node id.
    pub node: String,
    /// Which life of which worker; below 2^63, never 0.
    pub epoch: u64,
    /// Its number within the epoch, from 1.
    pub sequence: u64,
    /// At most [`MOST_ENTRIES`].
    pub usage: Vec<Use>,
}

/// What was used in one minute under one combination of tags.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Use {
    /// Minutes since 1970, when the exchanges ended.
    pub minute: u64,
    /// By whom, on what.
    pub of: Tags,
    /// How much.
    pub counts: Counts,
}

impl Report {
    /// The message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.text(1, &self.node);
        writer.fixed64(2, self.epoch);
        writer.varint(3, self.sequence);
        for Use { minute, of, counts } in &self.usage {
            writer.message(4, |writer| {
                writer.varint(1, *minute);
                writer.message(2, |writer| {
                    for (number, text) in (1..).zip(of.fields()) {
                        writer.text(number, text);
                    }
                });
                writer.message(3, |writer| numbers(writer, counts.fields()));
            });
        }
        writer.finish()
    }

    /// The other way.
    ///
    /// # Errors
    /// These bytes are none, or more than a report may carry.
    pub fn decode(bytes: &[u8]) -> Result<Self, ProtobufError> {
        let mut report = Self::default();
        for field in Reader::new(bytes) {
            match field? {
                (1, value) => report.node = value.text()?.to_owned(),
                (2, Value::Fixed64(epoch)) => report.epoch = epoch,
                (3, Value::Varint(sequence)) => report.sequence = sequence,
                (4, value) if report.usage.len() < MOST_ENTRIES => report.usage.push(read_use(value.message())?),
                (4, _) => return Err(ProtobufError::TooMany(4)),
                _ => {}
            }
        }
        Ok(report)
    }
}

fn read_use(reader: Reader<'_>) -> Result<Use, ProtobufError> {
    let mut entry = Use::default();
    for field in reader {
        match field? {
            (1, Value::Varint(minute)) => entry.minute = minute,
            (2, value) => {
                for field in value.message() {
                    let (number, value) = field?;
                    let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
                    if let Some(place) = place.and_then(|at| entry.of.fields_mut().into_iter().nth(at)) {
                        *place = value.text()?.to_owned();
                    }
                }
            }
            (3, value) => {
                let counts = read_numbers(value.message())?;
                for (place, value) in entry.counts.fields_mut().into_iter().zip::<[u64; 12]>(counts) {
                    *place = value;
                }
            }
            _ => {}
        }
    }
    Ok(entry)
}
