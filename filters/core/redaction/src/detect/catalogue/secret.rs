//! Keys, tokens and passwords.

use super::DetectorInfo;

pub(super) const ENTRIES: &[DetectorInfo] = &[
    DetectorInfo {
        name: "aws-access-key",
        label: "AWS_ACCESS_KEY",
        version: 2,
        scope: "AWS access key ids: AKIA, ASIA, ABIA or ACCA and 16 characters of base32 (upper-case letters and 2 to 7).",
        finds: &["AKIAIOSFODNN7EXAMPLE", "id=ASIAY34FZKBOKMUTVV7A;"],
        ignores: &["AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7EXAMPLES", "akiaiosfodnn7example", "AKIA1809198018091980"],
    },
    DetectorInfo {
        name: "aws-secret-key",
        label: "AWS_SECRET_KEY",
        version: 1,
        scope: "AWS secret access keys: 40 characters of base64 in both cases and with a digit, announced by a name with `aws`, `secret key` \
                or `secret access key` in it, or directly behind an access key id; and the API keys of Bedrock (ABSK, bedrock-api-key-).",
        finds: &[
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKE",
            "AWS Secret Access Key [None]: wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKE",
            "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKE",
        ],
        ignores: &[
            "commit 0123456789abcdef0123456789abcdef01234567",
            "aws_region = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKE",
            "aws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}",
        ],
    },
    DetectorInfo {
        name: "azure-key",
        label: "AZURE_KEY",
        version: 1,
        scope: "Keys of Azure: those of storage, Cosmos DB, Service Bus and their like (base64 of 64 or 32 bytes, announced by a name such as \
                AccountKey or SharedAccessKey), client secrets (a digit and `Q~` after three characters), signatures of shared access (sig=), \
                tokens of DevOps, and the keys of 84 characters with JQQJ99 in them.",
        finds: &[
            "AccountKey=7hJk2LmNpQrStUvWxYz0123456789abcdEFGHijklMNo7hJk2LmNpQrStUvWxYz0123456789abcdEFGHijklM==;",
            "AZURE_CLIENT_SECRET=aB18Q~0123456789abcdefGHIJKLMNOPQRSTUV",
            "?sv=2024-01-01&sig=aZ09bY18cX27dW36eV45fU54gT63hS72iR81jQ90kP%3D",
        ],
        ignores: &[
            "sha512-7hJk2LmNpQrStUvWxYz0123456789abcdEFGHijklMNo7hJk2LmNpQrStUvWxYz0123456789abcdEFGHijklM==",
            "AccountKey=<key>;",
            "https://example.com/?sig=short",
        ],
    },
    DetectorInfo {
        name: "github-token",
        label: "GITHUB_TOKEN",
        version: 2,
        scope: "GitHub tokens: ghp_, gho_, ghu_, ghs_ or ghr_ and 36 to 255 letters or digits; github_pat_ and at least 50.",
        finds: &["ghp_0123456789abcdefghijABCDEFGHIJ012345"],
        ignores: &["ghp_short", "ghx_0123456789abcdefghijABCDEFGHIJ012345", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"],
    },
    DetectorInfo {
        name: "gitlab-token",
        label: "GITLAB_TOKEN",
        version: 1,
        scope: "GitLab tokens: glpat-, glptt-, gldt-, glrt-, glrtr-, glcbt-, glft-, glffct-, glimt-, glagent-, gloas-, glsoat-, glwt- and \
                GR1348941, each with as many characters of base64url as it has.",
        finds: &["glpat-0123456789abcdefABCD", "glcbt-64_0123456789abcdefABCD"],
        ignores: &["glpat-short", "glpat-xxxxxxxxxxxxxxxxxxxx", "glxxx-0123456789abcdefABCD"],
    },
    DetectorInfo {
        name: "private-key",
        label: "PRIVATE_KEY",
        version: 2,
        scope: "PEM blocks (RFC 7468), PGP and SSH2 blocks whose label ends in `PRIVATE KEY`, from BEGIN to END, or as far as the key's text \
                goes where END is missing; PuTTY's files; and PEM blocks in base64. Public keys and certificates are not found.",
        finds: &[
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
            "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPrivate-Lines: 1\nAAAAgQ==\nPrivate-MAC: 0123456789abcdef",
            "tls.key: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUV2Z0lCQURBTkJn",
        ],
        ignores: &[
            "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkq\n-----END PUBLIC KEY-----",
            "tls.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJ0VENDQVZz",
        ],
    },
    DetectorInfo {
        name: "jwt",
        label: "JWT",
        version: 2,
        scope: "JSON web tokens (RFC 7519) in compact form, signed or encrypted, whose header decodes to an object that names its `alg`; \
                without their signature, and encoded in base64 once more, as well.",
        finds: &["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"],
        ignores: &["eyJub3QiOiJhIGhlYWRlciJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJhbGciOiJIUzI1NiJ9"],
    },
    DetectorInfo {
        name: "openai-key",
        label: "OPENAI_KEY",
        version: 1,
        scope: "OpenAI API keys, and those of other services that look alike: sk- (also sk-proj-, sk-svcacct-, sk-admin-) and at least 20 \
                letters, digits, dashes or underscores, a digit and an unbroken run of 16 among them.",
        finds: &["sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12Mn34"],
        ignores: &["sk-learn-is-a-nice-library-to-work-with", "task-1234567890123456789012345"],
    },
    DetectorInfo {
        name: "anthropic-key",
        label: "ANTHROPIC_KEY",
        version: 1,
        scope: "Anthropic API keys: sk-ant- (api03-, admin01-, oat01-) and at least 20 letters, digits, dashes or underscores, a digit among \
                them.",
        finds: &["sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"],
        ignores: &["sk-ant-colony-optimisation-for-all"],
    },
    DetectorInfo {
        name: "slack-token",
        label: "SLACK_TOKEN",
        version: 2,
        scope: "Slack tokens: xoxb-, xoxp-, xoxe-, xoxs-, xoxo-, xoxc- with the number of a workspace and at least 12 characters behind it; \
                xoxa-, xoxr-; xapp- and xoxe. tokens by their parts.",
        finds: &["xoxb-123456789012-abcdefABCDEF", "xapp-1-A0123456789-1234567890123-0123456789abcdef0123456789abcdef"],
        ignores: &["xoxb-short", "xoxz-123456789012-abcdefABCDEF", "xoxb-xxxxxxxxxxxx-xxxxxxxxxxxx"],
    },
    DetectorInfo {
        name: "slack-webhook",
        label: "SLACK_WEBHOOK",
        version: 1,
        scope: "What follows `services/`, `workflows/` or `triggers/` in an address of hooks.slack.com. The host stays.",
        finds: &["https://hooks.slack.com/services/T01234567/B01234567/0123456789abcdefGHIJKLMN"],
        ignores: &[
            "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
            "https://hooks.slack.com/services/",
        ],
    },
    DetectorInfo {
        name: "stripe-key",
        label: "STRIPE_KEY",
        version: 2,
        scope: "Stripe secret and restricted keys: sk_ or rk_, live_, test_ or prod_, and at least 16 letters or digits; signing secrets \
                (whsec_). Publishable keys are not found: they are made to be published.",
        finds: &["sk_live_0123456789abcdefABCDEFGH"],
        ignores: &["pk_live_0123456789abcdefABCDEFGH", "sk_live_short"],
    },
    DetectorInfo {
        name: "google-api-key",
        label: "GOOGLE_API_KEY",
        version: 2,
        scope: "Google API keys: AIza and 35 letters, digits, dashes or underscores.",
        finds: &["AIzaSyA0123456789-abcdefghijklmnopqrstu"],
        ignores: &["AIzaShort", "AIzaSyA0123456789-abcdefghijklmnopqrstuvwxyz"],
    },
    DetectorInfo {
        name: "google-oauth-secret",
        label: "GOOGLE_OAUTH_SECRET",
        version: 1,
        scope: "Google's secrets of OAuth clients (GOCSPX- and 28 characters) and access tokens (ya29.). The key of a service account is found \
                as a private key.",
        finds: &["GOCSPX-0123456789abcdefghijABCDEFGH", "ya29.a0AfH6SMBx0123456789abcdef"],
        ignores: &["GOCSPX-short", "ya29.short"],
    },
    DetectorInfo {
        name: "huggingface-token",
        label: "HUGGINGFACE_TOKEN",
        version: 1,
        scope: "Hugging Face tokens: hf_ or api_org_ and 34 to 40 letters or digits.",
        finds: &["hf_abcdefghijKLMNOPQRSTuvwxyzABCDEFGH"],
        ignores: &["hf_transfer", "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"],
    },
    DetectorInfo {
        name: "npm-token",
        label: "NPM_TOKEN",
        version: 1,
        scope: "npm access tokens: npm_ and 36 letters or digits. Older ones, behind `_authToken=`, are high-entropy secrets.",
        finds: &["npm_0123456789abcdefghijABCDEFGHIJ012345"],
        ignores: &["npm_config_registry", "npm_0123456789"],
    },
    DetectorInfo {
        name: "pypi-token",
        label: "PYPI_TOKEN",
        version: 1,
        scope: "Upload tokens of PyPI and TestPyPI: pypi-AgE and at least 50 characters of base64url.",
        finds: &["pypi-AgEIcHlwaS5vcmcCJDAxMjM0NTY3LTg5YWItY2RlZi0wMTIzLTQ1Njc4OWFiY2RlZgACKlszLCJ"],
        ignores: &["pypi-AgEIcHlwaS5vcmc", "pypi-server"],
    },
    DetectorInfo {
        name: "vendor-token",
        label: "VENDOR_TOKEN",
        version: 1,
        scope: "Keys of other vendors, by prefix, alphabet and length: 1Password, Adobe, age, Airtable, Aiven, Alibaba Cloud, Artifactory, \
                Atlassian, Authress, Bitbucket, Braintree, Buildkite, Cerebras, CircleCI, ClickHouse, Clojars, Cloudflare origin CA, Contentful, \
                crates.io, Databricks, Defined Networking, DigitalOcean, Discord bots and webhooks, Docker, Doppler, Dropbox, Duffel, \
                Dynatrace, EasyPost, ElevenLabs, Facebook, Figma, Flutterwave, Fly.io, Frame.io, Grafana, Groq, Heroku, HubSpot, Infracost, \
                Intra42, Jina, LangSmith, LaunchDarkly, Linear, Lob, Mailchimp, Mailgun, MaxMind, Netlify, New Relic, Notion, NuGet, Nvidia, \
                Octopus Deploy, OpenRouter, OpenShift, Perplexity, Pinecone, Plaid, PlanetScale, Postman, Prefect, Pulumi, ReadMe, Replicate, \
                Resend, RubyGems, Scalingo, SendGrid, Brevo, Sentry, SettleMint, Shippo, Shopify, SonarQube, Sourcegraph, Square, Supabase, \
                Tailscale, Tavily, Teams webhooks, Telegram bots, Terraform Cloud, Twilio, Typeform, Vault, Vercel, xAI, Zapier webhooks. Keys without a \
                form of their own (Cohere, Mistral, Datadog, Okta, Snyk and others) are high-entropy secrets.",
        finds: &[
            "SG.0123456789abcdefABCDEF.0123456789abcdefABCDEFGHIJKLMNOPQRSTUVWXYZa",
            "shpat_0123456789abcdefABCDEF0123456789",
            "dop_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0",
            "hvs.CAESIJ0123456789abcdefghijABCDEFGHIJ",
            "dapi0123456789abcdef0123456789abcdef",
            "0123456789abcdef0123456789abcdef-us12",
        ],
        ignores: &[
            "shpat_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "sk_0123456789",
            "dapi_endpoint",
            "0123456789abcdef0123456789abcdef-use",
            "12:30:45",
        ],
    },
    DetectorInfo {
        name: "connection-string",
        label: "CONNECTION_STRING",
        version: 1,
        scope: "The password in a connection string of ADO.NET, ODBC, JDBC or libpq: behind `Password=` or `Pwd=`, among other members such as \
                `Server=`, within 64 bytes. Server, database and user stay. Keys of Azure in them are azure-key, passwords in addresses \
                url-credentials.",
        finds: &[
            "Server=db.internal;Database=orders;User Id=app;Password=s3cret;",
            "jdbc:postgresql://db:5432/orders?user=app&password=s3cret",
            "host=db port=5432 dbname=orders user=app password=s3cret",
        ],
        ignores: &[
            "Server=db.internal;Password={your_password};",
            "password=s3cret",
            "Server=db.internal;Database=orders",
        ],
    },
    DetectorInfo {
        name: "high-entropy-secret",
        label: "HIGH_ENTROPY_SECRET",
        version: 1,
        scope: "What a name announces as a secret (`password`, `api_key`, `token`, `Authorization` and their like, passwords in 15 languages), \
                set apart by an operator, a quote, or `is`: a password with a digit or a sign among its letters, or a key of 10 bytes and more \
                whose entropy is three quarters of what its length allows and that is no word. No place-holders, variables, calls, paths, \
                numbers, names. Passwords of letters only and short ones have a score of 25, the others 75. Values with blanks are not found.",
        finds: &[
            "api_key = \"Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB\"",
            "my password is hunter2!",
            "\"clientSecret\": \"6da89121079f83b2eb6acccf8219ea98\"",
            "Authorization: Bearer cfcabd11c7ed9a41b1a3e063c32d5114",
            "curl -u elastic:P4ssw0rd! https://localhost:9200",
            "Passwort: Sommer2024",
            "密码：hunter2",
        ],
        ignores: &[
            "password = os.environ[\"DB_PASSWORD\"]",
            "token: ${TOKEN}",
            "api_key=your_api_key_here_0123456789",
            "password: required",
            "public_key = \"9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit\"",
            "token_count: 4096",
            "the password is case-sensitive",
            "max_tokens=4096",
        ],
    },
];
