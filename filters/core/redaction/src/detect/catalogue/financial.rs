//! Money: cards, accounts.

use super::DetectorInfo;

pub(super) const ENTRIES: &[DetectorInfo] = &[
    DetectorInfo {
        name: "credit-card",
        label: "CREDIT_CARD",
        version: 2,
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
    DetectorInfo {
        name: "bic",
        label: "BIC",
        version: 1,
        scope: "Business identifier codes (ISO 9362, SWIFT codes): four letters, a country of ISO 3166, two letters or digits, and maybe three \
                for the branch, behind `BIC` or `SWIFT`, or behind `IBAN` and a valid one. In lower case only behind `:` or `=`.",
        finds: &[
            "BIC: DEUTDEFF",
            "SWIFT code CHASUS33XXX",
            "\"bic\": \"deutdeff500\"",
            "IBAN DE89370400440532013000 COBADEFFXXX",
        ],
        ignores: &["DEUTDEFF", "BIC: COMPUTER", "BIC pens, MESSAGES", "bicycle DEUTDEFF"],
    },
    DetectorInfo {
        name: "crypto-address",
        label: "CRYPTO_ADDRESS",
        version: 1,
        scope: "Addresses of cryptocurrencies. By checksum: Bitcoin, Litecoin, Dogecoin, Dash, Tron, Zcash, XRP (base58check), Bitcoin, \
                Litecoin, Cardano, Cosmos and others in bech32 and bech32m. By structure: Ethereum and its kin (`0x` and 40 hexadecimal \
                digits; the case of the letters is not checked), Monero. Solana and Stellar only beside a word such as `wallet`.",
        finds: &[
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed.",
        ],
        ignores: &[
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed00",
        ],
    },
    DetectorInfo {
        name: "us-routing-number",
        label: "US_ROUTING_NUMBER",
        version: 1,
        scope: "Routing numbers of United States banks: nine digits with an issued prefix and the ABA check digit, in groups of 4-4-1, or bare \
                beside a word such as `routing` or `ABA`. Bare ones without such a word have a score of 25.",
        finds: &["routing number 121000358", "0711-0130-7"],
        ignores: &["121000358", "routing number 121000359", "ABA 421042111"],
    },
    DetectorInfo {
        name: "us-bank-account",
        label: "US_BANK_ACCOUNT",
        version: 1,
        scope: "Account numbers of United States banks, which have no check digit: 6 to 17 digits next behind a phrase such as `account \
                number`, `checking account` or `acct`.",
        finds: &["Account number: 000123456789", "acct # 12345678"],
        ignores: &["000123456789", "account number 12345", "on account of 12345678 votes"],
    },
];
