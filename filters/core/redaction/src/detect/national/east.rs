//! Numbers of Central and Eastern Europe.

use super::check::{date, digit_at, modulo, sum, value};
use super::rule::Rule::{Also, At, DayMonthYear, Lacks, Leaves, Luhn, Mod1110, Sum, Within};
use super::{CERTAIN, FAIR, Id, LIKELY, POOR, WEAK};
use crate::detect::registry::Detector;
use crate::text;

pub(super) const IDS: &[Id] = &[
    // Ministry of Digital Governance: a date and Luhn.
    Id {
        detector: Detector::GrAmka,
        shapes: &[("99999999999", FAIR), ("999999 99999", LIKELY)],
        rules: &[DayMonthYear(0), Luhn],
        words: &["amka", "ΑΜΚΑ"],
    },
    Id {
        detector: Detector::HrOib,
        shapes: &[("99999999999", WEAK)],
        rules: &[Mod1110],
        words: &["oib", "osobni identifikacijski"],
    },
    // The old Yugoslav number: Slovenia, and JMBG, EMBG in Bosnia, Montenegro, North Macedonia, Serbia.
    Id {
        detector: Detector::SiEmso,
        shapes: &[("9999999999999", LIKELY)],
        rules: &[
            Also(|number| {
                let year = value(number, 4, 3);
                date(if year >= 850 { 1000 + year } else { 2000 + year }, value(number, 2, 2), value(number, 0, 2))
            }),
            Lacks(&[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]),
        ],
        words: &["emso", "emšo", "jmbg", "embg", "matični broj", "maticni broj"],
    },
    Id {
        detector: Detector::CzBirthNumber,
        shapes: &[("999999/9999", LIKELY), ("9999999999", POOR)],
        rules: &[Also(|number| cz_date(number, 0..100)), Also(|number| modulo(number, 11) == 0 || cz_ten(number))],
        words: CZ_WORDS,
    },
    // Until 1953, without a check digit.
    Id {
        detector: Detector::CzBirthNumber,
        shapes: &[("999999/999", FAIR), ("999999999", WEAK)],
        rules: &[Also(|number| cz_date(number, 0..54))],
        words: CZ_WORDS,
    },
    Id {
        detector: Detector::HuTaj,
        shapes: &[("999 999 999", POOR), ("999-999-999", FAIR), ("999999999", WEAK)],
        rules: &[Sum { weights: &[3, 7, 3, 7, 3, 7, 3, 7, 9], modulus: 10, remainder: 0 }],
        words: &["taj", "taj szám", "taj szam", "társadalombiztosítási"],
    },
    // 1996. évi XX. törvény: 8, the days since 1867, a serial.
    Id {
        detector: Detector::HuTaxId,
        shapes: &[("9999999999", POOR)],
        rules: &[At(0, b"8"), Sum { weights: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], modulus: 11, remainder: 0 }],
        words: &["adóazonosító", "adoazonosito", "adóazonosító jel"],
    },
    // Ustawa o ewidencji ludności: the century is in the month. Nobody born before 1900 is left.
    Id {
        detector: Detector::PlPesel,
        shapes: &[("99999999999", FAIR)],
        rules: &[
            Sum { weights: &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1], modulus: 10, remainder: 0 },
            Also(|number| century_in_month(number, &[(0, 1900), (20, 2000)])),
        ],
        words: &["pesel"],
    },
    Id {
        detector: Detector::PlNip,
        shapes: &[("999-999-99-99", LIKELY), ("999-99-99-999", LIKELY), ("9999999999", WEAK)],
        rules: &[Sum { weights: &[6, 5, 7, 2, 3, 4, 5, 6, 7, 10], modulus: 11, remainder: 0 }],
        words: &["nip", "numer identyfikacji podatkowej"],
    },
    Id {
        detector: Detector::RoCnp,
        shapes: &[("9999999999999", FAIR)],
        rules: &[At(0, b"123456789"), Within(7, &[(1, 48), (51, 52), (70, 70), (80, 83)]), Also(ro_cnp)],
        words: &["cnp", "cod numeric personal"],
    },
    Id {
        detector: Detector::BgEgn,
        shapes: &[("9999999999", FAIR)],
        rules: &[
            Leaves(&[2, 4, 8, 5, 10, 9, 7, 3, 6]),
            Also(|number| century_in_month(number, &[(0, 1900), (40, 2000)])),
        ],
        words: &["egn", "ЕГН", "егн"],
    },
    Id {
        detector: Detector::UaTaxNumber,
        shapes: &[("9999999999", WEAK)],
        rules: &[Also(ua_tax)],
        words: &["рнокпп", "РНОКПП", "ІПН", "ІНН", "rnokpp", "ipn"],
    },
    // A serial and two digits of its sum: Пенсионный фонд, постановление 192п.
    Id {
        detector: Detector::RuSnils,
        shapes: &[("999-999-999 99", CERTAIN), ("999-999-999-99", LIKELY), ("99999999999", POOR)],
        rules: &[Also(|number| sum(number, &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100 == value(number, 9, 2))],
        words: &["snils", "снилс", "СНИЛС"],
    },
    Id {
        detector: Detector::RuInn,
        shapes: &[("999999999999", POOR)],
        rules: &[Leaves(&[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]), Leaves(&[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])],
        words: RU_INN,
    },
    Id {
        detector: Detector::RuInn,
        shapes: &[("9999999999", WEAK)],
        rules: &[Leaves(&[2, 4, 10, 3, 5, 9, 4, 6, 8])],
        words: RU_INN,
    },
];

const CZ_WORDS: &[&str] = &["rodné číslo", "rodne cislo", "rodného čísla", "birth number", "rč"];
const RU_INN: &[&str] = &["inn", "инн", "ИНН"];

/// A woman's month has 50 more, and 20 more where a day's numbers ran out.
fn cz_date(number: &[u8], years: std::ops::Range<u32>) -> bool {
    let (year, month, day) = (value(number, 0, 2), value(number, 2, 2), value(number, 4, 2));
    let month = if month > 50 { month - 50 } else { month };
    let century = if number.len() == 9 || year >= 54 { 1900 } else { 2000 };
    let month = if month > 20 && century == 2000 { month - 20 } else { month };
    years.contains(&year) && date(century + year, month, day)
}

/// Until 1985 a rest of ten was written 0.
fn cz_ten(number: &[u8]) -> bool {
    modulo(text::slice(number, 0..9), 11) == 10 && number.get(9) == Some(&b'0') && value(number, 0, 2) < 86
}

/// The month has what marks the century added.
fn century_in_month(number: &[u8], centuries: &[(u32, u32)]) -> bool {
    let (year, month, day) = (value(number, 0, 2), value(number, 2, 2), value(number, 4, 2));
    centuries.iter().any(|&(added, century)| month > added && date(century + year, month - added, day))
}

fn ro_cnp(number: &[u8]) -> bool {
    let century = match number.first() {
        Some(b'3' | b'4') => 1800,
        Some(b'5' | b'6') => 2000,
        _ => 1900,
    };
    let check = match sum(number, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11 {
        10 => 1,
        check => check,
    };
    date(century + value(number, 1, 2), value(number, 3, 2), value(number, 5, 2)) && check == digit_at(number, 12)
}

/// The first weight is −1.
fn ua_tax(number: &[u8]) -> bool {
    sum(number, &[10, 5, 7, 9, 4, 6, 10, 5, 7]) % 11 % 10 == digit_at(number, 9)
}
