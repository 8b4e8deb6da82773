//! How the vocabularies cut a text before they look anything up: words with what leads them, numbers, punctuation, space.
//!
//! This is what the pattern of each vocabulary matches (tiktoken, `openai_public.py`: `pat_str`), written out: the
//! alternatives of a regular expression, tried anew at each place, would be most of the work.

use crate::unicode::{Class, ascii, class};

/// Where one may always be cut: no pretoken is longer, in bytes, give or take a character. Bounds what is held of a
/// text that comes in pieces; the vocabularies' own patterns have no such bound, and a token more in so many does not
/// show.
pub(crate) const LONGEST: usize = 256;

/// As far as a pretoken may depend on what is behind its beginning: a character and a contraction beyond the longest.
pub(crate) const SEEN: usize = LONGEST + 8;

/// The patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// Words end where a capital follows a small letter, and take an English contraction with them.
    O200k,
    /// Words are letters; a contraction is a word.
    Cl100k,
}

impl Pattern {
    /// The bit that entries of this vocabulary have in [`crate::entries`].
    #[inline]
    pub(crate) fn bit(self) -> u8 {
        match self {
            Self::O200k => 64,
            Self::Cl100k => 128,
        }
    }
}

/// A text from some place on.
#[derive(Clone, Copy)]
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    #[inline]
    fn first(self) -> Option<(Class, Rest<'a>)> {
        let byte = *self.0.as_bytes().first()?;
        if byte.is_ascii() {
            return Some((ascii(byte), Rest(self.0.get(1..)?)));
        }
        let mut chars = self.0.chars();
        let c = chars.next()?;
        Some((class(c), Rest(chars.as_str())))
    }

    /// Behind all characters that are of such a class, and not before `limit` bytes are left.
    #[inline]
    fn skip(mut self, limit: usize, mut of: impl FnMut(Class) -> bool) -> Rest<'a> {
        while let Some((class, behind)) = self.first()
            && of(class)
            && self.0.len() > limit
        {
            self = behind;
        }
        self
    }
}

/// How long the pretoken is that `text` begins with: 0 for nothing. What stands more than [`SEEN`] bytes behind its
/// beginning makes no difference.
pub(crate) fn length(text: &str, pattern: Pattern) -> usize {
    let all = Rest(text);
    let Some((first, behind)) = all.first() else { return 0 };
    let limit = text.len().saturating_sub(LONGEST);
    let end = match first {
        Class::Upper | Class::Lower | Class::Letter => word(all, limit, pattern),
        Class::Number => {
            let mut digits = 0;
            all.skip(limit, |class| {
                digits += 1;
                class == Class::Number && digits <= 3
            })
        }
        Class::Newline => space(all, limit),
        Class::Mark | Class::Space | Class::Other => {
            let contraction = if pattern == Pattern::Cl100k { contraction(all) } else { None };
            contraction.unwrap_or_else(|| led(all, behind, first, limit, pattern))
        }
    };
    text.len() - end.0.len()
}

/// What begins with neither a letter nor a number nor a line end, which may lead a word.
fn led<'a>(all: Rest<'a>, behind: Rest<'a>, first: Class, limit: usize, pattern: Pattern) -> Rest<'a> {
    let next = behind.first().map(|(class, _)| class);
    match next {
        Some(Class::Upper | Class::Lower | Class::Letter) => {
            // A mark counts as a letter of `o200k`, which may make a word where what follows it alone does not.
            if first == Class::Mark && pattern == Pattern::O200k && !has_small(behind, limit) {
                return behind;
            }
            return word(behind, limit, pattern);
        }
        Some(Class::Mark) if pattern == Pattern::O200k => return word(behind, limit, pattern),
        _ => {}
    }
    if first == Class::Mark && pattern == Pattern::O200k {
        return behind;
    }
    if first == Class::Space {
        // One blank leads punctuation as well.
        let blank = all.0.starts_with(' ');
        return match next {
            Some(Class::Other | Class::Mark) if blank => punctuation(behind, limit, pattern),
            _ => space(all, limit),
        };
    }
    punctuation(all, limit, pattern)
}

fn punctuation<'a>(all: Rest<'a>, limit: usize, pattern: Pattern) -> Rest<'a> {
    let mut end = all.skip(limit, |class| matches!(class, Class::Other | Class::Mark));
    while end.0.starts_with(['\r', '\n']) || pattern == Pattern::O200k && end.0.starts_with('/') {
        if end.0.len() <= limit {
            break;
        }
        end = Rest(end.0.get(1..).unwrap_or_default());
    }
    end
}

/// White space: up to its last line end if it has one, else all but the last, which leads what follows.
fn space<'a>(all: Rest<'a>, limit: usize) -> Rest<'a> {
    let (mut at, mut behind_newline, mut last) = (all, None, all);
    while let Some((class, behind)) = at.first()
        && matches!(class, Class::Space | Class::Newline)
        && at.0.len() > limit
    {
        last = at;
        at = behind;
        if class == Class::Newline {
            behind_newline = Some(at);
        }
    }
    match behind_newline {
        Some(end) => end,
        None if at.0.is_empty() || last.0.len() == all.0.len() || at.0.len() <= limit => at,
        None => last,
    }
}

fn word<'a>(all: Rest<'a>, limit: usize, pattern: Pattern) -> Rest<'a> {
    if pattern == Pattern::Cl100k {
        return all.skip(limit, |class| matches!(class, Class::Upper | Class::Lower | Class::Letter));
    }
    // `[upper or caseless]*[lower or caseless]+`, else capitals alone.
    let (mut at, mut behind_caseless) = (all, None);
    while let Some((class, behind)) = at.first()
        && matches!(class, Class::Upper | Class::Letter | Class::Mark)
        && at.0.len() > limit
    {
        at = behind;
        if class != Class::Upper {
            behind_caseless = Some(at);
        }
    }
    let end = match (at.first(), behind_caseless) {
        (Some((Class::Lower, _)), _) => {
            at.skip(limit, |class| matches!(class, Class::Lower | Class::Letter | Class::Mark))
        }
        (_, Some(end)) => end,
        (_, None) => at,
    };
    contraction(end).unwrap_or(end)
}

/// Whether a word that begins here has a letter that is not a capital.
fn has_small(all: Rest<'_>, limit: usize) -> bool {
    let behind = all.skip(limit, |class| class == Class::Upper);
    matches!(behind.first(), Some((Class::Lower | Class::Letter | Class::Mark, _)))
}

/// Behind an English contraction.
fn contraction(all: Rest<'_>) -> Option<Rest<'_>> {
    let letters = all.0.strip_prefix('\'')?;
    let [first, second] = [0, 1].map(|at| letters.as_bytes().get(at).map_or(0, u8::to_ascii_lowercase));
    let length = match (first, second) {
        (b's' | b't' | b'm' | b'd', _) => 1,
        (b'r' | b'v', b'e') | (b'l', b'l') => 2,
        // The Kelvin and long s signs fold to letters of ASCII.
        _ => return letters.strip_prefix('ſ').map(Rest),
    };
    letters.get(length..).map(Rest)
}
