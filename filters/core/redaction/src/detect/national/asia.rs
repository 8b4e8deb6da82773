//! Numbers of Asia, Africa and Oceania.

use super::check::{date, digit, digit_at, short_date, sum, value};
use super::rule::Rule::{Also, At, Eleven, Lacks, Luhn, Sum, Verhoeff, Within, YearMonthDay};
use super::{CERTAIN, FAIR, Id, LIKELY, POOR, WEAK, in_seconds};
use crate::detect::registry::Detector;
use crate::text;

pub(super) const IDS: &[Id] = &[
    Id {
        detector: Detector::AuTfn,
        shapes: &[("999 999 999", POOR), ("999-999-999", FAIR), ("999999999", WEAK)],
        rules: &[Sum { weights: &[1, 4, 3, 7, 5, 8, 6, 9, 10], modulus: 11, remainder: 0 }],
        words: &["tfn", "tax file", "tax file number"],
    },
    // The ninth digit checks those in front; the tenth counts the cards.
    Id {
        detector: Detector::AuMedicare,
        shapes: &[("9999 99999 9", LIKELY), ("9999-99999-9", LIKELY), ("9999999999", WEAK)],
        rules: &[At(0, b"23456"), Sum { weights: &[1, 3, 7, 9, 1, 3, 7, 9, 9, 0], modulus: 10, remainder: 0 }],
        words: &["medicare", "medicare card"],
    },
    // The first digit counts one less: the sum leaves its weight of ten.
    Id {
        detector: Detector::AuAbn,
        shapes: &[("99 999 999 999", LIKELY), ("99-999-999-999", LIKELY), ("99999999999", POOR)],
        rules: &[
            At(0, b"123456789"),
            Sum { weights: &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19], modulus: 89, remainder: 10 },
        ],
        words: &["abn", "australian business"],
    },
    Id {
        detector: Detector::NzIrd,
        shapes: &[
            ("99-999-999", FAIR),
            ("999-999-999", FAIR),
            ("99 999 999", POOR),
            ("999 999 999", POOR),
            ("99999999", WEAK),
            ("999999999", WEAK),
        ],
        rules: &[Also(nz_ird)],
        words: &["ird", "inland revenue"],
    },
    Id {
        detector: Detector::TrTckn,
        shapes: &[("99999999999", POOR)],
        rules: &[At(0, b"123456789"), Also(tr_tckn)],
        words: &[
            "tckn",
            "turkish id",
            "tc kimlik",
            "t.c. kimlik",
            "kimlik no",
            "kimlik numarası",
            "kimlik numarasi",
            "kimlik",
            "tc no",
        ],
    },
    Id {
        detector: Detector::IlId,
        shapes: &[("99999999-9", POOR), ("9-9999999-9", FAIR), ("999999999", WEAK)],
        rules: &[Luhn],
        words: &["teudat zehut", "mispar zehut", "israeli id", "ת.ז", "ת\"ז", "תעודת זהות", "מספר זהות", "zehut"],
    },
    // Department of Home Affairs: a date, a serial, citizenship, Luhn.
    Id {
        detector: Detector::ZaId,
        shapes: &[("9999999999999", LIKELY), ("999999 9999 999", CERTAIN), ("999999 9999 99 9", CERTAIN)],
        rules: &[YearMonthDay(0), At(10, b"012"), Luhn],
        words: &["south african id", "rsa id", "sa id", "id no"],
    },
    // Governorate and date; the check digit's rule is not published.
    Id {
        detector: Detector::EgNationalId,
        shapes: &[("99999999999999", POOR)],
        rules: &[
            At(0, b"23"),
            Also(|number| {
                date(1700 + digit_at(number, 0) * 100 + value(number, 1, 2), value(number, 3, 2), value(number, 5, 2))
            }),
            Within(7, &[(1, 4), (11, 19), (21, 29), (31, 35), (88, 88)]),
        ],
        words: &["raqam qawmi", "الرقم القومي", "رقم قومي", "egyptian id"],
    },
    // Unique Identification Authority of India: never starts with 0 or 1.
    Id {
        detector: Detector::InAadhaar,
        shapes: &[("9999 9999 9999", FAIR), ("9999-9999-9999", FAIR), ("999999999999", WEAK)],
        rules: &[At(0, b"23456789"), Also(|number| !number.iter().eq(number.iter().rev())), Verhoeff],
        words: &["aadhaar", "aadhar", "uidai", "adhaar", "आधार"],
    },
    // Income Tax Department: the fourth letter is the kind of holder.
    Id {
        detector: Detector::InPan,
        shapes: &[("AAAAA9999A", LIKELY)],
        rules: &[At(3, b"ABCFGHLJPTK"), Also(|number| value(number, 5, 4) > 0)],
        words: &["pan", "permanent account", "income tax", "pan card"],
    },
    // GB 11643-1999: a region, a date, a serial, ISO/IEC 7064 MOD 11-2.
    Id {
        detector: Detector::CnResidentId,
        shapes: &[
            ("99999999999999999X", CERTAIN),
            ("999999 99999999 999X", CERTAIN),
            ("999999-99999999-999X", CERTAIN),
        ],
        rules: &[
            Within(0, &[(11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83), (91, 91)]),
            Also(|number| date(value(number, 6, 4), value(number, 10, 2), value(number, 12, 2))),
            Also(cn_check),
        ],
        words: &["身份证", "身份證", "公民身份号码", "resident id"],
    },
    Id {
        detector: Detector::TwNationalId,
        shapes: &[("A999999999", FAIR)],
        rules: &[At(1, b"1289"), Also(tw_check)],
        words: &["身分證", "身份證", "統一編號", "居留證", "national id"],
    },
    Id {
        detector: Detector::HkHkid,
        shapes: &[
            ("A999999(X)", CERTAIN),
            ("AA999999(X)", CERTAIN),
            ("A999999X", WEAK),
            ("AA999999X", WEAK),
            ("A999999-X", POOR),
        ],
        rules: &[Also(hk_check)],
        words: &["hkid", "hong kong id", "hong kong identity", "身份證", "身份証"],
    },
    // The check digit held until October 2020. The born of 1915 to 1918, bare, are times in milliseconds.
    Id {
        detector: Detector::KrRrn,
        shapes: &[("9999999999999", FAIR)],
        rules: &[
            At(6, b"12345678"),
            Also(|number| !in_seconds(number)),
            Also(kr_date),
            Eleven(&[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]),
        ],
        words: KR_WORDS,
    },
    Id {
        detector: Detector::KrRrn,
        shapes: &[("999999-9999999", CERTAIN), ("9999999999999", POOR)],
        rules: &[At(6, b"12345678"), Also(kr_date), Eleven(&[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])],
        words: KR_WORDS,
    },
    Id {
        detector: Detector::KrRrn,
        shapes: &[("999999-9999999", LIKELY), ("9999999999999", WEAK)],
        rules: &[At(6, b"12345678"), Also(kr_date)],
        words: KR_WORDS,
    },
    Id {
        detector: Detector::JpMyNumber,
        shapes: &[("9999 9999 9999", POOR), ("9999-9999-9999", POOR), ("999999999999", WEAK)],
        rules: &[Lacks(&[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])],
        words: &["my number", "mynumber", "individual number", "マイナンバー", "個人番号"],
    },
    Id {
        detector: Detector::SgNric,
        shapes: &[("A9999999A", LIKELY)],
        rules: &[Also(sg_check)],
        words: &["nric", "fin", "nric no", "singapore id"],
    },
    Id {
        detector: Detector::ThId,
        shapes: &[("9-9999-99999-99-9", CERTAIN), ("9 9999 99999 99 9", CERTAIN), ("9999999999999", WEAK)],
        rules: &[At(0, b"12345678"), Eleven(&[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2])],
        words: &["thai id", "ประชาชน", "thai national", "tnin"],
    },
    // Jabatan Pendaftaran Negara: a date, the state or country of birth, a serial.
    Id {
        detector: Detector::MyMykad,
        shapes: &[("999999-99-9999", LIKELY), ("999999 99 9999", LIKELY), ("999999999999", WEAK)],
        rules: &[YearMonthDay(0), Within(6, &[(1, 16), (21, 68), (71, 72), (74, 79), (82, 93), (98, 99)])],
        words: &["mykad", "nric", "kad pengenalan", "ic no", "ic number", "no kp", "no. kp"],
    },
    // Kementerian Dalam Negeri: a province, a district, a date with 40 more on a woman's day, a serial.
    Id {
        detector: Detector::IdNik,
        shapes: &[("9999999999999999", POOR)],
        rules: &[
            Within(0, &[(11, 19), (21, 21), (31, 36), (51, 53), (61, 65), (71, 76), (81, 82), (91, 97)]),
            Also(|number| {
                let day = value(number, 6, 2);
                let day = if day > 40 { day - 40 } else { day };
                short_date(value(number, 10, 2), value(number, 8, 2), day) && value(number, 12, 4) > 0
            }),
        ],
        words: &["nik", "nomor induk kependudukan", "ktp", "e-ktp"],
    },
    Id {
        detector: Detector::KzIin,
        shapes: &[("999999999999", FAIR)],
        rules: &[YearMonthDay(0), At(6, b"123456"), Also(kz_check)],
        words: &["iin", "ИИН", "иин", "ЖСН", "жсн"],
    },
    // NADRA: a province, and digits as on the card; the last tells the sex.
    Id {
        detector: Detector::PkCnic,
        shapes: &[("99999-9999999-9", LIKELY), ("9999999999999", WEAK)],
        rules: &[At(0, b"1234567"), At(12, b"123456789")],
        words: &["cnic", "nicop", "nadra"],
    },
];

const KR_WORDS: &[&str] = &[
    "주민등록번호",
    "주민번호",
    "외국인등록번호",
    "resident registration",
    "alien registration",
    "foreigner registration",
    "rrn",
    "frn",
];

fn nz_ird(number: &[u8]) -> bool {
    let Some((_, body)) = number.split_last() else { return false };
    let skipped = 8usize.saturating_sub(body.len());
    let lacks = |weights: &[u8]| (11 - sum(body, text::tail(weights, skipped)) % 11) % 11;
    let check = match lacks(&[3, 2, 7, 6, 5, 4, 3, 2]) {
        10 => lacks(&[7, 4, 3, 2, 5, 2, 7, 6]),
        check => check,
    };
    (10_000_001..150_000_000).contains(&value(number, 0, number.len())) && check == digit_at(number, body.len())
}

fn tr_tckn(number: &[u8]) -> bool {
    // The odd places count seven, the even ones −1, by ten.
    let tenth = sum(number, &[7, 9, 7, 9, 7, 9, 7, 9, 7]) % 10;
    tenth == digit_at(number, 9) && sum(number, &[1; 10]) % 10 == digit_at(number, 10)
}

fn cn_check(number: &[u8]) -> bool {
    let rest = sum(number, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11;
    b"10X98765432".get(rest as usize) == number.get(17)
}

/// The letter stands for two digits.
fn tw_check(number: &[u8]) -> bool {
    // From 10 on.
    let letter =
        number.first().and_then(|first| b"ABCDEFGHJKLMNPQRSTUVXYWZIO".iter().position(|letter| letter == first));
    let Some(letter) = letter.map(|place| place as u32 + 10) else { return false };
    (letter / 10 + letter % 10 * 9 + sum(text::tail(number, 1), &[8, 7, 6, 5, 4, 3, 2, 1, 1])).is_multiple_of(10)
}

fn hk_check(number: &[u8]) -> bool {
    // A is 10; a missing first letter counts 36.
    let letter = |byte: u8| u32::from(byte.wrapping_sub(b'A')) + 10;
    let (front, rest) = match number {
        [first, second, rest @ ..] if second.is_ascii_uppercase() => (letter(*first) * 9 + letter(*second) * 8, rest),
        [first, rest @ ..] => (36 * 9 + letter(*first) * 8, rest),
        [] => return false,
    };
    let check = match rest.get(6) {
        Some(b'A') => 10,
        Some(byte @ b'0'..=b'9') => digit(*byte),
        _ => return false,
    };
    (front + sum(rest, &[7, 6, 5, 4, 3, 2]) + check).is_multiple_of(11)
}

fn kr_date(number: &[u8]) -> bool {
    let century = match number.get(6) {
        Some(b'3' | b'4' | b'7' | b'8') => 2000,
        _ => 1900,
    };
    date(century + value(number, 0, 2), value(number, 2, 2), value(number, 4, 2))
}

fn sg_check(number: &[u8]) -> bool {
    let (added, letters): (u32, &[u8]) = match number.first() {
        Some(b'S') => (0, b"JZIHGFEDCBA"),
        Some(b'T') => (4, b"JZIHGFEDCBA"),
        Some(b'F') => (0, b"XWUTRQPNMLK"),
        Some(b'G') => (4, b"XWUTRQPNMLK"),
        Some(b'M') => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    let place = (added + sum(text::tail(number, 1), &[2, 7, 6, 5, 4, 3, 2])) % 11;
    letters.get(place as usize) == number.get(8)
}

/// Other weights where the first leave ten; a number that leaves it twice is not given out.
fn kz_check(number: &[u8]) -> bool {
    let rest = match sum(number, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11 {
        10 => sum(number, &[3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11,
        rest => rest,
    };
    rest == digit_at(number, 11)
}
