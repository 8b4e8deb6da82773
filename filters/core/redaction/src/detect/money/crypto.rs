//! Addresses of cryptocurrencies, known by their checksums where they have one.

use sha2::{Digest, Sha256};

use crate::detect::registry::Detector;
use crate::detect::scan::Sink;
use crate::detect::score::{CERTAIN, Context, LIKELY, WEAK};
use crate::detect::word::Word;
use crate::text;

/// Digits of base 58: no `0`, `O`, `I` and `l`.
const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// The XRP Ledger has its own order.
const BASE58_XRP: &[u8] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";
/// Digits of bech32 (BIP 173).
const BECH32: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// What bech32 addresses start with: Bitcoin, its test networks, Litecoin, Cardano, Cosmos and its kin, Zcash, DigiByte.
const NETWORKS: &[&[u8]] = &[
    b"bc",
    b"tb",
    b"bcrt",
    b"ltc",
    b"tltc",
    b"addr",
    b"stake",
    b"cosmos",
    b"osmo",
    b"bnb",
    b"zs",
    b"dgb",
    b"terra",
    b"inj",
    b"celestia",
];
/// What legacy addresses start with: Bitcoin and its test networks, Litecoin, Dogecoin, Dash, Tron, Zcash.
const LEGACY: &[u8] = b"132mnLMDA9X7Tt";

/// Words beside keys that are addresses on Solana, or on Stellar.
pub(in crate::detect) const CONTEXT: Context =
    Context::of(&["solana", "sol", "phantom", "stellar", "xlm", "lumens", "wallet", "crypto"]);

/// Looks at a word of letters and digits.
pub(super) fn in_word(word: &Word<'_>, sink: &mut Sink<'_>) {
    let bytes = word.bytes();
    let first = text::at(bytes, 0);
    let score = match bytes.len() {
        25..=35 if LEGACY.contains(&first) && base58check(bytes, BASE58) => CERTAIN,
        25..=35 if first == b'r' && base58check(bytes, BASE58_XRP) => CERTAIN,
        42 if bytes.starts_with(b"0x") || bytes.starts_with(b"0X") => ethereum(bytes),
        95 | 106 if matches!(first, b'4' | b'8') && base58(bytes) => LIKELY,
        26..=110 if bech32(bytes) => CERTAIN,
        56 if first == b'G' && bytes.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7')) => weigh(word, sink),
        42..=44 if mixed(bytes) && base58(bytes) => weigh(word, sink),
        _ => 0,
    };
    if score > 0 {
        sink.emit(Detector::CryptoAddress, word.range(), score);
    }
}

fn weigh(word: &Word<'_>, sink: &mut Sink<'_>) -> u8 {
    CONTEXT.weigh(&sink.near(word.text(), &word.range()), WEAK)
}

fn base58(word: &[u8]) -> bool {
    word.iter().all(|byte| BASE58.contains(byte))
}

fn mixed(word: &[u8]) -> bool {
    word.iter().any(u8::is_ascii_uppercase) && word.iter().any(u8::is_ascii_lowercase)
}

/// Twenty bytes in hexadecimal. The case of their letters may hold a checksum (EIP-55); texts keep it too seldom to ask for it. The address
/// that stands for none is nobody's.
fn ethereum(word: &[u8]) -> u8 {
    let digits = text::tail(word, 2);
    let same = digits.iter().all(|byte| Some(byte) == digits.first());
    if digits.iter().all(u8::is_ascii_hexdigit) && !same { LIKELY } else { 0 }
}

/// A version of one or two bytes, a hash of 20 bytes, and the first four bytes of SHA-256 twice over them.
fn base58check(word: &[u8], digits: &[u8]) -> bool {
    const LENGTH: usize = 26;
    let mut value = [0u8; LENGTH];
    for byte in word {
        let Some(digit) = digits.iter().position(|digit| digit == byte) else { return false };
        let mut carry = digit;
        for place in value.iter_mut().rev() {
            carry += usize::from(*place) * 58;
            // The low byte stays.
            *place = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return false;
        }
    }
    // Each zero byte in front is written as one zero digit.
    let zeros = word.iter().take_while(|byte| Some(*byte) == digits.first()).count();
    let leading = value.iter().take_while(|byte| **byte == 0).count();
    let length = LENGTH - leading + zeros;
    if !matches!(length, 25 | 26) {
        return false;
    }
    let (payload, check) = text::tail(&value, LENGTH - length).split_at(length - 4);
    Sha256::digest(Sha256::digest(payload)).starts_with(check)
}

/// BIP 173 and its amendment, BIP 350: the network, a 1, the data, and a checksum of six digits.
fn bech32(word: &[u8]) -> bool {
    let Some(one) = word.iter().rposition(|byte| *byte == b'1') else { return false };
    let (network, data) = (text::slice(word, 0..one), text::tail(word, one + 1));
    if data.len() < 20 || mixed(word) || !NETWORKS.iter().any(|known| known.eq_ignore_ascii_case(network)) {
        return false;
    }
    let low = |byte: &u8| u32::from(byte.to_ascii_lowercase());
    let high = network.iter().map(|byte| low(byte) >> 5);
    let low = network.iter().map(|byte| low(byte) & 31);
    let mut check = high.chain([0]).chain(low).fold(1, step);
    for byte in data {
        let Some(digit) = BECH32.iter().position(|known| *known == byte.to_ascii_lowercase()) else { return false };
        check = step(check, digit as u32);
    }
    matches!(check, 1 | 0x2bc8_30a3)
}

/// One digit more, in the code's field.
fn step(check: u32, digit: u32) -> u32 {
    let generators = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let shifted = ((check & 0x01ff_ffff) << 5) ^ digit;
    let top = check >> 25;
    generators
        .iter()
        .enumerate()
        .filter(|(bit, _)| top >> bit & 1 == 1)
        .fold(shifted, |value, (_, generator)| value ^ generator)
}
