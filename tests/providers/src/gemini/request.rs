//! Reading and validating a request to generate content: <https://ai.google.dev/api/generate-content>.
//!
//! Members may be written in camel or snake case, as JSON of protocol buffers may; both are read.

use serde_json::{Map, Value};

use crate::brain::{Choice, Format, Prompt, Tool};
use crate::fields::{Fault, Object, Path, Read};

const KNOWN: [&str; 11] = [
    "contents",
    "tools",
    "toolConfig",
    "safetySettings",
    "systemInstruction",
    "generationConfig",
    "cachedContent",
    "model",
    "serviceTier",
    "store",
    "labels",
];
const GENERATION: [&str; 25] = [
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
    "enableEnhancedCivicAnswers",
    "speechConfig",
    "thinkingConfig",
    "imageConfig",
    "mediaResolution",
    "audioTimestamp",
    "routingConfig",
    "modelSelectionConfig",
    "enableAffectiveDialog",
    "responseFormat",
];
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
pub(super) fn camel(value: Value) -> Value {
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

pub(super) fn read(body: &Object<'_>) -> Read<Prompt> {
    body.only(&KNOWN)?;
    let mut prompt = Prompt::default();
    tools(body, &mut prompt)?;
    if let Some(system) = body.object("systemInstruction")? {
        prompt.input_bytes += text_of(&system)?.len();
    }
    contents(body, &mut prompt)?;
    if let Some(config) = body.object("generationConfig")? {
        generation(&config, &mut prompt)?;
    }
    Ok(prompt)
}

fn generation(config: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    config.only(&GENERATION)?;
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
    if config.count("candidateCount")?.is_some_and(|count| count != 1) {
        return Err(config.fault("candidateCount", "Multiple candidates is not enabled for this model"));
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
        prompt.think = thinking.flag("includeThoughts")?.unwrap_or(false);
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

fn tools(body: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    for tool in body.objects("tools")? {
        tool.only(&[
            "functionDeclarations",
            "googleSearch",
            "googleSearchRetrieval",
            "codeExecution",
            "urlContext",
            "computerUse",
            "fileSearch",
            "mcpServers",
            "googleMaps",
        ])?;
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
            if !starts || name.len() > 64 || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_.:-".contains(c)) {
                let at = function.at("name").brackets();
                let message = format!(
                    "* GenerateContentRequest.{at}: Invalid function name. Must start with a letter or an underscore. Must be alphameric \
                     (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64.\n"
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
    config.only(&["functionCallingConfig", "retrievalConfig", "includeServerSideToolInvocations"])?;
    let Some(calling) = config.object("functionCallingConfig")? else { return Ok(()) };
    calling.only(&["mode", "allowedFunctionNames"])?;
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

fn contents(body: &Object<'_>, prompt: &mut Prompt) -> Read<()> {
    let contents = body.objects("contents")?;
    if contents.is_empty() {
        return Err(Fault::Missing(body.at("contents")));
    }
    let mut calls = 0;
    for content in &contents {
        content.only(&["role", "parts"])?;
        let role = content.string("role")?.unwrap_or("user");
        if !matches!(role, "user" | "model" | "function") {
            return Err(content.fault("role", "Please use a valid role: user, model."));
        }
        let turn = turn(content, prompt)?;
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
    Ok(())
}

#[derive(Default)]
struct Turn {
    text: String,
    calls: usize,
    results: Vec<String>,
}

fn turn(content: &Object<'_>, prompt: &mut Prompt) -> Read<Turn> {
    let parts = content.objects("parts")?;
    if parts.is_empty() {
        let at = content.at("parts").brackets();
        return Err(
            content.fault("parts", format!("* GenerateContentRequest.{at}: contents.parts must not be empty.\n"))
        );
    }
    let mut turn = Turn::default();
    for part in parts {
        part.only(&[
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
            "partMetadata",
            "toolCall",
            "toolResponse",
        ])?;
        if let Some(text) = part.string("text")? {
            prompt.input_bytes += text.len();
            if part.flag("thought")? != Some(true) {
                turn.text.push_str(text);
            }
        } else if let Some(call) = part.object("functionCall")? {
            call.only(&["id", "name", "args"])?;
            call.object("args")?;
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

/// The result of a function: the usual wrappers taken off, else the JSON.
fn result_text(response: &Value) -> String {
    let wrapped = ["output", "result", "content"].iter().find_map(|name| response.get(*name));
    match wrapped.filter(|_| response.as_object().is_some_and(|members| members.len() == 1)) {
        Some(Value::String(text)) => text.clone(),
        _ => response.to_string(),
    }
}

/// All text of a content.
pub(super) fn text_of(content: &Object<'_>) -> Read<String> {
    let texts =
        content.objects("parts")?.into_iter().map(|part| Ok(part.string("text")?.unwrap_or_default().to_owned()));
    Ok(texts.collect::<Read<Vec<_>>>()?.concat())
}
