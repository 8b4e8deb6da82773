//! The built-in detectors by name. What each finds is told in the [catalogue](super::catalogue).

/// What the engine needs to know about a detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The name that a rule's `detect` uses.
    pub name: &'static str,
    /// What placeholders are made of.
    pub label: &'static str,
}

/// Names every detector once: its variant, its name, its label.
macro_rules! detectors {
    ($($variant:ident = $name:literal, $label:literal;)*) => {
        /// The built-in detectors.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Detector {
            $($variant,)*
        }

        /// By their index.
        static ENTRIES: &[Entry] = &[$(Entry { name: $name, label: $label },)*];

        /// How many detectors there are.
        pub(crate) const DETECTOR_COUNT: usize = [$(Detector::$variant,)*].len();
    };
}

detectors! {
    // Contact.
    Email = "email", "EMAIL";
    Phone = "phone", "PHONE";

    // Money.
    CreditCard = "credit-card", "CREDIT_CARD";
    Iban = "iban", "IBAN";
    Bic = "bic", "BIC";
    CryptoAddress = "crypto-address", "CRYPTO_ADDRESS";
    UsRoutingNumber = "us-routing-number", "US_ROUTING_NUMBER";
    UsBankAccount = "us-bank-account", "US_BANK_ACCOUNT";

    // Numbers that states give.
    UsSsn = "us-ssn", "US_SSN";

    // Papers of a person.
    Passport = "passport", "PASSPORT";
    DrivingLicence = "driving-licence", "DRIVING_LICENCE";
    DateOfBirth = "date-of-birth", "DATE_OF_BIRTH";

    // Addresses of machines.
    IpAddress = "ip-address", "IP_ADDRESS";
    MacAddress = "mac-address", "MAC_ADDRESS";
    Url = "url", "URL";
    UrlCredentials = "url-credentials", "URL_CREDENTIALS";

    // Secrets.
    AwsAccessKey = "aws-access-key", "AWS_ACCESS_KEY";
    AwsSecretKey = "aws-secret-key", "AWS_SECRET_KEY";
    AzureKey = "azure-key", "AZURE_KEY";
    GithubToken = "github-token", "GITHUB_TOKEN";
    PrivateKey = "private-key", "PRIVATE_KEY";
    Jwt = "jwt", "JWT";
    OpenaiKey = "openai-key", "OPENAI_KEY";
    AnthropicKey = "anthropic-key", "ANTHROPIC_KEY";
    SlackToken = "slack-token", "SLACK_TOKEN";
    StripeKey = "stripe-key", "STRIPE_KEY";
    GoogleApiKey = "google-api-key", "GOOGLE_API_KEY";
    GoogleOauthSecret = "google-oauth-secret", "GOOGLE_OAUTH_SECRET";
    GitlabToken = "gitlab-token", "GITLAB_TOKEN";
    SlackWebhook = "slack-webhook", "SLACK_WEBHOOK";
    HuggingfaceToken = "huggingface-token", "HUGGINGFACE_TOKEN";
    NpmToken = "npm-token", "NPM_TOKEN";
    PypiToken = "pypi-token", "PYPI_TOKEN";
    VendorToken = "vendor-token", "VENDOR_TOKEN";
    ConnectionString = "connection-string", "CONNECTION_STRING";
    HighEntropySecret = "high-entropy-secret", "HIGH_ENTROPY_SECRET";
}

/// Names that stand for several detectors in a rule's `detect`.
const GROUPS: &[(&str, &[Detector])] = &[
    (
        "secrets",
        &[
            Detector::UrlCredentials,
            Detector::AwsAccessKey,
            Detector::AwsSecretKey,
            Detector::AzureKey,
            Detector::GithubToken,
            Detector::PrivateKey,
            Detector::Jwt,
            Detector::OpenaiKey,
            Detector::AnthropicKey,
            Detector::SlackToken,
            Detector::StripeKey,
            Detector::GoogleApiKey,
            Detector::GoogleOauthSecret,
            Detector::GitlabToken,
            Detector::SlackWebhook,
            Detector::HuggingfaceToken,
            Detector::NpmToken,
            Detector::PypiToken,
            Detector::VendorToken,
            Detector::ConnectionString,
            // Last: of two that find the same the earlier one names it.
            Detector::HighEntropySecret,
        ],
    ),
    ("contact", &[Detector::Email, Detector::Phone]),
    (
        "financial",
        &[
            Detector::CreditCard,
            Detector::Iban,
            Detector::Bic,
            Detector::CryptoAddress,
            Detector::UsRoutingNumber,
            Detector::UsBankAccount,
        ],
    ),
    ("documents", &[Detector::Passport, Detector::DrivingLicence, Detector::DateOfBirth]),
    ("network", &[Detector::IpAddress, Detector::MacAddress, Detector::Url]),
];

/// The indexes of what a rule's `detect` names: one detector, or all of a group. Nothing if there is neither.
pub(crate) fn named(name: &str) -> Vec<usize> {
    if let Some((_, members)) = GROUPS.iter().find(|(group, _)| *group == name) {
        return members.iter().map(|detector| *detector as usize).collect();
    }
    ENTRIES.iter().position(|entry| entry.name == name).into_iter().collect()
}

/// The detector with this index.
pub(crate) fn entry(index: usize) -> Option<&'static Entry> {
    ENTRIES.get(index)
}

/// Every name that a rule's `detect` may hold, those of groups first.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().map(|(group, _)| *group).chain(ENTRIES.iter().map(|entry| entry.name))
}

/// The groups, each with its members' names.
pub fn groups() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let name = |detector: &Detector| entry(*detector as usize).map(|entry| entry.name);
    GROUPS.iter().map(move |(group, members)| (*group, members.iter().filter_map(name).collect()))
}
