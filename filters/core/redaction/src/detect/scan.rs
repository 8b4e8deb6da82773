//! The one pass over a text: from trigger byte to trigger byte.

use std::ops::Range;

use super::byteset::ByteSet;
use super::number::Run;
use super::registry::{DETECTOR_COUNT, Detector};
use super::{card, email, iban, ip, jwt, phone, private_key, ssn, token, url};
use crate::text;

/// A place where a rule applies, before overlaps are settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Index of the rule.
    pub rule: u16,
    pub start: usize,
    pub end: usize,
}

/// The detectors of one policy.
pub(crate) struct Scanner {
    /// The bytes that a detector in use starts from.
    triggers: ByteSet,
    /// Per detector: the rule that uses it.
    rules: [Option<u16>; DETECTOR_COUNT],
}

impl Scanner {
    /// Runs each detector for the rule given, if one is.
    pub fn new(rules: [Option<u16>; DETECTOR_COUNT]) -> Self {
        let mut scanner = Self { triggers: ByteSet::default(), rules };
        if scanner.uses_numbers() {
            (b'0'..=b'9').for_each(|digit| scanner.triggers.insert(digit));
        }
        if scanner.uses(Detector::Email) || scanner.uses(Detector::UrlCredentials) {
            scanner.triggers.insert(b'@');
        }
        if scanner.uses(Detector::IpAddress) {
            scanner.triggers.insert(b':');
        }
        if scanner.uses(Detector::PrivateKey) {
            scanner.triggers.insert(b'-');
        }
        if scanner.uses(Detector::Jwt) {
            scanner.triggers.insert(b'J');
        }
        for (detector, byte) in token::triggers() {
            if scanner.uses(detector) {
                scanner.triggers.insert(byte);
            }
        }
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
        self.rule(detector).is_some()
    }

    fn rule(&self, detector: Detector) -> Option<u16> {
        self.rules.get(detector as usize).copied().flatten()
    }

    /// Appends what the detectors find from `from` on. What stands in front serves as context only.
    pub fn scan(&self, text: &str, from: usize, out: &mut Vec<Candidate>) {
        let bytes = text.as_bytes();
        let mut emit = |detector: Detector, range: Range<usize>| {
            if let Some(rule) = self.rule(detector)
                && range.start >= from
            {
                out.push(Candidate { rule, start: range.start, end: range.end });
            }
        };
        let mut at = from;
        while let Some(trigger) = self.triggers.find(bytes, at) {
            at = trigger + 1;
            match text::at(bytes, trigger) {
                b'0'..=b'9' => at = self.number(text, trigger, &mut emit),
                b'@' => {
                    if let Some(range) = email::find(text, trigger) {
                        emit(Detector::Email, range);
                    }
                    if self.uses(Detector::UrlCredentials)
                        && let Some(range) = url::find(text, trigger)
                    {
                        emit(Detector::UrlCredentials, range);
                    }
                }
                b':' => {
                    if let Some(range) = ip::find_v6(text, trigger) {
                        at = range.end;
                        emit(Detector::IpAddress, range);
                    }
                }
                byte => {
                    if byte == b'-'
                        && self.uses(Detector::PrivateKey)
                        && let Some(range) = private_key::find(bytes, trigger)
                    {
                        at = range.end;
                        emit(Detector::PrivateKey, range);
                    } else if byte == b'J'
                        && self.uses(Detector::Jwt)
                        && let Some(range) = jwt::find(bytes, trigger)
                    {
                        emit(Detector::Jwt, range);
                    } else if let Some((detector, range)) = token::find(bytes, trigger) {
                        emit(detector, range);
                    }
                }
            }
        }
    }

    /// Asks the detectors of numbers about the run of digit groups at `start`; where to go on.
    fn number(&self, text: &str, start: usize, emit: &mut impl FnMut(Detector, Range<usize>)) -> usize {
        let bytes = text.as_bytes();
        if self.uses(Detector::Iban)
            && let Some(range) = iban::find(bytes, start)
        {
            let end = range.end;
            emit(Detector::Iban, range);
            return end;
        }
        let run = Run::read(bytes, start);
        let digits: usize = run.groups().iter().map(|group| group.len()).sum();
        if digits >= 12 && self.uses(Detector::CreditCard) {
            card::find(&run, |range| emit(Detector::CreditCard, range));
        }
        if digits >= 9 && self.uses(Detector::UsSsn) {
            ssn::find(&run, |range| emit(Detector::UsSsn, range));
        }
        if digits >= 7 && self.uses(Detector::Phone) {
            phone::find(&run, bytes, |range| emit(Detector::Phone, range));
        }
        if run.len() >= 4 && self.uses(Detector::IpAddress) {
            ip::find_v4(&run, |range| emit(Detector::IpAddress, range));
        }
        run.resume
    }
}
