//! The one pass over a text: block by block, and from one place that may matter to the next.

use std::ops::Range;
use std::sync::Arc;

use super::around::Around;
use super::block::{BLOCK, Classes, Masks, NUMBERS, ahead, behind, places};
use super::fixed::Fixed;
use super::keyword::Keywords;
use super::number::Run;
use super::registry::{DETECTOR_COUNT, Detector};
use super::score::{CERTAIN, Near};
use super::starts::Starts;
use super::word::Word;
use super::{announced, card, document, email, iban, ip, mac, money, national, phone, secret, ssn, url, web};
use crate::text;
use crate::user::Words;

#[cfg(test)]
mod tests;

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

/// What is looked for in a text.
#[derive(Clone, Copy)]
pub(crate) struct Look<'l> {
    /// What the detectors find.
    pub detectors: bool,
    /// Which words.
    pub words: &'l dyn Fn(&Words) -> bool,
}

/// What a policy looks for: built-in detectors, and the user's words that stand alone.
pub(crate) struct Scanner {
    keywords: Keywords,
    fixed: Fixed,
    words: Vec<Arc<Words>>,
    /// Of keys and tokens, and of words.
    starts: Starts,
    /// Per detector.
    uses: [Option<Use>; DETECTOR_COUNT],
    asks: Asks,
}

/// Which places are worth a look.
#[derive(Debug, Clone, Copy, Default)]
struct Asks {
    /// Numbers of so many bytes, digits and separators; 0 if no number is.
    least: usize,
    /// Words with letters and digits.
    words: bool,
    /// A detector of numbers that states give is in use, the American social security number aside.
    national: bool,
    /// Two digits, a dot and a letter.
    companies: bool,
    signs: bool,
    /// Colons of IPv6 addresses, of URLs, and of what else has one.
    addresses: bool,
    urls: bool,
    bots: bool,
    /// What joins the pairs and fours of digits of MAC addresses.
    joints: bool,
    fillers: bool,
    tildes: bool,
}

impl Asks {
    fn new(uses: impl Fn(Detector) -> bool) -> Self {
        let some = |detectors: &[Detector]| detectors.iter().any(|&detector| uses(detector));
        let national = national::detectors().any(&uses);
        let documents = some(&[Detector::Passport, Detector::DrivingLicence, Detector::DateOfBirth]);
        let of_seven = [
            Detector::Phone,
            Detector::CreditCard,
            Detector::Iban,
            Detector::UsSsn,
            Detector::IpAddress,
            Detector::MacAddress,
            Detector::CryptoAddress,
        ];
        // The shortest that each takes: the year of a date in words, licences, those of doctors and banks, `1.1.1.1`.
        let least = if uses(Detector::DateOfBirth) {
            4
        } else if some(&[Detector::Passport, Detector::DrivingLicence]) {
            5
        } else if national || some(&[Detector::UsRoutingNumber, Detector::UsBankAccount]) {
            6
        } else if some(&of_seven) {
            7
        } else {
            0
        };
        Self {
            least,
            words: national
                || documents
                || some(secret::OF_WORDS)
                || some(&[Detector::CryptoAddress, Detector::MacAddress]),
            national,
            companies: uses(Detector::BrCnpj),
            signs: some(&[Detector::Email, Detector::UrlCredentials]),
            addresses: uses(Detector::IpAddress),
            urls: uses(Detector::Url),
            bots: uses(Detector::VendorToken),
            joints: uses(Detector::MacAddress),
            fillers: uses(Detector::Passport),
            tildes: uses(Detector::AzureKey),
        }
    }
}

impl Scanner {
    /// Runs each detector for the rule given, if one is, and looks for words.
    pub fn new(uses: [Option<Use>; DETECTOR_COUNT], words: Vec<Arc<Words>>) -> Self {
        let uses_detector = |detector: Detector| uses.get(detector as usize).is_some_and(Option::is_some);
        let fixed = Fixed::new(uses_detector);
        let mut starts = Starts::default();
        fixed.add_to(&mut starts);
        words.iter().for_each(|words| words.add_to(&mut starts));
        Self { keywords: Keywords::new(uses_detector), fixed, words, starts, asks: Asks::new(uses_detector), uses }
    }

    /// Whether a detector of numbers is in use.
    pub fn uses_numbers(&self) -> bool {
        self.asks.least > 0
    }

    /// Whether a detector of numbers that begin with words is in use: [`opens_a_number`] knows the words.
    pub fn uses_words_of_numbers(&self) -> bool {
        self.asks.national || self.uses(Detector::DateOfBirth)
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

    /// Appends what is found from `from` on: by detectors to `detected`, words to `found`. What stands in front serves as context only.
    pub fn scan(
        &self,
        text: &str,
        from: usize,
        look: Look<'_>,
        detected: &mut Vec<Candidate>,
        found: &mut Vec<Candidate>,
    ) {
        let bytes = text.as_bytes();
        let mut sink = Sink::new(self, from, detected);
        if look.detectors {
            self.keywords.scan(text, from, &mut sink);
        } else if !self.words.iter().any(|words| (look.words)(words)) {
            return;
        }
        let mut walk = Walk::new(text, look, sink, found);
        let mut before = masks_before(bytes, from);
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
    }

    /// Looks at a block of text, which starts at `start`, and asks where it has to. Returns what stands in it.
    #[inline]
    fn scan_block(&self, block: &[u8; BLOCK], start: usize, before: &Masks, walk: &mut Walk<'_>) -> Masks {
        let classes = Classes::of(block);
        let masks = classes.masks();
        let literals = self.literals(block, start, &masks, before, walk.text.as_bytes());
        let (words, triggers) =
            if walk.look.detectors { self.asks.places(block, &classes, &masks, before) } else { Default::default() };
        let mut places = triggers | words | literals;
        while places != 0 {
            let bit = places.trailing_zeros();
            places &= places - 1;
            let place = start + bit as usize;
            if literals >> bit & 1 == 1 {
                walk.at_literal(place);
            }
            if words >> bit & 1 == 1 {
                walk.in_word(place);
            }
            if triggers >> bit & 1 == 1 {
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
        let words = masks.letters & !behind(masks.letters, before.letters, 1);
        self.starts.among(self.starts.solid(words, block) | self.starts.odd(block), bytes, start)
    }
}

/// What stands in front of a place, as far as it matters.
fn masks_before(bytes: &[u8], from: usize) -> Masks {
    let mut before = Masks::default();
    for place in from.saturating_sub(BLOCK)..from {
        let byte = text::at(bytes, place);
        before.letters = before.letters >> 1 | u64::from(byte.is_ascii_alphabetic()) << 63;
        before.digits = before.digits >> 1 | u64::from(byte.is_ascii_digit()) << 63;
    }
    before
}

impl Asks {
    /// Where in the block detectors start: the digits of words with letters, and other bytes.
    #[inline]
    fn places(&self, block: &[u8; BLOCK], classes: &Classes, masks: &Masks, before: &Masks) -> (u64, u64) {
        let (mut words, mut triggers) = (0, 0);
        if masks.digits != 0 {
            if self.words {
                words = masks.digits & (behind(masks.letters, before.letters, 1) | ahead(masks.letters, 1));
            }
            if self.least > 0 {
                triggers |= self.numbers(block, classes, masks, before);
            }
        }
        if masks.signs != 0 {
            triggers |= self.signs(block, masks, before);
        }
        if self.joints {
            triggers |= joints(block, masks, before);
        }
        (words, triggers)
    }

    /// The first digits of what is long enough for a detector of numbers.
    #[inline]
    fn numbers(&self, block: &[u8; BLOCK], classes: &Classes, masks: &Masks, before: &Masks) -> u64 {
        let digits = masks.digits;
        let first = digits & !behind(digits, before.digits, 1);
        // Check digits behind a country's code may start an account number that goes on in letters, or behind a blank.
        let letters = |by| behind(masks.letters, before.letters, by);
        let account = ahead(digits, 1) & letters(1) & letters(2);
        let number = classes.mask(NUMBERS);
        let two = number & ahead(number, 1);
        let four = two & ahead(two, 2);
        let mut starts = account | four & ahead(four, self.least as u32 - 4);
        let company = first & ahead(digits, 1) & ahead(masks.letters, 3);
        if self.companies && company != 0 {
            starts |= company & ahead(places(block, b'.'), 2);
        }
        first & starts
    }

    /// The signs worth a look.
    fn signs(&self, block: &[u8; BLOCK], masks: &Masks, before: &Masks) -> u64 {
        let of = |wanted: bool, byte: u8| if wanted { masks.signs & places(block, byte) } else { 0 };
        of(self.signs, b'@') | of(self.fillers, b'<') | of(self.tildes, b'~') | self.colons(block, masks, before)
    }

    /// The colons worth a look.
    fn colons(&self, block: &[u8; BLOCK], masks: &Masks, before: &Masks) -> u64 {
        let colons = masks.signs & places(block, b':');
        let mut wanted = 0;
        if colons == 0 {
            return wanted;
        }
        if self.addresses {
            // The first colon of several, each behind up to four digits. The detector itself turns away one behind another in front of
            // the block.
            let first = colons & !behind(colons, 0, 1);
            let within = colons | masks.digits | masks.letters;
            let next = (1..=5).fold(0, |next, by| next | ahead(colons, by));
            wanted |= first & ahead(within, 1) & next;
        }
        if self.urls {
            let slashes = places(block, b'/');
            wanted |= colons & ahead(slashes, 1) & ahead(slashes, 2);
        }
        if self.bots {
            wanted |= colons & behind(masks.digits, before.digits, 1) & ahead(masks.letters, 1);
        }
        wanted
    }
}

/// What joins pairs of letters or digits, or fours of them, with others of the kind behind: six pairs and more, three fours.
#[inline]
fn joints(block: &[u8; BLOCK], masks: &Masks, before: &Masks) -> u64 {
    let (parts, parts_before) = (masks.digits | masks.letters, before.digits | before.letters);
    let starts = parts & !behind(parts, parts_before, 1);
    let starts_before = parts_before & !(parts_before << 1);
    let ends = !parts & behind(parts, parts_before, 1);
    // Where a part ends that is exactly so long: what stands in between is a part, too.
    let two = ends & behind(starts, starts_before, 2);
    let four =
        ends & behind(starts, starts_before, 4) & behind(parts, parts_before, 2) & behind(parts, parts_before, 3);
    let pairs = (1..=5).fold(two, |pairs, more| pairs & ahead(two, 3 * more));
    let fours = four & ahead(four, 5) & ahead(four, 10);
    let joints = pairs | fours;
    // Rare, so that the branch is foreseen.
    if joints == 0 {
        return 0;
    }
    pairs & (places(block, b':') | places(block, b'-')) | fours & places(block, b'.')
}

/// Where a scan is.
struct Walk<'a> {
    text: &'a str,
    look: Look<'a>,
    sink: Sink<'a>,
    found: &'a mut Vec<Candidate>,
    /// Up to here a key has been found, or another text that detectors need not look into.
    at: usize,
    /// Up to here numbers have been looked at.
    number_end: usize,
    /// Up to here words with digits.
    word_end: usize,
    /// Up to here URLs, the pairs of MAC addresses and machine-readable lines have been looked for.
    url_end: usize,
    pairs_end: usize,
    line_end: usize,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str, look: Look<'a>, sink: Sink<'a>, found: &'a mut Vec<Candidate>) -> Self {
        let at = sink.from;
        Self { text, look, sink, found, at, number_end: 0, word_end: 0, url_end: 0, pairs_end: 0, line_end: 0 }
    }

    /// Asks who wants to know about literals.
    fn at_literal(&mut self, place: usize) {
        let scanner = self.sink.scanner;
        if self.look.detectors
            && place >= self.at
            && let Some(end) = scanner.fixed.ask(self.text.as_bytes(), place, &mut self.sink)
        {
            self.at = end;
        }
        for words in &scanner.words {
            if (self.look.words)(words) {
                words.find_at(self.text, place, self.found);
            }
        }
    }

    /// Asks the detectors of words about the one around the digit at `place`.
    fn in_word(&mut self, place: usize) {
        if place < self.at.max(self.word_end) {
            return;
        }
        let bytes = self.text.as_bytes();
        match Word::around(bytes, place) {
            Some(word) => {
                self.word_end = word.end;
                // At the end of a block it is not known whether a letter follows.
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
        if place < self.at {
            return;
        }
        let bytes = self.text.as_bytes();
        match text::at(bytes, place) {
            b'0'..=b'9' => self.at_digit(place),
            b'@' => self.at_sign(place),
            b':' => self.at_colon(place),
            b'-' => self.at_joint(place),
            b'.' => mac::in_quads(bytes, place, &mut self.sink),
            b'<' if place >= self.line_end => self.line_end = document::mrz::find(bytes, place, &mut self.sink),
            b'~' => {
                if let Some(range) = secret::at_tilde(bytes, place) {
                    self.sink.emit(Detector::AzureKey, range, CERTAIN);
                }
            }
            _ => {}
        }
    }

    fn at_digit(&mut self, place: usize) {
        if place < self.number_end {
            return;
        }
        let (bytes, sink) = (self.text.as_bytes(), &mut self.sink);
        if sink.wants(Detector::Iban)
            && let Some(range) = iban::find(bytes, place)
        {
            self.at = range.end;
            sink.emit(Detector::Iban, range, CERTAIN);
        } else if let Some(run) = Run::read(bytes, place, sink.scanner.asks.least) {
            self.number_end = run.resume;
            in_run(&run, sink);
        } else if sink.scanner.asks.companies {
            national::at_company(bytes, place, sink);
        }
    }

    fn at_sign(&mut self, place: usize) {
        let sink = &mut self.sink;
        // What stands in front of the `@` in `postgres://app:s3cret@db.internal` is a password and no mailbox.
        if sink.wants(Detector::UrlCredentials)
            && let Some(range) = url::find(self.text, place)
        {
            sink.emit(Detector::UrlCredentials, range, CERTAIN);
        } else if sink.wants(Detector::Email)
            && let Some(range) = email::find(self.text, place)
        {
            sink.emit(Detector::Email, range, CERTAIN);
        }
    }

    fn at_colon(&mut self, place: usize) {
        let (text, sink) = (self.text, &mut self.sink);
        if place >= self.url_end
            && sink.wants(Detector::Url)
            && let Some(range) = web::find(text, place)
        {
            self.url_end = range.end;
            sink.emit(Detector::Url, range, CERTAIN);
        }
        if sink.wants(Detector::VendorToken)
            && let Some(range) = secret::at_colon(text.as_bytes(), place)
        {
            sink.emit(Detector::VendorToken, range, CERTAIN);
        } else if sink.wants(Detector::IpAddress)
            && let Some(range) = ip::find_v6(text, place)
        {
            self.at = range.end;
            sink.emit(Detector::IpAddress, range, CERTAIN);
        }
        self.at_joint(place);
    }

    fn at_joint(&mut self, place: usize) {
        if place >= self.pairs_end
            && self.sink.wants(Detector::MacAddress)
            && let Some(end) = mac::in_pairs(self.text.as_bytes(), place, &mut self.sink)
        {
            self.pairs_end = end;
        }
    }
}

/// Where detectors put what they find.
pub(super) struct Sink<'s> {
    scanner: &'s Scanner,
    from: usize,
    out: &'s mut Vec<Candidate>,
    around: Around,
}

impl<'s> Sink<'s> {
    fn new(scanner: &'s Scanner, from: usize, out: &'s mut Vec<Candidate>) -> Self {
        Self { scanner, from, out, around: Around::default() }
    }

    /// The words around numbers.
    pub fn around(&mut self) -> &mut Around {
        &mut self.around
    }

    /// The words around a place in the text.
    pub fn near<'n>(&'n mut self, bytes: &'n [u8], range: &Range<usize>) -> Near<'n> {
        self.around.near(bytes, range)
    }

    /// Whether a rule uses the detector, so that it is worth asking.
    pub fn wants(&self, detector: Detector) -> bool {
        self.scanner.uses(detector)
    }

    /// Whether the last finding covers this place.
    pub fn covers(&self, place: usize) -> bool {
        self.out.last().is_some_and(|last| (last.start..last.end).contains(&place))
    }

    /// Whether a rule uses one of [`national::detectors`].
    pub fn wants_national(&self) -> bool {
        self.scanner.asks.national
    }

    /// The least score that a rule takes of the detector, if one uses it.
    pub fn least(&self, detector: Detector) -> Option<u8> {
        self.scanner.usage(detector).map(|usage| usage.min_score)
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

/// Whether a number may begin with a word, or go on with it: with a few letters, or a month.
pub(crate) fn opens_a_number(word: &[u8]) -> bool {
    national::is_part(word) || document::is_month(word)
}

/// Asks the detectors of identifiers that mix letters and digits about a word.
fn in_word(word: &Word<'_>, sink: &mut Sink<'_>) {
    if sink.wants(Detector::MacAddress) {
        mac::in_word(word.text(), word.range(), sink);
    }
    national::in_word(word, sink);
    document::in_word(word, sink);
    money::in_word(word, sink);
    secret::in_word(word, sink);
}

/// Asks the detectors of numbers about a run of digit groups.
fn in_run(run: &Run<'_>, sink: &mut Sink<'_>) {
    let digits: usize = run.groups().iter().map(|group| group.len()).sum();
    if digits >= 12 && sink.wants(Detector::CreditCard) {
        card::find(run, sink);
    }
    if digits >= 12 && sink.wants(Detector::MacAddress) {
        for group in run.groups() {
            let range = group.start..group.end;
            if text::stands_alone(run.text(), &range) {
                mac::in_word(run.text(), range, sink);
            }
        }
    }
    if digits >= 9 && sink.wants(Detector::UsSsn) {
        ssn::find(run, sink);
    }
    if digits >= 7 && sink.wants(Detector::Phone) {
        phone::find(run, sink);
    }
    if run.len() >= 4 && sink.wants(Detector::IpAddress) {
        ip::find_v4(run, sink);
    }
    national::in_run(run, sink);
    document::in_run(run, sink);
    announced::in_run(run, sink);
}
