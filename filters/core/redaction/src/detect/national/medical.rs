//! Numbers of doctors, nurses and pharmacies.

use super::check::{digit_at, luhn, sum, value};
use super::rule::Rule::{Also, At, Luhn};
use super::{FAIR, Id, LIKELY, POOR, WEAK};
use crate::detect::registry::Detector;

pub(super) const IDS: &[Id] = &[
    // Drug Enforcement Administration: 21 CFR 1301, the kind of registrant, the name's first letter or 9, a check digit.
    Id {
        detector: Detector::MedicalLicense,
        shapes: &[("AX9999999", FAIR), ("AX-9999999", FAIR)],
        rules: &[At(0, b"ABCDEFGHJKLMPRSTUX"), At(1, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ9"), Also(us_dea)],
        words: &["dea", "dea no", "medical license", "medical licence", "certificate", "prescriber"],
    },
    // 45 CFR 162.406: Luhn with 80840 in front, which counts 24.
    Id {
        detector: Detector::MedicalLicense,
        shapes: &[("9999999999", WEAK), ("9999-999-999", FAIR), ("9999 999 999", FAIR)],
        rules: &[At(0, b"12"), Also(|number| (luhn(number) + 24).is_multiple_of(10))],
        words: &["npi", "national provider", "provider id", "provider identifier", "provider"],
    },
    // General Medical Council: no check digit, so only beside a word.
    Id {
        detector: Detector::MedicalLicense,
        shapes: &[("9999999", WEAK)],
        rules: &[],
        words: &["gmc", "general medical council", "gmc no", "gmc number"],
    },
    // Nursing and Midwifery Council: year, month as a letter, serial, country.
    Id {
        detector: Detector::MedicalLicense,
        shapes: &[("99A9999A", POOR)],
        rules: &[At(2, b"ABCDEFGHIJKL"), At(7, b"ECNSWO")],
        words: &["nmc", "nursing and midwifery", "nmc pin"],
    },
    // Australian Health Practitioner Regulation Agency: the profession and ten digits.
    Id {
        detector: Detector::MedicalLicense,
        shapes: &[("AAA9999999999", LIKELY)],
        rules: &[Also(|number| {
            const PROFESSIONS: &[u8] = b"MEDNMWPHADENPSYPHYOPTPODOSTCHICMROCCPARMRPATS";
            PROFESSIONS.chunks(3).any(|profession| number.starts_with(profession))
        })],
        words: &["ahpra"],
    },
    // Kassenärztliche Bundesvereinigung: six digits, a check digit, the speciality.
    Id {
        detector: Detector::MedicalLicense,
        shapes: &[("999999999", WEAK)],
        rules: &[Also(|number| {
            (10 - sum(number, &[4, 9, 4, 9, 4, 9]) % 10) % 10 == digit_at(number, 6) && value(number, 0, 6) > 0
        })],
        words: &["lanr", "arztnummer", "lebenslange arztnummer", "vertragsarzt"],
    },
    // Répertoire partagé des professionnels de santé.
    Id {
        detector: Detector::MedicalLicense,
        shapes: &[("99999999999", WEAK)],
        rules: &[At(0, b"1"), Luhn],
        words: &["rpps", "professionnels de santé"],
    },
];

fn us_dea(number: &[u8]) -> bool {
    sum(number, &[0, 0, 1, 2, 1, 2, 1, 2]) % 10 == digit_at(number, 8)
}
