//! `docs/translation.md`: what is translated from which dialect to which provider, made of the golden files so that it cannot lie.
//! `TOLLGATE_BLESS=1` rewrites it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use tollgate_dialects::ClientDialect;
use tollgate_dialects::features::{FEATURES as NAMES, FIELDS};
use tollgate_dialects::translate::AnswerPlan;
use tollgate_policy::translate::{ProviderApi, ProviderConfig};

/// The rows, in the order of the page.
const FEATURES: &[(&str, &str)] = &[
    ("text", "Plain conversation"),
    ("system-prompt", "System prompt"),
    ("developer-prompt", "Developer prompt"),
    ("multi-part-text", "Text in several parts"),
    ("image-url", "Image by URL"),
    ("image-base64", "Image as base64"),
    ("document-base64", "Document as base64"),
    ("document-url", "Document by URL"),
    ("document-text", "Document as text"),
    ("audio-input", "Audio input"),
    ("tools", "Tools"),
    ("tool-choice", "Tool choice"),
    ("parallel-tool-calls", "Parallel tool calls, and none of them"),
    ("tool-results", "Tool results"),
    ("tool-result-error", "Tool results that are errors"),
    ("tool-result-image", "Images in tool results"),
    ("json-mode", "JSON mode"),
    ("json-schema", "JSON by a schema"),
    ("reasoning-effort", "Reasoning effort"),
    ("thinking-budget", "Thinking budget"),
    ("reasoning-history", "Signed reasoning of earlier turns"),
    ("redacted-thinking", "Redacted thinking"),
    ("stop", "Stop sequences"),
    ("temperature", "Temperature"),
    ("top-p", "`top_p`"),
    ("top-k", "`top_k`"),
    ("seed", "Seed"),
    ("penalties", "Frequency and presence penalties"),
    ("max-tokens", "Output limit"),
    ("n", "Several answers at once"),
    ("logprobs", "Log probabilities"),
    ("cache-control", "Cache marks"),
    ("cache-usage", "Cache reads and writes in usage"),
    ("citations", "Citations"),
    ("end-user", "End user's id"),
    ("service-tier", "Service tier"),
    ("refusal", "Refusals and safety blocks"),
    ("finish-length", "Answer cut by its limit"),
    ("usage", "Usage"),
    ("stream", "Streams"),
    ("stream-tools", "Tool calls in streams"),
    ("stream-parallel-tools", "Parallel tool calls in streams"),
    ("stream-reasoning", "Reasoning in streams"),
    ("stream-usage", "Usage in streams"),
    ("stream-error", "Errors in the middle of streams"),
    ("stream-truncated", "Streams that break off"),
    ("error", "Errors"),
    ("rate-limit-error", "Rate limit errors"),
    ("error-page", "Errors that are no JSON"),
    ("embeddings", "Embeddings"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Yes,
    Lenient,
    Refused,
}

#[derive(serde::Deserialize)]
struct Settings {
    feature: Option<String>,
    #[serde(default)]
    lenient: Vec<String>,
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

type Cells = BTreeMap<(ClientDialect, ProviderApi, String), BTreeSet<Outcome>>;

fn cells() -> Cells {
    let mut cells = Cells::new();
    for pair in folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")) {
        let (client, api) = pair.file_name().unwrap().to_str().unwrap().split_once("-to-").unwrap();
        let (client, api): (ClientDialect, ProviderApi) = (client.parse().unwrap(), api.parse().unwrap());
        for case in folders(&pair) {
            let Ok(settings) = fs::read(case.join("case.json")) else { continue };
            let settings: Settings = serde_json::from_slice(&settings).unwrap();
            let Some(feature) = settings.feature else { continue };
            assert!(FEATURES.iter().any(|(name, _)| *name == feature), "{}: no row `{feature}`", case.display());
            let outcome = match () {
                () if case.join("refused.json").exists() => Outcome::Refused,
                () if !settings.lenient.is_empty() => Outcome::Lenient,
                () => Outcome::Yes,
            };
            cells.entry((client, api, feature)).or_default().insert(outcome);
        }
    }
    cells
}

/// Whether a provider of this API takes the client's requests as they are.
fn passes(client: ClientDialect, api: ProviderApi) -> bool {
    let provider = ProviderConfig { project: Some("project".to_owned()), ..ProviderConfig::new(api) };
    AnswerPlan::new(client, &provider, "model", 0).is_ok_and(|plan| plan.passes_through())
}

fn page() -> String {
    let cells = cells();
    let mut page = String::from(
        "# What is translated\n\n\
         Made of the fixtures in `filters/core/dialects/golden` by `cargo test -p tollgate-dialects --test table`; do not edit.\n\n\
         **yes**: carried across. **refused**: a 400 that names the feature. **lenient**: refused too, unless the route lists it under \
         `lenient`; then it is dropped, and `x-tollgate-dropped` says so. Several words: it depends on its values or on the model; the \
         fixtures of that name show each case. **as it is**: the provider speaks the client's own dialect and gets the request byte for byte, \
         save for the model's name and what the fixtures beside it show of servers that deviate. An empty cell has no fixture.\n\n\
         On Vertex, Gemini models go the way of `gemini` and Claude models that of `anthropic`: its column shows what differs.\n",
    );
    for client in ClientDialect::ALL {
        let apis: Vec<_> =
            ProviderApi::ALL.iter().filter(|api| cells.keys().any(|key| key.0 == *client && key.1 == **api)).collect();
        if apis.is_empty() {
            continue;
        }
        let names: Vec<_> = apis.iter().map(|api| format!("`{api}`")).collect();
        write!(page, "\n## `{client}`\n\n| | {} |\n|---{}|\n", names.join(" | "), "|---".repeat(apis.len())).unwrap();
        for (feature, title) in FEATURES {
            let row: Vec<_> = apis
                .iter()
                .map(|api| {
                    let outcomes = cells.get(&(*client, **api, (*feature).to_owned()));
                    let same = passes(*client, **api).then_some("as it is");
                    let words = outcomes.into_iter().flatten().map(|outcome| match outcome {
                        Outcome::Yes => "yes",
                        Outcome::Lenient => "lenient",
                        Outcome::Refused => "refused",
                    });
                    // What passes has fixtures for what does not.
                    let words = words.filter(|word| same.is_none() || *word != "yes");
                    same.into_iter().chain(words).collect::<Vec<_>>().join(", ")
                })
                .collect();
            if row.iter().any(|cell| !cell.is_empty() && cell != "as it is") {
                writeln!(page, "| {title} | {} |", row.join(" | ")).unwrap();
            }
        }
    }
    let names = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    write!(
        page,
        "\n## Names for `lenient`\n\n\
         What some provider lacks: {}.\n\n\
         What one client's API alone has goes by its own name, and so does a field that is newer than this page: {}.\n\n\
         A field or a kind of something is named behind it: `tools.web_search`, `tool_choice.allowed_tools`, `message.name`. A keyword of a \
         schema that a provider does not keep strictly is `json_schema.keyword`, or `tools.keyword` in a tool's parameters.\n",
        names(NAMES),
        names(FIELDS),
    )
    .unwrap();
    page
}

#[test]
fn the_page_says_what_the_fixtures_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/translation.md");
    let page = page();
    if std::env::var_os("TOLLGATE_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "docs/translation.md is not what the fixtures say; TOLLGATE_BLESS=1 rewrites it");
}
