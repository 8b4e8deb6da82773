//! Keys, tokens and passwords.

use super::DetectorInfo;

pub(super) const ENTRIES: &[DetectorInfo] = &[
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
