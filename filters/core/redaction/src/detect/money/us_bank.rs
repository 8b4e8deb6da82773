//! United States bank accounts, and the routing numbers of their banks.

use crate::detect::announced::{Announced, Kind};
use crate::detect::number::Window;
use crate::detect::registry::Detector;
use crate::detect::scan::Sink;
use crate::detect::score::{LIKELY, WEAK};

/// Looks at digits, and what announces them.
pub(super) fn in_window(window: &Window<'_>, announced: Option<Announced>, sink: &mut Sink<'_>) {
    let kind = announced.filter(|announced| announced.adjacent).map(|announced| announced.kind);
    if let Some(printed) = routing(window) {
        // A number may follow that of the account: `account and routing number`.
        let score = if printed || matches!(kind, Some(Kind::Routing | Kind::Account)) { LIKELY } else { WEAK };
        sink.emit(Detector::UsRoutingNumber, window.range(), score);
        if kind == Some(Kind::Routing) {
            return;
        }
    }
    let grouped =
        window.groups.len() == 1 || !(window.sizes(&[3, 3, 4]) || window.sizes(&[3, 2, 4]) || window.sizes(&[4, 2, 2]));
    if kind == Some(Kind::Account) && grouped && (6..=17).contains(&window.digit_count()) {
        sink.emit(Detector::UsBankAccount, window.range(), LIKELY);
    }
}

/// Whether the digits are a routing number of the American Bankers Association (its Key to Routing Numbers: prefixes of Federal Reserve districts,
/// thrifts, electronic transactions and traveller's cheques; weights 3, 7, 1), and then whether they are printed in its groups.
fn routing(window: &Window<'_>) -> Option<bool> {
    let printed = window.sizes(&[4, 4, 1]);
    if !(printed || window.sizes(&[9])) {
        return None;
    }
    let digits = window.digits::<9>()?;
    let digits = digits.as_slice();
    let [a, b, ..] = digits else { return None };
    let sum: u32 =
        digits.iter().zip([3, 7, 1].into_iter().cycle()).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    (matches!(a * 10 + b, 1..=12 | 21..=32 | 61..=72 | 80) && sum.is_multiple_of(10)).then_some(printed)
}
