//! Windows, reservations and settlement.
