//! Which words a text repeats so often that a mistake about one of them is a mistake about the text.

use crate::entries::Key;

/// Places for words, each for two of those whose hash it is; a power of two.
const PLACES: usize = 16;

#[derive(Debug, Clone, Copy, Default)]
struct Word {
    tag: u32,
    /// How often it came; if its neighbour came more often, less how often others did that belong in this place.
    lead: u32,
    /// How many tokens it may have beyond those that were counted.
    short: u16,
    /// It is left to chance where it makes less than one in so many words of a text.
    rare: u8,
}

/// The words that lead their places (after Misra and Gries, *Finding Repeated Elements*, 1982): a word that makes more than a thirtieth of
/// a text is among them, unless there are more of such than two in its place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Repeats {
    words: [[Word; 2]; PLACES],
    /// Tokens beyond those counted that runs of one character may have.
    of_runs: u64,
}

impl Repeats {
    /// Takes note of a word of so many bytes that was counted as so many tokens.
    #[inline]
    pub fn saw(&mut self, Key(hash): Key, word: &[u8], count: u64) {
        let Some([first, second]) = self.words.get_mut((hash >> 58) as usize & (PLACES - 1)) else { return };
        let tag = (hash >> 20) as u32;
        if first.tag == tag && first.lead > 0 {
            first.lead = first.lead.saturating_add(1);
            return;
        }
        if second.tag == tag && second.lead > 0 {
            second.lead = second.lead.saturating_add(1);
            if second.lead > first.lead {
                std::mem::swap(first, second);
            }
        } else if first.lead > 0 && second.lead > 0 {
            second.lead -= 1;
        } else {
            let place = if first.lead == 0 { first } else { second };
            let short = (most(word) as u64).saturating_sub(count).min(u16::MAX.into()) as u16;
            *place = Word { tag, lead: 1, short, rare: rare(word, count) };
        }
    }

    /// The same of what may be a run of one character beyond ASCII, which repeats within the word whatever was wrong about it.
    pub fn saw_any(&mut self, key: Key, word: &[u8], count: u64) {
        if is_run(word) {
            self.of_runs += (word.len() as u64).saturating_sub(count);
        } else {
            self.saw(key, word, count);
        }
    }

    /// Tokens beyond those counted that a text of so many words may have if the table is wrong about those it repeats.
    pub fn bound(&self, words: u64) -> u64 {
        let of = |word: &Word| {
            let usual = words / u64::from(word.rare.max(1)) + 1;
            u64::from(word.lead).saturating_sub(usual) * u64::from(word.short)
        };
        self.words.as_flattened().iter().map(of).sum::<u64>() + self.of_runs
    }
}

/// How rare a word is in most texts that have it, one in how many: short ones that are entries make up to a tenth, such as ` the` or `":"`.
fn rare(word: &[u8], count: u64) -> u8 {
    match count {
        1 if word.len() <= 5 => 10,
        1 => 24,
        _ => 32,
    }
}

/// The most tokens that a word of these bytes is likely to have: letters of ASCII that are no words at all make two of three at most, as a rule.
fn most(word: &[u8]) -> usize {
    let letters = word.is_ascii() && word.last().is_some_and(u8::is_ascii_alphabetic);
    if letters { (3 * word.len()).div_ceil(4) } else { word.len() }
}

fn is_run(word: &[u8]) -> bool {
    let run = word.strip_prefix(b" ").unwrap_or(word);
    let first = 1 + run.iter().skip(1).take_while(|&&byte| byte & 0xc0 == 0x80).count();
    first > 1 && run.len() > first && run.get(first..) == run.get(..run.len() - first)
}
