//! Papers of a person: passports, licences, dates of birth.

use super::DetectorInfo;

pub(super) const ENTRIES: &[DetectorInfo] = &[
    DetectorInfo {
        name: "passport",
        label: "PASSPORT",
        version: 1,
        scope: "Passport numbers in the forms that some sixty issuers use, near the word passport in one of twenty languages; numbers of digits \
                only where no other number stands between. Without the word, those with letters have a score of 25. The lines of \
                machine-readable zones (ICAO Doc 9303: passports and cards, with their check digits) always, each as a finding.",
        finds: &[
            "Passport No. 912803456",
            "pasaporte AAA123456",
            "Reisepass: C01X00T41",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        ],
        ignores: &["912803456", "A12803456", "passport photo 35x45", "L898902C37UTO7408122F1204159ZE184226B<<<<<10"],
    },
    DetectorInfo {
        name: "driving-licence",
        label: "DRIVING_LICENCE",
        version: 1,
        scope: "Driving licence numbers: those of Great Britain by their structure (name, date of birth, initials); others as 5 to 19 letters and \
                digits, dashes between them or not, near a phrase such as `driver's license`, `permis de conduire` or `DL no`. Not found: \
                numbers with fewer than three digits (Kansas).",
        finds: &[
            "MORGA657054SM9IJ",
            "driver's license F162823540116",
            "Führerschein BO12345678A",
            "DL# S530-460-78-901-0",
        ],
        ignores: &[
            "MORGA613054SM9IJ",
            "F162823540116",
            "driver's license expires 2027-01-31",
            "software license no 12345678",
        ],
    },
    DetectorInfo {
        name: "date-of-birth",
        label: "DATE_OF_BIRTH",
        version: 1,
        scope: "Dates from 1900 on that exist, behind or next to a phrase such as `born`, `DOB`, `geboren`, `née le` or `生年月日`: in digits in any \
                order, or with the month's name in a dozen languages. The date alone is the finding. A nearer word such as `died` or `expires` \
                speaks for another date.",
        finds: &["DOB: 03/12/1985", "born on March 12, 1985", "geboren am 12. März 1985", "生年月日：1985年3月12日"],
        ignores: &["1985-03-12", "born 1985", "born 1985-02-30", "born long ago, hired 2010-04-01"],
    },
];
