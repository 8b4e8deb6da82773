//! `https://host:port/prefix`.

use std::net::IpAddr;

use crate::model::Endpoint;

/// Reads an endpoint. No user, query or fragment: they would end up in logs or be lost.
pub fn parse(text: &str) -> Result<Endpoint, String> {
    let (tls, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return Err(format!("`{text}` must begin with https:// or http://")),
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at_checked(at).unwrap_or((rest, "")),
        None => (rest, ""),
    };
    if authority.contains('@') {
        return Err("must not hold a user or password: use `credential`".into());
    }
    if text.contains(['?', '#']) {
        return Err("must not hold a query or fragment".into());
    }
    let (host, port) = split_port(authority).ok_or_else(|| format!("`{authority}` is not host or host:port"))?;
    let port = match port {
        None if tls => 443,
        None => 80,
        Some(port) => match port.parse() {
            Ok(port) if port > 0 => port,
            _ => return Err(format!("`{port}` is not a port from 1 to 65535")),
        },
    };
    if !is_host(&host) {
        return Err(format!("`{host}` is not a host name or address"));
    }
    let path_prefix = path.trim_end_matches('/');
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"/._~-:@!$&'()*+,;=%".contains(&b);
    if !path_prefix.bytes().all(safe)
        || path_prefix.split('/').any(|part| part == ".." || part == ".")
        || path.contains("//")
    {
        return Err(format!("`{path}` is not a plain path"));
    }
    Ok(Endpoint { tls, host, port, path_prefix: path_prefix.to_owned() })
}

fn split_port(authority: &str) -> Option<(String, Option<&str>)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, after) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        return match (after, after.strip_prefix(':')) {
            ("", _) => Some((host.to_owned(), None)),
            (_, port) => Some((host.to_owned(), Some(port?))),
        };
    }
    match authority.split_once(':') {
        None => Some((authority.to_ascii_lowercase(), None)),
        Some((host, port)) => Some((host.to_ascii_lowercase(), Some(port))),
    }
}

fn is_host(host: &str) -> bool {
    if host.parse::<IpAddr>().is_ok() {
        return true;
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // All digits and dots, and yet no address: a slip of the pen that DNS would search for.
    let numeric = host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    host.len() <= 253 && !numeric && host.trim_end_matches('.').split('.').all(label)
}

/// Whether a key may travel to `host` in clear text without a word of warning: it stays on the machine or inside a private network.
pub fn is_private(host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        return match address {
            IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
            IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
        };
    }
    let inside = [".local", ".internal", ".svc", ".localhost", ".test", ".lan"];
    !host.contains('.') || inside.iter().any(|end| host.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_taken_apart() {
        let read = |text| parse(text).map(|e| (e.tls, e.host, e.port, e.path_prefix)).unwrap();
        assert_eq!(read("https://api.openai.com"), (true, "api.openai.com".into(), 443, String::new()));
        assert_eq!(read("http://LocalHost:9000/a/b/"), (false, "localhost".into(), 9000, "/a/b".into()));
        assert_eq!(read("http://[::1]:80"), (false, "::1".into(), 80, String::new()));
        assert_eq!(read("https://[::1]"), (true, "::1".into(), 443, String::new()));
    }

    #[test]
    fn authorities_name_the_port_only_where_it_is_not_the_schemes_own() {
        let authority = |text| parse(text).unwrap().authority();
        assert_eq!(authority("https://a.example"), "a.example");
        assert_eq!(authority("http://a.example:443"), "a.example:443");
        assert_eq!(authority("https://[::1]:8443"), "[::1]:8443");
    }

    #[test]
    fn what_is_no_endpoint_is_refused() {
        for bad in [
            "",
            "a.example",
            "ftp://a",
            "https://",
            "https://u:p@a",
            "https://a?x=1",
            "https://a#x",
            "https://a:0",
            "https://a:65536",
            "https://a:x",
            "https://a b",
            "https://1.2.3",
            "https://-a",
            "https://a/../b",
            "https://a//b",
            "https://[::1",
            "https://::1",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
