//! The one pass over a text: from trigger byte to trigger byte.

use std::ops::Range;

use super::byteset::ByteSet;
use super::keyword::Keywords;
use super::number::Run;
use super::registry::{DETECTOR_COUNT, Detector};
use super::score::CERTAIN;
use super::token::{self, Tokens};
use super::word::Word;
use super::{
    announced, card, document, email, iban, ip, jwt, mac, money, national, phone, private_key, secret, ssn, url, web,
};
use crate::text;

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

/// The detectors of one policy.
pub(crate) struct Scanner {
    /// The bytes that a detector in use starts from.
    triggers: ByteSet,
    keywords: Option<Keywords>,
    tokens: Tokens,
    /// Whether a detector of numbers that states give is in use, the American social security number aside.
    national: bool,
    /// Per detector.
    uses: [Option<Use>; DETECTOR_COUNT],
}

impl Scanner {
    /// Runs each detector for the rule given, if one is.
    pub fn new(uses: [Option<Use>; DETECTOR_COUNT]) -> Self {
        let uses_detector = |detector: Detector| uses.get(detector as usize).is_some_and(Option::is_some);
        let mut scanner = Self {
            triggers: ByteSet::default(),
            keywords: Keywords::new(uses_detector),
            tokens: Tokens::new(uses_detector),
            national: national::detectors().any(uses_detector),
            uses,
        };
        if scanner.uses_numbers() || secret::OF_WORDS.iter().any(|&detector| scanner.uses(detector)) {
            (b'0'..=b'9').for_each(|digit| scanner.triggers.insert(digit));
        }
        if scanner.uses(Detector::Email) || scanner.uses(Detector::UrlCredentials) {
            scanner.triggers.insert(b'@');
        }
        let at_colons = [Detector::IpAddress, Detector::MacAddress, Detector::Url, Detector::VendorToken];
        if at_colons.iter().any(|&detector| scanner.uses(detector)) {
            scanner.triggers.insert(b':');
        }
        if scanner.uses(Detector::PrivateKey) || scanner.uses(Detector::MacAddress) {
            scanner.triggers.insert(b'-');
        }
        if scanner.uses(Detector::Passport) {
            scanner.triggers.insert(b'<');
        }
        if scanner.uses(Detector::AzureKey) {
            scanner.triggers.insert(b'~');
        }
        if scanner.uses(Detector::Jwt) || scanner.uses(Detector::PrivateKey) {
            scanner.triggers.insert(b'J');
        }
        token::triggers(uses_detector).for_each(|byte| scanner.triggers.insert(byte));
        scanner
    }

    /// Whether a detector of numbers is in use.
    pub fn uses_numbers(&self) -> bool {
        [
            Detector::Phone,
            Detector::CreditCard,
            Detector::Iban,
            Detector::CryptoAddress,
            Detector::UsRoutingNumber,
            Detector::UsBankAccount,
            Detector::UsSsn,
            Detector::Passport,
            Detector::DrivingLicence,
            Detector::DateOfBirth,
            Detector::IpAddress,
            Detector::MacAddress,
        ]
        .iter()
        .any(|&detector| self.uses(detector))
            || self.national
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

    /// Appends what the detectors find from `from` on. What stands in front serves as context only.
    pub fn scan(&self, text: &str, from: usize, out: &mut Vec<Candidate>) {
        let bytes = text.as_bytes();
        let mut sink = Sink { scanner: self, from, out };
        if let Some(keywords) = &self.keywords {
            keywords.scan(text, from, &mut sink);
        }
        let mut at = from;
        // Up to here the words with digits have been looked at.
        let mut word_end = 0;
        // Up to here URLs, the pairs of MAC addresses and machine-readable lines have been looked for.
        let (mut url_end, mut pairs_end, mut line_end) = (0, 0, 0);
        while let Some(trigger) = self.triggers.find(bytes, at) {
            at = trigger + 1;
            match text::at(bytes, trigger) {
                b'0'..=b'9' => {
                    if trigger >= word_end
                        && let Some(word) = Word::around(bytes, trigger)
                    {
                        word_end = word.end;
                        if sink.wants(Detector::MacAddress) {
                            mac::in_word(&word, &mut sink);
                        }
                        if word.has_letters() {
                            in_word(&word, &mut sink);
                        }
                    }
                    at = in_number(text, trigger, &mut sink);
                }
                b'@' => {
                    // What stands in front of the `@` in `postgres://app:s3cret@db.internal` is a password and no mailbox.
                    if sink.wants(Detector::UrlCredentials)
                        && let Some(range) = url::find(text, trigger)
                    {
                        sink.emit(Detector::UrlCredentials, range, CERTAIN);
                    } else if let Some(range) = email::find(text, trigger) {
                        sink.emit(Detector::Email, range, CERTAIN);
                    }
                }
                b'<' => {
                    if trigger >= line_end {
                        line_end = document::mrz::find(bytes, trigger, &mut sink);
                    }
                }
                b':' => {
                    if trigger >= url_end
                        && sink.wants(Detector::Url)
                        && let Some(range) = web::find(text, trigger)
                    {
                        url_end = range.end;
                        sink.emit(Detector::Url, range, CERTAIN);
                    }
                    if trigger >= pairs_end
                        && sink.wants(Detector::MacAddress)
                        && let Some(end) = mac::in_pairs(bytes, trigger, &mut sink)
                    {
                        pairs_end = end;
                    }
                    if sink.wants(Detector::VendorToken)
                        && let Some(range) = secret::at_colon(bytes, trigger)
                    {
                        sink.emit(Detector::VendorToken, range, CERTAIN);
                    } else if let Some(range) = ip::find_v6(text, trigger) {
                        at = range.end;
                        sink.emit(Detector::IpAddress, range, CERTAIN);
                    }
                }
                byte => {
                    if byte == b'-'
                        && trigger >= pairs_end
                        && sink.wants(Detector::MacAddress)
                        && let Some(end) = mac::in_pairs(bytes, trigger, &mut sink)
                    {
                        pairs_end = end;
                    }
                    if byte == b'-'
                        && sink.wants(Detector::PrivateKey)
                        && let Some(range) = private_key::find(bytes, trigger)
                    {
                        at = range.end;
                        sink.emit(Detector::PrivateKey, range, CERTAIN);
                    } else if byte == b'J'
                        && sink.wants(Detector::Jwt)
                        && let Some(range) = jwt::find(bytes, trigger)
                    {
                        sink.emit(Detector::Jwt, range, CERTAIN);
                    } else if byte == b'J'
                        && sink.wants(Detector::PrivateKey)
                        && let Some(range) = private_key::find_encoded(bytes, trigger)
                    {
                        at = range.end;
                        sink.emit(Detector::PrivateKey, range, CERTAIN);
                    } else if byte == b'~'
                        && sink.wants(Detector::AzureKey)
                        && let Some(range) = secret::at_tilde(bytes, trigger)
                    {
                        sink.emit(Detector::AzureKey, range, CERTAIN);
                    } else if let Some((detector, range)) = self.tokens.find(bytes, trigger) {
                        at = range.end;
                        if detector == Detector::AwsAccessKey
                            && let Some(secret) = secret::behind_key_id(bytes, range.end)
                        {
                            sink.emit(Detector::AwsSecretKey, secret, CERTAIN);
                        }
                        sink.emit(detector, range, CERTAIN);
                    }
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

    /// Whether the last finding covers this place.
    pub fn covers(&self, place: usize) -> bool {
        self.out.last().is_some_and(|last| (last.start..last.end).contains(&place))
    }

    /// Whether a rule uses one of [`national::detectors`].
    pub fn wants_national(&self) -> bool {
        self.scanner.national
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
    let run = Run::read(bytes, start);
    let digits: usize = run.groups().iter().map(|group| group.len()).sum();
    if digits >= 12 && sink.wants(Detector::CreditCard) {
        card::find(&run, |range, score| sink.emit(Detector::CreditCard, range, score));
    }
    if digits >= 9 && sink.wants(Detector::UsSsn) {
        ssn::find(&run, |range, score| sink.emit(Detector::UsSsn, range, score));
    }
    if digits >= 7 && sink.wants(Detector::Phone) {
        phone::find(&run, bytes, |range, score| sink.emit(Detector::Phone, range, score));
    }
    if run.len() >= 4 && sink.wants(Detector::IpAddress) {
        ip::find_v4(&run, |range| sink.emit(Detector::IpAddress, range, CERTAIN));
    }
    national::in_run(&run, sink);
    document::in_run(&run, sink);
    announced::in_run(&run, sink);
    run.resume
}
