//! Runs of digit groups, read once for every detector of numbers.

use std::ops::Range;

use crate::text;

/// Most groups of one run. A longer list of numbers is read as several runs that overlap.
const MAX_GROUPS: usize = 24;
/// How many groups the next of them repeats: no number has more.
const OVERLAP: usize = 8;

/// What sets a group of digits apart from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// Nothing: the first group.
    Start,
    Space,
    Dash,
    Dot,
    Slash,
    /// One with a parenthesis: `) `, `)-`, ` (` and the like.
    Parenthesis,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub start: usize,
    pub end: usize,
    /// What stands in front of it.
    pub separator: Separator,
}

impl Group {
    pub fn len(&self) -> usize {
        self.end - self.start
    }
}

const NOTHING: Group = Group { start: 0, end: 0, separator: Separator::Start };

/// Groups of digits in a row, set apart by single separators.
pub(super) struct Run<'a> {
    text: &'a [u8],
    groups: [Group; MAX_GROUPS],
    count: usize,
    /// Where the scan goes on.
    pub resume: usize,
}

impl<'a> Run<'a> {
    /// Reads on from the first digit at `start`. None if that is a single group of fewer digits than `least`, or one behind a letter.
    pub fn read(text: &'a [u8], start: usize, least: usize) -> Option<Self> {
        let first = text::count(text, start, |byte| byte.is_ascii_digit());
        if (first < least || text::before(text, start).is_ascii_alphabetic())
            && separator_at(text, start + first).is_none()
        {
            return None;
        }
        let mut run = Self { text, groups: [NOTHING; MAX_GROUPS], count: 0, resume: start };
        let mut separator = Separator::Start;
        let mut at = start;
        loop {
            let end = at + text::count(text, at, |byte| byte.is_ascii_digit());
            let Some(slot) = run.groups.get_mut(run.count) else {
                run.resume = run.group(MAX_GROUPS - OVERLAP).start;
                return Some(run);
            };
            *slot = Group { start: at, end, separator };
            run.count += 1;
            run.resume = end;
            let Some((next, length)) = separator_at(text, end) else { return Some(run) };
            separator = next;
            at = end + length;
        }
    }

    /// The text it is in.
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// The group at `index`; an empty one beyond the last.
    pub fn group(&self, index: usize) -> Group {
        self.groups().get(index).copied().unwrap_or(NOTHING)
    }

    /// All groups.
    pub fn groups(&self) -> &[Group] {
        self.groups.get(..self.count).unwrap_or_default()
    }

    /// The groups from `first` to `last`, seen as one number.
    pub fn window(&self, first: usize, last: usize) -> Window<'_> {
        Window {
            text: self.text,
            first,
            groups: self.groups.get(first..(last + 1).min(self.count)).unwrap_or_default(),
            after: self.groups().get(last + 1).map(|next| next.separator),
        }
    }
}

/// Groups in a row that may be one number.
pub(super) struct Window<'a> {
    pub text: &'a [u8],
    /// Index of the first group in its run.
    pub first: usize,
    pub groups: &'a [Group],
    /// The separator behind, where the run goes on.
    pub after: Option<Separator>,
}

impl Window<'_> {
    pub fn range(&self) -> Range<usize> {
        match (self.groups.first(), self.groups.last()) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        }
    }

    /// What stands in front of the first group, where that is not the run's first.
    pub fn before(&self) -> Option<Separator> {
        self.groups.first().map(|group| group.separator).filter(|_| self.first > 0)
    }

    pub fn digit_count(&self) -> usize {
        self.groups.iter().map(Group::len).sum()
    }

    /// The digits, if they are no more than `N`.
    pub fn digits<const N: usize>(&self) -> Option<Digits<N>> {
        let mut digits = Digits { values: [0; N], count: 0 };
        for group in self.groups {
            for &byte in text::slice(self.text, group.start..group.end) {
                *digits.values.get_mut(digits.count)? = byte.wrapping_sub(b'0');
                digits.count += 1;
            }
        }
        Some(digits)
    }

    /// The separator between all its groups; None if they differ. A single group has [`Separator::Start`].
    pub fn uniform(&self) -> Option<Separator> {
        let mut separators = self.groups.iter().skip(1).map(|group| group.separator);
        let Some(first) = separators.next() else { return Some(Separator::Start) };
        separators.all(|separator| separator == first).then_some(first)
    }

    /// Whether the groups have these lengths.
    pub fn sizes(&self, sizes: &[usize]) -> bool {
        self.groups.len() == sizes.len() && self.groups.iter().map(Group::len).eq(sizes.iter().copied())
    }

    /// Whether the number ends where the window does, as far as the separators tell: a number set in one style does not go on in it.
    pub fn set_apart(&self) -> bool {
        let inside = |separator| self.groups.iter().skip(1).any(|group| group.separator == separator);
        let apart = |outside: Option<Separator>| match outside {
            None => true,
            Some(Separator::Parenthesis) => true,
            // Next to digits without a separator of their own, a blank parts numbers; a dash or dot joins them.
            Some(outside) if self.groups.len() == 1 => outside == Separator::Space || outside == Separator::Slash,
            Some(outside) => !inside(outside),
        };
        apart(self.before()) && apart(self.after)
    }

    /// Whether letters or digits touch it.
    pub fn stands_alone(&self) -> bool {
        text::stands_alone(self.text, &self.range())
    }
}

/// Up to `N` decimal digits.
pub(super) struct Digits<const N: usize> {
    values: [u8; N],
    count: usize,
}

impl<const N: usize> Digits<N> {
    pub fn as_slice(&self) -> &[u8] {
        self.values.get(..self.count).unwrap_or_default()
    }
}

/// The number that up to nine digits stand for.
pub(super) fn value(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |value: u32, &digit| value.saturating_mul(10).saturating_add(u32::from(digit)))
}

/// The separator at `at` with a digit behind it, and its length.
fn separator_at(text: &[u8], at: usize) -> Option<(Separator, usize)> {
    let digit = |length: usize| text::at(text, at + length).is_ascii_digit();
    let mut parenthesis = false;
    let mut length = 0;
    if text::at(text, at) == b')' {
        parenthesis = true;
        length = 1;
    }
    let (kind, blank) = single(text, at + length);
    length += blank;
    if text::at(text, at + length) == b'(' && !parenthesis {
        parenthesis = true;
        length += 1;
    } else if kind == Some(Separator::Space) && !parenthesis {
        // `555 - 0123`
        if let (Some(Separator::Dash), dash) = single(text, at + length)
            && let (Some(Separator::Space), blank) = single(text, at + length + dash)
            && digit(length + dash + blank)
        {
            return Some((Separator::Dash, length + dash + blank));
        }
    }
    if length == 0 || !digit(length) {
        return None;
    }
    Some((if parenthesis { Separator::Parenthesis } else { kind? }, length))
}

/// A separator of one character, and its length.
pub(super) fn single(text: &[u8], at: usize) -> (Option<Separator>, usize) {
    match text::at(text, at) {
        b' ' => (Some(Separator::Space), 1),
        b'-' => (Some(Separator::Dash), 1),
        b'.' => (Some(Separator::Dot), 1),
        b'/' => (Some(Separator::Slash), 1),
        // The no-break space, as word processors and web pages put it into numbers.
        0xc2 if text::at(text, at + 1) == 0xa0 => (Some(Separator::Space), 2),
        0xe2 if text::at(text, at + 1) == 0x80 => match text::at(text, at + 2) {
            // Spaces of other widths (U+2000 to U+200A), and the narrow no-break space.
            0x80..=0x8a | 0xaf => (Some(Separator::Space), 3),
            // Hyphens and dashes, U+2010 to U+2015.
            0x90..=0x95 => (Some(Separator::Dash), 3),
            _ => (None, 0),
        },
        _ => (None, 0),
    }
}
