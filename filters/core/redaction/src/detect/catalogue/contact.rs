//! How to reach a person.

use super::DetectorInfo;

pub(super) const ENTRIES: &[DetectorInfo] = &[
    DetectorInfo {
        name: "email",
        label: "EMAIL",
        version: 1,
        scope: "E-mail addresses: RFC 5321 dot-atoms of at most 64 bytes, or a quoted local part, at a domain of two or more labels \
                that ends in letters; letters beyond ASCII included. Punctuation around an address is left alone. Not found: \
                address literals (`a@[10.0.0.1]`), domains of one label.",
        finds: &[
            "mail jane.doe+news@example.co.uk.",
            "<o'brien@example.com>",
            "josé@müller.de",
            "\"j doe\"@example.com",
        ],
        ignores: &["jane@localhost", "icon@2x.png", "lodash@4.17.21", "@handle.name", "a@b..com"],
    },
    DetectorInfo {
        name: "phone",
        label: "PHONE",
        version: 2,
        scope: "Telephone numbers: international ones (E.164: an assigned country code after `+` or `00`, then a length and first digit that \
                the country's numbering plan has), North American ones (the area code does not start with 0 or 1), national ones with \
                a trunk 0 in groups, Brazilian ones, and bare mobile numbers with a trunk 0 unless a word such as `order` speaks \
                against them. Other groupings and bare digits only beside a word such as `call`, `phone` or `fax`. Extensions belong \
                to the number.",
        finds: &[
            "+44 20 7946 0958",
            "(212) 555-0123 ext. 7",
            "01 84 17 61 18",
            "Fax: 9498777106",
            "+46 (0)8 928 571 38",
            "07700900123",
        ],
        ignores: &[
            "2024-01-31",
            "order 9498777106",
            "ISBN 0704381265",
            "12345-6789",
            "+999 123 456 789",
            "+33 184 17 61",
            "123-456-7890",
        ],
    },
];
