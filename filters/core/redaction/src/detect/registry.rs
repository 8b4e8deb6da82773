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
    UsItin = "us-itin", "US_ITIN";
    UsEin = "us-ein", "US_EIN";
    UsMbi = "us-mbi", "US_MBI";
    CaSin = "ca-sin", "CA_SIN";
    MxCurp = "mx-curp", "MX_CURP";
    MxRfc = "mx-rfc", "MX_RFC";
    BrCpf = "br-cpf", "BR_CPF";
    BrCnpj = "br-cnpj", "BR_CNPJ";
    ArCuit = "ar-cuit", "AR_CUIT";
    ClRut = "cl-rut", "CL_RUT";
    CoNit = "co-nit", "CO_NIT";
    PeRuc = "pe-ruc", "PE_RUC";
    UyRut = "uy-rut", "UY_RUT";
    EcCedula = "ec-cedula", "EC_CEDULA";
    DoCedula = "do-cedula", "DO_CEDULA";
    VeRif = "ve-rif", "VE_RIF";
    UkNhs = "uk-nhs", "UK_NHS";
    UkNino = "uk-nino", "UK_NINO";
    IePps = "ie-pps", "IE_PPS";
    DeTaxId = "de-tax-id", "DE_TAX_ID";
    DeSocialInsurance = "de-social-insurance", "DE_SOCIAL_INSURANCE";
    FrNir = "fr-nir", "FR_NIR";
    ItFiscalCode = "it-fiscal-code", "IT_FISCAL_CODE";
    EsNif = "es-nif", "ES_NIF";
    PtNif = "pt-nif", "PT_NIF";
    NlBsn = "nl-bsn", "NL_BSN";
    BeNationalNumber = "be-national-number", "BE_NATIONAL_NUMBER";
    LuNationalId = "lu-national-id", "LU_NATIONAL_ID";
    ChAhv = "ch-ahv", "CH_AHV";
    AtSvnr = "at-svnr", "AT_SVNR";
    GrAmka = "gr-amka", "GR_AMKA";
    HrOib = "hr-oib", "HR_OIB";
    SiEmso = "si-emso", "SI_EMSO";
    CzBirthNumber = "cz-birth-number", "CZ_BIRTH_NUMBER";
    HuTaj = "hu-taj", "HU_TAJ";
    HuTaxId = "hu-tax-id", "HU_TAX_ID";
    PlPesel = "pl-pesel", "PL_PESEL";
    PlNip = "pl-nip", "PL_NIP";
    RoCnp = "ro-cnp", "RO_CNP";
    BgEgn = "bg-egn", "BG_EGN";
    UaTaxNumber = "ua-tax-number", "UA_TAX_NUMBER";
    RuSnils = "ru-snils", "RU_SNILS";
    RuInn = "ru-inn", "RU_INN";
    SePersonnummer = "se-personnummer", "SE_PERSONNUMMER";
    NoFodselsnummer = "no-fodselsnummer", "NO_FODSELSNUMMER";
    FiHetu = "fi-hetu", "FI_HETU";
    DkCpr = "dk-cpr", "DK_CPR";
    IsKennitala = "is-kennitala", "IS_KENNITALA";
    EeIsikukood = "ee-isikukood", "EE_ISIKUKOOD";
    LtAsmensKodas = "lt-asmens-kodas", "LT_ASMENS_KODAS";
    LvPersonasKods = "lv-personas-kods", "LV_PERSONAS_KODS";
    AuTfn = "au-tfn", "AU_TFN";
    AuMedicare = "au-medicare", "AU_MEDICARE";
    AuAbn = "au-abn", "AU_ABN";
    NzIrd = "nz-ird", "NZ_IRD";
    TrTckn = "tr-tckn", "TR_TCKN";
    IlId = "il-id", "IL_ID";
    ZaId = "za-id", "ZA_ID";
    EgNationalId = "eg-national-id", "EG_NATIONAL_ID";
    InAadhaar = "in-aadhaar", "IN_AADHAAR";
    InPan = "in-pan", "IN_PAN";
    CnResidentId = "cn-resident-id", "CN_RESIDENT_ID";
    TwNationalId = "tw-national-id", "TW_NATIONAL_ID";
    HkHkid = "hk-hkid", "HK_HKID";
    KrRrn = "kr-rrn", "KR_RRN";
    JpMyNumber = "jp-my-number", "JP_MY_NUMBER";
    SgNric = "sg-nric", "SG_NRIC";
    ThId = "th-id", "TH_ID";
    MyMykad = "my-mykad", "MY_MYKAD";
    IdNik = "id-nik", "ID_NIK";
    KzIin = "kz-iin", "KZ_IIN";
    PkCnic = "pk-cnic", "PK_CNIC";
    VatId = "vat-id", "VAT_ID";
    MedicalLicense = "medical-license", "MEDICAL_LICENSE";

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
    (
        "national-ids",
        &[
            Detector::UsSsn,
            Detector::UsItin,
            Detector::UsEin,
            Detector::UsMbi,
            Detector::CaSin,
            Detector::MxCurp,
            Detector::MxRfc,
            Detector::BrCpf,
            Detector::BrCnpj,
            Detector::ArCuit,
            Detector::ClRut,
            Detector::CoNit,
            Detector::PeRuc,
            Detector::UyRut,
            Detector::EcCedula,
            Detector::DoCedula,
            Detector::VeRif,
            Detector::UkNhs,
            Detector::UkNino,
            Detector::IePps,
            Detector::DeTaxId,
            Detector::DeSocialInsurance,
            Detector::FrNir,
            Detector::ItFiscalCode,
            Detector::EsNif,
            Detector::PtNif,
            Detector::NlBsn,
            Detector::BeNationalNumber,
            Detector::LuNationalId,
            Detector::ChAhv,
            Detector::AtSvnr,
            Detector::GrAmka,
            Detector::HrOib,
            Detector::SiEmso,
            Detector::CzBirthNumber,
            Detector::HuTaj,
            Detector::HuTaxId,
            Detector::PlPesel,
            Detector::PlNip,
            Detector::RoCnp,
            Detector::BgEgn,
            Detector::UaTaxNumber,
            Detector::RuSnils,
            Detector::RuInn,
            Detector::SePersonnummer,
            Detector::NoFodselsnummer,
            Detector::FiHetu,
            Detector::DkCpr,
            Detector::IsKennitala,
            Detector::EeIsikukood,
            Detector::LtAsmensKodas,
            Detector::LvPersonasKods,
            Detector::AuTfn,
            Detector::AuMedicare,
            Detector::AuAbn,
            Detector::NzIrd,
            Detector::TrTckn,
            Detector::IlId,
            Detector::ZaId,
            Detector::EgNationalId,
            Detector::InAadhaar,
            Detector::InPan,
            Detector::CnResidentId,
            Detector::TwNationalId,
            Detector::HkHkid,
            Detector::KrRrn,
            Detector::JpMyNumber,
            Detector::SgNric,
            Detector::ThId,
            Detector::MyMykad,
            Detector::IdNik,
            Detector::KzIin,
            Detector::PkCnic,
        ],
    ),
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
