//! The catalogue of built-in detectors.

/// How many detectors there are.
pub(crate) const DETECTOR_COUNT: usize = 16;

/// The detectors, in the order of [`detectors`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detector {
    Email,
    Phone,
    CreditCard,
    Iban,
    UsSsn,
    IpAddress,
    UrlCredentials,
    AwsAccessKey,
    GithubToken,
    PrivateKey,
    Jwt,
    OpenaiKey,
    AnthropicKey,
    SlackToken,
    StripeKey,
    GoogleApiKey,
}

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

/// The index of a detector in [`detectors`].
pub(crate) fn by_name(name: &str) -> Option<usize> {
    DETECTORS.iter().position(|detector| detector.name == name)
}

/// Every built-in detector.
pub fn detectors() -> &'static [DetectorInfo] {
    &DETECTORS
}

static DETECTORS: [DetectorInfo; DETECTOR_COUNT] = [
    DetectorInfo {
        name: "email",
        label: "EMAIL",
        version: 1,
        scope: "E-mail addresses: RFC 5321 dot-atoms of at most 64 bytes, or a quoted local part, at a domain of two or more labels \
                that ends in letters; letters beyond ASCII included. Punctuation around an address is left alone. Not found: \
                address literals (`a@[10.0.0.1]`), domains of one label.",
        finds: &[
            "mail jane.doe+news@example.co.uk.",
            "<o'brien@example.com>",
            "josé@müller.de",
            "\"j doe\"@example.com",
        ],
        ignores: &["jane@localhost", "icon@2x.png", "lodash@4.17.21", "@handle.name", "a@b..com"],
    },
    DetectorInfo {
        name: "phone",
        label: "PHONE",
        version: 1,
        scope: "Telephone numbers: international ones (E.164: an assigned country code after `+` or `00`, and the country's length), \
                North American ones (the area code does not start with 0 or 1), national ones with a trunk 0 in groups, \
                Brazilian ones. Other groupings and bare digits only beside a word such as `call`, `phone` or `fax`. Extensions \
                belong to the number.",
        finds: &[
            "+44 20 7946 0958",
            "(212) 555-0123 ext. 7",
            "01 84 17 61 18",
            "Fax: 9498777106",
            "+46 (0)8 928 571 38",
        ],
        ignores: &["2024-01-31", "order 9498777106", "12345-6789", "+999 123 456 789", "123-456-7890"],
    },
    DetectorInfo {
        name: "credit-card",
        label: "CREDIT_CARD",
        version: 1,
        scope: "Payment card numbers (ISO/IEC 7812): the prefixes and lengths of American Express, Diners Club, Discover, JCB, Maestro, \
                Mastercard, Mir, RuPay, Troy, UnionPay, Verve and Visa, with the Luhn check digit, bare or in groups set apart by \
                spaces, dashes or dots. Beside a word such as `card` any prefix will do.",
        finds: &["4111 1111 1111 1111", "3782-822463-10005", "card 5555555555554444,"],
        ignores: &["4111 1111 1111 1112", "9111111111111111", "x4111111111111111", "10 9 8 7 6 5 4 3 2 1 0"],
    },
    DetectorInfo {
        name: "iban",
        label: "IBAN",
        version: 1,
        scope: "International bank account numbers (ISO 13616): the country's own length and the mod 97 check, bare or with single \
                spaces or dashes between groups, upper or lower case.",
        finds: &["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000"],
        ignores: &["GB82 WEST 1234 5698 7654 33", "XX89370400440532013000", "DE8937040044053201300"],
    },
    DetectorInfo {
        name: "us-ssn",
        label: "US_SSN",
        version: 1,
        scope: "United States social security numbers as 3-2-4 digits with dashes; with spaces, dots or nothing between only beside a \
                word such as `SSN`. Areas 000, 666 and 900-999, group 00, serial 0000 and the numbers that were made void by being \
                printed in advertisements are not issued and not found.",
        finds: &["536-90-4399", "SSN: 536904399", "social security 536 90 4399"],
        ignores: &["000-12-3456", "666-12-3456", "900-12-3456", "536-00-4399", "078-05-1120", "536904399"],
    },
    DetectorInfo {
        name: "ip-address",
        label: "IP_ADDRESS",
        version: 1,
        scope: "IPv4 in dotted decimals without leading zeros, and IPv6 in every form of RFC 4291 that holds a digit. Not found: four-part \
                versions behind `v` or `version`.",
        finds: &["from 203.0.113.7:443", "2001:db8::ff00:42:8329", "::ffff:192.0.2.128"],
        ignores: &["1.2.3.256", "version 1.2.3.4", "1.2.3.4.5", "10:30:45", "std::fmt", "a::b"],
    },
    DetectorInfo {
        name: "url-credentials",
        label: "URL_CREDENTIALS",
        version: 1,
        scope: "User and password in front of the `@` of a URL of any scheme (RFC 3986 userinfo). The scheme and host stay.",
        finds: &["postgres://app:s3cret@db.internal/orders", "https://u:p@example.com/"],
        ignores: &["https://example.com/@user", "ssh://git@example.com/x"],
    },
    DetectorInfo {
        name: "aws-access-key",
        label: "AWS_ACCESS_KEY",
        version: 1,
        scope: "AWS access key ids: AKIA, ASIA, ABIA or ACCA and 16 upper-case letters or digits.",
        finds: &["AKIAIOSFODNN7EXAMPLE", "id=ASIAY34FZKBOKMUTVV7A;"],
        ignores: &["AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7EXAMPLES", "akiaiosfodnn7example"],
    },
    DetectorInfo {
        name: "github-token",
        label: "GITHUB_TOKEN",
        version: 1,
        scope: "GitHub tokens: ghp_, gho_, ghu_, ghs_ or ghr_ and 36 to 255 letters or digits; github_pat_ and at least 50.",
        finds: &["ghp_0123456789abcdefghijABCDEFGHIJ012345"],
        ignores: &["ghp_short", "ghx_0123456789abcdefghijABCDEFGHIJ012345"],
    },
    DetectorInfo {
        name: "private-key",
        label: "PRIVATE_KEY",
        version: 1,
        scope: "PEM blocks (RFC 7468) and PGP blocks whose label ends in `PRIVATE KEY`, from BEGIN to END, or as far as the key's text \
                goes where END is missing. Public keys and certificates are not found.",
        finds: &["-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----"],
        ignores: &["-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkq\n-----END PUBLIC KEY-----"],
    },
    DetectorInfo {
        name: "jwt",
        label: "JWT",
        version: 1,
        scope: "JSON web tokens (RFC 7519) in compact form, signed or encrypted, whose header decodes to an object that names its `alg`.",
        finds: &["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"],
        ignores: &["eyJub3QiOiJhIGhlYWRlciJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJhbGciOiJIUzI1NiJ9"],
    },
    DetectorInfo {
        name: "openai-key",
        label: "OPENAI_KEY",
        version: 1,
        scope: "OpenAI API keys: sk- and at least 20 letters, digits, dashes or underscores, a digit and an unbroken run of 16 among them.",
        finds: &["sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12Mn34"],
        ignores: &["sk-learn-is-a-nice-library-to-work-with", "task-1234567890123456789012345"],
    },
    DetectorInfo {
        name: "anthropic-key",
        label: "ANTHROPIC_KEY",
        version: 1,
        scope: "Anthropic API keys: sk-ant- and at least 20 letters, digits, dashes or underscores, a digit among them.",
        finds: &["sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"],
        ignores: &["sk-ant-colony-optimisation-for-all"],
    },
    DetectorInfo {
        name: "slack-token",
        label: "SLACK_TOKEN",
        version: 1,
        scope: "Slack tokens: xoxa-, xoxb-, xoxe-, xoxo-, xoxp-, xoxr-, xoxs- or xapp- and at least 10 letters, digits or dashes, a digit \
                among them.",
        finds: &["xoxb-123456789012-abcdefABCDEF"],
        ignores: &["xoxb-short", "xoxz-123456789012-abcdefABCDEF"],
    },
    DetectorInfo {
        name: "stripe-key",
        label: "STRIPE_KEY",
        version: 1,
        scope: "Stripe secret and restricted keys: sk_ or rk_, live_ or test_, and at least 16 letters or digits. Publishable keys are not \
                found: they are made to be published.",
        finds: &["sk_live_0123456789abcdefABCDEFGH"],
        ignores: &["pk_live_0123456789abcdefABCDEFGH", "sk_live_short"],
    },
    DetectorInfo {
        name: "google-api-key",
        label: "GOOGLE_API_KEY",
        version: 1,
        scope: "Google API keys: AIza and 35 letters, digits, dashes or underscores.",
        finds: &["AIzaSyA0123456789-abcdefghijklmnopqrstu"],
        ignores: &["AIzaShort", "AIzaSyA0123456789-abcdefghijklmnopqrstuvwxyz"],
    },
];
