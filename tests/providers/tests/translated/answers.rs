//! What clients get: the simulated answer to each translated request, in whichever form a provider may give it, translated back.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tollgate_dialects::ClientDialect;
use tollgate_dialects::translate::{AnswerForm, StreamTranslator, UpstreamRequest, response};
use tollgate_providers::brain::End;
use tollgate_providers::{Options, Usage, UsagePlace};

use super::laws::{self, Said};
use super::{MODELS, Providers, cases, provider, requests, translated};

/// What the model is ordered to say.
fn content() -> impl Strategy<Value = Options> {
    let ends = [
        End::Stop,
        End::Length,
        End::Refusal,
        End::Safety,
        End::Recitation,
        End::MalformedCall,
        End::ContextWindow,
        End::Pause,
    ];
    let usage = Usage { input: 90, output: 50, cached: 30, cache_write: 20, cache_write_1h: 10, reasoning: 5 };
    let said = (
        proptest::option::weighted(0.3, select(vec!["", "Hm.", "Zuerst \"denke\" ich nach.\nDann nicht."])),
        proptest::bool::weighted(0.2),
        proptest::bool::weighted(0.2),
        proptest::option::weighted(0.3, select(ends.to_vec())),
        proptest::option::weighted(0.3, select(vec!["", "Ä \"quoted\"\n\\answer 🙂", "{\"a\": 1}"])),
        proptest::option::weighted(0.2, Just(usage)),
        proptest::bool::weighted(0.1),
    );
    said.prop_map(|(thinking, redacted_thinking, citations, finish, answer, usage, omit_usage)| Options {
        thinking: thinking.filter(|text| !text.is_empty()).map(str::to_owned),
        redacted_thinking,
        citations,
        finish,
        answer: answer.map(str::to_owned),
        usage,
        omit_usage,
        ..Options::default()
    })
}

/// What form its stream has, on top.
fn form() -> impl Strategy<Value = Options> {
    let place = proptest::option::weighted(0.3, select(vec![UsagePlace::Finish, UsagePlace::Every]));
    (any::<[bool; 6]>(), 0usize..4, 0usize..4, place).prop_map(
        |([crlf, comments, bom, multiline, no_done, whole_calls], delta_chars, argument_chars, usage_place)| Options {
            crlf,
            comments,
            bom,
            multiline,
            no_done,
            whole_calls,
            delta_chars,
            argument_chars,
            usage_place,
            ..Options::default()
        },
    )
}

/// Where a stream breaks off, and whether with a word.
fn fault() -> impl Strategy<Value = Option<(bool, u64)>> {
    proptest::option::weighted(0.2, (any::<bool>(), 0u64..12))
}

fn formed(content: &Options, form: &Options) -> Options {
    Options {
        thinking: content.thinking.clone(),
        redacted_thinking: content.redacted_thinking,
        citations: content.citations,
        finish: content.finish,
        answer: content.answer.clone(),
        usage: content.usage,
        omit_usage: content.omit_usage,
        ..form.clone()
    }
}

/// The answer as the client gets it, its stream in pieces of `cut` bytes.
fn delivered(upstream: &UpstreamRequest, status: u16, content_type: &str, body: &[u8], cut: usize) -> (u16, Vec<u8>) {
    let plan = &upstream.answer;
    match plan.form(status, content_type) {
        AnswerForm::Stream => {
            let (mut translator, mut out) = (StreamTranslator::new(plan), Vec::new());
            body.chunks(cut).for_each(|piece| translator.push(piece, &mut out));
            translator.finish(&mut out);
            (status, out)
        }
        AnswerForm::Pass => (status, body.to_vec()),
        AnswerForm::Whole => {
            let answer = response(plan, status, content_type, body);
            (answer.status, answer.body.unwrap_or_else(|| body.to_vec()))
        }
    }
}

/// What both forms of an answer must have in common.
fn comparable(client: ClientDialect, mut said: Said, usage_shown: bool) -> Said {
    if !usage_shown {
        said.usage = Value::Null;
    }
    for choice in &mut said.choices {
        // A mark where a dialect wants a signature; thinking that is told apart in one form has one more.
        choice.reasoning = choice.reasoning.replace("tollgate.unsigned", "");
        for (_, arguments) in &mut choice.calls {
            // How JSON is spaced is nobody's word.
            if let Ok(json) = serde_json::from_str::<Value>(arguments) {
                *arguments = json.to_string();
            }
        }
    }
    if client == ClientDialect::AnthropicMessages && said.usage.is_object() {
        // The last word on usage need not repeat what never changes.
        said.usage = json!([said.usage["input_tokens"], said.usage["output_tokens"]]);
    }
    said
}

#[test]
fn a_stream_is_legal_and_says_what_the_whole_answer_says() {
    let providers = Providers::start();
    let (tried, compared) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(cases(300));
    let asked = (requests::request(), 0..MODELS.len(), content(), form(), fault(), 1usize..40);
    runner
        .run(&asked, |((client, body), model, content, form, fault, cut)| {
            tried.set(tried.get() + 1);
            let (api, model) = MODELS[model];
            let config = provider(api);
            let mut said = Vec::new();
            for stream in [false, true] {
                let mut body = body.clone();
                body["stream"] = json!(stream);
                body.as_object_mut().unwrap().remove("stream_options");
                let shows_usage = matches!(client, ClientDialect::OpenaiChat | ClientDialect::OpenaiCompletions);
                if stream && shows_usage {
                    body["stream_options"] = json!({"include_usage": true});
                }
                let text = body.to_string();
                let Ok(upstream) = translated(client, &config, model, text.as_bytes(), true) else { return Ok(()) };
                if upstream.answer.passes_through() {
                    return Ok(());
                }
                let mut options = if stream { formed(&content, &form) } else { content.clone() };
                if let (true, Some((told, after))) = (stream, fault) {
                    let after = Some(after);
                    (options.error_after, options.truncate_after) = if told { (after, None) } else { (None, after) };
                }
                providers.of(api).1.set(options);
                let answer = providers.answer(api, &upstream, text.as_bytes());
                let kind = answer.header("content-type").unwrap_or_default().to_owned();
                let (status, got) = delivered(&upstream, answer.status, &kind, &answer.body, cut);
                let context = || {
                    let (sent, got) = (String::from_utf8_lossy(&answer.body), String::from_utf8_lossy(&got));
                    format!("{client} to {api} {model}\n  asked: {text}\n  answer: {sent}\n  got: {got}")
                };
                if status >= 400 {
                    let error: Result<Value, _> = serde_json::from_slice(&got);
                    let told = error.is_ok_and(|error| error["error"]["message"].is_string());
                    prop_assert!(told, "an error that says nothing: {}", context());
                    return Ok(());
                }
                let read = if stream { laws::stream(client, &got) } else { laws::whole(client, &got) };
                let read = match read {
                    Ok(read) => read,
                    Err(wrong) => return Err(TestCaseError::fail(format!("{wrong}: {}", context()))),
                };
                if stream && fault.is_some() {
                    return Ok(());
                }
                prop_assert!(!read.failed, "a healthy answer fails: {}", context());
                said.push((comparable(client, read, !content.omit_usage), context()));
            }
            let [(whole, told), (streamed, told_again)] = &*said else { return Ok(()) };
            prop_assert!(
                whole == streamed,
                "whole and streamed differ\n {whole:?}\n {streamed:?}\n{told}\n{told_again}"
            );
            compared.set(compared.get() + 1);
            Ok(())
        })
        .unwrap();
    let (tried, compared) = (tried.get(), compared.get());
    assert!(compared * 5 > tried, "only {compared} of {tried} answers were compared");
}
