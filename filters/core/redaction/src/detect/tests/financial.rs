use super::*;

#[test]
fn credit_card() {
    all_of(
        "credit-card",
        &[
            // The networks' and payment processors' published test numbers.
            "4111111111111111",
            "4012888888881881",
            "4222222222222",
            "5555555555554444",
            "5105105105105100",
            "2223003122003222",
            "378282246310005",
            "371449635398431",
            "6011111111111117",
            "6011000990139424",
            "30569309025904",
            "38520000023237",
            "3530111333300000",
            "3566002020360505",
            "6304000000000000",
            "6759649826438453",
            "6200000000000005",
            "2200000000000004",
            "4000000000000000006",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111.1111.1111.1111",
            "3782 822463 10005",
            "3056 930902 5904",
            "41111111 11111111",
            "4111\u{a0}1111\u{a0}1111\u{a0}1111",
        ],
    );
    check(
        "credit-card",
        &[
            ("4111 1111 1111 1111 12/29", &["4111 1111 1111 1111"]),
            ("4111 1111 1111 1111 123", &["4111 1111 1111 1111"]),
            ("4111111111111111,5555555555554444", &["4111111111111111", "5555555555554444"]),
            ("4111111111111111 5555555555554444", &["4111111111111111", "5555555555554444"]),
            ("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 4111 1111 1111 1111", &["4111 1111 1111 1111"]),
            ("card no 9000000000000002", &[]),
            ("card no 9000000000000001", &["9000000000000001"]),
        ],
    );
    none_of(
        "credit-card",
        &[
            "",
            "4111111111111112",
            "411111111111111",
            "41111111111111111",
            "9000000000000001",
            "a4111111111111111",
            "4111111111111111a",
            "1.4111111111111111",
            "4111/1111/1111/1111",
            "4111 1111-1111 1111 1",
            "0000000000000000",
            "1234567890123",
            "123e4567-e89b-12d3-a456-426614174000",
            "12345678-90ab-cdef-1234-501800000009",
        ],
    );
}

#[test]
fn iban() {
    all_of(
        "iban",
        &[
            // The registry's own examples.
            "GB82WEST12345698765432",
            "GB82 WEST 1234 5698 7654 32",
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "FR1420041010050500013M02606",
            "CH9300762011623852957",
            "NL91ABNA0417164300",
            "NO9386011117947",
            "BE68539007547034",
            "MT84MALT011000012345MTLCAST001S",
            "ES9121000418450200051332",
            "IT60X0542811101000000123456",
            "SE4550000000058398257466",
            "PL61109010140000071219812874",
            "LC55HEMM000100010012001200023015",
            "SA0380000000608010167519",
            "BR9700360305000010009795493P1",
            "gb82west12345698765432",
            "GB82-WEST-1234-5698-7654-32",
        ],
    );
    none_of(
        "iban",
        &[
            "",
            "GB82WEST12345698765431",
            "GB82WEST1234569876543",
            "GB82WEST123456987654321",
            "XX82WEST12345698765432",
            "AGB82WEST12345698765432",
            "DE89 3704 0044",
            "DE89  3704 0044 0532 0130 00",
            "US64SVBKUS6S3300958879",
        ],
    );
}

#[test]
fn bic() {
    check(
        "bic",
        &[
            ("BIC: DEUTDEFF", &["DEUTDEFF"]),
            ("BIC/SWIFT: DEUTDEFF500", &["DEUTDEFF500"]),
            ("SWIFT code is CHASUS33XXX.", &["CHASUS33XXX"]),
            ("\"bic\": \"deutdeff\"", &["deutdeff"]),
            ("swiftCode=BNPAFRPP", &["BNPAFRPP"]),
            ("swift_code: 'UBSWCHZH80A'", &["UBSWCHZH80A"]),
            ("IBAN DE89 3704 0044 0532 0130 00, COBADEFFXXX", &["COBADEFFXXX"]),
            ("IBAN: GB82WEST12345698765432 (BIC: NWBKGB2L)", &["NWBKGB2L"]),
            ("BIC | NWBKGB2L |", &["NWBKGB2L"]),
        ],
    );
    none_of(
        "bic",
        &[
            "",
            "BIC",
            "DEUTDEFF",
            "COMPUTER",
            "BIC: COMPUTER",
            "BIC: DEUTXXFF",
            "BIC: DEUTDEF",
            "BIC: DEUTDEFF5",
            "BIC: DEUT1EFF",
            "bicycle: DEUTDEFF",
            "SWIFT developers deutdeff",
            "aerobic DEUTDEFF",
            "IBAN DE89 3704 0044 0532 0130 01, COBADEFFXXX",
        ],
    );
}

#[test]
fn crypto_address() {
    all_of(
        "crypto-address",
        &[
            // The examples of the specifications and wikis: genesis block, BIP 16, BIP 173, BIP 350, EIP-55.
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "3P14159f73E4gFr7JterCCQh9QjiTjiZrG",
            "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn",
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",
            "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        ],
    );
    check(
        "crypto-address",
        &[
            (
                "Solana wallet: So11111111111111111111111111111111111111112",
                &["So11111111111111111111111111111111111111112"],
            ),
            ("bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?amount=1", &["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"]),
        ],
    );
    none_of(
        "crypto-address",
        &[
            "",
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa2",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "bc1qW508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "xy1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTi",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
            "0x0000000000000000000000000000000000000000",
            "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "d41d8cd98f00b204e9800998ecf8427e",
            "So11111111111111111111111111111111111111112",
            "11111111111111111111111111111111111",
        ],
    );
}

#[test]
fn us_bank() {
    check(
        "us-routing-number",
        &[
            ("routing number 121000358", &["121000358"]),
            ("Routing #: 121000358, account 1", &["121000358"]),
            ("ABA 0711-0130-7", &["0711-0130-7"]),
            ("0711-0130-7", &["0711-0130-7"]),
            ("{\"routingNumber\": \"121000358\"}", &["121000358"]),
            ("RTN:121000358", &["121000358"]),
        ],
    );
    none_of(
        "us-routing-number",
        &[
            "",
            "121000358",
            "routing number 121000359",
            "routing number 421042111",
            "routing number 12100035",
            "1234-0000-0",
        ],
    );
    check(
        "us-bank-account",
        &[
            ("Account number: 000123456789", &["000123456789"]),
            ("account_number=12345678", &["12345678"]),
            ("accountNumber\": \"12345678\"", &["12345678"]),
            ("my checking account is 945456787654", &["945456787654"]),
            ("acct # 1234-567890", &["1234-567890"]),
            ("Acct: 123456789012", &["123456789012"]),
            ("routing number 121000358 account number 945456787654", &["945456787654"]),
        ],
    );
    none_of(
        "us-bank-account",
        &[
            "",
            "945456787654",
            "account number 12345",
            "account number 123456789012345678",
            "on account of 123456 votes",
            "account number since 2024-01-31",
            "account number unknown, order 12345678",
        ],
    );
}
