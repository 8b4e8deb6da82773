//! The one pass over a text: block by block, and from one place that may matter to the next.

use std::ops::Range;

use super::block::{BLOCK, Masks, ahead, behind};
use super::keyword::Keywords;
use super::number::Run;
use super::registry::{DETECTOR_COUNT, Detector};
use super::score::CERTAIN;
use super::starts::Starts;
use super::word::Word;
use super::{card, document, email, iban, ip, money, national, phone, secret, ssn, url};
use crate::text;
use crate::user::{Pattern, Patterns, Words};

/// A place where a rule applies, before overlaps are settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Index of the rule.
    pub rule: u16,
    pub start: usize,
    pub end: usize,
    /// How sure that is, 1 to 100.
    pub score: u8,
}

/// How a policy uses a detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Use {
    /// Index of the rule.
    pub rule: u16,
    /// The least score that counts.
    pub min_score: u8,
}

/// What a policy looks for: built-in detectors, and the user's words and patterns.
pub(crate) struct Scanner {
    keywords: Keywords,
    words: Vec<Words>,
    patterns: Patterns,
    /// Of keywords and words.
    starts: Starts,
    /// Per detector.
    uses: [Option<Use>; DETECTOR_COUNT],
    numbers: bool,
    signs: bool,
    colons: bool,
}

/// The shortest text that detectors of numbers take, in bytes: `1.2.80`. A run of digits and separators below it is not looked at.
const SHORTEST_NUMBER: u32 = 6;
/// The shortest word with letters and digits that detectors take, in bytes. [`dilated`] and [`eroded`] know that it is six, too.
const SHORTEST_WORD: u32 = 6;

impl Scanner {
    /// Runs each detector for the rule given, if one is, and looks for words and patterns.
    pub fn new(uses: [Option<Use>; DETECTOR_COUNT], words: Vec<Words>, patterns: Vec<Pattern>) -> Self {
        let uses_detector = |detector: Detector| uses.get(detector as usize).is_some_and(Option::is_some);
        let keywords = Keywords::new(uses_detector);
        let mut starts = Starts::default();
        keywords.add_to(&mut starts);
        words.iter().for_each(|words| words.add_to(&mut starts));
        let mut scanner = Self {
            keywords,
            words,
            patterns: Patterns::new(patterns),
            starts,
            uses,
            numbers: false,
            signs: false,
            colons: false,
        };
        scanner.numbers = scanner.uses_numbers();
        scanner.signs = scanner.uses(Detector::Email) || scanner.uses(Detector::UrlCredentials);
        scanner.colons = scanner.uses(Detector::IpAddress);
        scanner
    }

    /// Whether a detector of numbers is in use.
    pub fn uses_numbers(&self) -> bool {
        [Detector::Phone, Detector::CreditCard, Detector::Iban, Detector::UsSsn, Detector::IpAddress]
            .iter()
            .any(|&detector| self.uses(detector))
    }

    /// Whether the detector of private keys is in use.
    pub fn uses_private_keys(&self) -> bool {
        self.uses(Detector::PrivateKey)
    }

    fn uses(&self, detector: Detector) -> bool {
        self.usage(detector).is_some()
    }

    fn usage(&self, detector: Detector) -> Option<Use> {
        self.uses.get(detector as usize).copied().flatten()
    }

    /// Appends what is found from `from` on. What stands in front serves as context only.
    pub fn scan(&self, text: &str, from: usize, out: &mut Vec<Candidate>) {
        let bytes = text.as_bytes();
        let mut before = Masks::default();
        for place in from.saturating_sub(2)..from {
            let byte = text::at(bytes, place);
            before.letters = before.letters >> 1 | u64::from(byte.is_ascii_alphabetic()) << 63;
            before.digits = before.digits >> 1 | u64::from(byte.is_ascii_digit()) << 63;
            before.colons = before.colons >> 1 | u64::from(byte == b':') << 63;
        }
        let mut walk = Walk { text, sink: Sink { scanner: self, from, out }, at: from, word_end: 0, keyword_end: 0 };
        let mut start = from;
        let (blocks, tail) = text::tail(bytes, from).as_chunks::<BLOCK>();
        for block in blocks {
            before = self.scan_block(block, start, &before, &mut walk);
            start += BLOCK;
        }
        if !tail.is_empty() {
            let mut block = [0; BLOCK];
            block.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
            self.scan_block(&block, start, &before, &mut walk);
        }
        self.patterns.find(text, from, out);
    }

    /// Looks at a block of text, which starts at `start`, and asks where it has to. Returns what stands in it.
    #[inline]
    fn scan_block(&self, block: &[u8; BLOCK], start: usize, before: &Masks, walk: &mut Walk<'_>) -> Masks {
        let masks = Masks::of(block);
        let (numbers, words) = if self.numbers { numbers(&masks, before) } else { (0, 0) };
        let signs = if self.signs { masks.at } else { 0 };
        let colons = if self.colons { colons(&masks, before) } else { 0 };
        let triggers = numbers | signs | colons;
        let literals = self.literals(block, start, &masks, before, walk.text.as_bytes());
        let mut places = triggers | words | literals;
        while places != 0 {
            let bit = places.trailing_zeros();
            places &= places - 1;
            let place = start + bit as usize;
            if literals >> bit & 1 == 1 {
                walk.at_literal(place);
            }
            if words >> bit & 1 == 1 && place >= walk.word_end.max(walk.at) {
                walk.in_word(place);
            }
            if triggers >> bit & 1 == 1 && place >= walk.at {
                walk.at_trigger(place);
            }
        }
        masks
    }

    /// Where in the block literals may start.
    #[inline]
    fn literals(&self, block: &[u8; BLOCK], start: usize, masks: &Masks, before: &Masks, bytes: &[u8]) -> u64 {
        if self.starts.is_empty() {
            return 0;
        }
        let mut places = (masks.letters & !behind(masks.letters, before.letters, 1)) | self.starts.odd(block);
        let mut literals = 0;
        while places != 0 {
            let place = places & places.wrapping_neg();
            if self.starts.may_start(bytes, start + place.trailing_zeros() as usize) {
                literals |= place;
            }
            places ^= place;
        }
        literals
    }
}

/// The first digits of what is long enough for a detector: of numbers, and of words with letters and digits.
#[inline]
fn numbers(masks: &Masks, before: &Masks) -> (u64, u64) {
    let digits = masks.digits;
    let first = digits & !behind(digits, before.digits, 1);
    if first == 0 {
        return (0, 0);
    }
    // Check digits behind a country's code may start an account number that goes on in letters, or behind a blank.
    let letters = |by| behind(masks.letters, before.letters, by);
    let account = ahead(digits, 1) & letters(1) & letters(2);
    let alphanumeric = digits | masks.letters;
    // What goes on from the block before was long enough there, or may be here.
    let going_on = alphanumeric & !alphanumeric.wrapping_add((before.digits | before.letters) >> 63);
    let words = first & (dilated(eroded(alphanumeric)) | going_on);
    (first & (eroded(masks.number) | account), words)
}

/// The places with [`SHORTEST_NUMBER`] in a row from there on.
#[inline]
fn eroded(mask: u64) -> u64 {
    const { assert!(SHORTEST_NUMBER == 6 && SHORTEST_WORD == 6) }
    let two = mask & ahead(mask, 1);
    let four = two & ahead(two, 2);
    four & ahead(two, 4)
}

/// All of what [`eroded`] has left the starts of.
#[inline]
fn dilated(mask: u64) -> u64 {
    let two = mask | mask << 1;
    let four = two | two << 2;
    four | two << 4
}

/// The first colons of what may be IPv6 addresses: more of them follow, each behind up to four digits.
#[inline]
fn colons(masks: &Masks, before: &Masks) -> u64 {
    let colons = masks.colons;
    let first = colons & !behind(colons, before.colons, 1);
    if first == 0 {
        return 0;
    }
    let within = colons | masks.digits | masks.letters;
    let next = (1..=5).fold(0, |next, by| next | ahead(colons, by));
    first & ahead(within, 1) & next
}

/// Where a scan is.
struct Walk<'a> {
    text: &'a str,
    sink: Sink<'a>,
    /// Up to here the detectors have seen the text.
    at: usize,
    /// Up to here the words with digits have been looked at.
    word_end: usize,
    /// Up to here the keywords.
    keyword_end: usize,
}

impl Walk<'_> {
    /// Asks who wants to know about literals.
    fn at_literal(&mut self, place: usize) {
        let scanner = self.sink.scanner;
        if place >= self.keyword_end {
            self.keyword_end = scanner.keywords.ask(self.text, place, &mut self.sink);
        }
        for words in &scanner.words {
            words.find(self.text, place, self.sink.out);
        }
    }

    /// Asks the detectors of words about the one around the digit at `place`.
    fn in_word(&mut self, place: usize) {
        let bytes = self.text.as_bytes();
        match Word::around(bytes, place) {
            Some(word) => {
                self.word_end = word.end;
                if word.has_letters() {
                    in_word(&word, &mut self.sink);
                }
            }
            // Longer than any that is looked at, wherever in it.
            None => self.word_end = place + text::count(bytes, place, |byte| byte.is_ascii_alphanumeric()),
        }
    }

    /// Asks the detectors that start from a byte of this kind.
    fn at_trigger(&mut self, place: usize) {
        let (text, sink) = (self.text, &mut self.sink);
        let bytes = text.as_bytes();
        self.at = place + 1;
        match text::at(bytes, place) {
            b'0'..=b'9' => {
                self.at = in_number(text, place, sink);
            }
            b'@' => {
                if let Some(range) = email::find(text, place) {
                    sink.emit(Detector::Email, range, CERTAIN);
                }
                if sink.wants(Detector::UrlCredentials)
                    && let Some(range) = url::find(text, place)
                {
                    sink.emit(Detector::UrlCredentials, range, CERTAIN);
                }
            }
            _ => {
                if let Some(range) = ip::find_v6(text, place) {
                    self.at = range.end;
                    sink.emit(Detector::IpAddress, range, CERTAIN);
                }
            }
        }
    }
}

/// Where detectors put what they find.
pub(super) struct Sink<'s> {
    scanner: &'s Scanner,
    from: usize,
    out: &'s mut Vec<Candidate>,
}

impl Sink<'_> {
    /// Whether a rule uses the detector, so that it is worth asking.
    pub fn wants(&self, detector: Detector) -> bool {
        self.scanner.uses(detector)
    }

    /// Takes a finding, if a rule uses the detector and is content with the score. What begins in front of the text that is asked about
    /// is not taken: it was found before.
    pub fn emit(&mut self, detector: Detector, range: Range<usize>, score: u8) {
        if let Some(usage) = self.scanner.usage(detector)
            && range.start >= self.from
            && score >= usage.min_score
        {
            self.out.push(Candidate { rule: usage.rule, start: range.start, end: range.end, score });
        }
    }
}

/// Asks the detectors of identifiers that mix letters and digits about a word.
fn in_word(word: &Word<'_>, sink: &mut Sink<'_>) {
    national::in_word(word, sink);
    document::in_word(word, sink);
    money::in_word(word, sink);
    secret::in_word(word, sink);
}

/// Asks the detectors of numbers about the run of digit groups at `start`; where to go on.
fn in_number(text: &str, start: usize, sink: &mut Sink<'_>) -> usize {
    let bytes = text.as_bytes();
    if sink.wants(Detector::Iban)
        && let Some(range) = iban::find(bytes, start)
    {
        let end = range.end;
        sink.emit(Detector::Iban, range, CERTAIN);
        return end;
    }
    let Some(run) = Run::read(bytes, start) else { return start + 1 };
    let digits: usize = run.groups().iter().map(|group| group.len()).sum();
    if digits >= 12 && sink.wants(Detector::CreditCard) {
        card::find(&run, |range| sink.emit(Detector::CreditCard, range, CERTAIN));
    }
    if digits >= 9 && sink.wants(Detector::UsSsn) {
        ssn::find(&run, |range, score| sink.emit(Detector::UsSsn, range, score));
    }
    if digits >= 7 && sink.wants(Detector::Phone) {
        phone::find(&run, bytes, |range| sink.emit(Detector::Phone, range, CERTAIN));
    }
    if run.len() >= 4 && sink.wants(Detector::IpAddress) {
        ip::find_v4(&run, |range| sink.emit(Detector::IpAddress, range, CERTAIN));
    }
    national::in_run(&run, sink);
    document::in_run(&run, sink);
    run.resume
}
