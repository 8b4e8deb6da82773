//! Where secrets are read from.

use crate::config::kinds::SecretSource;

/// Checks that exactly one source is named, and plausibly. Whether it can be read now is another matter: `check` also runs where the
/// secrets are not.
pub fn check(source: &SecretSource) -> Result<(), String> {
    match (&source.env, &source.file) {
        (Some(env), None) => {
            let first = env.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
            if first && env.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                Ok(())
            } else {
                // Not quoted: someone may have written the key itself here.
                Err("`env` is not the name of an environment variable".into())
            }
        }
        (None, Some(file)) if file.starts_with('/') => Ok(()),
        (None, Some(_)) => Err("`file` must be an absolute path".into()),
        _ => Err("write exactly one of `env: NAME` and `file: /path`".into()),
    }
}
