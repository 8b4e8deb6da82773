//! `tollgate keys`.

use clap::{Args, Subcommand};
use sha2::{Digest, Sha256};

use super::{Failure, Outcome, print, say};
use crate::config::documents::is_name;

/// Make API keys for teams.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Print a new key once, and the digest to commit
    New(New),
}

/// Make a key.
#[derive(Debug, Args)]
pub struct New {
    /// Name of the team
    #[arg(long)]
    team: String,
}

/// Characters of a key after its prefix: 40 out of 62 are 238 bits.
const LENGTH: usize = 40;
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl Keys {
    pub fn run(self) -> Outcome {
        let Self::New(New { team }) = self;
        if !is_name(&team) {
            say(format!(
                "tollgate: `{team}` cannot be the name of a team: use lower-case letters, digits, `-`, `_` and `.`"
            ));
            return Err(Failure::BadInput);
        }
        let key = new_key()?;
        say(format!("A key for Team/{team}. It is shown this once; hand it over by a safe way:"));
        print(&key)?;
        say(format!("Commit this digest under spec.identities of Team/{team}:"));
        print(format!("- apiKeySha256: \"{}\"", digest(&key)))?;
        Ok(())
    }
}

/// A key out of the operating system's randomness.
fn new_key() -> anyhow::Result<String> {
    let mut key = String::from("tg-");
    let mut random = [0; 64];
    while key.len() < 3 + LENGTH {
        getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
        // 248 is the largest multiple of 62 in a byte: every character is equally likely.
        let fair = random.iter().filter(|byte| **byte < 248).filter_map(|byte| ALPHABET.get(usize::from(byte % 62)));
        key.extend(fair.take(3 + LENGTH - key.len()).map(|byte| char::from(*byte)));
    }
    Ok(key)
}

/// The digest under which a key is committed.
fn digest(key: &str) -> String {
    Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_long_plain_and_never_the_same() {
        let (a, b) = (new_key().unwrap(), new_key().unwrap());
        assert_ne!(a, b);
        assert_eq!(a.len(), 43);
        assert!(a.starts_with("tg-") && a.bytes().skip(3).all(|b| b.is_ascii_alphanumeric()), "{a}");
        assert_eq!(digest("test"), "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
    }
}
