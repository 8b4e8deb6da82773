//! Where a ledger is, as `--store` names it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use postgres::config::{Host, SslMode};

use crate::error::{Error, Result};

/// Where a ledger is.
///
/// - `sqlite://ledger.db` (relative), `sqlite:///var/lib/tollgate/ledger.db` (absolute);
/// - `postgres://user@host:5432/database?sslmode=…&sslrootcert=FILE`, as for `psql`. Without a password in it, `PGPASSWORD` is used.
///
/// A connection to another machine is encrypted and the server's certificate checked, whether `sslmode` says so or not; only
/// `sslmode=disable` turns both off. `prefer` and `allow` are refused: whoever sits between would choose plain text.
#[derive(Debug, Clone)]
pub enum Store {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A database of PostgreSQL.
    Postgres(Box<Postgres>),
}

/// A database of PostgreSQL.
#[derive(Clone)]
pub struct Postgres {
    pub(crate) config: postgres::Config,
    pub(crate) tls: bool,
    pub(crate) authorities: Option<PathBuf>,
    shown: String,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Display for Store {
    /// Never with a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(address) => f.write_str(&address.shown),
        }
    }
}

impl FromStr for Store {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once("://") {
            Some(("sqlite", "")) => Err(Error::invalid("sqlite:// names no file: write sqlite://ledger.db")),
            Some(("sqlite", ":memory:")) => Err(Error::invalid("a ledger in memory would forget: name a file")),
            Some(("sqlite", path)) => Ok(Self::Sqlite(PathBuf::from(path))),
            Some(("postgres" | "postgresql", rest)) => Ok(Self::Postgres(Box::new(postgres(rest)?))),
            // What was given is not repeated: it may hold a password.
            _ => Err(Error::invalid("a store is sqlite://PATH or postgres://USER@HOST/DATABASE")),
        }
    }
}

/// Reads what follows `postgres://`. The parameters that libpq knows and the client library does not are taken out first.
fn postgres(rest: &str) -> Result<Postgres> {
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (mut mode, mut authorities, mut others) = (None, None, Vec::new());
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value),
            Some(("sslrootcert", value)) => authorities = Some(PathBuf::from(value)),
            _ => others.push(parameter),
        }
    }
    let url = format!("postgres://{place}?{}", others.join("&"));
    let mut config: postgres::Config = url.parse().map_err(|error: postgres::Error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        Error::invalid(format!("the postgres:// address cannot be read: {error}{cause}"))
    })?;
    let local = config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
    });
    let tls = match mode {
        None => !local,
        Some("disable") => false,
        Some("require" | "verify-ca" | "verify-full") => true,
        Some("prefer" | "allow") => {
            let reason = "would let others choose plain text: use sslmode=require, or disable";
            return Err(Error::invalid(format!("sslmode=prefer {reason}")));
        }
        Some(other) => return Err(Error::invalid(format!("sslmode={other}: use require, verify-full or disable"))),
    };
    config.ssl_mode(if tls { SslMode::Require } else { SslMode::Disable });
    if config.get_password().is_none()
        && let Ok(password) = std::env::var("PGPASSWORD")
    {
        config.password(password);
    }
    let (user, place) = place.rsplit_once('@').map_or(("", place), |(user, place)| (user, place));
    let user = user.split(':').next().unwrap_or_default();
    let shown = format!("postgres://{user}{}{place}", if user.is_empty() { "" } else { "@" });
    Ok(Postgres { config, tls, authorities, shown })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(url: &str) -> Postgres {
        match url.parse().unwrap() {
            Store::Postgres(address) => *address,
            Store::Sqlite(path) => panic!("{path:?}"),
        }
    }

    #[test]
    fn a_file_and_a_database_are_told_apart() {
        let file = |url: &str| match url.parse().unwrap() {
            Store::Sqlite(path) => path,
            Store::Postgres(address) => panic!("{address:?}"),
        };
        assert_eq!(file("sqlite://a/b.db"), PathBuf::from("a/b.db"));
        assert_eq!(file("sqlite:///b.db"), PathBuf::from("/b.db"));
        assert_eq!(remote("postgresql://h/d").shown, "postgres://h/d");
        for wrong in ["", "ledger.db", "sqlite://", "sqlite://:memory:", "mysql://h/d", "postgres://h:port/d"] {
            assert!(wrong.parse::<Store>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn other_machines_are_spoken_to_in_tls_unless_somebody_said_no() {
        assert!(remote("postgres://db.example/t").tls);
        assert!(!remote("postgres://db.example/t?sslmode=disable").tls);
        assert!(!remote("postgres://127.0.0.1:5432/t").tls && !remote("postgres:///t?host=/run/postgresql").tls);
        assert!(remote("postgres://localhost/t?sslmode=verify-full").tls);
        for refused in ["prefer", "allow", "maybe"] {
            assert!(format!("postgres://db.example/t?sslmode={refused}").parse::<Store>().is_err(), "{refused}");
        }
        let authorities = remote("postgres://db.example/t?sslrootcert=/etc/ca.pem&connect_timeout=3").authorities;
        assert_eq!(authorities, Some("/etc/ca.pem".into()));
    }

    #[test]
    fn a_password_is_never_shown() {
        for url in ["postgres://me:hush@db.example/t", "postgres://me@db.example/t?password=hush"] {
            let store: Store = url.parse().unwrap();
            assert_eq!(store.to_string(), "postgres://me@db.example/t");
            assert!(!format!("{store:?}").contains("hush"));
        }
        let error = "mysql://me:hush@db.example/t".parse::<Store>().unwrap_err();
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}
