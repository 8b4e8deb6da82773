//! VAT numbers and those of medical professionals, of many states.

use super::super::DetectorInfo;

pub(in super::super) const ENTRIES: &[DetectorInfo] = &[
    DetectorInfo {
        name: "vat-id",
        label: "VAT_ID",
        version: 1,
        scope: "VAT numbers of the European Union, Northern Ireland, Great Britain, Switzerland and Norway \
                with their country's letters and check digits, bare or in groups; letters in lower case only where \
                nothing parts them from the number. Without letters, or of Norway without MVA, only beside a word \
                such as `VAT`, `USt-IdNr`, `TVA` or `P.IVA`.",
        finds: &[
            "DE764322613",
            "ATU17940824",
            "FR18622318731",
            "NL787602425B03",
            "BE 0401.920.587",
            "USt-IdNr. 748756467",
        ],
        ignores: &["VAT: DE748756468", "748756467", "de 748756467", "VAT: FR18622318732"],
    },
    DetectorInfo {
        name: "medical-license",
        label: "MEDICAL_LICENSE",
        version: 1,
        scope: "Numbers of medical professionals: DEA registrations (letters of the kind and name, check \
                digit), American NPI, German LANR and French RPPS with their check digits, British GMC and NMC and \
                Australian AHPRA by their form. All but DEA, AHPRA and NPI in groups only beside a word such as \
                `NPI` or `GMC`.",
        finds: &["DEA FB8836023", "NPI: 1962816397", "GMC number 7123456", "NMC PIN 98I1234E", "MED0001234567"],
        ignores: &["FB8836024", "IB8836023", "1962816397", "NPI: 1962816398", "7123456"],
    },
];
