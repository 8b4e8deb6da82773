"""What the gateway sends to providers whose SDKs speak no client dialect, read back by those SDKs' own types: google-genai, boto3, cohere."""

import base64

import botocore.session
import botocore.validate
import cohere
import pydantic
import pytest
from google.genai import types

from harness.dialects import WEATHER
from harness.stack import Stack

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
KINDS = ["gemini", "vertex", "bedrock", "cohere"]
ANSWER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
TOOL = {"type": "function", "function": {"name": "get_weather", "description": "the weather", "parameters": WEATHER}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Ulm", "unit": "C"}'}}

# Requests of `openai.chat`, each about one thing.
CHAT = {
    "text": {"messages": [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "hello"}]},
    "sampling": {
        "messages": [{"role": "user", "content": "hello"}],
        "temperature": 0.5,
        "stop": ["END"],
        "max_completion_tokens": 500,
    },
    "image": {
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "what is this?"},
                    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
                ],
            }
        ]
    },
    "tools": {
        "messages": [
            {"role": "user", "content": "weather?"},
            {"role": "assistant", "content": None, "tool_calls": [CALL, CALL | {"id": "call_2"}]},
            {"role": "tool", "tool_call_id": "call_1", "content": "21 degrees"},
            {"role": "tool", "tool_call_id": "call_2", "content": '{"degrees": 21}'},
            {"role": "user", "content": "thanks"},
        ],
        "tools": [TOOL],
        "tool_choice": "required",
    },
    "schema": {
        "messages": [{"role": "user", "content": "where?"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": ANSWER, "strict": True}},
    },
    "reasoning": {"messages": [{"role": "user", "content": "think"}], "reasoning_effort": "medium", "max_completion_tokens": 20000},
}


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        stack.providers(**{kind: kind for kind in KINDS})
        for kind in KINDS:
            stack.route(kind, [f"via-{kind}"], [kind])
        stack.team("plain", KINDS)
        yield stack.start()


def google(body):
    parts = {"contents", "systemInstruction", "tools", "toolConfig", "generationConfig"}
    assert set(body) <= parts, set(body) - parts
    for content in body["contents"]:
        assert content["role"] in ("user", "model")
        types.Content.model_validate(content)
    if "systemInstruction" in body:
        types.Content.model_validate(body["systemInstruction"])
    for tool in body.get("tools", []):
        types.Tool.model_validate(tool)
    if "toolConfig" in body:
        types.ToolConfig.model_validate(body["toolConfig"])
    types.GenerationConfig.model_validate(body.get("generationConfig", {}))


SERVICE = botocore.session.get_session().get_service_model("bedrock-runtime")


def amazon(body):
    shape = SERVICE.operation_model("Converse").input_shape
    report = botocore.validate.ParamValidator().validate(native({"modelId": "m"} | body, shape), shape)
    assert not report.has_errors(), report.generate_report()


def native(value, shape):
    """JSON as boto3 is given it: blobs are bytes. Members the service does not have stay, to be found."""
    if shape.type_name == "blob":
        return base64.b64decode(value, validate=True)
    if shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
        unknown = set(value) - set(shape.members)
        assert not unknown, f"{shape.name} has no {unknown}"
        return {key: native(inner, shape.members[key]) for key, inner in value.items()}
    if shape.type_name == "list":
        return [native(inner, shape.member) for inner in value]
    return value


def of_cohere(body):
    known = {"model", "messages", "stream", "tools", "tool_choice", "strict_tools", "response_format", "temperature", "p", "k"}
    known |= {"max_tokens", "stop_sequences", "seed", "thinking", "documents", "logprobs", "frequency_penalty", "presence_penalty"}
    assert set(body) <= known, set(body) - known
    kinds = {
        "system": cohere.SystemChatMessageV2,
        "user": cohere.UserChatMessageV2,
        "assistant": cohere.AssistantChatMessageV2,
        "tool": cohere.ToolChatMessageV2,
    }
    for message in body["messages"]:
        pydantic.TypeAdapter(kinds[message["role"]]).validate_python({k: v for k, v in message.items() if k != "role"})
    for tool in body.get("tools", []):
        pydantic.TypeAdapter(cohere.ToolV2).validate_python(tool)
    if "thinking" in body:
        pydantic.TypeAdapter(cohere.Thinking).validate_python(body["thinking"])


READERS = {"gemini": google, "vertex": google, "bedrock": amazon, "cohere": of_cohere}


# Cohere's model of the fixture sees no images.
QUESTIONS = [(kind, about) for kind in KINDS for about in CHAT if (kind, about) != ("cohere", "image")]


@pytest.mark.parametrize("kind, about", QUESTIONS)
def test_the_providers_own_sdk_knows_every_field(stack, kind, about):
    stack.sims[kind].reset()
    stack.openai("plain").chat.completions.create(model=f"via-{kind}", **CHAT[about])
    received = stack.sims[kind].last()
    assert received.status == 200
    READERS[kind](received.json())
