//! Writing a message.

/// Writes a message field by field. As proto3 has it, a number that is 0 and a text that is empty are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// A `uint64`, a `bool` or an enum.
    pub fn varint(&mut self, number: u32, value: u64) {
        if value != 0 {
            self.tag(number, 0);
            self.push(value);
        }
    }

    /// A `fixed64`.
    pub fn fixed64(&mut self, number: u32, value: u64) {
        if value != 0 {
            self.tag(number, 1);
            self.bytes.extend_from_slice(&value.to_le_bytes());
        }
    }

    /// A text.
    pub fn text(&mut self, number: u32, text: &str) {
        if !text.is_empty() {
            self.bytes(number, text.as_bytes());
        }
    }

    /// A message within this one. Written also where it is empty: being there means something.
    pub fn message(&mut self, number: u32, write: impl FnOnce(&mut Self)) {
        let mut message = Self::default();
        write(&mut message);
        self.bytes(number, &message.bytes);
    }

    /// What was written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn bytes(&mut self, number: u32, bytes: &[u8]) {
        self.tag(number, 2);
        self.push(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    fn tag(&mut self, number: u32, shape: u64) {
        self.push(u64::from(number) << 3 | shape);
    }

    fn push(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}
