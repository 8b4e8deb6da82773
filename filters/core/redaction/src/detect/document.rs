//! Papers of a person: passports, driving licences, dates of birth. Their patterns are weak, so words beside them decide.

mod birth;
mod licence;
pub(super) mod mrz;
mod passport;

pub(super) use birth::ends_in_month as is_month;

use super::announced::{Announced, Kind};
use super::number::{Run, Window};
use super::registry::Detector;
use super::scan::Sink;
use super::score::LIKELY;
use super::word::Word;

/// Looks at a word of letters and digits.
pub(super) fn in_word(word: &Word<'_>, sink: &mut Sink<'_>) {
    if sink.wants(Detector::DateOfBirth) {
        birth::in_word(word, sink);
    }
    if sink.wants(Detector::Passport) {
        mrz::in_word(word, sink);
        passport::in_word(word, sink);
    }
    if sink.wants(Detector::DrivingLicence) {
        licence::in_word(word, sink);
    }
}

/// Looks at a run of digit groups.
pub(super) fn in_run(run: &Run<'_>, sink: &mut Sink<'_>) {
    if sink.wants(Detector::DateOfBirth) {
        birth::in_run(run, sink);
    }
}

/// Looks at digits, and what announces them.
pub(super) fn in_window(window: &Window<'_>, announced: Option<Announced>, sink: &mut Sink<'_>) {
    match announced.filter(|announced| announced.adjacent).map(|announced| announced.kind) {
        Some(Kind::Passport) if window.groups.len() == 1 && passport::has_digits(window.digit_count()) => {
            sink.emit(Detector::Passport, window.range(), LIKELY);
        }
        Some(Kind::Licence) if licence::has_digits(window) => {
            sink.emit(Detector::DrivingLicence, window.range(), LIKELY);
        }
        _ if licence::korean(window) => sink.emit(Detector::DrivingLicence, window.range(), LIKELY),
        _ => {}
    }
}
