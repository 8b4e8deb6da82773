//! What a frame says.

use memchr::memchr2;

use super::Event;

/// Makes an event of a frame.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// Behind the first frame, the only one that a byte order mark may precede.
    started: bool,
    /// Joined data lines.
    joined: Vec<u8>,
    /// The event field, when it has to be changed to be text.
    name: String,
    /// What the last stream ended with.
    last: Vec<u8>,
}

impl Reader {
    /// The event of a complete frame.
    pub fn read<'a>(&'a mut self, raw: &'a [u8]) -> Event<'a> {
        let fields = Fields::read(raw, !std::mem::replace(&mut self.started, true), &mut self.joined);
        fields.event(raw, &self.joined, &mut self.name, true)
    }

    /// The event of what a stream ended with, which is kept for the borrow's sake. The next frame is another stream's first.
    pub fn finish(&mut self, left: Vec<u8>, complete: bool) -> Event<'_> {
        self.last = left;
        let fields = Fields::read(&self.last, !std::mem::take(&mut self.started), &mut self.joined);
        fields.event(&self.last, &self.joined, &mut self.name, complete)
    }
}

/// The fields of a frame.
#[derive(Default)]
struct Fields<'a> {
    event: &'a [u8],
    /// The only data line, or the last.
    data: &'a [u8],
    data_lines: usize,
    id: Option<&'a [u8]>,
    retry: Option<u64>,
}

impl<'a> Fields<'a> {
    fn read(raw: &'a [u8], first: bool, joined: &mut Vec<u8>) -> Self {
        let mut fields = Self::default();
        let mut rest = raw;
        if first {
            rest = rest.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(rest);
        }
        while !rest.is_empty() {
            let end = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            let (line, behind) = rest.split_at_checked(end).unwrap_or_default();
            // Of a CR LF the LF is left: a blank line, which says nothing.
            rest = behind.get(1..).unwrap_or_default();
            fields.line(line, joined);
        }
        fields
    }

    fn line(&mut self, line: &'a [u8], joined: &mut Vec<u8>) {
        if let Some(value) = field(line, b"data") {
            match self.data_lines {
                0 => {}
                1 => {
                    joined.clear();
                    joined.extend_from_slice(self.data);
                    push_line(joined, value);
                }
                _ => push_line(joined, value),
            }
            self.data = value;
            self.data_lines += 1;
        } else if let Some(value) = field(line, b"event") {
            self.event = value;
        } else if let Some(value) = field(line, b"id") {
            if !value.contains(&0) {
                self.id = Some(value);
            }
        } else if let Some(value) = field(line, b"retry")
            && value.iter().all(u8::is_ascii_digit)
            && let Some(retry) = std::str::from_utf8(value).ok().and_then(|digits| digits.parse().ok())
        {
            self.retry = Some(retry);
        }
    }

    fn event<'b>(self, raw: &'b [u8], joined: &'b [u8], name: &'b mut String, complete: bool) -> Event<'b>
    where
        'a: 'b,
    {
        let event = match std::str::from_utf8(self.event) {
            Ok(event) => event,
            Err(_) => {
                *name = String::from_utf8_lossy(self.event).into_owned();
                name.as_str()
            }
        };
        let data = if self.data_lines > 1 { joined } else { self.data };
        Event { event, data, has_data: self.data_lines > 0, id: self.id, retry: self.retry, raw, complete }
    }
}

fn push_line(joined: &mut Vec<u8>, line: &[u8]) {
    joined.push(b'\n');
    joined.extend_from_slice(line);
}

/// The value of a line, if the field has this name: one space after the colon is not part of it, and without a colon it is empty.
fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(name)?;
    match rest.split_first() {
        None => Some(rest),
        Some((b':', value)) => Some(value.strip_prefix(b" ").unwrap_or(value)),
        Some(_) => None,
    }
}
