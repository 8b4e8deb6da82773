use tollgate_policy::translate::{ProviderApi, ProviderConfig};
use tollgate_wire::json::{Limits, Tape};

use crate::ClientDialect;
use crate::refusal::Refusal;
use crate::request::{RequestFacts, facts};
use crate::stream::{ClientStream, EventFacts, Lane, LaneKind};
use crate::text::Place;
use crate::translate::{Attempt, UpstreamRequest, request};

const DIALECT: ClientDialect = ClientDialect::OpenaiResponses;

fn with<R>(body: &str, look: impl FnOnce(Result<RequestFacts<'_>, Refusal>) -> R) -> R {
    let mut tape = Tape::default();
    look(facts(DIALECT, tape.parse(body.as_bytes(), Limits::default()).unwrap()))
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_request_is_read() {
    let body =
        r#"{"model":"gpt-5","stream":true,"max_output_tokens":9,"user":"u-1","safety_identifier":"u-2","input":"hi"}"#;
    with(body, |facts| {
        let facts = facts.unwrap();
        assert_eq!(facts.model, "gpt-5");
        assert!(facts.stream && facts.wants_stream_usage);
        assert_eq!((facts.choices, facts.max_output_tokens, facts.media), (1, Some(9), 0));
        assert_eq!(facts.end_user.unwrap(), "u-2");
        assert!(facts.texts.iter().any(|span| span.place == Place::USER && span.text == "hi"));
    });
}

/// Strings `t01`, `t02`, ... are text, everything else is not.
#[test]
fn every_text_of_a_request_is_found_and_nothing_else() {
    let body = r#"{
        "model": "gpt-5", "temperature": 0.5, "service_tier": "flex", "truncation": "auto", "user": "t01",
        "previous_response_id": "resp_1", "include": ["reasoning.encrypted_content"], "reasoning": {"effort": "low"},
        "instructions": "t02", "prompt": {"id": "pmpt_1", "version": "key_v2", "variables": {"key_city": "t03", "key_doc": {"type": "input_text", "text": "t04"}}},
        "text": {"verbosity": "low", "format": {"type": "json_schema", "name": "t05", "schema": {"key_s": "t06"}}},
        "input": [
            {"role": "developer", "content": "t07"},
            {"type": "message", "role": "user", "status": "completed", "content": [
                {"type": "input_text", "text": "t08"},
                {"type": "input_image", "detail": "high", "image_url": "data:image/png;base64,AAAA"},
                {"type": "input_image", "detail": "auto", "image_url": "t09"},
                {"type": "input_file", "filename": "t10", "file_data": "data:application/pdf;base64,AAAA"},
                {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
                {"type": "key_new", "key_new": {"key_deep": ["t11"]}}
            ]},
            {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed", "content": [
                {"type": "output_text", "text": "t12", "annotations": [
                    {"type": "url_citation", "start_index": 5, "end_index": 4111111111111111, "url": "t13", "title": "t14"}],
                    "logprobs": [{"token": "t15", "logprob": -0.5, "bytes": [1, 2]}]},
                {"type": "refusal", "refusal": "t16"}
            ]},
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "t17"}], "encrypted_content": "SIGNATURE"},
            {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "t18", "arguments": "t19", "status": "completed"},
            {"type": "function_call_output", "call_id": "call_1", "output": "t20"},
            {"type": "function_call_output", "call_id": "call_2", "output": [{"type": "input_text", "text": "t21"}]},
            {"type": "custom_tool_call", "call_id": "call_3", "name": "t22", "input": "t23"},
            {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "t24"}},
            {"type": "mcp_call", "id": "mcp_1", "server_label": "t25", "name": "t26", "arguments": "t27", "output": "t28", "error": null},
            {"type": "code_interpreter_call", "id": "ci_1", "code": "t29", "container_id": "cntr_1", "status": "completed", "outputs": null},
            {"type": "computer_call_output", "call_id": "call_4", "output": {"type": "computer_screenshot", "image_url": "data:image/png;base64,AAAA"}},
            {"type": "key_unknown", "key_x": {"key_y": "t30"}}
        ],
        "tools": [{"type": "function", "name": "t31", "description": "t32", "parameters": {"key_p": "t33"}, "strict": true},
            {"type": "mcp", "key_server_url": "t34"}],
        "metadata": {"key_m": "t35"}, "key_unknown": "t36"
    }"#;
    let body = &body.replace("SIGNATURE", &"gAAA_B-".repeat(10));
    with(body, |facts| {
        let facts = facts.unwrap();
        let mut found: Vec<_> = facts.texts.iter().map(|span| span.text.decode().into_owned()).collect();
        found.retain(|text| !text.starts_with("key_"));
        found.extend(facts.tokens.iter().map(|tokens| tokens.joined().split('\n').next().unwrap().to_owned()));
        found.sort();
        let expected: Vec<_> = (1..=36).map(|mark| format!("t{mark:02}")).collect();
        assert_eq!(found, expected);
        assert_eq!((facts.media, facts.skipped), (5, 4));
        assert_eq!(facts.unknown_path().unwrap(), "input[1].content[5].key_new");
        let numbers: Vec<_> = facts.numbers.iter().map(|number| number.value.raw()).collect();
        assert_eq!(numbers, ["0.5"], "what the API counts is nobody's digits");
        let place = |text: &str| facts.texts.iter().find(|span| span.text == text).unwrap().place;
        assert_eq!([place("t02"), place("t07"), place("t08")], [Place::SYSTEM, Place::SYSTEM, Place::USER]);
        assert_eq!(
            [place("t12"), place("t17"), place("t20")],
            [Place::ASSISTANT, Place::ASSISTANT, Place::TOOL_RESULT]
        );
        assert!(facts.texts.iter().all(|span| span.json_inside == (span.text == "t19" || span.text == "t27")));
    });
}

#[test]
fn nothing_hides_where_words_of_the_api_belong() {
    let body = r#"{"model":"m","input":[{"type":"My SSN","role":"user","id":"jane@example.com","content":[{"type":"input_text","text":5,"detail":["x"]}],
        "encrypted_content":"not base64!","start_index":"123"}]}"#;
    with(body, |facts| {
        let facts = facts.unwrap();
        for text in ["My SSN", "jane@example.com", "x", "not base64!", "123"] {
            assert!(facts.texts.iter().any(|span| span.text == text), "{text}");
        }
        assert_eq!(facts.numbers.len(), 1);
    });
}

#[test]
fn what_decisions_hang_on_is_there_once_and_of_its_type() {
    for (body, param) in [
        (r#"{"input":"x"}"#, "model"),
        (r#"{"model":5,"input":"x"}"#, "model"),
        (r#"{"model":"m"}"#, "input"),
        (r#"{"model":"m","input":5}"#, "input"),
        (r#"{"model":"m","input":["x"]}"#, "input[0]"),
        (r#"{"model":"m","input":"x","input":"y"}"#, "input"),
        (r#"{"model":"m","input":"x","model":"y"}"#, "model"),
        (r#"{"model":"m","input":"x","stream":true,"stream":false}"#, "stream"),
        (r#"{"model":"m","input":"x","stream":"yes"}"#, "stream"),
        (r#"{"model":"m","input":"x","max_output_tokens":-1}"#, "max_output_tokens"),
        (r#"{"model":"m","input":"x","max_output_tokens":1,"max_output_tokens":2}"#, "max_output_tokens"),
    ] {
        assert_eq!(with(body, |facts| facts.unwrap_err().param).as_deref(), Some(param), "{body}");
    }
    for body in [r#"{"model":"m","prompt":{"id":"pmpt_1"}}"#, r#"{"model":"m","previous_response_id":"resp_1"}"#] {
        assert!(with(body, |facts| facts.is_ok()), "{body}");
    }
}

fn ask(body: &str) -> Result<UpstreamRequest, Refusal> {
    let provider = ProviderConfig::new(ProviderApi::Openai);
    request(&Attempt { client: DIALECT, provider: &provider, model: None, lenient: &[], now_nanos: 0 }, body.as_bytes())
}

#[test]
fn what_is_not_of_its_type_is_refused_by_name() {
    for (fields, param) in [
        (r#""input":5"#, "input"),
        (r#""input":[5]"#, "input[0]"),
        (r#""input":[{"role":"robot","content":"x"}]"#, "input[0].role"),
        (r#""input":[{"content":"x"}]"#, "input[0].role"),
        (r#""input":[{"role":"user"}]"#, "input[0].content"),
        (r#""input":[{"role":"user","content":5}]"#, "input[0].content"),
        (r#""input":[{"role":"user","content":[{"type":"input_text"}]}]"#, "input[0].content[0].text"),
        (r#""input":[{"role":"user","content":[{"type":"input_image"}]}]"#, "input[0].content[0].image_url"),
        (r#""input":[{"role":"user","content":[{"type":"input_file"}]}]"#, "input[0].content[0].file_data"),
        (
            r#""input":[{"role":"user","content":[{"type":"input_file","file_data":"AA"}]}]"#,
            "input[0].content[0].file_data",
        ),
        (r#""input":[{"type":"function_call","name":"f","arguments":"{}"}]"#, "input[0].call_id"),
        (r#""input":[{"type":"function_call","name":"f","call_id":"c","arguments":{}}]"#, "input[0].arguments"),
        (r#""input":[{"type":"function_call_output","call_id":"c"}]"#, "input[0].output"),
        (r#""input":[{"type":"reasoning","summary":[{}]}]"#, "input[0].summary[0].text"),
        (r#""instructions":5"#, "instructions"),
        (r#""tools":{}"#, "tools"),
        (r#""tools":[{}]"#, "tools[0].type"),
        (r#""tools":[{"type":"function"}]"#, "tools[0].name"),
        (r#""tools":[{"type":"function","name":"f","parameters":5}]"#, "tools[0].parameters"),
        (r#""tool_choice":"maybe""#, "tool_choice"),
        (r#""tool_choice":{"type":"function"}"#, "tool_choice.name"),
        (r#""text":5"#, "text"),
        (r#""text":{"format":{"type":"json_schema","name":"x"}}"#, "text.format.schema"),
        (r#""reasoning":{"effort":"huge"}"#, "reasoning.effort"),
        (r#""include":["x",5]"#, "include"),
        (r#""temperature":"hot""#, "temperature"),
        (r#""top_logprobs":-1"#, "top_logprobs"),
        (r#""store":"no""#, "store"),
    ] {
        let refusal = ask(&format!(r#"{{"model":"m",{fields}}}"#)).unwrap_err();
        assert_eq!((refusal.status, refusal.param.as_deref()), (400, Some(param)), "{fields}");
    }
}

#[test]
fn what_only_this_api_can_do_is_refused_by_name() {
    for (fields, param) in [
        (r#""input":[{"id":"msg_1"}]"#, "item_reference"),
        (r#""input":[{"type":"local_shell_call","id":"x"}]"#, "local_shell_call"),
        (r#""input":[{"role":"user","content":[{"type":"input_video"}]}]"#, "input_video"),
        (r#""tools":[{"type":"function","name":"f","async":true}]"#, "tools.async"),
        (r#""text":{"new":1}"#, "text.new"),
        (r#""reasoning":{"mode":"pro"}"#, "reasoning.mode"),
        (r#""new":1"#, "new"),
    ] {
        let refusal = ask(&format!(r#"{{"model":"m",{fields}}}"#)).unwrap_err();
        assert_eq!((refusal.status, refusal.param.as_deref()), (400, Some(param)), "{fields}");
    }
}

#[test]
fn a_turn_of_several_items_is_one_message() {
    let body = r#"{"model":"m","input":[
        {"role":"assistant","content":"one"},{"role":"assistant","content":"two"},
        {"type":"reasoning","id":"rs_1","summary":[]},
        {"type":"function_call","call_id":"a","name":"f","arguments":"{}"},
        {"type":"function_call","call_id":"b","name":"f","arguments":"{}"},
        {"type":"function_call_output","call_id":"b","output":"B"},
        {"type":"function_call_output","call_id":"a","output":"A"}]}"#;
    let sent = String::from_utf8(ask(body).unwrap().body.unwrap()).unwrap();
    let call = |id: &str| format!(r#"{{"id":"{id}","type":"function","function":{{"name":"f","arguments":"{{}}"}}}}"#);
    let expected = format!(
        r#""messages":[{{"role":"assistant","content":"one"}},{{"role":"assistant","content":"two","tool_calls":[{},{}]}},{{"role":"tool","tool_call_id":"b","content":"B"}},{{"role":"tool","tool_call_id":"a","content":"A"}}]"#,
        call("a"),
        call("b")
    );
    assert!(sent.contains(&expected), "{sent}");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn an_answer_is_read() {
    let body = r#"{"id":"resp_1","object":"response","status":"completed","error":null,"model":"gpt-5","instructions":"t01",
        "output":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"t02"}],"encrypted_content":"gAAA"},
            {"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[
                {"type":"output_text","text":"t03","annotations":[{"type":"url_citation","start_index":0,"end_index":3,"url":"t04","title":"t05"}]}]},
            {"type":"function_call","id":"fc_1","call_id":"call_1","name":"t06","arguments":"{\"q\":\"t07\"}","status":"completed"}],
        "usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":3},"output_tokens":5,
            "output_tokens_details":{"reasoning_tokens":2},"total_tokens":15},"metadata":{}}"#;
    let mut tape = Tape::default();
    let facts = crate::response::facts(DIALECT, tape.parse(body.as_bytes(), Limits::default()).unwrap());
    assert_eq!(facts.model.unwrap(), "gpt-5");
    let usage = facts.usage.unwrap();
    assert_eq!((usage.input, usage.output, usage.cached_read, usage.cache_write, usage.reasoning), (10, 5, 4, 3, 2));
    let texts: Vec<_> = facts.texts.iter().map(|span| span.text.decode().into_owned()).collect();
    assert_eq!(texts, ["t01", "t02", "t03", "t04", "t05", "t06", r#"{"q":"t07"}"#]);
    assert!(!facts.error);
    for (body, error) in [
        (r#"{"error":{"message":"no"}}"#, true),
        (r#"{"status":"failed","error":{"code":"server_error","message":"no"},"output":[]}"#, false),
    ] {
        let facts = crate::response::facts(DIALECT, tape.parse(body.as_bytes(), Limits::default()).unwrap());
        assert_eq!((facts.error, facts.texts.len(), facts.usage), (error, 1, None), "{body}");
    }
}

fn observe<R>(stream: &mut ClientStream, data: &str, look: impl FnOnce(EventFacts<'_>) -> R) -> R {
    let mut tape = Tape::default();
    look(stream.observe("", tape.parse(data.as_bytes(), Limits::default()).unwrap()))
}

fn lane(stream: &mut ClientStream, data: &str) -> Lane {
    observe(stream, data, |facts| {
        let ids = |span: &crate::TextSpan<'_>| span.text.raw().starts_with("msg_");
        assert!(facts.texts.iter().all(ids) && facts.ended.is_empty() && !facts.all_ended, "{data}");
        assert_eq!(facts.deltas.len(), 1, "{data}");
        facts.deltas.iter().next().unwrap().lane
    })
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn texts_in_pieces_are_lanes_that_end_where_they_come_again() {
    let mut stream = ClientStream::new(DIALECT);
    let created = r#"{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","model":"gpt-5","status":"in_progress","instructions":"be kind","output":[],"usage":null}}"#;
    observe(&mut stream, created, |facts| {
        assert_eq!(facts.model.unwrap(), "gpt-5");
        assert_eq!(facts.texts.len(), 1);
    });
    let at = |kind: &str, fields: &str| {
        format!(r#"{{"type":"response.{kind}","sequence_number":4,"item_id":"x_1",{fields}}}"#)
    };
    let summary =
        lane(&mut stream, &at("reasoning_summary_text.delta", r#""output_index":0,"summary_index":0,"delta":"a""#));
    let second =
        lane(&mut stream, &at("reasoning_summary_text.delta", r#""output_index":0,"summary_index":1,"delta":"a""#));
    let text =
        lane(&mut stream, &at("output_text.delta", r#""output_index":1,"content_index":0,"delta":"a","logprobs":[]"#));
    let refusal = lane(&mut stream, &at("refusal.delta", r#""output_index":1,"content_index":1,"delta":"a""#));
    let call = lane(&mut stream, &at("function_call_arguments.delta", r#""output_index":2,"delta":"{""#));
    let other = lane(&mut stream, &at("function_call_arguments.delta", r#""output_index":3,"delta":"{""#));
    let custom = lane(&mut stream, &at("custom_tool_call_input.delta", r#""output_index":4,"delta":"x""#));
    let kinds = [summary, second, text, refusal, call, other, custom].map(|lane| lane.kind);
    use LaneKind::{Content, Input, Reasoning, Refusal, Tool};
    assert_eq!(kinds, [Reasoning, Reasoning, Content, Refusal, Tool(0), Tool(0), Input(0)]);
    assert!(call.json_inside() && !custom.json_inside());
    assert_eq!(lane(&mut stream, &at("output_text.delta", r#""output_index":1,"content_index":0,"delta":"b""#)), text);

    let ends = |stream: &mut ClientStream, data: &str, texts: usize, ended: &[Lane]| {
        observe(stream, data, |facts| {
            assert_eq!((facts.texts.len(), facts.ended.len()), (texts, ended.len()), "{data}");
            assert!(ended.iter().all(|lane| facts.ends(*lane)), "{data}");
        });
    };
    ends(
        &mut stream,
        &at("reasoning_summary_text.done", r#""output_index":0,"summary_index":0,"text":"a""#),
        1,
        &[summary],
    );
    ends(
        &mut stream,
        &at(
            "reasoning_summary_part.done",
            r#""output_index":0,"summary_index":1,"part":{"type":"summary_text","text":"a"}"#,
        ),
        1,
        &[second],
    );
    ends(
        &mut stream,
        &at(
            "output_text.annotation.added",
            r#""output_index":1,"content_index":0,"annotation_index":0,"annotation":{"type":"url_citation","url":"u","title":"t","start_index":0,"end_index":1}"#,
        ),
        2,
        &[],
    );
    ends(
        &mut stream,
        &at("output_text.done", r#""output_index":1,"content_index":0,"text":"ab","logprobs":[]"#),
        1,
        &[text],
    );
    ends(
        &mut stream,
        &at(
            "content_part.done",
            r#""output_index":1,"content_index":0,"part":{"type":"output_text","text":"ab","annotations":[]}"#,
        ),
        1,
        &[],
    );
    ends(
        &mut stream,
        &at(
            "output_item.done",
            r#""output_index":1,"item":{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"ab","annotations":[]}]}"#,
        ),
        1,
        &[refusal],
    );
    ends(&mut stream, &at("function_call_arguments.done", r#""output_index":2,"arguments":"{}""#), 1, &[call]);
    observe(&mut stream, &at("function_call_arguments.done", r#""output_index":3,"arguments":"{}""#), |facts| {
        assert!(facts.texts[0].json_inside && facts.ends(other));
    });
    observe(&mut stream, &at("audio.delta", r#""delta":"AAAA""#), |facts| {
        assert!(facts.deltas.is_empty() && facts.texts.is_empty());
    });
    let completed = r#"{"type":"response.completed","response":{"status":"completed","output":[],"usage":{"input_tokens":3,"output_tokens":4,"total_tokens":7}}}"#;
    observe(&mut stream, completed, |facts| {
        assert!(facts.done && facts.all_ended && !facts.error && facts.ends(custom));
        assert_eq!(facts.usage.unwrap().total(), 7);
    });
    observe(
        &mut stream,
        r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"x","message":"no"}}}"#,
        |facts| {
            assert!(facts.done && facts.error);
        },
    );
    observe(&mut stream, r#"{"type":"error","code":"server_error","message":"no","sequence_number":9}"#, |facts| {
        assert!(facts.error && facts.all_ended && facts.texts.iter().any(|span| span.text == "no"));
    });
}

#[test]
fn added_text_reads_back_in_its_lane() {
    for fields in [
        r#""type":"response.output_text.delta","item_id":"msg_\"1","output_index":1,"content_index":0"#,
        r#""type":"response.refusal.delta","item_id":"msg_1","output_index":1,"content_index":2"#,
        r#""type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":3"#,
        r#""type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":2"#,
        r#""type":"response.audio.transcript.delta""#,
    ] {
        let mut stream = ClientStream::new(DIALECT);
        let data = format!(r#"{{{fields},"sequence_number":7,"delta":"x"}}"#);
        let lane = lane(&mut stream, &data);
        // The event that ends the lane has been read when what was held back goes out in front of it.
        let done = data.replace(".delta\"", ".done\"").replace("\"sequence_number\":7", "\"sequence_number\":8");
        observe(&mut stream, &done, |facts| assert!(facts.ends(lane)));
        let mut out = Vec::new();
        stream.delta_event(lane, "a\"\n", &mut out);
        let text = String::from_utf8(out).unwrap();
        let (head, event) = text.split_once('\n').unwrap();
        let event = event.strip_prefix("data: ").unwrap().strip_suffix("\n\n").unwrap();
        assert_eq!(fields.split('"').nth(3), head.strip_prefix("event: "));
        let sent = r#""sequence_number":8"#;
        assert!(event.contains(sent), "{event}");
        let parts: Vec<_> = fields.split(',').collect();
        assert!(parts.iter().all(|part| event.contains(part)), "{event}");
        observe(&mut ClientStream::new(DIALECT), event, |facts| {
            let delta = facts.deltas.iter().next().unwrap();
            assert_eq!((delta.lane.kind, &*delta.text.decode()), (lane.kind, "a\"\n"));
        });
    }
}
