//! Where a frame ends: behind the first blank line.

use memchr::memchr2;

/// Finds blank lines in a stream that comes in pieces. Lines end in LF, CR LF or CR.
///
/// A CR in a blank line is the awkward case: does an LF follow that belongs to it? Behind a line that ended in LF or CR LF
/// the next byte decides. Behind one that ended in CR alone the stream uses such line ends, and its event goes out without waiting
/// for a byte that may come much later; should an LF follow after all it is a blank line of its own, which says nothing. Either way the
/// decision rests on the bytes and not on the cuts.
#[derive(Debug, Default)]
pub(super) struct Framer {
    state: State,
    /// Whether the last line of this frame ended in CR alone.
    bare_cr: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the first byte of a line.
    #[default]
    LineStart,
    InLine,
    /// Behind the CR of a line that is not blank: an LF may belong to it.
    BehindCr,
    /// Behind the CR of a blank line: an LF may belong to it.
    BehindBlankCr,
}

impl Framer {
    /// Takes bytes up to the end of the frame. Returns how many are the frame's, or None if it takes all of them and more.
    pub fn advance(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            if self.state == State::InLine {
                at += memchr2(b'\n', b'\r', bytes.get(at..)?)?;
            }
            let byte = *bytes.get(at)?;
            match (self.state, byte) {
                (State::InLine | State::BehindCr, b'\n') => {
                    self.state = State::LineStart;
                    self.bare_cr = false;
                }
                (State::InLine, _) => self.state = State::BehindCr,
                (State::LineStart | State::BehindBlankCr, b'\n') => return Some(self.end(at + 1)),
                (State::LineStart, b'\r') if self.bare_cr => return Some(self.end(at + 1)),
                (State::LineStart, b'\r') => self.state = State::BehindBlankCr,
                (State::LineStart, _) => self.state = State::InLine,
                (State::BehindBlankCr, _) => return Some(self.end(at)),
                (State::BehindCr, _) => {
                    self.state = State::LineStart;
                    self.bare_cr = true;
                    continue;
                }
            }
            at += 1;
        }
    }

    /// Ends the stream: whether what is left is a complete frame.
    pub fn finish(&mut self) -> bool {
        std::mem::take(self).state == State::BehindBlankCr
    }

    fn end(&mut self, at: usize) -> usize {
        *self = Self::default();
        at
    }
}
