//! Numbers of Western Europe.

use super::check::{date, digit, digit_at, luhn, modulo, short_date, value, verhoeff};
use super::rule::Rule::{Also, At, DayMonthYear, Lacks, Mod1110, Not, Sum, Within};
use super::{CERTAIN, FAIR, Id, LIKELY, POOR, WEAK};
use crate::detect::registry::Detector;
use crate::text;

pub(super) const IDS: &[Id] = &[
    // NHS Data Dictionary.
    Id {
        detector: Detector::UkNhs,
        shapes: &[("999 999 9999", POOR), ("999-999-9999", POOR), ("9999999999", WEAK)],
        rules: &[Sum { weights: &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], modulus: 11, remainder: 0 }],
        words: &["nhs", "national health", "health service", "chi number", "patient"],
    },
    // HMRC, National Insurance Manual NIM39110: letters and prefixes that are not used.
    Id {
        detector: Detector::UkNino,
        shapes: &[
            ("AA999999A", LIKELY),
            ("AA 99 99 99 A", LIKELY),
            ("AA-99-99-99-A", LIKELY),
            ("AA99 99 99 A", LIKELY),
            ("AA 999999 A", LIKELY),
            ("AA 999999A", LIKELY),
            ("AA999999 A", LIKELY),
            ("AA 99 99 99A", LIKELY),
        ],
        rules: &[
            At(0, b"ABCEGHJKLMNOPRSTWXYZ"),
            At(1, b"ABCEGHJKLMNPRSTWXYZ"),
            At(8, b"ABCD"),
            Not(&[b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"]),
        ],
        words: &["national insurance", "nino", "ni no", "ni number", "insurance number"],
    },
    Id {
        detector: Detector::IePps,
        shapes: &[("9999999A", LIKELY), ("9999999AA", LIKELY), ("9999999 A", POOR), ("9999999 AA", POOR)],
        rules: &[Also(ie_pps)],
        words: &["pps", "ppsn", "pps no", "personal public service", "revenue and social insurance", "rsi"],
    },
    // Bundeszentralamt für Steuern: ISO/IEC 7064, and one of the ten digits in front twice or three times.
    Id {
        detector: Detector::DeTaxId,
        shapes: &[("99 999 999 999", LIKELY), ("99999999999", POOR)],
        rules: &[At(0, b"123456789"), Mod1110, Also(de_repeats)],
        words: &[
            "steuer-id",
            "steuer id",
            "steueridentifikationsnummer",
            "steuerliche identifikationsnummer",
            "identifikationsnummer",
            "steuernummer",
            "idnr",
            "tin",
        ],
    },
    // Versicherungsnummern-, Kontoführungs- und Versicherungsverlaufsverordnung § 2 and § 4.
    Id {
        detector: Detector::DeSocialInsurance,
        shapes: &[
            ("99999999A999", CERTAIN),
            ("99 999999 A 999", CERTAIN),
            ("99 999999 A 99 9", CERTAIN),
            ("99 999999 A999", CERTAIN),
        ],
        rules: &[Also(de_social_insurance)],
        words: &["rentenversicherung", "sozialversicherung", "rvnr", "svnr", "versicherungsnummer"],
    },
    // Décret 82-103: sex, year, month, department, commune, serial, and 97 less the rest.
    Id {
        detector: Detector::FrNir,
        shapes: FR_NIR,
        rules: &[At(0, b"12"), Within(3, &[(1, 12)]), Also(fr_nir)],
        words: FR_WORDS,
    },
    // Numbers for the time being, and months that stand for one not known. Serial numbers of telephones are as long.
    Id {
        detector: Detector::FrNir,
        shapes: &[("999999X99999999", POOR), ("9 99 99 9X 999 999 99", LIKELY)],
        rules: &[At(0, b"123478"), Within(3, &[(1, 12), (20, 20), (30, 42), (50, 99)]), Also(fr_nir)],
        words: FR_WORDS,
    },
    // Decreto ministeriale 23 dicembre 1976; letters stand for digits where two people had the same.
    Id {
        detector: Detector::ItFiscalCode,
        shapes: &[("AAAAAAXXAXXAXXXA", CERTAIN), ("AAA AAA XXAXX AXXXA", CERTAIN), ("AAA-AAA-XXAXX-AXXXA", CERTAIN)],
        rules: &[Also(it_fiscal_code)],
        words: &["codice fiscale"],
    },
    // Real Decreto 1553/2005 (DNI) and 557/2011 (NIE); K, L and M are for those who have neither.
    Id {
        detector: Detector::EsNif,
        shapes: &[
            ("99999999A", LIKELY),
            ("99999999-A", LIKELY),
            ("99.999.999-A", CERTAIN),
            ("99.999.999A", LIKELY),
            ("99.999.999 A", LIKELY),
            ("99999999 A", POOR),
            ("A9999999A", LIKELY),
            ("A-9999999-A", CERTAIN),
            ("A-9999999A", LIKELY),
            ("A9999999-A", LIKELY),
            ("9999999A", WEAK),
            ("9999999-A", POOR),
        ],
        rules: &[Also(super::check::es_person)],
        words: ES_WORDS,
    },
    // Orden EHA/451/2008: companies.
    Id {
        detector: Detector::EsNif,
        shapes: &[("A9999999X", POOR), ("A-9999999X", FAIR), ("A-9999999-X", LIKELY)],
        rules: &[Also(super::check::es_company)],
        words: ES_WORDS,
    },
    Id {
        detector: Detector::PtNif,
        shapes: &[("999 999 999", POOR), ("999.999.999", POOR), ("999999999", WEAK)],
        rules: &[At(0, b"123456789"), Lacks(&[9, 8, 7, 6, 5, 4, 3, 2])],
        words: &["nif", "nipc", "contribuinte", "identificação fiscal", "identificacao fiscal"],
    },
    Id {
        detector: Detector::NlBsn,
        shapes: &[("9999.99.999", FAIR), ("9999 99 999", POOR), ("999999999", WEAK)],
        rules: &[Sum { weights: &[9, 8, 7, 6, 5, 4, 3, 2, 10], modulus: 11, remainder: 0 }],
        words: &["bsn", "burgerservicenummer", "sofinummer", "sofi", "citizen service number", "burger service nummer"],
    },
    Id {
        detector: Detector::BeNationalNumber,
        shapes: &[
            ("99.99.99-999.99", CERTAIN),
            ("99.99.99-999-99", CERTAIN),
            ("99 99 99 999 99", CERTAIN),
            ("999999-999-99", CERTAIN),
            ("999999 999 99", CERTAIN),
            ("99.99.99.999.99", CERTAIN),
            ("99-99-99-999-99", CERTAIN),
            ("99999999999", LIKELY),
        ],
        rules: &[Also(be_national)],
        words: &[
            "rijksregister",
            "registre national",
            "rijksregisternummer",
            "niss",
            "insz",
            "nationalregister",
            "national number",
        ],
    },
    // Matricule: a day, a serial, and a check digit each after Luhn and Verhoeff over what is in front.
    Id {
        detector: Detector::LuNationalId,
        shapes: &[("9999999999999", CERTAIN), ("9999 9999 99999", CERTAIN), ("99999999 99999", CERTAIN)],
        rules: &[Also(lu_national)],
        words: &["matricule", "cns"],
    },
    // Zentrale Ausgleichsstelle: an EAN-13 under Switzerland's country code.
    Id {
        detector: Detector::ChAhv,
        shapes: &[
            ("999.9999.9999.99", CERTAIN),
            ("999 9999 9999 99", CERTAIN),
            ("999-9999-9999-99", CERTAIN),
            ("9999999999999", CERTAIN),
        ],
        rules: &[
            At(0, b"7"),
            At(1, b"5"),
            At(2, b"6"),
            Sum { weights: &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1], modulus: 10, remainder: 0 },
        ],
        words: &["ahv", "avs"],
    },
    Id {
        detector: Detector::AtSvnr,
        shapes: &[("9999 999999", LIKELY), ("9999-999999", LIKELY), ("9999/999999", LIKELY), ("9999999999", FAIR)],
        rules: &[
            At(0, b"123456789"),
            DayMonthYear(4),
            Sum { weights: &[3, 7, 9, 10, 5, 8, 4, 2, 1, 6], modulus: 11, remainder: 0 },
        ],
        words: &["svnr", "sv-nr", "sozialversicherungsnummer", "versicherungsnummer", "vsnr"],
    },
];

const FR_NIR: &[(&str, u8)] = &[
    ("999999X99999999", CERTAIN),
    ("9 99 99 9X 999 999 99", CERTAIN),
    ("9-99-99-9X-999-999-99", CERTAIN),
    ("9.99.99.9X.999.999.99", CERTAIN),
    ("999999X999999 99", CERTAIN),
    ("9 99 99 9X 999 999/99", CERTAIN),
];
const FR_WORDS: &[&str] = &["nir", "insee", "sécurité sociale", "securite sociale", "numéro de sécu", "numero de secu"];
const ES_WORDS: &[&str] =
    &["dni", "nif", "nie", "cif", "documento nacional", "identificación fiscal", "identificacion fiscal"];

fn ie_pps(number: &[u8]) -> bool {
    let second = match number.get(8) {
        // What was appended before 2013 does not count.
        None | Some(b'W' | b'T' | b'X') => 0,
        Some(byte @ (b'A' | b'B' | b'H')) => u32::from(byte - b'A') + 1,
        Some(_) => return false,
    };
    number.get(7) == Some(&super::check::irish(number, second))
}

/// Of the ten digits in front one occurs twice or three times, no other more than once.
fn de_repeats(number: &[u8]) -> bool {
    let mut counts = [0u8; 10];
    for &byte in number.iter().take(10) {
        if let Some(count) = counts.get_mut(digit(byte) as usize) {
            *count += 1;
        }
    }
    let mut repeated = counts.iter().filter(|&&count| count > 1);
    matches!((repeated.next(), repeated.next()), (Some(2 | 3), None))
}

fn de_social_insurance(number: &[u8]) -> bool {
    let day = value(number, 2, 2);
    let letter = number.get(8).map_or(0, |byte| u32::from(byte.wrapping_sub(b'A')) + 1);
    let digits = [0, 1, 2, 3, 4, 5, 6, 7].map(|at| digit_at(number, at)).into_iter();
    let digits = digits.chain([letter / 10, letter % 10, digit_at(number, 9), digit_at(number, 10)]);
    let products = digits.zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]).map(|(digit, weight): (u32, u32)| digit * weight);
    let sum: u32 = products.map(|product| product / 10 + product % 10).sum();
    short_date(value(number, 6, 2), value(number, 4, 2), if day > 50 { day - 50 } else { day })
        && sum % 10 == digit_at(number, 11)
}

fn fr_nir(number: &[u8]) -> bool {
    let mut digits = [0u8; 13];
    for (place, &byte) in digits.iter_mut().zip(number) {
        *place = byte;
    }
    // Corsica: 2A counts as 19, 2B as 18.
    let [_, _, _, _, _, tens @ b'2', ones @ b'A'..=b'B', ..] = &mut digits else {
        return number.iter().all(u8::is_ascii_digit) && 97 - modulo(&digits, 97) == value(number, 13, 2);
    };
    *tens = b'1';
    *ones = if *ones == b'A' { b'9' } else { b'8' };
    97 - modulo(&digits, 97) == value(number, 13, 2)
}

fn it_fiscal_code(number: &[u8]) -> bool {
    const ODD: &[u8; 26] =
        &[1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    // A digit, or the letter that stands for it.
    let digit_of = |at: usize| match number.get(at) {
        Some(byte @ b'0'..=b'9') => Some(u32::from(byte - b'0')),
        Some(byte) => b"LMNPQRSTUV".iter().position(|letter| letter == byte).map(|place| place as u32),
        None => None,
    };
    let month = number.get(8).and_then(|byte| b"ABCDEHLMPRST".iter().position(|letter| letter == byte));
    let (Some(month), Some(tens), Some(ones), Some(day_tens), Some(day_ones)) =
        (month, digit_of(6), digit_of(7), digit_of(9), digit_of(10))
    else {
        return false;
    };
    let place = [12, 13, 14].iter().all(|&at| digit_of(at).is_some());
    let day = day_tens * 10 + day_ones;
    let day = if day > 40 { day - 40 } else { day };
    let sum: u32 = number
        .iter()
        .take(15)
        .enumerate()
        .map(|(at, &byte)| {
            let order = if byte.is_ascii_digit() { byte - b'0' } else { byte.wrapping_sub(b'A') };
            if at % 2 == 0 { ODD.get(usize::from(order)).copied().unwrap_or(0) } else { order }
        })
        .map(u32::from)
        .sum();
    place
        && short_date(tens * 10 + ones, month as u32 + 1, day)
        && number.get(15).is_some_and(|&check| u32::from(check.wrapping_sub(b'A')) == sum % 26)
}

fn be_national(number: &[u8]) -> bool {
    let (year, month, day) = (value(number, 0, 2), value(number, 2, 2), value(number, 4, 2));
    let check = value(number, 9, 2);
    let body = value(number, 0, 9);
    // Month and day are 0 where they are not known or all numbers of a day were given out; then days count on that do not exist.
    let exists = month <= 12 && day <= 31;
    exists && (97 - body % 97 == check || (97 - (body + 2_000_000_000) % 97 == check && year < 40))
}

fn lu_national(number: &[u8]) -> bool {
    let mut second = [0u8; 12];
    for (place, &byte) in second.iter_mut().zip(number) {
        *place = byte;
    }
    if let Some((last, check)) = second.last_mut().zip(number.get(12)) {
        *last = *check;
    }
    date(value(number, 0, 4), value(number, 4, 2), value(number, 6, 2))
        && luhn(text::slice(number, 0..12)) == 0
        && verhoeff(&second)
}
