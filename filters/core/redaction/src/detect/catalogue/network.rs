//! Addresses of machines.

use super::DetectorInfo;

pub(super) const ENTRIES: &[DetectorInfo] = &[
    DetectorInfo {
        name: "ip-address",
        label: "IP_ADDRESS",
        version: 2,
        scope: "IPv4 in dotted decimals without leading zeros, and IPv6 in every form of RFC 4291 that holds a digit. The length of a prefix (`/24`) \
                and a zone (`%eth0`) stay. Not found: four-part versions behind `v` or `version`, eight pairs (an EUI-64).",
        finds: &["from 203.0.113.7:443", "2001:db8::ff00:42:8329", "::ffff:192.0.2.128"],
        ignores: &["1.2.3.256", "version 1.2.3.4", "1.2.3.4.5", "10:30:45", "std::fmt", "a::b"],
    },
    DetectorInfo {
        name: "mac-address",
        label: "MAC_ADDRESS",
        version: 1,
        scope: "MAC addresses (EUI-48, EUI-64) as pairs of hexadecimal digits with `:` or `-` between, and EUI-48 as three groups of four with \
                dots, a digit among them. Without a letter, or as twelve digits in a row, only beside a word such as `mac` or `ethernet`. Not \
                found: all zeros, all ones.",
        finds: &["00:1a:2b:3c:4d:5e", "AA-BB-CC-DD-EE-0F", "3c22.fb9a.1b07", "mac 001a2b3c4d5e"],
        ignores: &["00:00:00:00:00:00", "12:30:45:12:30:45", "00:1a:2b:3c:4d", "001a2b3c4d5e", "00:1a:2b-3c:4d:5e"],
    },
    DetectorInfo {
        name: "url",
        label: "URL",
        version: 1,
        scope: "URLs of http, https, ftp, sftp and WebSockets with any host, and hosts that start with `www.` and end in a top-level domain: the \
                whole of it, path and query included, without the quotes, brackets and punctuation around it. Not found: names of hosts alone.",
        finds: &["see https://example.com/a?b=c#d.", "(http://10.0.0.1:8080/x)", "www.example.org/shop"],
        ignores: &["example.com", "http://", "file:///etc/hosts", "www.example"],
    },
    DetectorInfo {
        name: "url-credentials",
        label: "URL_CREDENTIALS",
        version: 2,
        scope: "User and password in front of the `@` of a URL of any scheme (RFC 3986 userinfo). The scheme and host stay. Passwords that are \
                filled in later, such as `${PASSWORD}` and `****`, are not found.",
        finds: &["postgres://app:s3cret@db.internal/orders", "https://u:p@example.com/"],
        ignores: &["https://example.com/@user", "ssh://git@example.com/x", "postgres://app:${DB_PASSWORD}@db/orders"],
    },
];
