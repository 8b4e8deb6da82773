//! Country calling codes and the lengths of the numbers behind them.

/// Country codes of ITU-T E.164 (its list of assigned codes) with the shortest and longest
/// national number, without trunk prefix, as the national plans give them.
#[rustfmt::skip]
const PLANS: &[(u32, u8, u8)] = &[
    (1, 10, 10), (7, 10, 10), (20, 8, 10), (27, 9, 9), (30, 10, 10), (31, 9, 9), (32, 8, 9), (33, 9, 9), (34, 9, 9), (36, 8, 9),
    (39, 6, 11), (40, 9, 9), (41, 9, 9), (43, 7, 13), (44, 9, 10), (45, 8, 8), (46, 7, 9), (47, 8, 8), (48, 9, 9), (49, 6, 12),
    (51, 8, 9), (52, 10, 10), (53, 8, 8), (54, 10, 11), (55, 10, 11), (56, 9, 9), (57, 8, 10), (58, 10, 10), (60, 8, 10),
    (61, 9, 9), (62, 8, 12), (63, 8, 10), (64, 8, 10), (65, 8, 8), (66, 8, 9), (81, 9, 10), (82, 8, 11), (84, 9, 10), (86, 9, 11),
    (90, 10, 10), (91, 10, 10), (92, 9, 10), (93, 9, 9), (94, 9, 9), (95, 8, 10), (98, 10, 10),
    (351, 9, 9), (352, 6, 11), (353, 8, 10), (354, 7, 9), (356, 8, 8), (358, 6, 12), (359, 8, 9), (370, 8, 8), (371, 8, 8),
    (372, 7, 8), (380, 9, 9), (381, 8, 9), (385, 8, 9), (386, 8, 8), (420, 9, 9), (421, 9, 9), (852, 8, 8), (886, 8, 9),
    (966, 9, 9), (971, 8, 9), (972, 8, 9),
];

/// Assigned codes of three digits whose plans are not in the table, by range.
#[rustfmt::skip]
const OTHERS: &[(u32, u32)] = &[
    (211, 213), (216, 216), (218, 218), (220, 258), (260, 269), (290, 291), (297, 299), (350, 350), (355, 355), (357, 357),
    (373, 379), (382, 383), (387, 387), (389, 389), (423, 423), (500, 509), (590, 599), (670, 670), (672, 683), (685, 692),
    (800, 800), (808, 808), (850, 850), (853, 853), (855, 856), (870, 870), (878, 878), (880, 883), (888, 888), (960, 965),
    (967, 968), (970, 970), (973, 977), (979, 979), (992, 996), (998, 998),
];

/// The length of the country code that `digits` (values 0 to 9) start with, and the lengths its national numbers have.
pub(super) fn plan(digits: &[u8]) -> Option<(usize, std::ops::RangeInclusive<usize>)> {
    let mut code = 0;
    for (place, &digit) in digits.iter().take(3).enumerate() {
        code = code * 10 + u32::from(digit);
        if let Some(&(_, shortest, longest)) = PLANS.iter().find(|plan| plan.0 == code) {
            return Some((place + 1, usize::from(shortest)..=usize::from(longest)));
        }
    }
    // E.164 allows 15 digits with the country code.
    OTHERS.iter().any(|&(first, last)| code >= first && code <= last).then_some((3, 6..=12))
}
