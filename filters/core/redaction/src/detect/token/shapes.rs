//! The shapes, by who gives the keys out. Of two that fit the earlier one counts.
//!
//! Prefixes and lengths are those that the vendors document, or that their keys have shown.

use super::Class::{Alnum, AnyHex, Base32, Base64, Digits, Dotted, Hex, Upper, Url, Word};
use super::{Class, MAX, Part, Shape, part};
use crate::detect::registry::Detector;

const fn vendor(prefix: &'static [u8], class: Class, length: u16) -> Shape {
    Shape::new(Detector::VendorToken, prefix, class, length)
}

const fn github(prefix: &'static [u8]) -> Shape {
    Shape::new(Detector::GithubToken, prefix, Alnum, 36).up_to(MAX)
}

const fn gitlab(prefix: &'static [u8], length: u16) -> Shape {
    Shape::new(Detector::GitlabToken, prefix, Url, length)
}

const fn slack(prefix: &'static [u8], class: Class, length: u16) -> Shape {
    Shape::new(Detector::SlackToken, prefix, class, length)
}

const fn stripe(prefix: &'static [u8]) -> Shape {
    Shape::new(Detector::StripeKey, prefix, Alnum, 16).up_to(MAX)
}

const fn aws(prefix: &'static [u8]) -> Shape {
    Shape::new(Detector::AwsAccessKey, prefix, Base32, 16)
}

/// The groups of a UUID behind its first.
const UUID: &[Part] = &[part(b"-", AnyHex, 4), part(b"-", AnyHex, 4), part(b"-", AnyHex, 4), part(b"-", AnyHex, 12)];
/// Behind the number of a Slack workspace.
const SLACK_REST: &[Part] = &[Part { lead: b"-", class: Url, least: 12, most: MAX }];
/// Behind the workspace's number: those of the user and of the app, and the secret.
const SLACK_USER: &[Part] = &[
    Part { lead: b"-", class: Digits, least: 6, most: 14 },
    Part { lead: b"-", class: Digits, least: 6, most: 14 },
    Part { lead: b"-", class: Alnum, least: 16, most: MAX },
];
/// Behind the name of an Authress client.
const AUTHRESS: &[Part] = &[
    Part { lead: b".", class: Alnum, least: 4, most: 6 },
    Part { lead: b".acc", class: Url, least: 11, most: 33 },
    Part { lead: b".", class: Base64, least: 30, most: 120 },
];

pub(super) const SHAPES: &[Shape] = &[
    // Amazon Web Services.
    aws(b"AKIA"),
    aws(b"ASIA"),
    aws(b"ABIA"),
    aws(b"ACCA"),
    Shape::new(Detector::AwsSecretKey, b"ABSK", Base64, 109).up_to(271),
    Shape::new(Detector::AwsSecretKey, b"bedrock-api-key-", Base64, 40).up_to(4000),
    // GitHub.
    github(b"ghp_"),
    github(b"gho_"),
    github(b"ghu_"),
    github(b"ghs_"),
    github(b"ghr_"),
    // Tokens of an app's installation that are JSON web tokens.
    Shape::new(Detector::GithubToken, b"ghs_", Digits, 1).up_to(12).then(&[Part {
        lead: b"_eyJ",
        class: Dotted,
        least: 60,
        most: 2000,
    }]),
    Shape::new(Detector::GithubToken, b"github_pat_", Word, 50).up_to(MAX),
    // GitLab.
    Shape::new(Detector::GitlabToken, b"glpat-", Dotted, 20).up_to(320),
    Shape::new(Detector::GitlabToken, b"glrt-", Dotted, 20).up_to(320),
    Shape::new(Detector::GitlabToken, b"glcbt-", Alnum, 1).up_to(5).then(&[part(b"_", Url, 20)]),
    Shape::new(Detector::GitlabToken, b"glcbt-", Url, 20).up_to(64),
    gitlab(b"glptt-", 40),
    gitlab(b"gldt-", 20).up_to(64),
    gitlab(b"glft-", 20).up_to(100),
    gitlab(b"glffct-", 20).up_to(64),
    gitlab(b"glimt-", 25).up_to(64),
    gitlab(b"glagent-", 50).up_to(64),
    gitlab(b"gloas-", 64),
    gitlab(b"glsoat-", 20).up_to(64),
    gitlab(b"glrtr-", 20).up_to(64),
    gitlab(b"glwt-", 20).up_to(64),
    // Anthropic, OpenAI, and those whose keys begin alike.
    Shape::new(Detector::AnthropicKey, b"sk-ant-", Url, 20).up_to(MAX).run(1),
    vendor(b"sk-or-v1-", Hex, 64),
    Shape::new(Detector::OpenaiKey, b"sk-", Url, 20).up_to(MAX).run(16).unless(b"ant-"),
    // Google.
    Shape::new(Detector::GoogleApiKey, b"AIza", Url, 35),
    Shape::new(Detector::GoogleOauthSecret, b"GOCSPX-", Url, 28),
    // Hugging Face, npm, PyPI.
    Shape::new(Detector::HuggingfaceToken, b"hf_", Alnum, 34).up_to(40),
    Shape::new(Detector::HuggingfaceToken, b"api_org_", Alnum, 34).up_to(40),
    Shape::new(Detector::NpmToken, b"npm_", Alnum, 36),
    Shape::new(Detector::PypiToken, b"pypi-AgE", Url, 50).up_to(1000),
    // Slack: the number of the workspace or the app follows the kind of token.
    slack(b"xoxb-", Digits, 8).up_to(14).then(SLACK_REST),
    slack(b"xoxp-", Digits, 6).up_to(14).then(SLACK_USER),
    slack(b"xoxe-", Digits, 6).up_to(14).then(SLACK_USER),
    slack(b"xoxs-", Digits, 6).up_to(14).then(SLACK_REST),
    slack(b"xoxo-", Digits, 6).up_to(14).then(SLACK_REST),
    slack(b"xoxc-", Digits, 6).up_to(14).then(SLACK_REST),
    slack(b"xoxe-", Digits, 1).then(&[Part { lead: b"-", class: Alnum, least: 100, most: MAX }]),
    slack(b"xoxe.xoxb-", Digits, 1).then(&[Part { lead: b"-", class: Alnum, least: 100, most: MAX }]),
    slack(b"xoxe.xoxp-", Digits, 1).then(&[Part { lead: b"-", class: Alnum, least: 100, most: MAX }]),
    slack(b"xoxa-", Url, 8).up_to(MAX).run(8),
    slack(b"xoxr-", Url, 8).up_to(MAX).run(8),
    slack(b"xapp-", Digits, 1).then(&[
        Part { lead: b"-", class: Upper, least: 5, most: 20 },
        Part { lead: b"-", class: Digits, least: 5, most: 20 },
        Part { lead: b"-", class: Alnum, least: 16, most: MAX },
    ]),
    // Stripe.
    stripe(b"sk_live_"),
    stripe(b"sk_test_"),
    stripe(b"sk_prod_"),
    stripe(b"rk_live_"),
    stripe(b"rk_test_"),
    stripe(b"rk_prod_"),
    Shape::new(Detector::StripeKey, b"whsec_", Base64, 32).up_to(100),
    // A JSON web token that was encoded once more.
    Shape::new(Detector::Jwt, b"ZXlK", Base64, 80).up_to(2000).run(1),
    // Of models.
    vendor(b"gsk_", Alnum, 52),
    vendor(b"pplx-", Alnum, 48),
    vendor(b"xai-", Alnum, 70).up_to(90),
    vendor(b"r8_", Alnum, 37).up_to(40),
    vendor(b"nvapi-", Url, 60).up_to(80),
    vendor(b"csk-", Alnum, 40).up_to(60),
    vendor(b"pcsk_", Word, 40).up_to(100).run(16),
    vendor(b"tvly-", Url, 30).up_to(60).run(16),
    vendor(b"jina_", Word, 50).up_to(80).run(16),
    vendor(b"lsv2_pt_", Hex, 32).then(&[part(b"_", Hex, 10)]),
    vendor(b"lsv2_sk_", Hex, 32).then(&[part(b"_", Hex, 10)]),
    vendor(b"sk_", Hex, 48),
    // Of clouds and hosts.
    vendor(b"dop_v1_", Hex, 64),
    vendor(b"doo_v1_", Hex, 64),
    vendor(b"dor_v1_", Hex, 64),
    vendor(b"HRKU-AA", Url, 58),
    vendor(b"fo1_", Url, 43),
    vendor(b"fm1r_", Base64, 100).up_to(2000),
    vendor(b"fm1a_", Base64, 100).up_to(2000),
    vendor(b"fm2_", Base64, 100).up_to(2000),
    vendor(b"nfp_", Alnum, 36).up_to(40),
    vendor(b"vcp_", Alnum, 40).up_to(60),
    vendor(b"vci_", Alnum, 40).up_to(60),
    vendor(b"vca_", Alnum, 40).up_to(60),
    vendor(b"vcr_", Alnum, 40).up_to(60),
    vendor(b"vck_", Alnum, 40).up_to(60),
    vendor(b"sbp_", Hex, 40),
    vendor(b"sb_secret_", Url, 20).up_to(60).run(10),
    vendor(b"pscale_tkn_", Dotted, 32).up_to(64),
    vendor(b"pscale_oauth_", Dotted, 32).up_to(64),
    vendor(b"pscale_pw_", Dotted, 32).up_to(64),
    vendor(b"v1.0-", Hex, 24).then(&[part(b"-", Hex, 146)]),
    vendor(b"tk-us-", Url, 48),
    vendor(b"sha256~", Url, 43),
    vendor(b"pul-", Hex, 40),
    vendor(b"tskey-", Url, 20).up_to(100).run(10),
    vendor(b"AVNS_", Url, 19).up_to(40),
    // Of code, packages and builds.
    vendor(b"dckr_pat_", Url, 27),
    vendor(b"dckr_oat_", Url, 27).up_to(40),
    vendor(b"rubygems_", Hex, 48),
    vendor(b"CLOJARS_", Alnum, 60),
    vendor(b"API-", Upper, 26),
    vendor(b"pnu_", Alnum, 36),
    vendor(b"ico-", Alnum, 32),
    vendor(b"squ_", AnyHex, 40),
    vendor(b"sqp_", AnyHex, 40),
    vendor(b"sqa_", AnyHex, 40),
    vendor(b"sgp_", AnyHex, 40),
    vendor(b"sgp_", Alnum, 5).up_to(16).then(&[part(b"_", AnyHex, 40)]),
    vendor(b"bkua_", Alnum, 40),
    vendor(b"CCIPAT_", Word, 40).up_to(80),
    vendor(b"figd_", Url, 40).up_to(60),
    vendor(b"PMAK-", AnyHex, 24).then(&[part(b"-", AnyHex, 34)]),
    vendor(b"lin_api_", Alnum, 40).up_to(48),
    vendor(b"lin_oauth_", Hex, 64),
    vendor(b"ntn_", Digits, 11).then(&[part(b"", Alnum, 35)]),
    vendor(b"secret_", Alnum, 43),
    vendor(b"ATATT3xFfGF0", Dotted, 100).up_to(300),
    vendor(b"sntrys_eyJpYXQiO", Base64, 20).up_to(400).then(&[part(b"_", Base64, 43)]),
    vendor(b"sntryu_", Hex, 64),
    vendor(b"sdk-", AnyHex, 8).then(UUID),
    vendor(b"pat-na1-", AnyHex, 8).then(UUID),
    vendor(b"pat-eu1-", AnyHex, 8).then(UUID),
    vendor(b"rdme_", Alnum, 70),
    vendor(b"tfp_", Dotted, 44).up_to(64),
    vendor(b"CFPAT-", Url, 43),
    vendor(b"fio-u-", Dotted, 64),
    vendor(b"sm_aat_", Alnum, 16),
    vendor(b"sm_pat_", Alnum, 16),
    vendor(b"sm_sat_", Alnum, 16),
    vendor(b"s-s4t2ud-", AnyHex, 64),
    vendor(b"s-s4t2af-", AnyHex, 64),
    vendor(b"p8e-", Alnum, 32),
    vendor(b"sc_", Alnum, 5).up_to(30).then(AUTHRESS),
    vendor(b"ext_", Alnum, 5).up_to(30).then(AUTHRESS),
    vendor(b"scauth_", Alnum, 5).up_to(30).then(AUTHRESS),
    vendor(b"authress_", Alnum, 5).up_to(30).then(AUTHRESS),
    // Of watching over machines.
    vendor(b"NRAK-", Alnum, 27),
    vendor(b"NRII-", Url, 32),
    vendor(b"NRJS-", Hex, 19),
    vendor(b"NRRA-", Alnum, 42),
    vendor(b"glsa_", Alnum, 32).then(&[part(b"_", AnyHex, 8)]),
    vendor(b"glc_", Base64, 32).up_to(400),
    vendor(b"eyJrIjoi", Base64, 70).up_to(400),
    // Of mail, messages and shops.
    vendor(b"SG.", Dotted, 66),
    vendor(b"xkeysib-", Hex, 64).then(&[part(b"-", Alnum, 16)]),
    vendor(b"xsmtpsib-", Hex, 64).then(&[part(b"-", Alnum, 16)]),
    vendor(b"key-", Hex, 32),
    vendor(b"re_", Alnum, 8).then(&[part(b"_", Alnum, 24)]),
    vendor(b"shpat_", Alnum, 32),
    vendor(b"shpca_", Alnum, 32),
    vendor(b"shppa_", Alnum, 32),
    vendor(b"shpss_", Alnum, 32),
    // Of payments and parcels.
    vendor(b"sq0atp-", Url, 22).up_to(60),
    vendor(b"sq0csp-", Url, 43).up_to(60),
    vendor(b"access_token$production$", Alnum, 16).then(&[part(b"$", Hex, 32)]),
    vendor(b"access_token$sandbox$", Alnum, 16).then(&[part(b"$", Hex, 32)]),
    vendor(b"access-sandbox-", AnyHex, 8).then(UUID),
    vendor(b"access-development-", AnyHex, 8).then(UUID),
    vendor(b"access-production-", AnyHex, 8).then(UUID),
    vendor(b"FLWSECK_TEST-", Alnum, 12).up_to(34),
    vendor(b"FLWSECK-", Alnum, 32).up_to(34),
    vendor(b"duffel_test_", Dotted, 43),
    vendor(b"duffel_live_", Dotted, 43),
    vendor(b"shippo_live_", AnyHex, 40),
    vendor(b"shippo_test_", AnyHex, 40),
    vendor(b"live_", Hex, 35),
    vendor(b"test_", Hex, 35),
    vendor(b"EZAK", Alnum, 54),
    vendor(b"EZTK", Alnum, 54),
    // Of people's own.
    vendor(b"AGE-SECRET-KEY-1", Upper, 58),
    vendor(b"A3-", Upper, 6).then(&[
        part(b"-", Upper, 11),
        part(b"-", Upper, 5),
        part(b"-", Upper, 5),
        part(b"-", Upper, 5),
    ]),
    vendor(b"A3-", Upper, 6).then(&[
        part(b"-", Upper, 6),
        part(b"-", Upper, 5),
        part(b"-", Upper, 5),
        part(b"-", Upper, 5),
        part(b"-", Upper, 5),
    ]),
    vendor(b"ops_eyJ", Base64, 250).up_to(2000),
    vendor(b"dnkey-", Dotted, 79),
    vendor(b"EAAC", Alnum, 100).up_to(400),
];
