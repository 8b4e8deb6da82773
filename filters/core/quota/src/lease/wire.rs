//! Leases on the wire: `protos/tollgate/quota/v1/quota.proto`, both ways.
//!
//! Written by hand, since generated code would be a tenth of the module; a test of the control plane holds it against the generated code. Fields
//! that are not known are passed over, so that either side can be newer.

use tollgate_wire::protobuf::{ProtobufError, Reader, Value, Writer};

use super::account::MOST_PERIODS;
use super::message::{Ask, Facts, Holder, Lease, Pool, Report, Told};

/// A call carries at most so many asks.
pub const MOST_ASKS: usize = 256;

/// The service's full name.
pub const SERVICE: &str = "tollgate.quota.v1.QuotaService";

/// What [`renew_request`] writes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RenewRequest {
    /// The Envoy's life.
    pub envoy: u64,
    /// Envoy's node id.
    pub node: String,
    /// At most [`MOST_ASKS`].
    pub asks: Vec<Ask>,
}

/// `IntroduceRequest`.
#[must_use]
pub fn introduce_request(node: &str) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.text(1, node);
    writer.finish()
}

/// The node id in an `IntroduceRequest`.
///
/// # Errors
/// These bytes are none.
pub fn read_introduce_request(bytes: &[u8]) -> Result<String, ProtobufError> {
    let mut node = String::new();
    for field in Reader::new(bytes) {
        if let (1, value) = field? {
            node = value.text()?.to_owned();
        }
    }
    Ok(node)
}

/// `IntroduceResponse`.
#[must_use]
pub fn introduce_response(envoy: u64) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.fixed64(1, envoy);
    writer.finish()
}

/// The name in an `IntroduceResponse`; never 0.
///
/// # Errors
/// These bytes are none, or name nobody.
pub fn read_introduce_response(bytes: &[u8]) -> Result<u64, ProtobufError> {
    let mut envoy = 0;
    for field in Reader::new(bytes) {
        if let (1, Value::Fixed64(value)) = field? {
            envoy = value;
        }
    }
    if envoy == 0 { Err(ProtobufError::Missing(1)) } else { Ok(envoy) }
}

/// `RenewRequest`. The holders' own `envoy` is not looked at: a request is one Envoy's.
#[must_use]
pub fn renew_request<'a>(envoy: u64, node: &str, asks: impl IntoIterator<Item = &'a Ask>) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.fixed64(1, envoy);
    writer.text(2, node);
    for ask in asks {
        writer.message(3, |writer| {
            writer.message(1, |writer| write_pool(writer, &ask.pool));
            writer.varint(2, ask.holder.record);
            for report in &ask.reports {
                let Report { from_ms, returned, spent, out, closed } = *report;
                writer.message(3, |writer| numbers(writer, [from_ms, returned, spent, out, closed.into()]));
            }
            writer.varint(4, ask.need);
            writer.varint(5, ask.least);
        });
    }
    writer.finish()
}

/// The other way.
///
/// # Errors
/// These bytes are none, or ask for more than a call may.
pub fn read_renew_request(bytes: &[u8]) -> Result<RenewRequest, ProtobufError> {
    let mut request = RenewRequest::default();
    for field in Reader::new(bytes) {
        match field? {
            (1, Value::Fixed64(envoy)) => request.envoy = envoy,
            (2, value) => request.node = value.text()?.to_owned(),
            (3, value) if request.asks.len() < MOST_ASKS => request.asks.push(read_ask(value.message())?),
            (3, _) => return Err(ProtobufError::TooMany(3)),
            _ => {}
        }
    }
    for ask in &mut request.asks {
        ask.holder.envoy = request.envoy;
    }
    Ok(request)
}

/// `RenewResponse`.
#[must_use]
pub fn renew_response<'a>(told: impl IntoIterator<Item = (&'a Pool, &'a Told)>) -> Vec<u8> {
    let mut writer = Writer::default();
    for (pool, told) in told {
        writer.message(1, |writer| {
            writer.message(1, |writer| write_pool(writer, pool));
            writer.varint(2, told.holder.record);
            for lease in &told.leases {
                let Lease { from_ms, granted, starts_in_ms, ttl_ms, accepts_in_ms, counts_in_ms } = *lease;
                let fields = [from_ms, granted, starts_in_ms, ttl_ms, accepts_in_ms, counts_in_ms];
                writer.message(3, |writer| numbers(writer, fields));
            }
            let Facts { limit, left, elsewhere, keep } = told.facts;
            writer.message(4, |writer| numbers(writer, [limit, left, elsewhere, keep]));
            writer.varint(5, told.sync_in_ms);
        });
    }
    writer.finish()
}

/// What a `RenewResponse` tells the Envoy that asked as `envoy`, and of which pool: one for each ask, in their order.
///
/// # Errors
/// These bytes are none, or tell more than one can have asked.
pub fn read_renew_response(bytes: &[u8], envoy: u64) -> Result<Vec<(Pool, Told)>, ProtobufError> {
    let mut all = Vec::new();
    for field in Reader::new(bytes) {
        match field? {
            (1, value) if all.len() < MOST_ASKS => all.push(read_told(value.message(), envoy)?),
            (1, _) => return Err(ProtobufError::TooMany(1)),
            _ => {}
        }
    }
    Ok(all)
}

fn read_ask(reader: Reader<'_>) -> Result<Ask, ProtobufError> {
    let mut ask =
        Ask { pool: nowhere(), holder: Holder { envoy: 0, record: 0 }, reports: Vec::new(), need: 0, least: 0 };
    for field in reader {
        match field? {
            (1, value) => ask.pool = read_pool(value.message())?,
            (2, Value::Varint(record)) => ask.holder.record = record,
            (3, value) if ask.reports.len() < MOST_PERIODS => {
                let [from_ms, returned, spent, out, closed] = read_numbers(value.message())?;
                ask.reports.push(Report { from_ms, returned, spent, out, closed: closed != 0 });
            }
            (3, _) => return Err(ProtobufError::TooMany(3)),
            (4, Value::Varint(need)) => ask.need = need,
            (5, Value::Varint(least)) => ask.least = least,
            _ => {}
        }
    }
    Ok(ask)
}

fn read_told(reader: Reader<'_>, envoy: u64) -> Result<(Pool, Told), ProtobufError> {
    let mut pool = nowhere();
    let holder = Holder { envoy, record: 0 };
    let mut told = Told { holder, leases: Vec::new(), facts: Facts::default(), sync_in_ms: 0 };
    for field in reader {
        match field? {
            (1, value) => pool = read_pool(value.message())?,
            (2, Value::Varint(record)) => told.holder.record = record,
            (3, value) if told.leases.len() < MOST_PERIODS => {
                let [from_ms, granted, starts_in_ms, ttl_ms, accepts_in_ms, counts_in_ms] =
                    read_numbers(value.message())?;
                told.leases.push(Lease { from_ms, granted, starts_in_ms, ttl_ms, accepts_in_ms, counts_in_ms });
            }
            (3, _) => return Err(ProtobufError::TooMany(3)),
            (4, value) => {
                let [limit, left, elsewhere, keep] = read_numbers(value.message())?;
                told.facts = Facts { limit, left, elsewhere, keep };
            }
            (5, Value::Varint(sync_in_ms)) => told.sync_in_ms = sync_in_ms,
            _ => {}
        }
    }
    Ok((pool, told))
}

fn nowhere() -> Pool {
    Pool { team: String::new(), quota: String::new(), counts: 0, subject: String::new() }
}

fn write_pool(writer: &mut Writer, pool: &Pool) {
    writer.text(1, &pool.team);
    writer.text(2, &pool.quota);
    writer.text(3, &pool.subject);
    writer.fixed64(4, pool.counts);
}

fn read_pool(reader: Reader<'_>) -> Result<Pool, ProtobufError> {
    let mut pool = nowhere();
    for field in reader {
        match field? {
            (1, value) => pool.team = value.text()?.to_owned(),
            (2, value) => pool.quota = value.text()?.to_owned(),
            (3, value) => pool.subject = value.text()?.to_owned(),
            (4, Value::Fixed64(counts)) => pool.counts = counts,
            _ => {}
        }
    }
    Ok(pool)
}

/// Numbers in fields 1, 2, 3, …
pub(crate) fn numbers<const N: usize>(writer: &mut Writer, values: [u64; N]) {
    for (number, value) in (1..).zip(values) {
        writer.varint(number, value);
    }
}

/// The other way.
pub(crate) fn read_numbers<const N: usize>(reader: Reader<'_>) -> Result<[u64; N], ProtobufError> {
    let mut values = [0; N];
    for field in reader {
        let (number, value) = field?;
        let place = usize::try_from(number).ok().and_then(|number| values.get_mut(number.checked_sub(1)?));
        if let (Some(place), Value::Varint(value)) = (place, value) {
            *place = value;
        }
    }
    Ok(values)
}
