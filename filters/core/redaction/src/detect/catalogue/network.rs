//! Addresses of machines.

use super::DetectorInfo;

pub(super) const ENTRIES: &[DetectorInfo] = &[
    DetectorInfo {
        name: "ip-address",
        label: "IP_ADDRESS",
        version: 1,
        scope: "IPv4 in dotted decimals without leading zeros, and IPv6 in every form of RFC 4291 that holds a digit. Not found: four-part \
                versions behind `v` or `version`.",
        finds: &["from 203.0.113.7:443", "2001:db8::ff00:42:8329", "::ffff:192.0.2.128"],
        ignores: &["1.2.3.256", "version 1.2.3.4", "1.2.3.4.5", "10:30:45", "std::fmt", "a::b"],
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
