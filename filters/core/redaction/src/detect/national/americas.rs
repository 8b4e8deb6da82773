//! Numbers of North and South America.

use super::check::{digit_at, sum};
use super::rule::Rule::{Also, At, Lacks, Luhn, Not, Sum, Within, YearMonthDay};
use super::{CERTAIN, FAIR, Id, LIKELY, POOR, WEAK};
use crate::detect::registry::Detector;
use crate::text;

pub(super) const IDS: &[Id] = &[
    // Internal Revenue Service, Publication 1915 and IRM 3.21.263.
    Id {
        detector: Detector::UsItin,
        shapes: &[
            ("999-99-9999", CERTAIN),
            ("999 99 9999", POOR),
            ("999-999999", POOR),
            ("99999-9999", WEAK),
            ("999999999", WEAK),
        ],
        rules: &[At(0, b"9"), Within(3, &[(50, 65), (70, 88), (90, 92), (94, 99)])],
        words: &["itin", "individual taxpayer", "taxpayer identification", "tax payer", "ssn", "social security"],
    },
    // The prefixes that the IRS lists for its campuses and for the Internet.
    Id {
        detector: Detector::UsEin,
        shapes: &[("99-9999999", POOR), ("999999999", WEAK)],
        rules: &[Within(0, &[(1, 6), (10, 16), (20, 27), (30, 48), (50, 68), (71, 77), (80, 88), (90, 95), (98, 99)])],
        words: &["ein", "employer identification", "employer id", "fein", "federal id", "federal tax id", "irs no"],
    },
    // Centers for Medicare & Medicaid Services, "Understanding the Medicare Beneficiary Identifier Format".
    Id {
        detector: Detector::UsMbi,
        shapes: &[("9AX9-AX9-AA99", CERTAIN), ("9AX9 AX9 AA99", LIKELY), ("9AX9AX9AA99", LIKELY)],
        rules: &[At(0, b"123456789"), Also(|number| !number.iter().any(|byte| b"SLOIBZ".contains(byte)))],
        words: &["medicare", "mbi", "beneficiary", "hicn"],
    },
    Id {
        detector: Detector::CaSin,
        shapes: &[("999-999-999", FAIR), ("999 999 999", POOR), ("999999999", WEAK)],
        // 8 is a business's; 0 is never issued, but what forms give as an example.
        rules: &[At(0, b"012345679"), Luhn],
        words: &["sin", "social insurance", "nas", "assurance sociale"],
    },
    // Registro Nacional de Población: names, date, sex, state, check digit.
    Id {
        detector: Detector::MxCurp,
        shapes: &[("AAAA999999AAAAAAX9", CERTAIN)],
        rules: &[YearMonthDay(4), At(10, b"HMX"), Also(mx_curp)],
        words: &["curp"],
    },
    // Código Fiscal: names and date; the last three letters, of which one is a check digit, are given out by the tax office.
    Id {
        detector: Detector::MxRfc,
        shapes: &[("AAAA999999XXX", LIKELY), ("AAAA-999999-XXX", LIKELY), ("AAAA 999999 XXX", LIKELY)],
        rules: &[YearMonthDay(4), At(12, b"0123456789A")],
        words: &["rfc", "registro federal"],
    },
    Id {
        detector: Detector::MxRfc,
        shapes: &[("AAA999999XXX", LIKELY), ("AAA-999999-XXX", LIKELY), ("AAA 999999 XXX", LIKELY)],
        rules: &[YearMonthDay(3), At(11, b"0123456789A")],
        words: &["rfc", "registro federal"],
    },
    Id {
        detector: Detector::BrCpf,
        shapes: &[("999.999.999-99", CERTAIN), ("999999999-99", LIKELY), ("99999999999", POOR)],
        rules: &[Lacks(&[10, 9, 8, 7, 6, 5, 4, 3, 2]), Lacks(&[11, 10, 9, 8, 7, 6, 5, 4, 3, 2])],
        words: &["cpf", "cadastro de pessoas", "cadastro de pessoa"],
    },
    // With letters since July 2026: Receita Federal, Instrução Normativa 2.229.
    Id {
        detector: Detector::BrCnpj,
        shapes: &[
            ("XX.XXX.XXX/XXXX-99", CERTAIN),
            ("99999999999999", POOR),
            ("XXXXXXXX/XXXX-99", CERTAIN),
            ("XXXXXXXXXXXX99", POOR),
        ],
        rules: BR_CNPJ,
        words: &["cnpj", "cadastro nacional"],
    },
    // Bare, of the head office, which nearly all are.
    Id {
        detector: Detector::BrCnpj,
        shapes: &[("99999999000199", LIKELY)],
        rules: &[BR_CNPJ_1, BR_CNPJ_2, Also(|number| text::slice(number, 8..12) == b"0001")],
        words: &[],
    },
    Id {
        detector: Detector::ArCuit,
        shapes: &[("99-99999999-9", LIKELY), ("99 99999999 9", FAIR), ("99999999999", POOR)],
        rules: &[Within(0, &[(20, 20), (23, 27), (30, 30), (33, 34), (50, 51), (55, 55)]), Also(ar_cuit)],
        words: &["cuit", "cuil", "cdi", "clave unica", "clave única"],
    },
    Id {
        detector: Detector::ClRut,
        shapes: &[
            ("99.999.999-X", LIKELY),
            ("9.999.999-X", LIKELY),
            ("99999999-X", POOR),
            ("9999999-X", WEAK),
            ("99999999X", WEAK),
            ("9999999X", WEAK),
        ],
        rules: &[Also(cl_rut)],
        words: &["rut", "run", "rol unico", "rol único"],
    },
    Id {
        detector: Detector::CoNit,
        shapes: &[("999.999.999-9", LIKELY), ("999999999-9", POOR), ("9999999999", WEAK)],
        rules: &[At(0, b"89"), Also(|number| co_nit(number) == digit_at(number, 9))],
        words: &["nit", "número de identificación tributaria", "identificacion tributaria"],
    },
    Id {
        detector: Detector::PeRuc,
        shapes: &[("99999999999", POOR)],
        rules: &[Within(0, &[(10, 10), (15, 17), (20, 20)]), Also(pe_ruc)],
        words: &["ruc", "registro unico", "registro único"],
    },
    // Dirección General Impositiva: a serial, 001, a check digit.
    Id {
        detector: Detector::UyRut,
        shapes: &[("999999999999", POOR), ("99-999999-999-9", LIKELY)],
        rules: &[
            Within(0, &[(1, 22)]),
            Also(|number| text::slice(number, 8..11) == b"001"),
            Sum { weights: &[4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2, 1], modulus: 11, remainder: 0 },
        ],
        words: &["rut", "ruc", "registro unico", "registro único"],
    },
    Id {
        detector: Detector::EcCedula,
        shapes: &[("999999999-9", POOR), ("9999999999", WEAK)],
        rules: &[Within(0, &[(1, 24), (30, 30), (50, 50)]), At(2, b"0123456"), Luhn],
        words: &["cedula", "cédula", "documento de identidad"],
    },
    Id {
        detector: Detector::DoCedula,
        shapes: &[("999-9999999-9", LIKELY), ("99999999999", WEAK)],
        rules: &[Luhn],
        words: &["cedula", "cédula"],
    },
    Id {
        detector: Detector::VeRif,
        shapes: &[("A-99999999-9", LIKELY), ("A-999999999", FAIR), ("A999999999", POOR)],
        rules: &[At(0, b"VEJPGC"), Also(ve_rif)],
        words: &["rif", "registro de información fiscal"],
    },
];

const BR_CNPJ_1: super::Rule = Lacks(&[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
const BR_CNPJ_2: super::Rule = Lacks(&[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
const BR_CNPJ: &[super::Rule] = &[BR_CNPJ_1, BR_CNPJ_2, Not(&[b"00000000"])];

fn mx_curp(number: &[u8]) -> bool {
    const STATES: &[u8] = b"ASBCBSCCCLCMCSCHDFDGGTGRHGJCMCMNMSNTNLOCPLQTQRSPSLSRTCTSTLVZYNZSNE";
    let state = STATES.chunks(2).any(|state| text::slice(number, 11..13) == state);
    // The alphabet has an Ñ between N and O.
    let letter = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'N' => u32::from(byte - b'A') + 10,
        _ => u32::from(byte.wrapping_sub(b'A')) + 11,
    };
    let sum: u32 = number.iter().take(17).zip((2..=18).rev()).map(|(&byte, weight)| letter(byte) * weight).sum();
    state && (10 - sum % 10) % 10 == digit_at(number, 17)
}

/// What the sum lacks to a multiple of eleven, 10 being 9.
fn ar_cuit(number: &[u8]) -> bool {
    let check = match (11 - sum(number, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 {
        10 => 9,
        check => check,
    };
    check == digit_at(number, 10)
}

fn cl_rut(number: &[u8]) -> bool {
    let Some((check, body)) = number.split_last() else { return false };
    let sum: u32 =
        body.iter().rev().zip((2..=7).cycle()).map(|(&byte, weight)| super::check::digit(byte) * weight).sum();
    let expected = match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        rest => b'0' + rest as u8,
    };
    body.first() != Some(&b'0') && *check == expected
}

/// The check digit over the first nine.
fn co_nit(number: &[u8]) -> u32 {
    match sum(number, &[41, 37, 29, 23, 19, 17, 13, 7, 3]) % 11 {
        rest @ 0..=1 => rest,
        rest => 11 - rest,
    }
}

fn pe_ruc(number: &[u8]) -> bool {
    (11 - sum(number, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10 == digit_at(number, 10)
}

fn ve_rif(number: &[u8]) -> bool {
    let kind = match number.first() {
        Some(b'V') => 4,
        Some(b'E') => 8,
        Some(b'J' | b'C') => 12,
        Some(b'P') => 16,
        _ => 20,
    };
    let rest = (kind + sum(text::tail(number, 1), &[3, 2, 7, 6, 5, 4, 3, 2])) % 11;
    digit_at(number, 9) == if rest < 2 { 0 } else { 11 - rest }
}
