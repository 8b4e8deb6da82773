//! Numbers that the states of Asia, Africa and Oceania give.

use super::super::DetectorInfo;

pub(in super::super) const ENTRIES: &[DetectorInfo] = &[
    DetectorInfo {
        name: "au-tfn",
        label: "AU_TFN",
        version: 1,
        scope: "Australian tax file numbers of nine digits: the sum by eleven, with dashes; with blanks or \
                bare only beside `TFN`.",
        finds: &["TFN 743-186-266", "TFN: 743 186 266", "TFN: 743186266"],
        ignores: &["743 186 266", "743186266", "TFN: 743-186-267"],
    },
    DetectorInfo {
        name: "au-medicare",
        label: "AU_MEDICARE",
        version: 1,
        scope: "Australian Medicare card numbers: 2 to 6 in front and the check digit, as 4-5-1; bare only \
                beside `Medicare`.",
        finds: &["2756 44035 8", "Medicare: 2756440358"],
        ignores: &["2756440358", "1123 45670 1", "2123 45671 1"],
    },
    DetectorInfo {
        name: "au-abn",
        label: "AU_ABN",
        version: 1,
        scope: "Australian business numbers: the sum by 89, as 2-3-3-3; bare only beside `ABN`.",
        finds: &["86 017 854 387", "ABN: 86017854387"],
        ignores: &["86017854387", "ABN: 86 017 854 388"],
    },
    DetectorInfo {
        name: "nz-ird",
        label: "NZ_IRD",
        version: 1,
        scope: "New Zealand IRD numbers: the check digit, with dashes; with blanks or bare only beside \
                `IRD`.",
        finds: &["IRD 49-355-025", "IRD: 49 355 025", "IRD: 49355025"],
        ignores: &["49 355 025", "49355025", "IRD: 49-355-026"],
    },
    DetectorInfo {
        name: "tr-tckn",
        label: "TR_TCKN",
        version: 1,
        scope: "Turkish identity numbers: both check digits, beside a word such as `TCKN` or `kimlik`.",
        finds: &["TC kimlik: 78390684544"],
        ignores: &["78390684544", "TC kimlik: 78390684545"],
    },
    DetectorInfo {
        name: "il-id",
        label: "IL_ID",
        version: 1,
        scope: "Israeli identity numbers: the Luhn check digit, as 1-7-1 or beside a word such as `teudat \
                zehut`.",
        finds: &["teudat zehut 2-5416519-4", "teudat zehut: 254165194"],
        ignores: &["254165194", "teudat zehut: 2-5416519-5"],
    },
    DetectorInfo {
        name: "za-id",
        label: "ZA_ID",
        version: 1,
        scope: "South African identity numbers: a date that exists, citizenship and the Luhn check digit.",
        finds: &["4301083246189", "430108 3246 189"],
        ignores: &["SA ID: 4301083246180"],
    },
    DetectorInfo {
        name: "eg-national-id",
        label: "EG_NATIONAL_ID",
        version: 1,
        scope: "Egyptian national ids: a date that exists and a governorate, beside a word such as `الرقم \
                القومي`. The check digit's rule is not published.",
        finds: &["Egyptian ID: 21007030186089"],
        ignores: &["21007030186089"],
    },
    DetectorInfo {
        name: "in-aadhaar",
        label: "IN_AADHAAR",
        version: 1,
        scope: "Indian Aadhaar numbers: 2 to 9 in front and Verhoeff's check digit, as 4-4-4; bare only \
                beside `Aadhaar`.",
        finds: &["Aadhaar 9631 5091 1238", "Aadhaar: 963150911238"],
        ignores: &["963150911238", "Aadhaar: 9631 5091 1239"],
    },
    DetectorInfo {
        name: "in-pan",
        label: "IN_PAN",
        version: 1,
        scope: "Indian PAN: five letters, of which the fourth is a kind of holder, four digits, a letter. \
                Nothing in it can be checked further.",
        finds: &["ABCPK7487L"],
        ignores: &["ABCDK1234L", "ABCPK0000L", "ABCPK123L"],
    },
    DetectorInfo {
        name: "cn-resident-id",
        label: "CN_RESIDENT_ID",
        version: 1,
        scope: "Chinese resident ids of 18 places: a region, a date that exists and the check of ISO/IEC \
                7064.",
        finds: &["310104191912048639"],
        ignores: &["身份证: 310104191912048630"],
    },
    DetectorInfo {
        name: "tw-national-id",
        label: "TW_NATIONAL_ID",
        version: 1,
        scope: "Taiwan's national ids and residents' numbers since 2021: a letter, sex, and the check \
                digit.",
        finds: &["national ID Q116266509"],
        ignores: &["身分證: Q116266500"],
    },
    DetectorInfo {
        name: "hk-hkid",
        label: "HK_HKID",
        version: 1,
        scope: "Hong Kong identity cards: one or two letters, six digits and the check digit in \
                parentheses; without them only beside a word such as `HKID`.",
        finds: &["W816035(2)", "HKID: W8160352"],
        ignores: &["W8160352", "HKID: W816035(3)"],
    },
    DetectorInfo {
        name: "kr-rrn",
        label: "KR_RRN",
        version: 1,
        scope: "South Korean resident registration numbers, foreigners' as well: a date that exists, with \
                the dash; the check digit, which ended in 2020, raises the score. Bare with it, or beside a word \
                such as `주민등록번호`.",
        finds: &["780501-2481705"],
        ignores: &["901340-1234567", "900101-0234567", "900101-9234567"],
    },
    DetectorInfo {
        name: "jp-my-number",
        label: "JP_MY_NUMBER",
        version: 1,
        scope: "Japanese individual numbers: the check digit, beside a word such as `マイナンバー`.",
        finds: &["My Number: 4216 0992 5936", "My Number: 421609925936"],
        ignores: &["4216 0992 5936", "421609925936", "My Number: 4216 0992 5937"],
    },
    DetectorInfo {
        name: "sg-nric",
        label: "SG_NRIC",
        version: 1,
        scope: "Singapore's NRIC and FIN: S, T, F, G or M, seven digits and the check letter.",
        finds: &["S8304780A"],
        ignores: &["S1234567A", "A1234567D"],
    },
    DetectorInfo {
        name: "th-id",
        label: "TH_ID",
        version: 1,
        scope: "Thai identity numbers: the check digit, with dashes or blanks; bare only beside a word \
                such as `เลขประจำตัวประชาชน`.",
        finds: &["7-0776-11668-93-2", "Thai ID: 7077611668932"],
        ignores: &["7077611668932", "Thai ID: 7-0776-11668-93-3"],
    },
    DetectorInfo {
        name: "my-mykad",
        label: "MY_MYKAD",
        version: 1,
        scope: "Malaysian MyKad numbers: a date that exists and a place of birth, as 6-2-4; bare only \
                beside a word such as `MyKad`.",
        finds: &["530225-14-4888", "MyKad: 530225144888"],
        ignores: &["530225144888", "901340-14-1234", "900101-00-1234"],
    },
    DetectorInfo {
        name: "id-nik",
        label: "ID_NIK",
        version: 1,
        scope: "Indonesian NIK: a province and a date that exists, beside a word such as `NIK` or `KTP`.",
        finds: &["NIK: 3171041407598475"],
        ignores: &["3171041407598475"],
    },
    DetectorInfo {
        name: "kz-iin",
        label: "KZ_IIN",
        version: 1,
        scope: "Kazakhstan's IIN: a date that exists, the century, and the check digit.",
        finds: &["ИИН 330308370529"],
        ignores: &["ИИН: 330308370520"],
    },
    DetectorInfo {
        name: "pk-cnic",
        label: "PK_CNIC",
        version: 1,
        scope: "Pakistani CNIC: a province, as 5-7-1 digits with dashes; bare only beside `CNIC`. It has \
                no check digit.",
        finds: &["37949-3355119-7", "CNIC: 3794933551197"],
        ignores: &["3794933551197", "81234-1234567-1", "31234-1234567-0"],
    },
];
