use tollgate_policy::translate::{ProviderApi, ProviderConfig};
use tollgate_wire::json::{Limits, Tape};

use super::*;
use crate::canonical::Losses;
use crate::protocol::Protocol;
use crate::refusal::Refusal;
use crate::request::facts;
use crate::translate::target::Target;
use crate::{ClientDialect, response};

/// What is written for a request, and what was dropped.
fn write(protocol: Protocol, model: &str, body: &str, lenient: &[&str]) -> Result<(String, Vec<String>), Refusal> {
    let mut tape = Tape::default();
    let request = read_request(tape.parse(body.as_bytes(), Limits::default()).unwrap())?;
    let lenient: Vec<_> = lenient.iter().map(|name| (*name).to_owned()).collect();
    let mut losses = Losses::new("provider", &lenient, false);
    let provider = ProviderConfig::new(ProviderApi::Bedrock);
    let target = Target::in_body(protocol, "/".into(), &provider, model);
    let body = write_request(&request, &target, &mut losses)?;
    Ok((String::from_utf8(body).unwrap(), losses.dropped()))
}

fn written(protocol: Protocol, model: &str, body: &str) -> String {
    write(protocol, model, body, &[]).unwrap().0
}

const TWO: &str = r#"{"model":"m","input":["a\n","\u00e9"],"dimensions":256,"input_type":"query"}"#;

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn every_provider_gets_its_own() {
    assert_eq!(
        written(Protocol::GeminiEmbeddings, "models/gemini-embedding-001", TWO),
        concat!(
            r#"{"requests":[{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"a\n"}]},"#,
            r#""taskType":"RETRIEVAL_QUERY","outputDimensionality":256},{"model":"models/gemini-embedding-001","#,
            r#""content":{"parts":[{"text":"\u00e9"}]},"taskType":"RETRIEVAL_QUERY","outputDimensionality":256}]}"#
        )
    );
    assert_eq!(
        written(Protocol::VertexEmbeddings, "text-embedding-005", TWO),
        concat!(
            r#"{"instances":[{"content":"a\n","task_type":"RETRIEVAL_QUERY"},{"content":"\u00e9","#,
            r#""task_type":"RETRIEVAL_QUERY"}],"parameters":{"outputDimensionality":256,"autoTruncate":false}}"#
        )
    );
    assert_eq!((vertex_method("gemini-embedding-001"), vertex_method("text-embedding-005")), ("predict", "predict"));
    assert_eq!(vertex_method("gemini-embedding-2"), "embedContent");
    assert_eq!(
        written(Protocol::CohereEmbeddings, "embed-v4.0", TWO),
        concat!(
            r#"{"model":"embed-v4.0","texts":["a\n","\u00e9"],"input_type":"search_query","#,
            r#""embedding_types":["float"],"output_dimension":256,"truncate":"NONE"}"#
        )
    );
    assert_eq!(
        written(Protocol::BedrockCohereEmbeddings, "cohere.embed-multilingual-v3", r#"{"model":"m","input":"a"}"#),
        r#"{"texts":["a"],"input_type":"search_document","embedding_types":["float"],"truncate":"NONE"}"#
    );
    let one = r#"{"model":"m","input":["a"],"dimensions":512}"#;
    assert_eq!(
        written(Protocol::TitanEmbeddings, "amazon.titan-embed-text-v2:0", one),
        r#"{"inputText":"a","dimensions":512}"#
    );
    assert_eq!(
        written(Protocol::TitanEmbeddings, "amazon.titan-embed-image-v1", one),
        r#"{"inputText":"a","embeddingConfig":{"outputEmbeddingLength":512}}"#
    );
}

#[test]
fn what_a_provider_lacks_is_refused_by_name() {
    let refused = |protocol, model: &str, body: &str| {
        let refusal = write(protocol, model, body, &[]).unwrap_err();
        assert_eq!(refusal.status, 400);
        refusal.param.unwrap()
    };
    let titan = |body| refused(Protocol::TitanEmbeddings, "amazon.titan-embed-text-v1", body);
    assert_eq!(titan(r#"{"input":["a","b"]}"#), "input");
    assert_eq!(titan(r#"{"input":"a","dimensions":256}"#), "dimensions");
    let cohere = |body| refused(Protocol::CohereEmbeddings, "embed-english-v3.0", body);
    assert_eq!(cohere(r#"{"input":"a","dimensions":256}"#), "dimensions");
    assert_eq!(cohere(r#"{"input":"a","embedding_types":["int8"]}"#), "embedding_types");
    assert_eq!(cohere(r#"{"input":[1,2]}"#), "input");
    assert_eq!(cohere(r#"{"input":[[1,2],[3]]}"#), "input");
    // A conversation is no place for it.
    assert_eq!(refused(Protocol::Converse, "m", r#"{"input":"a"}"#), "embeddings");
    let (_, dropped) = write(
        Protocol::TitanEmbeddings,
        "amazon.titan-embed-text-v1",
        r#"{"input":"a","dimensions":256,"user":"jane","input_type":"passage"}"#,
        &["dimensions"],
    )
    .unwrap();
    assert_eq!(dropped, ["user", "input_type", "dimensions"]);
}

#[test]
fn what_is_not_of_its_type_is_refused_by_name() {
    for (body, param) in [
        (r#"{"model":"m"}"#, "input"),
        (r#"{"input":[]}"#, "input"),
        (r#"{"input":{}}"#, "input"),
        (r#"{"input":null}"#, "input"),
        (r#"{"input":["a",{}]}"#, "input[1]"),
        (r#"{"input":[["a"]]}"#, "input[0]"),
        (r#"{"input":"a","encoding_format":"int8"}"#, "encoding_format"),
        (r#"{"input":"a","encoding_format":5}"#, "encoding_format"),
        (r#"{"input":"a","dimensions":-1}"#, "dimensions"),
        (r#"{"input":"a","input_type":"image"}"#, "input_type"),
        (r#"{"input":"a","user":5}"#, "user"),
    ] {
        let refusal = write(Protocol::CohereEmbeddings, "m", body, &[]).unwrap_err();
        assert_eq!((refusal.status, refusal.param.as_deref()), (400, Some(param)), "{body}");
    }
}

#[test]
fn the_gateway_sees_every_text_and_no_token() {
    let mut tape = Tape::default();
    let mut facts = |body: &str| {
        let facts = facts(ClientDialect::OpenaiEmbeddings, tape.parse(body.as_bytes(), Limits::default()).unwrap())?;
        let texts: Vec<_> = facts.texts.iter().map(|text| text.text.decode().into_owned()).collect();
        assert_eq!((facts.max_output_tokens, facts.choices, facts.stream), (Some(0), 1, false));
        Ok::<_, Refusal>((texts, facts.numbers.len(), facts.token_ids(), facts.end_user.is_some()))
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert_eq!(facts(r#"{"model":"m","input":"a"}"#).unwrap(), (texts(&["a"]), 0, 0, false));
    assert_eq!(
        facts(r#"{"model":"m","input":["a",["b",{"c":"d"}]],"user":"jane","x":"y","encoding_format":"base64"}"#)
            .unwrap(),
        (texts(&["a", "b", "c", "d", "jane", "x", "y"]), 0, 0, true)
    );
    assert_eq!(facts(r#"{"model":"m","input":[1,22,333]}"#).unwrap(), (texts(&[]), 0, 3, false));
    assert_eq!(facts(r#"{"model":"m","input":[[1,22],[333]]}"#).unwrap(), (texts(&[]), 0, 3, false));
    // A card's digits are no token.
    assert_eq!(facts(r#"{"model":"m","input":[4111111111111111]}"#).unwrap(), (texts(&[]), 1, 1, false));
    for (body, param) in [
        (r#"{"input":"a"}"#, "model"),
        (r#"{"model":"m"}"#, "input"),
        (r#"{"model":5,"input":"a"}"#, "model"),
        (r#"{"model":"m","input":"a","input":"b"}"#, "input"),
    ] {
        assert_eq!(facts(body).unwrap_err().param.as_deref(), Some(param), "{body}");
    }
}

#[test]
fn the_gateway_sees_what_an_answer_cost_and_none_of_its_vectors() {
    let mut tape = Tape::default();
    let mut facts = |body: &str| {
        let facts =
            response::facts(ClientDialect::OpenaiEmbeddings, tape.parse(body.as_bytes(), Limits::default()).unwrap());
        (facts.usage.map(|usage| usage.total()), facts.texts.len(), facts.error)
    };
    let data = r#""data":[{"object":"embedding","index":0,"embedding":"AACAPw=="}]"#;
    assert_eq!(
        facts(&format!(r#"{{{data},"model":"m","usage":{{"prompt_tokens":8,"total_tokens":8}}}}"#)),
        (Some(8), 0, false)
    );
    assert_eq!(facts(&format!("{{{data}}}")), (None, 0, false));
    assert_eq!(facts(r#"{"error":{"message":"no"}}"#), (None, 1, true));
}
