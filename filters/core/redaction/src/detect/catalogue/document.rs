//! Papers of a person: passports, licences, dates of birth.

use super::DetectorInfo;

pub(super) const ENTRIES: &[DetectorInfo] = &[];
