//! Reading and validating a request to generate content: <https://ai.google.dev/api/generate-content>.
//!
//! Members may be written in camel or snake case, as JSON of protocol buffers may; both are read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::brain::{Choice, Format, Prompt, Tool};
use crate::fields::{Fault, Object, Path, Read};

const KNOWN: [&str; 9] = [
    "contents",
    "tools",
    "toolConfig",
    "safetySettings",
    "systemInstruction",
    "generationConfig",
    "cachedContent",
    "serviceTier",
    "labels",
];
/// Of one of the two editions alone. The same goes for the lists below; source: which members the `google-genai` SDK
/// refuses to send where.
const STUDIO_KNOWN: [&str; 2] = ["model", "store"];
const VERTEX_KNOWN: [&str; 1] = ["modelArmorConfig"];
const STUDIO_GENERATION: [&str; 1] = ["enableEnhancedCivicAnswers"];
const VERTEX_GENERATION: [&str; 5] =
    ["audioTimestamp", "routingConfig", "modelSelectionConfig", "modelConfig", "outputConfig"];
const STUDIO_PART: [&str; 3] = ["partMetadata", "toolCall", "toolResponse"];
const STUDIO_TOOL: [&str; 1] = ["fileSearch"];
const VERTEX_TOOL: [&str; 4] = ["retrieval", "enterpriseWebSearch", "parallelAiSearch", "exaAiSearch"];
const STUDIO_CALL: [&str; 3] = ["id", "name", "args"];
const VERTEX_CALL: [&str; 5] = ["id", "name", "args", "partialArgs", "willContinue"];
const GENERATION: [&str; 23] = [
    "stopSequences",
    "responseMimeType",
    "responseSchema",
    "responseJsonSchema",
    "responseModalities",
    "candidateCount",
    "maxOutputTokens",
    "temperature",
    "topP",
    "topK",
    "seed",
    "presencePenalty",
    "frequencyPenalty",
    "responseLogprobs",
    "logprobs",
    "speechConfig",
    "thinkingConfig",
    "imageConfig",
    "mediaResolution",
    "enableAffectiveDialog",
    "responseFormat",
    "audioTranscriptionConfig",
    "continuationToken",
];
/// Candidates in one answer, at most.
const MAX_CANDIDATES: u64 = 8;
/// Alternatives whose probabilities can be had.
const MAX_LOGPROBS: u64 = 20;
/// The members of a `Schema`, a part of OpenAPI 3.0: no `$ref`, no `additionalProperties`, no `const`.
const SCHEMA: [&str; 22] = [
    "type",
    "format",
    "title",
    "description",
    "nullable",
    "enum",
    "maxItems",
    "minItems",
    "properties",
    "required",
    "minProperties",
    "maxProperties",
    "minLength",
    "maxLength",
    "pattern",
    "example",
    "anyOf",
    "propertyOrdering",
    "default",
    "items",
    "minimum",
    "maximum",
];
const DEEPEST: usize = 64;

/// Rewrites the names of members to camel case, where protocol buffers name them: not inside free-form JSON.
pub(crate) fn camel(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(members.into_iter().map(camel_member).collect::<Map<_, _>>()),
        Value::Array(items) => Value::Array(items.into_iter().map(camel).collect()),
        other => other,
    }
}

fn camel_member((name, value): (String, Value)) -> (String, Value) {
    let mut words = name.split('_');
    let mut camelled = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camelled.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camelled.push_str(letters.as_str());
    }
    let free = ["args", "response", "responseJsonSchema", "parametersJsonSchema", "properties", "labels"];
    let value = if free.contains(&camelled.as_str()) { value } else { camel(value) };
    (camelled, value)
}

/// How a request is to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// As Vertex AI reads it, not AI Studio.
    pub(crate) vertex: bool,
    /// Function calls of the current turn must have their signatures.
    pub(crate) signatures: bool,
}

impl Rules {
    /// The common members and those of the edition.
    fn known<'a>(self, common: &[&'a str], studio: &[&'a str], vertex: &[&'a str]) -> Vec<&'a str> {
        [common, if self.vertex { vertex } else { studio }].concat()
    }
}

/// A request to generate content.
pub(crate) struct Request {
    pub(crate) prompt: Prompt,
    pub(crate) candidates: usize,
    /// Log probabilities are asked for, with so many alternatives.
    pub(crate) logprobs: Option<u64>,
    /// Thoughts are shown, not only had.
    pub(crate) show_thoughts: bool,
}

/// Reads a request whose names are in camel case.
pub(crate) fn read(body: &Object<'_>, rules: Rules) -> Read<Request> {
    body.only(&rules.known(&KNOWN, &STUDIO_KNOWN, &VERTEX_KNOWN))?;
    let mut request = Request { prompt: Prompt::default(), candidates: 1, logprobs: None, show_thoughts: false };
    tools(body, &mut request.prompt, rules)?;
    if let Some(system) = body.object("systemInstruction")? {
        request.prompt.input_bytes += text_of(&system)?.len();
    }
    contents(body, &mut request.prompt, rules)?;
    if let Some(config) = body.object("generationConfig")? {
        generation(&config, &mut request, rules)?;
    }
    Ok(request)
}

fn generation(config: &Object<'_>, request: &mut Request, rules: Rules) -> Read<()> {
    config.only(&rules.known(&GENERATION, &STUDIO_GENERATION, &VERTEX_GENERATION))?;
    let prompt = &mut request.prompt;
    prompt.max_tokens = config.count("maxOutputTokens")?;
    if prompt.max_tokens == Some(0) {
        return Err(config.fault(
            "maxOutputTokens",
            "* GenerateContentRequest.generation_config.max_output_tokens: max_output_tokens must be positive.\n",
        ));
    }
    prompt.stops = config.strings("stopSequences")?;
    if prompt.stops.len() > 5 {
        let message = "* GenerateContentRequest.generation_config.stop_sequences: the number of stop_sequences must be less than or equal to 5\n";
        return Err(config.fault("stopSequences", message));
    }
    if let Some(value) = config.number("temperature")?.filter(|value| !(0.0..=2.0).contains(value)) {
        let message = format!(
            "* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0], got {value}.\n"
        );
        return Err(config.fault("temperature", message));
    }
    request.candidates = match config.count("candidateCount")? {
        Some(count) if !(1..=MAX_CANDIDATES).contains(&count) => {
            let message = format!(
                "Unable to submit request because it has a candidateCount value of {count} but the supported range is from 1 (inclusive) to \
                 {} (exclusive). Update the value and try again.",
                MAX_CANDIDATES + 1
            );
            return Err(config.fault("candidateCount", message));
        }
        count => count.unwrap_or(1) as usize,
    };
    let (wanted, top) = (config.flag("responseLogprobs")?.unwrap_or(false), config.count("logprobs")?);
    if top.is_some() && !wanted {
        return Err(config.fault("logprobs", "logprobs can only be set if responseLogprobs is true."));
    }
    if let Some(top) = top.filter(|top| *top > MAX_LOGPROBS) {
        let message = format!("logprobs value must be in the range [0, {MAX_LOGPROBS}], got {top}.");
        return Err(config.fault("logprobs", message));
    }
    request.logprobs = wanted.then_some(top.unwrap_or(0));
    if config.get("responseSchema").is_some() && config.get("responseJsonSchema").is_some() {
        let message = "* GenerateContentRequest.generation_config: only one of response_schema and response_json_schema may be set.\n";
        return Err(config.fault("responseJsonSchema", message));
    }
    if let Some(schema) = config.object("responseSchema")? {
        check_schema(&schema, 0)?;
    }
    let schema = config.get("responseSchema").or_else(|| config.get("responseJsonSchema")).cloned();
    let mime = config.string("responseMimeType")?.unwrap_or("text/plain");
    prompt.format = match (mime, schema) {
        ("application/json", Some(schema)) => Format::Schema(schema),
        ("application/json", None) => Format::Json,
        ("text/plain", None) | ("text/x.enum", _) => Format::Text,
        ("text/plain", Some(_)) => {
            let message =
                "Function calling config or response schema is set without the response mime type 'application/json'.";
            return Err(config.fault("responseSchema", message));
        }
        _ => {
            let message = "* GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes are `text/plain`, \
                           `application/json`, `application/xml`, `application/yaml` and `text/x.enum`.\n";
            return Err(config.fault("responseMimeType", message));
        }
    };
    if let Some(thinking) = config.object("thinkingConfig")? {
        thinking.only(&["includeThoughts", "thinkingBudget", "thinkingLevel"])?;
        // Minus one leaves it to the model.
        let budget = thinking.number("thinkingBudget")?;
        let level = thinking.string("thinkingLevel")?;
        if budget.is_some() && level.is_some() {
            return Err(
                thinking.fault("thinkingLevel", "You can only set only one of thinking budget and thinking level.")
            );
        }
        if budget.is_some_and(|budget| budget < -1.0 || budget.fract() != 0.0) {
            return Err(thinking
                .fault("thinkingBudget", "The thinking budget is invalid. Please choose a value of -1 or more."));
        }
        if let Some(level) = level.filter(|level| {
            !["MINIMAL", "LOW", "MEDIUM", "HIGH", "THINKING_LEVEL_UNSPECIFIED"].contains(&level.to_uppercase().as_str())
        }) {
            let allowed = &["MINIMAL", "LOW", "MEDIUM", "HIGH"];
            return Err(Fault::Value(thinking.at("thinkingLevel"), level.to_owned(), allowed));
        }
        request.show_thoughts = thinking.flag("includeThoughts")?.unwrap_or(false);
        prompt.think = budget.map_or(level.is_some() || request.show_thoughts, |budget| budget != 0.0);
    }
    Ok(())
}

fn check_schema(schema: &Object<'_>, depth: usize) -> Read<()> {
    if depth > DEEPEST {
        return Err(Fault::Other(
            schema.path.clone(),
            "A schema in GenerationConfig in the request exceeds the maximum allowed nesting depth.".into(),
        ));
    }
    schema.only(&SCHEMA)?;
    if schema.get("type").is_some() {
        // Enums of protocol buffers; lower case is let through.
        schema.string("type")?;
    }
    if let Some(properties) = schema.object("properties")? {
        for name in properties.names() {
            if let Some(property) = properties.object(name)? {
                check_schema(&property, depth + 1)?;
            }
        }
    }
    if let Some(items) = schema.object("items")? {
        check_schema(&items, depth + 1)?;
    }
    schema.objects("anyOf")?.iter().try_for_each(|branch| check_schema(branch, depth + 1))
}

fn tools(body: &Object<'_>, prompt: &mut Prompt, rules: Rules) -> Read<()> {
    for tool in body.objects("tools")? {
        let common = [
            "functionDeclarations",
            "googleSearch",
            "googleSearchRetrieval",
            "codeExecution",
            "urlContext",
            "computerUse",
            "mcpServers",
            "googleMaps",
        ];
        tool.only(&rules.known(&common, &STUDIO_TOOL, &VERTEX_TOOL))?;
        for function in tool.objects("functionDeclarations")? {
            function.only(&[
                "name",
                "description",
                "behavior",
                "parameters",
                "parametersJsonSchema",
                "response",
                "responseJsonSchema",
            ])?;
            let name = function.need_string("name")?;
            let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            if !starts || name.len() > 128 || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_.:-".contains(c)) {
                let at = function.at("name").brackets();
                let message = format!(
                    "* GenerateContentRequest.{at}: Invalid function name. Must start with a letter or an underscore. Must be alphameric \
                     (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.\n"
                );
                return Err(function.fault("name", message));
            }
            if let Some(parameters) = function.object("parameters")? {
                check_schema(&parameters, 0)?;
            }
            let schema = function
                .get("parameters")
                .or_else(|| function.get("parametersJsonSchema"))
                .cloned()
                .unwrap_or_default();
            prompt.input_bytes +=
                name.len() + function.string("description")?.map_or(0, str::len) + schema.to_string().len();
            prompt.tools.push(Tool { name: name.to_owned(), schema });
        }
    }
    let Some(config) = body.object("toolConfig")? else { return Ok(()) };
    let common = ["functionCallingConfig", "retrievalConfig"];
    config.only(&rules.known(&common, &["includeServerSideToolInvocations"], &[]))?;
    let Some(calling) = config.object("functionCallingConfig")? else { return Ok(()) };
    calling.only(&rules.known(&["mode", "allowedFunctionNames"], &[], &["streamFunctionCallArguments"]))?;
    let allowed = calling.strings("allowedFunctionNames")?;
    let mode = calling.string("mode")?.unwrap_or("AUTO");
    if !allowed.is_empty() && !matches!(mode, "ANY" | "VALIDATED") {
        return Err(calling.fault(
            "allowedFunctionNames",
            "Allowed function names can only be set when function calling mode is ANY.",
        ));
    }
    prompt.choice = match (mode, allowed.as_slice()) {
        ("NONE", _) => Choice::None,
        ("ANY", [one]) => Choice::Named(one.clone()),
        ("ANY", []) => Choice::Any,
        ("ANY", several) => {
            prompt.tools.retain(|tool| several.contains(&tool.name));
            Choice::Any
        }
        ("AUTO" | "MODE_UNSPECIFIED" | "VALIDATED", _) => Choice::Auto,
        (other, _) => {
            return Err(Fault::Value(calling.at("mode"), other.to_owned(), &["AUTO", "ANY", "NONE", "VALIDATED"]));
        }
    };
    Ok(())
}

fn contents(body: &Object<'_>, prompt: &mut Prompt, rules: Rules) -> Read<()> {
    let contents = body.objects("contents")?;
    if contents.is_empty() {
        return Err(Fault::Missing(body.at("contents")));
    }
    let mut calls = 0;
    let mut unsigned: Option<Fault> = None;
    for (position, content) in contents.iter().enumerate() {
        content.only(&["role", "parts"])?;
        // Only AI Studio takes a content without a role for the user's.
        let role = content.string("role")?.unwrap_or(if rules.vertex { "" } else { "user" });
        if !matches!(role, "user" | "model" | "function") {
            return Err(content.fault("role", "Please use a valid role: user, model."));
        }
        let turn = turn(content, prompt, rules)?;
        // What the user says begins a turn; calls of turns before it may have lost their signatures.
        if role == "user" && !turn.text.is_empty() {
            unsigned = None;
        } else if let Some(name) = turn.unsigned.as_ref().filter(|_| rules.signatures) {
            let message = format!(
                "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and \
                 missing thought_signature may lead to degraded model performance. Additional data, function call `default_api:{name}` , \
                 position {}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.",
                position + 1
            );
            unsigned = unsigned.or(Some(Fault::Other(content.path.clone(), message)));
        }
        if turn.results.len() != calls {
            let message = "Please ensure that the number of function response parts is equal to the number of function call parts of the \
                           function call turn.";
            return Err(Fault::Other(Path::default(), message.into()));
        }
        calls = turn.calls;
        prompt.tool_results = turn.results;
        if role == "user" && (!turn.text.is_empty() || prompt.tool_results.is_empty()) {
            prompt.user = turn.text;
        }
    }
    if calls > 0 {
        let message = "Please ensure that function call turn comes immediately before a function response turn.";
        return Err(Fault::Other(Path::default(), message.into()));
    }
    unsigned.map_or(Ok(()), Err)
}

#[derive(Default)]
struct Turn {
    text: String,
    calls: usize,
    /// The first call, if it has no signature; of calls side by side only that one has.
    unsigned: Option<String>,
    results: Vec<String>,
}

fn turn(content: &Object<'_>, prompt: &mut Prompt, rules: Rules) -> Read<Turn> {
    let parts = content.objects("parts")?;
    if parts.is_empty() {
        let at = content.at("parts").brackets();
        return Err(
            content.fault("parts", format!("* GenerateContentRequest.{at}: contents.parts must not be empty.\n"))
        );
    }
    let mut turn = Turn::default();
    for part in parts {
        let common = [
            "text",
            "inlineData",
            "functionCall",
            "functionResponse",
            "fileData",
            "executableCode",
            "codeExecutionResult",
            "thought",
            "thoughtSignature",
            "videoMetadata",
            "mediaResolution",
        ];
        part.only(&rules.known(&common, &STUDIO_PART, &[]))?;
        bytes(&part, "thoughtSignature")?;
        if let Some(data) = part.object("inlineData")? {
            data.only(&["mimeType", "data", "displayName"])?;
            data.need_string("mimeType")?;
            bytes(&data, "data")?;
        }
        if let Some(file) = part.object("fileData")? {
            file.only(&["mimeType", "fileUri", "displayName"])?;
            file.need_string("fileUri")?;
        }
        if let Some(text) = part.string("text")? {
            prompt.input_bytes += text.len();
            if part.flag("thought")? != Some(true) {
                turn.text.push_str(text);
            }
        } else if let Some(call) = part.object("functionCall")? {
            call.only(if rules.vertex { &VERTEX_CALL } else { &STUDIO_CALL })?;
            call.object("args")?;
            if turn.calls == 0 && part.get("thoughtSignature").is_none() {
                turn.unsigned = Some(call.need_string("name")?.to_owned());
            }
            prompt.input_bytes +=
                call.need_string("name")?.len() + call.get("args").map_or(0, |args| args.to_string().len());
            turn.calls += 1;
        } else if let Some(response) = part.object("functionResponse")? {
            response.only(&["id", "name", "response", "willContinue", "scheduling", "parts"])?;
            response.need_string("name")?;
            response.need_object("response")?;
            let text = result_text(response.get("response").unwrap_or(&Value::Null));
            prompt.input_bytes += text.len();
            turn.results.push(text);
        } else if let Some(kind) = part.names().find(|name| matches!(*name, "inlineData" | "fileData")) {
            turn.text.push_str(&format!("[{kind}]"));
        } else if part.names().all(|name| name == "thought" || name == "thoughtSignature") {
            let at = part.path.brackets();
            let message = format!(
                "* GenerateContentRequest.{at}.data: required oneof field 'data' must have one initialized field\n"
            );
            return Err(Fault::Other(part.path.clone(), message));
        }
    }
    Ok(turn)
}

/// Bytes travel as base64, of either alphabet.
fn bytes(object: &Object<'_>, name: &str) -> Read<()> {
    let Some(text) = object.string(name)? else { return Ok(()) };
    let plain = text.replace('-', "+").replace('_', "/");
    let padded =
        format!("{}{}", plain.trim_end_matches('='), "=".repeat(plain.trim_end_matches('=').len().wrapping_neg() % 4));
    match STANDARD.decode(padded) {
        Ok(_) => Ok(()),
        Err(_) => {
            let at = object.at(name).brackets();
            let message =
                format!("Invalid value at '{at}' (TYPE_BYTES), Base64 decoding failed for {}", Value::from(text));
            Err(object.fault(name, message))
        }
    }
}

/// The result of a function: the usual wrappers taken off, else the JSON.
fn result_text(response: &Value) -> String {
    let wrapped = ["output", "result", "content"].iter().find_map(|name| response.get(*name));
    match wrapped.filter(|_| response.as_object().is_some_and(|members| members.len() == 1)) {
        Some(Value::String(text)) => text.clone(),
        _ => response.to_string(),
    }
}

/// All text of a content.
pub(crate) fn text_of(content: &Object<'_>) -> Read<String> {
    let texts =
        content.objects("parts")?.into_iter().map(|part| Ok(part.string("text")?.unwrap_or_default().to_owned()));
    Ok(texts.collect::<Read<Vec<_>>>()?.concat())
}
