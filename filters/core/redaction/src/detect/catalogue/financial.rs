//! Money: cards, accounts.

use super::DetectorInfo;

pub(super) const ENTRIES: &[DetectorInfo] = &[
    DetectorInfo {
        name: "credit-card",
        label: "CREDIT_CARD",
        version: 1,
        scope: "Payment card numbers (ISO/IEC 7812): the prefixes and lengths of American Express, Diners Club, Discover, JCB, Maestro, \
                Mastercard, Mir, RuPay, Troy, UnionPay, Verve and Visa, with the Luhn check digit, bare or in groups set apart by \
                spaces, dashes or dots. Beside a word such as `card` any prefix will do.",
        finds: &["4111 1111 1111 1111", "3782-822463-10005", "card 5555555555554444,"],
        ignores: &["4111 1111 1111 1112", "9111111111111111", "x4111111111111111", "10 9 8 7 6 5 4 3 2 1 0"],
    },
    DetectorInfo {
        name: "iban",
        label: "IBAN",
        version: 1,
        scope: "International bank account numbers (ISO 13616): the country's own length and the mod 97 check, bare or with single \
                spaces or dashes between groups, upper or lower case.",
        finds: &["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000"],
        ignores: &["GB82 WEST 1234 5698 7654 33", "XX89370400440532013000", "DE8937040044053201300"],
    },
];
