//! The other side of `abi.rs`: a hostcall's numbers to a call of [`Host`], and its result back into the module's memory.

use super::vm::Vm;
use crate::{Body, HeaderMap, Headers, Host, HostError, LogLevel, MetricId, MetricKind, pairs};

/// The hostcalls that a module may import.
pub const CALLS: &[&str] = &[
    "proxy_get_buffer_bytes",
    "proxy_set_buffer_bytes",
    "proxy_get_header_map_pairs",
    "proxy_set_header_map_pairs",
    "proxy_get_header_map_value",
    "proxy_replace_header_map_value",
    "proxy_add_header_map_value",
    "proxy_remove_header_map_value",
    "proxy_get_property",
    "proxy_set_property",
    "proxy_get_shared_data",
    "proxy_set_shared_data",
    "proxy_send_local_response",
    "proxy_call_foreign_function",
    "proxy_get_current_time_nanoseconds",
    "proxy_log",
    "proxy_get_log_level",
    "proxy_define_metric",
    "proxy_increment_metric",
    "proxy_record_metric",
    "proxy_set_tick_period_milliseconds",
    "proxy_grpc_call",
    "proxy_set_effective_context",
    "proxy_continue_stream",
];

/// Buffer types beyond the two bodies: the configurations.
const VM_CONFIGURATION: u32 = 6;
const PLUGIN_CONFIGURATION: u32 = 7;

/// A hostcall and its arguments, as bits.
#[derive(Debug, Clone)]
pub struct Asked {
    /// One of [`CALLS`].
    pub name: &'static str,
    /// As many as the import has; what is missing reads as 0.
    pub inputs: Vec<u64>,
}

impl Asked {
    fn wide(&self, at: usize) -> u64 {
        self.inputs.get(at).copied().unwrap_or(0)
    }

    #[allow(clippy::cast_possible_truncation, reason = "the lower half is where an i32 was put")]
    fn word(&self, at: usize) -> u32 {
        self.wide(at) as u32
    }

    fn map(&self) -> Result<HeaderMap, HostError> {
        Ok(match self.word(0) {
            0 => HeaderMap::Request,
            1 => HeaderMap::RequestTrailers,
            2 => HeaderMap::Response,
            3 => HeaderMap::ResponseTrailers,
            _ => return Err(HostError::BadArgument),
        })
    }

    fn body(&self) -> Result<Body, HostError> {
        match self.word(0) {
            0 => Ok(Body::Request),
            1 => Ok(Body::Response),
            _ => Err(HostError::BadArgument),
        }
    }
}

impl Vm {
    /// Answers a hostcall: the status that the module gets.
    pub(super) fn answer(&mut self, host: &mut dyn Host, asked: &Asked) -> u32 {
        match self.serve(host, asked) {
            Ok(()) => 0,
            Err(error) => error.status(),
        }
    }

    fn serve(&mut self, host: &mut dyn Host, asked: &Asked) -> Result<(), HostError> {
        let word = |at: usize| asked.word(at);
        match asked.name {
            "proxy_get_buffer_bytes" => {
                let (start, max) = (word(1) as usize, word(2) as usize);
                let bytes = match word(0) {
                    VM_CONFIGURATION => Vec::new(),
                    PLUGIN_CONFIGURATION => self.plugin.iter().skip(start).take(max).copied().collect(),
                    _ => host.body(asked.body()?, start, max)?,
                };
                self.give(&bytes, word(3), word(4))
            }
            "proxy_set_buffer_bytes" => {
                let bytes = self.bytes(word(3), word(4))?;
                // Envoy knows these two edits only.
                match (word(1), word(2)) {
                    (0, u32::MAX) => host.replace_body(asked.body()?, &bytes),
                    (u32::MAX, _) => host.append_body(asked.body()?, &bytes),
                    _ => Err(HostError::BadArgument),
                }
            }
            "proxy_get_header_map_pairs" => {
                let headers = host.headers(asked.map()?)?;
                let bytes = pairs::encode_bytes(headers.iter())?;
                self.give(&bytes, word(1), word(2))
            }
            "proxy_set_header_map_pairs" => {
                let headers = Headers::parse(self.bytes(word(1), word(2))?)?;
                host.set_headers(asked.map()?, &texts(&headers)?)
            }
            "proxy_get_header_map_value" => {
                let name = self.text(word(1), word(2))?;
                let value = host.header(asked.map()?, &name)?.ok_or(HostError::NotFound)?;
                self.give(&value, word(3), word(4))
            }
            "proxy_replace_header_map_value" => {
                let (name, value) = (self.text(word(1), word(2))?, self.text(word(3), word(4))?);
                host.set_header(asked.map()?, &name, &value)
            }
            "proxy_add_header_map_value" => {
                let (name, value) = (self.text(word(1), word(2))?, self.text(word(3), word(4))?);
                host.add_header(asked.map()?, &name, &value)
            }
            "proxy_remove_header_map_value" => {
                let name = self.text(word(1), word(2))?;
                host.remove_header(asked.map()?, &name)
            }
            "proxy_get_property" => {
                let path = self.text(word(0), word(1))?;
                let path: Vec<&str> = path.split('\0').collect();
                let value = host.property(&path)?.ok_or(HostError::NotFound)?;
                self.give(&value, word(2), word(3))
            }
            "proxy_set_property" => {
                let (name, value) = (self.text(word(0), word(1))?, self.bytes(word(2), word(3))?);
                host.set_property(&name, &value)
            }
            "proxy_get_shared_data" => {
                let key = self.text(word(0), word(1))?;
                let (value, token) = host.shared_data(&key)?.ok_or(HostError::NotFound)?;
                self.give(&value, word(2), word(3))?;
                self.linear.write_u32(&mut self.store, word(4), token)
            }
            "proxy_set_shared_data" => {
                let (key, value) = (self.text(word(0), word(1))?, self.bytes(word(2), word(3))?);
                host.set_shared_data(&key, &value, Some(word(4)).filter(|token| *token != 0))
            }
            "proxy_send_local_response" => {
                let status = u16::try_from(word(0)).map_err(|_| HostError::BadArgument)?;
                let (details, body) = (self.text(word(1), word(2))?, self.bytes(word(3), word(4))?);
                let headers = Headers::parse(self.bytes(word(5), word(6))?)?;
                host.send_local_response(status, &details, &texts(&headers)?, &body)
            }
            "proxy_call_foreign_function" => match self.text(word(0), word(1))?.as_str() {
                "clear_route_cache" => host.clear_route_cache(),
                _ => Err(HostError::NotFound),
            },
            "proxy_get_current_time_nanoseconds" => {
                let now = host.now_nanos();
                self.linear.write(&mut self.store, word(0), &now.to_le_bytes())
            }
            "proxy_log" => {
                let (level, message) = (level(word(0))?, self.text(word(1), word(2))?);
                host.log(level, &message);
                if level >= LogLevel::Error {
                    let told = message.strip_prefix("configuration refused: ").unwrap_or(&message);
                    self.complaint = Some(told.to_owned());
                }
                Ok(())
            }
            "proxy_get_log_level" => self.linear.write_u32(&mut self.store, word(0), host.log_level() as u32),
            "proxy_define_metric" => {
                let kind = match word(0) {
                    0 => MetricKind::Counter,
                    1 => MetricKind::Gauge,
                    2 => MetricKind::Histogram,
                    _ => return Err(HostError::BadArgument),
                };
                let name = self.text(word(1), word(2))?;
                let MetricId(id) = host.define_metric(kind, &name)?;
                self.linear.write_u32(&mut self.store, word(3), id)
            }
            "proxy_increment_metric" => host.increment_metric(MetricId(word(0)), asked.wide(1).cast_signed()),
            "proxy_record_metric" => host.record_metric(MetricId(word(0)), asked.wide(1)),
            "proxy_set_tick_period_milliseconds" => host.set_tick_period(word(0)),
            // No service is there to be called, so nobody waits for one and is woken.
            "proxy_grpc_call" => Err(HostError::InternalFailure),
            _ => Err(HostError::Unimplemented),
        }
    }

    fn bytes(&self, at: u32, len: u32) -> Result<Vec<u8>, HostError> {
        self.linear.read(&self.store, at, len)
    }

    fn text(&self, at: u32, len: u32) -> Result<String, HostError> {
        self.linear.read_text(&self.store, at, len)
    }

    fn give(&mut self, bytes: &[u8], data: u32, size: u32) -> Result<(), HostError> {
        self.linear.give(&mut self.store, bytes, data, size)
    }
}

fn level(number: u32) -> Result<LogLevel, HostError> {
    Ok(match number {
        0 => LogLevel::Trace,
        1 => LogLevel::Debug,
        2 => LogLevel::Info,
        3 => LogLevel::Warn,
        4 => LogLevel::Error,
        5 => LogLevel::Critical,
        _ => return Err(HostError::BadArgument),
    })
}

/// What the host layer takes: names and values as text.
fn texts(headers: &Headers) -> Result<Vec<(&str, &str)>, HostError> {
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| HostError::BadArgument);
    headers.iter().map(|(name, value)| Ok((text(name)?, text(value)?))).collect()
}
