//! What a reviewer needs to know about each built-in detector. Kept apart from the detectors: nothing here goes into a module.

mod contact;
mod document;
mod financial;
mod national;
mod network;
mod secret;

/// What a reviewer needs to know about a built-in detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DetectorInfo {
    /// The name that a rule's `detect` uses.
    pub name: &'static str,
    /// What placeholders are made of: `EMAIL` in `<EMAIL_1>`.
    pub label: &'static str,
    /// Counts up whenever the detector finds something else than before.
    pub version: u32,
    /// What it finds, how that is validated, and what is left out.
    pub scope: &'static str,
    /// Texts in which it finds something.
    pub finds: &'static [&'static str],
    /// Look-alikes in which it finds nothing.
    pub ignores: &'static [&'static str],
}

/// Every built-in detector, by family.
pub fn detectors() -> impl Iterator<Item = &'static DetectorInfo> {
    families().flat_map(|(_, entries)| entries)
}

/// The families of detectors, each with its heading.
pub fn families() -> impl Iterator<Item = (&'static str, &'static [DetectorInfo])> {
    [
        ("Contact", contact::ENTRIES),
        ("Money", financial::ENTRIES),
        ("Numbers that states give: the Americas", national::americas::ENTRIES),
        ("Numbers that states give: Europe", national::europe::ENTRIES),
        ("Numbers that states give: the north of Europe", national::north::ENTRIES),
        ("Numbers that states give: Asia, Africa, Oceania", national::asia::ENTRIES),
        ("Numbers that states give: VAT, medicine", national::other::ENTRIES),
        ("Papers of a person", document::ENTRIES),
        ("Addresses of machines", network::ENTRIES),
        ("Secrets", secret::ENTRIES),
    ]
    .into_iter()
}
