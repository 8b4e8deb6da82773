//! Knowing where a JSON text ends, piece by piece.

/// Follows the escaped pieces of a string that holds JSON text. A piece never cuts an escape: it is a JSON string of its own.
#[derive(Debug, Default)]
pub(super) struct Completeness {
    depth: u32,
    in_string: bool,
    escaped: bool,
    closed: bool,
}

impl Completeness {
    /// Whether an object or array was opened and everything is closed again.
    pub fn is_complete(&self) -> bool {
        self.closed
    }

    /// The next piece, still escaped.
    pub fn feed(&mut self, raw: &str) {
        let mut bytes = raw.bytes();
        while let Some(byte) = bytes.next() {
            let decoded = match byte {
                b'\\' => match bytes.next() {
                    Some(b'u') => {
                        let digit = |byte: u8| (byte as char).to_digit(16).unwrap_or(0);
                        let code = bytes.by_ref().take(4).fold(0, |code, byte| code * 16 + digit(byte));
                        // Structure is ASCII; anything else is a letter like any other.
                        u8::try_from(code).unwrap_or(b'x')
                    }
                    Some(other) => other,
                    None => return,
                },
                plain => plain,
            };
            self.step(decoded);
        }
    }

    fn step(&mut self, byte: u8) {
        if self.escaped {
            self.escaped = false;
            return;
        }
        match byte {
            b'\\' if self.in_string => self.escaped = true,
            b'"' => self.in_string = !self.in_string,
            b'{' | b'[' if !self.in_string => {
                self.depth = self.depth.saturating_add(1);
                self.closed = false;
            }
            b'}' | b']' if !self.in_string => {
                self.depth = self.depth.saturating_sub(1);
                self.closed = self.depth == 0;
            }
            _ => {}
        }
    }
}
