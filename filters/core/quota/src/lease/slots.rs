//! Keys for subjects that nobody counts: users and apps.
//!
//! Envoy's shared data forgets no key, so a key per user would grow with every user ever seen. Instead the subjects of a team share this
//! many keys, and each keeps at most [`super::MOST_POOLS`] records, of those in use. A subject that comes back has its record made anew
//! from the service, which has the count. So memory is bounded by `SLOTS * MOST_POOLS` records of some 60 bytes, 15 MB for a team
//! that has that many users at once, and no count is ever lost or shared.

/// Keys of one team and kind of subject.
pub const SLOTS: u64 = 4_096;

/// The slot of a subject, and the id of its pool there: a hash (FNV-1a, 64 bits) of what names it. That two subjects in use meet in
/// both has odds below one in 2^50 for a full slot; they would then share a lease, which is stricter than the policy and never looser.
#[must_use]
pub fn slot(quota: u64, subject: &str) -> (u64, u64) {
    let hash = subject
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    // FNV's low bits follow the last bytes, so all of them are folded in.
    ((hash ^ (hash >> 32)) % SLOTS, hash ^ quota.rotate_left(32))
}
