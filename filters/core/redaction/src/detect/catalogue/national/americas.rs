//! Numbers that the states of the Americas give.

use super::super::DetectorInfo;

pub(in super::super) const ENTRIES: &[DetectorInfo] = &[
    DetectorInfo {
        name: "us-ssn",
        label: "US_SSN",
        version: 1,
        scope: "United States social security numbers as 3-2-4 digits with dashes; with spaces, dots or nothing between only beside a \
                    word such as `SSN`. Areas 000, 666 and 900-999, group 00, serial 0000 and the numbers that were made void by being \
                    printed in advertisements are not issued and not found.",
        finds: &["536-90-4399", "SSN: 536904399", "social security 536 90 4399"],
        ignores: &["000-12-3456", "666-12-3456", "900-12-3456", "536-00-4399", "078-05-1120", "536904399"],
    },
    DetectorInfo {
        name: "us-itin",
        label: "US_ITIN",
        version: 1,
        scope: "United States individual taxpayer numbers: 9, and a group of 50-65, 70-88, 90-92 or 94-99, \
                as 3-2-4 digits with dashes; written otherwise only beside a word such as `ITIN`.",
        finds: &["927-71-8055", "ITIN: 927718055"],
        ignores: &["927718055", "912-89-1234", "912-93-1234", "812-71-1234"],
    },
    DetectorInfo {
        name: "us-ein",
        label: "US_EIN",
        version: 1,
        scope: "United States employer numbers: a prefix that the IRS gives, 2-7 digits or bare, only \
                beside a word such as `EIN`.",
        finds: &["EIN: 27-3718713", "EIN: 273718713"],
        ignores: &["27-3718713", "273718713", "EIN 07-1234567", "EIN 89-1234567"],
    },
    DetectorInfo {
        name: "us-mbi",
        label: "US_MBI",
        version: 1,
        scope: "Medicare beneficiary identifiers: eleven places of digits and letters, none of S, L, O, I, \
                B and Z, in the order that CMS gives, bare or as 4-3-4.",
        finds: &["2AC0-DE6-FG37", "2AC0DE6FG37"],
        ignores: &["0AC4-DE5-FG73", "1SC4-DE5-FG73", "1AC4-DE5-7G73"],
    },
    DetectorInfo {
        name: "ca-sin",
        label: "CA_SIN",
        version: 1,
        scope: "Canadian social insurance numbers: the Luhn check digit and no 8 in front. With dashes; \
                with blanks or bare only beside a word such as `SIN` or `NAS`.",
        finds: &["SIN 133-264-341", "SIN: 133 264 341", "SIN: 133264341"],
        ignores: &["133 264 341", "133264341", "SIN: 133-264-342"],
    },
    DetectorInfo {
        name: "mx-curp",
        label: "MX_CURP",
        version: 1,
        scope: "Mexican CURP: letters of the names, a date that exists, sex, a state and the check digit.",
        finds: &["ROLC200229MDFDPR04"],
        ignores: &["CURP: ROLC200229MDFDPR05"],
    },
    DetectorInfo {
        name: "mx-rfc",
        label: "MX_RFC",
        version: 1,
        scope: "Mexican RFC: letters of the name, a date that exists, and three of which the last is a \
                digit or A. Its check digit is not checked: old ones break it.",
        finds: &["ROLC691020Q9A", "ROLC-691020-Q9A"],
        ignores: &["ROLC821340Q1A", "ROLC820214Q1B"],
    },
    DetectorInfo {
        name: "br-cpf",
        label: "BR_CPF",
        version: 1,
        scope: "Brazilian CPF: both check digits. Bare only beside a word such as `CPF`.",
        finds: &["379.220.621-84", "379220621-84", "CPF: 37922062184"],
        ignores: &["37922062184", "CPF: 379.220.621-85"],
    },
    DetectorInfo {
        name: "br-cnpj",
        label: "BR_CNPJ",
        version: 1,
        scope: "Brazilian CNPJ: both check digits, with letters as given out since July 2026. Bare ones of \
                branches only beside `CNPJ`.",
        finds: &["29.298.175/0001-09", "29298175000109", "12.ABC.345/01DE-35"],
        ignores: &["CNPJ: 29.298.175/0001-00"],
    },
    DetectorInfo {
        name: "ar-cuit",
        label: "AR_CUIT",
        version: 1,
        scope: "Argentine CUIT and CUIL: a kind that is given out, and the check digit. Bare only beside a \
                word such as `CUIT`.",
        finds: &["20-86990729-5", "CUIT: 20869907295"],
        ignores: &["20869907295", "CUIT: 20-86990729-6"],
    },
    DetectorInfo {
        name: "cl-rut",
        label: "CL_RUT",
        version: 1,
        scope: "Chilean RUT and RUN: the check digit or K, with dots and a dash; without dots only beside \
                a word such as `RUT`.",
        finds: &["17.837.023-5", "RUT: 17837023-5", "RUT: 178370235"],
        ignores: &["17837023-5", "178370235", "RUT: 17.837.023-6"],
    },
    DetectorInfo {
        name: "co-nit",
        label: "CO_NIT",
        version: 1,
        scope: "Colombian NIT of ten digits: the check digit, and 8 or 9 in front. Without dots only \
                beside `NIT`.",
        finds: &["830.853.895-6", "NIT: 830853895-6", "NIT: 8308538956"],
        ignores: &["830853895-6", "8308538956", "NIT: 830.853.895-7"],
    },
    DetectorInfo {
        name: "pe-ruc",
        label: "PE_RUC",
        version: 1,
        scope: "Peruvian RUC: 10, 15-17 or 20 in front and the check digit, beside a word such as `RUC`.",
        finds: &["RUC: 10337396653"],
        ignores: &["10337396653", "RUC: 10337396654"],
    },
    DetectorInfo {
        name: "uy-rut",
        label: "UY_RUT",
        version: 1,
        scope: "Uruguayan RUT: an office, a serial, 001 and the check digit. Bare only beside a word such \
                as `RUT`.",
        finds: &["21-436111-001-7", "RUT: 214361110017"],
        ignores: &["214361110017", "RUT: 21-436111-001-8"],
    },
    DetectorInfo {
        name: "ec-cedula",
        label: "EC_CEDULA",
        version: 1,
        scope: "Ecuadorian cédula: a province and the Luhn check digit, beside a word such as `cédula`.",
        finds: &["cedula: 175814221-8", "cedula: 1758142218"],
        ignores: &["175814221-8", "1758142218", "cedula: 175814221-9"],
    },
    DetectorInfo {
        name: "do-cedula",
        label: "DO_CEDULA",
        version: 1,
        scope: "Dominican cédula: the Luhn check digit, as 3-7-1 digits with dashes; bare only beside a \
                word such as `cédula`.",
        finds: &["639-3186261-7", "cedula: 63931862617"],
        ignores: &["63931862617", "cedula: 639-3186261-8"],
    },
    DetectorInfo {
        name: "ve-rif",
        label: "VE_RIF",
        version: 1,
        scope: "Venezuelan RIF: a kind and the check digit, with dashes; bare only beside `RIF`.",
        finds: &["G-40213870-1", "RIF: G402138701"],
        ignores: &["G402138701", "RIF: G-40213870-2"],
    },
];
