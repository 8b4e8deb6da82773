use crate::Vocabulary;

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn models_have_the_vocabulary_their_maker_says() {
    use Vocabulary::{Cl100k, Claude, O200k, Other};
    for (name, vocabulary) in [
        ("gpt-4o", O200k),
        ("gpt-4o-mini-2024-07-18", O200k),
        ("gpt-4.1-nano", O200k),
        ("GPT-5", O200k),
        ("chatgpt-4o-latest", O200k),
        ("openai/gpt-oss-120b", O200k),
        ("o1", O200k),
        ("o3-mini", O200k),
        ("openai/o4-mini", O200k),
        ("ft:gpt-4o-mini:acme::abc", O200k),
        ("gpt-4", Cl100k),
        ("gpt-4-turbo", Cl100k),
        ("gpt-3.5-turbo-0125", Cl100k),
        ("gpt-35-turbo", Cl100k),
        ("text-embedding-3-small", Cl100k),
        ("claude-sonnet-4-5", Claude),
        ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", Claude),
        ("anthropic/claude-3-haiku", Claude),
        ("gemini-2.5-flash", Other),
        ("llama3.1:8b", Other),
        ("olmo-2", Other),
        ("o", Other),
        ("o1x", Other),
        ("", Other),
    ] {
        assert_eq!(Vocabulary::of_model(name), vocabulary, "{name}");
    }
}
