use super::*;

#[test]
fn ip_address() {
    all_of(
        "ip-address",
        &[
            "0.0.0.0",
            "10.0.0.1",
            "192.168.1.254",
            "255.255.255.255",
            "::1",
            "2001:db8::1",
            "fe80::1",
            "2001:db8:0:0:0:0:2:1",
            "2001:0DB8:85A3:0000:0000:8A2E:0370:7334",
            "::ffff:192.0.2.128",
            "64:ff9b::192.0.2.33",
            "2001:db8::",
            "6e40:4041:c617:e898:c11:40d2:c669:2eb4",
        ],
    );
    check(
        "ip-address",
        &[
            ("http://10.0.0.1:8080/x", &["10.0.0.1"]),
            ("10.0.0.0/8", &["10.0.0.0"]),
            ("http://[2001:db8::1]:443", &["2001:db8::1"]),
            ("fe80::1%eth0", &["fe80::1"]),
            ("It was 10.0.0.1.", &["10.0.0.1"]),
            ("peer 2001:db8::1.", &["2001:db8::1"]),
            ("10.0.0.1,10.0.0.2 10.0.0.3-10.0.0.4", &["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]),
        ],
    );
    none_of(
        "ip-address",
        &[
            "",
            "256.1.1.1",
            "1.1.1",
            "1.1.1.1.1",
            "01.02.03.04",
            "v1.2.3.4",
            "version 1.2.3.4",
            "1.2.3.1000",
            "::",
            "12:34:56",
            "00:1a:2b:3c:4d:5e",
            "std::fs::read",
            "dead::beef",
            "p::before",
            "1:2:3:4:5:6:7:8:9",
            "2001:db8:::1",
            "2001::db8::1",
            "Step 1::",
            "a1.2.3.4",
            "12345::1",
        ],
    );
}

#[test]
fn mac_address() {
    all_of(
        "mac-address",
        &[
            "00:1a:2b:3c:4d:5e",
            "AA:BB:CC:DD:EE:FF",
            "0d-B3-4a-6A-d9-cF",
            "00:11:22:33:44:55",
            "3c22.fb9a.1b07",
            "0012.3456.789a",
            "aabb.ccdd.ee1f",
            "02:00:5e:10:00:00:00:1f",
            "02-00-5E-10-00-00-00-1F",
        ],
    );
    check(
        "mac-address",
        &[
            ("ether 3c:22:fb:9a:1b:07 txqueuelen 1000", &["3c:22:fb:9a:1b:07"]),
            ("mac=001a2b3c4d5e;", &["001a2b3c4d5e"]),
            ("MAC 00:11:22:33:44:55 and AA-BB-CC-DD-EE-0F", &["00:11:22:33:44:55", "AA-BB-CC-DD-EE-0F"]),
            ("a:00:1a:2b:3c:4d:5e", &[]),
            ("{\"mac\":\"00:1A:2B:3C:4D:5E\"}", &["00:1A:2B:3C:4D:5E"]),
        ],
    );
    none_of(
        "mac-address",
        &[
            "",
            ":",
            "-",
            "00:00:00:00:00:00",
            "ff:ff:ff:ff:ff:ff",
            "FFFF.FFFF.FFFF",
            "00:1a:2b:3c:4d",
            "00:1a:2b:3c:4d:5e:6f",
            "00:1a:2b:3c:4d:5e:6f:70:81",
            "00:1a:2b-3c:4d:5e",
            "0:1a:2b:3c:4d:5e",
            "zz:1a:2b:3c:4d:5e",
            "12:30:45:12:30:45",
            "20-24-01-31-12-30",
            "1234.5678.9012",
            "1a2b.3c4d.5e6f.7a8b",
            "001a2b3c4d5e",
            "12:34",
            "2001:db8::1",
            "AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01",
        ],
    );
    // Eight pairs are an EUI-64, and no address of IPv6.
    none_of("ip-address", &["02:00:5e:10:00:00:00:1f"]);
}

#[test]
fn url() {
    all_of(
        "url",
        &[
            "http://example.com",
            "https://example.com/",
            "HTTPS://Example.COM/Path",
            "ftp://ftp.example.org/pub/file.tar.gz",
            "wss://example.com/socket?x=1",
            "http://localhost:8080/health",
            "http://10.0.0.1:8080/x",
            "http://[2001:db8::1]:443/x",
            "https://user:pass@example.com/x",
            "https://example.com/a(b)c",
            "https://example.com/search?q=a+b&l=en#top",
            "https://de.wikipedia.org/wiki/Köln",
            "https://müller.de/",
            "https://xn--mller-kva.de",
            "https://example.com/~user/%C3%BC.html",
            "www.example.com",
            "www.example.co.uk/path?x=1",
            "WWW.EXAMPLE.COM",
        ],
    );
    check(
        "url",
        &[
            ("See https://example.com/a.", &["https://example.com/a"]),
            ("(https://example.com/a)", &["https://example.com/a"]),
            ("[docs](https://example.com/a_(b)).", &["https://example.com/a_(b)"]),
            ("<https://example.com>", &["https://example.com"]),
            ("'https://example.com','http://x.org'", &["https://example.com", "http://x.org"]),
            ("https://a.com,https://b.com;www.c.com", &["https://a.com", "https://b.com", "www.c.com"]),
            ("**https://example.com**", &["https://example.com"]),
            ("url=https://example.com/?u=http://b.org/", &["https://example.com/?u=http://b.org/"]),
            ("at https://example.com/ and http://b.org!", &["https://example.com/", "http://b.org"]),
            ("見てhttps://example.com/aください", &["https://example.com/a"]),
            ("{\"href\":\"https://example.com/a\"}", &["https://example.com/a"]),
            ("https://example.com/{id}", &["https://example.com/"]),
            ("https://example.com/a;v=1.1/b;x", &["https://example.com/a;v=1.1/b"]),
        ],
    );
    none_of(
        "url",
        &[
            "",
            "http",
            "http:",
            "http://",
            "http:// example.com",
            "https:example.com",
            "xhttp://example.com",
            "file:///etc/passwd",
            "std://x",
            "www",
            "www.",
            "www.example",
            "www.1.2",
            "awww.example.com",
            "example.com",
            "e.g.this",
        ],
    );
}
