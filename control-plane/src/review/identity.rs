//! Who may speak for a team.

use super::Change;

/// Keys that came and went, by the beginning of their digests.
pub fn changes(old: &[String], new: &[String]) -> Vec<Change> {
    let short = |digest: &String| digest.chars().take(8).collect::<String>();
    let gone = old.iter().filter(|digest| !new.contains(digest));
    let came = new.iter().filter(|digest| !old.contains(digest));
    gone.map(|digest| Change::stricter(format!("key {}…: no longer accepted", short(digest))))
        .chain(came.map(|digest| Change::looser(format!("key {}…: accepted now", short(digest)))))
        .collect()
}
