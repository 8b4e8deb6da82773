//! Numbers that the Nordic and Baltic states give.

use super::super::DetectorInfo;

pub(in super::super) const ENTRIES: &[DetectorInfo] = &[
    DetectorInfo {
        name: "se-personnummer",
        label: "SE_PERSONNUMMER",
        version: 1,
        scope: "Swedish personnummer and samordningsnummer: a date that exists and the Luhn check digit, \
                with the century or without.",
        finds: &["431210-2231", "personnummer 4312102231"],
        ignores: &["personnummer: 431210-2232"],
    },
    DetectorInfo {
        name: "no-fodselsnummer",
        label: "NO_FODSELSNUMMER",
        version: 1,
        scope: "Norwegian birth numbers, D, H and test numbers among them: a date that exists and both \
                check digits.",
        finds: &["21022923592", "210229 23592"],
        ignores: &["personnummer: 21022923593"],
    },
    DetectorInfo {
        name: "fi-hetu",
        label: "FI_HETU",
        version: 1,
        scope: "Finnish HETU: a date that exists, any of the separators in use since 2023, and the check \
                character.",
        finds: &["301125-6964"],
        ignores: &["HETU: 131052-308S"],
    },
    DetectorInfo {
        name: "dk-cpr",
        label: "DK_CPR",
        version: 1,
        scope: "Danish CPR numbers: a date that exists, with the dash. Modulus 11, which ended in 2007, \
                raises the score. Bare only beside a word such as `CPR`.",
        finds: &["221185-3436", "CPR: 2211853436"],
        ignores: &["2211853436", "CPR: 321190-1234"],
    },
    DetectorInfo {
        name: "is-kennitala",
        label: "IS_KENNITALA",
        version: 1,
        scope: "Icelandic kennitala of people and companies: a date that exists, the century and the check \
                digit.",
        finds: &["280807-8189", "kennitala 2808078189"],
        ignores: &["kennitala: 280807-8190"],
    },
    DetectorInfo {
        name: "ee-isikukood",
        label: "EE_ISIKUKOOD",
        version: 1,
        scope: "Estonian isikukood: sex and century, a date that exists and the check digit. Lithuania's \
                numbers are built alike.",
        finds: &["isikukood 46111265110"],
        ignores: &["isikukood: 46111265111"],
    },
    DetectorInfo {
        name: "lt-asmens-kodas",
        label: "LT_ASMENS_KODAS",
        version: 1,
        scope: "Lithuanian asmens kodas: sex and century, a date that exists and the check digit. \
                Estonia's numbers are built alike.",
        finds: &["asmens kodas 60612261927"],
        ignores: &["asmens kodas: 60612261928"],
    },
    DetectorInfo {
        name: "lv-personas-kods",
        label: "LV_PERSONAS_KODS",
        version: 1,
        scope: "Latvian personas kods: a date that exists, or 32 in front, and the check digit, with the \
                dash; bare only beside `personas kods`.",
        finds: &["260420-10967", "personas kods: 26042010967"],
        ignores: &["26042010967", "personas kods: 260420-10968"],
    },
];
