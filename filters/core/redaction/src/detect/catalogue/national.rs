//! Numbers that states give to people and companies.

use super::DetectorInfo;

pub(super) const ENTRIES: &[DetectorInfo] = &[DetectorInfo {
    name: "us-ssn",
    label: "US_SSN",
    version: 1,
    scope: "United States social security numbers as 3-2-4 digits with dashes; with spaces, dots or nothing between only beside a \
                word such as `SSN`. Areas 000, 666 and 900-999, group 00, serial 0000 and the numbers that were made void by being \
                printed in advertisements are not issued and not found.",
    finds: &["536-90-4399", "SSN: 536904399", "social security 536 90 4399"],
    ignores: &["000-12-3456", "666-12-3456", "900-12-3456", "536-00-4399", "078-05-1120", "536904399"],
}];
