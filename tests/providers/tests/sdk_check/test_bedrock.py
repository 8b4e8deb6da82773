"""The AWS SDK against the simulated Bedrock runtime: its signatures are verified, and so are its bearer keys."""

import json

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError
from common import FORMS, WEATHER

MODEL = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
ACCESS_KEY, SECRET, REGION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-west-1"
TOOLS = {"tools": [{"toolSpec": {"name": "get_weather", "inputSchema": {"json": WEATHER}}}]}
CLOSED = Config(retries={"total_max_attempts": 1, "mode": "standard"})


def client(url, secret=SECRET, access_key=ACCESS_KEY, region=REGION, **more):
    return boto3.client(
        "bedrock-runtime",
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret,
        config=CLOSED,
        **more,
    )


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch):
    for name in ["AWS_BEARER_TOKEN_BEDROCK", "AWS_SESSION_TOKEN", "AWS_PROFILE"]:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def signed(control):
    """Orders signatures to be verified, with other options beside."""

    def order(**options):
        control("bedrock", sigv4=f"{ACCESS_KEY}:{SECRET}:{REGION}", **options)

    order()
    return order


@pytest.fixture
def bedrock(urls, signed):
    return client(urls["bedrock"])


def hello(text="Hello, world"):
    return [{"role": "user", "content": [{"text": text}]}]


def gather(stream):
    """The blocks of a stream, as the whole answer has them, its stop reason and its metadata."""
    blocks, reason, metadata = {}, None, None
    for event in stream["stream"]:
        if start := event.get("contentBlockStart"):
            blocks[start["contentBlockIndex"]] = {"toolUse": {**start["start"]["toolUse"], "input": ""}}
        elif event.get("contentBlockDelta"):
            delta = event["contentBlockDelta"]["delta"]
            block = blocks.setdefault(event["contentBlockDelta"]["contentBlockIndex"], {})
            if "text" in delta:
                block["text"] = block.get("text", "") + delta["text"]
            if "toolUse" in delta:
                block["toolUse"]["input"] += delta["toolUse"]["input"]
            if "reasoningContent" in delta:
                for name, value in delta["reasoningContent"].items():
                    reasoning = block.setdefault("reasoning", {})
                    reasoning[name] = reasoning.get(name, type(value)()) + value
            if "citation" in delta:
                block["citation"] = delta["citation"]
        elif stop := event.get("messageStop"):
            reason = stop["stopReason"]
        elif event.get("metadata"):
            metadata = event["metadata"]
    return [blocks[index] for index in sorted(blocks)], reason, metadata


def test_converse(bedrock):
    done = bedrock.converse(modelId=MODEL, messages=hello(), system=[{"text": "Be brief"}], inferenceConfig={"maxTokens": 99})
    assert done["output"]["message"]["content"] == [{"text": "You said: Hello, world"}]
    usage = done["usage"]
    assert (done["stopReason"], usage["inputTokens"], usage["outputTokens"]) == ("end_turn", 5, 6)


@pytest.mark.parametrize("form", [form for form in FORMS if "gzip" not in form], ids=str)
def test_converse_stream(bedrock, signed, form):
    signed(**form)
    blocks, reason, metadata = gather(bedrock.converse_stream(modelId=MODEL, messages=hello("Grüße 😀")))
    assert (blocks, reason) == ([{"text": "You said: Grüße 😀"}], "end_turn")
    assert metadata["usage"]["totalTokens"] == 9


def test_tools(bedrock):
    messages = hello('use get_weather for "Ulm" please')
    done = bedrock.converse(modelId=MODEL, messages=messages, toolConfig=TOOLS)
    call = done["output"]["message"]["content"][0]["toolUse"]
    assert call["input"] == {"city": "Ulm", "days": 1}
    blocks, reason, _ = gather(bedrock.converse_stream(modelId=MODEL, messages=messages, toolConfig=TOOLS))
    assert (json.loads(blocks[0]["toolUse"]["input"]), reason) == (call["input"], "tool_use")
    result = {"toolResult": {"toolUseId": call["toolUseId"], "content": [{"json": {"t": 21}}], "status": "error"}}
    messages += [done["output"]["message"], {"role": "user", "content": [result, {"cachePoint": {"type": "default"}}]}]
    done = bedrock.converse(modelId=MODEL, messages=messages, toolConfig=TOOLS)
    assert done["output"]["message"]["content"] == [{"text": 'Tool result: {"t":21}'}]


def test_reasoning_goes_there_and_back(bedrock, signed):
    thinking = {"additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}}}
    done = bedrock.converse(modelId=MODEL, messages=hello(), **thinking)
    content = done["output"]["message"]["content"]
    assert content[0]["reasoningContent"]["reasoningText"]["signature"] and "text" in content[1]
    blocks, _, _ = gather(bedrock.converse_stream(modelId=MODEL, messages=hello(), **thinking))
    assert blocks[0]["reasoning"] == content[0]["reasoningContent"]["reasoningText"]
    history = hello() + [done["output"]["message"]] + hello("and now")
    assert bedrock.converse(modelId=MODEL, messages=history)["output"]["message"]["content"] == [{"text": "You said: and now"}]
    signed(thinking="Hmm", redacted_thinking=True)
    done = bedrock.converse(modelId=MODEL, messages=hello())
    redacted = done["output"]["message"]["content"][0]["reasoningContent"]["redactedContent"]
    blocks, _, _ = gather(bedrock.converse_stream(modelId=MODEL, messages=hello()))
    assert blocks[0]["reasoning"] == {"redactedContent": redacted}


def test_structured_cached_counted(bedrock):
    # Schemas that bind Claude are closed.
    schema = json.dumps(WEATHER | {"additionalProperties": False})
    form = {"type": "json_schema", "structure": {"jsonSchema": {"schema": schema, "name": "weather"}}}
    done = bedrock.converse(modelId=MODEL, messages=hello("x"), outputConfig={"textFormat": form})
    assert json.loads(done["output"]["message"]["content"][0]["text"]) == {"city": "You said: x", "days": 1}

    system = [{"text": "You cache things here."}, {"cachePoint": {"type": "default", "ttl": "1h"}}]
    first, second = (bedrock.converse(modelId=MODEL, messages=hello(), system=system)["usage"] for _ in range(2))
    assert first["cacheWriteInputTokens"] == second["cacheReadInputTokens"] == 6
    assert first["cacheDetails"] == [{"ttl": "1h", "inputTokens": 6}] and first["totalTokens"] == second["totalTokens"]

    counted = bedrock.count_tokens(modelId=MODEL, input={"converse": {"messages": hello()}})
    assert counted["inputTokens"] == 3
    counted = bedrock.count_tokens(modelId=MODEL, input={"invokeModel": {"body": b'{"prompt": "x"}'}})
    assert counted["inputTokens"] == 4


def test_media(bedrock):
    image = {"image": {"format": "png", "source": {"bytes": b"\x89PNG"}}}
    document = {"document": {"format": "pdf", "name": "A paper", "source": {"bytes": b"%PDF"}}}
    done = bedrock.converse(modelId=MODEL, messages=[{"role": "user", "content": [image, document, {"text": "x"}]}])
    assert done["output"]["message"]["content"] == [{"text": "You said: [image]\n[document]\nx"}]


@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("safety", "content_filtered"),
        ("blocked", "guardrail_intervened"),
        ("malformed_call", "malformed_tool_use"),
        ("context_window", "model_context_window_exceeded"),
    ],
)
def test_ends(bedrock, signed, finish, reason):
    signed(finish=finish, citations=True)
    done = bedrock.converse(modelId=MODEL, messages=hello())
    blocks, streamed, _ = gather(bedrock.converse_stream(modelId=MODEL, messages=hello()))
    assert done["stopReason"] == streamed == reason
    if finish in ["safety", "context_window"]:
        cited = done["output"]["message"]["content"][0]["citationsContent"]
        assert blocks == [{"text": cited["content"][0]["text"], "citation": cited["citations"][0]}]


def invoke(bedrock, model, **body):
    done = bedrock.invoke_model(modelId=model, body=json.dumps(body), contentType="application/json")
    assert done["ResponseMetadata"]["HTTPHeaders"]["x-amzn-bedrock-input-token-count"]
    return json.loads(done["body"].read())


def test_titan(bedrock):
    done = invoke(bedrock, "amazon.titan-embed-text-v1", inputText="red fox")
    assert (len(done["embedding"]), done["inputTextTokenCount"], "embeddingsByType" in done) == (1536, 2, False)
    done = invoke(bedrock, "amazon.titan-embed-text-v2:0", inputText="x", dimensions=256, normalize=True, embeddingTypes=["float", "binary"])
    assert done["embedding"] == done["embeddingsByType"]["float"] and len(done["embeddingsByType"]["binary"]) == 256
    done = invoke(bedrock, "eu.amazon.titan-embed-text-v2:0", inputText="x", embeddingTypes=["binary"])
    assert "embedding" not in done


def test_cohere(bedrock):
    ask = {"texts": ["a", "b"], "input_type": "search_document"}
    done = invoke(bedrock, "cohere.embed-english-v3", **ask)
    assert (len(done["embeddings"]), len(done["embeddings"][0]), done["texts"]) == (2, 1024, ["a", "b"])
    assert done["response_type"] == "embeddings_floats"
    done = invoke(bedrock, "eu.cohere.embed-v4:0", output_dimension=256, embedding_types=["int8", "float"], **ask)
    assert done["response_type"] == "embeddings_by_type" and len(done["embeddings"]["int8"][0]) == 256


@pytest.mark.parametrize(
    ("model", "body", "part"),
    [
        ("amazon.titan-embed-text-v1", {"inputText": "x", "dimensions": 256}, r"#: extraneous key \[dimensions\] is not permitted"),
        ("amazon.titan-embed-text-v2:0", {}, r"#: required key \[inputText\] not found"),
        ("amazon.titan-embed-text-v2:0", {"inputText": ["x"]}, "#/inputText: expected type: String, found: JSONArray"),
        ("amazon.titan-embed-text-v2:0", {"inputText": "x", "dimensions": 100}, "#/dimensions: 100 is not a valid enum value"),
        ("cohere.embed-english-v3", {"texts": ["x"]}, r"#: required key \[input_type\] not found"),
        ("cohere.embed-english-v3", {"texts": ["x" * 2049], "input_type": "clustering"}, "#/texts/0: expected maxLength: 2048"),
        (MODEL, {"inputText": "x"}, "embeddings only"),
    ],
)
def test_invoke_refusals(bedrock, model, body, part):
    with pytest.raises(ClientError, match=part) as error:
        invoke(bedrock, model, **body)
    assert error.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"guardrailConfig": {"guardrailIdentifier": "g", "guardrailVersion": "1"}}, "guardrail identifier"),
        ({"modelId": "amazon.titan-embed-text-v1"}, "doesn't support the model"),
        ({"messages": hello() + hello()}, "must alternate"),
        ({"messages": hello(" ")}, "is blank"),
        ({"inferenceConfig": {"temperature": 1.5}}, "less than or equal to 1"),
        ({"toolConfig": {"tools": [{"toolSpec": {"name": "a", "inputSchema": {"json": {}}}}]}}, "type must be one of"),
        ({"messages": [{"role": "user", "content": [{"reasoningContent": {"reasoningText": {"text": "x"}}}]}]}, "assistant role"),
    ],
)
def test_refusals(bedrock, change, part):
    with pytest.raises(ClientError, match=part) as error:
        bedrock.converse(**({"modelId": MODEL, "messages": hello()} | change))
    assert error.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ({"secret": "another"}, "InvalidSignatureException"),
        ({"access_key": "AKIDOTHER"}, "UnrecognizedClientException"),
        ({"region": "us-east-1"}, "InvalidSignatureException"),
    ],
)
def test_signatures(urls, signed, who, code):
    with pytest.raises(ClientError) as error:
        client(urls["bedrock"], **who).converse(modelId=MODEL, messages=hello())
    assert (error.value.response["Error"]["Code"], error.value.response["ResponseMetadata"]["HTTPStatusCode"]) == (code, 403)


def test_session_tokens_are_signed_as_well(urls, signed):
    assert client(urls["bedrock"], aws_session_token="a/session+token==").converse(modelId=MODEL, messages=hello())


def test_bearer_keys(urls, control, signed):
    # The SDK itself sends keys over TLS only.
    unsigned = client(urls["bedrock"])
    unsigned.meta.events.register("choose-signer.bedrock-runtime", lambda **_: UNSIGNED)
    unsigned.meta.events.register(
        "before-send.bedrock-runtime", lambda request, **_: request.headers.update({"authorization": "Bearer the-key"})
    )
    ask = lambda: unsigned.converse(modelId=MODEL, messages=hello())
    with pytest.raises(ClientError) as error:
        ask()
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    control("bedrock", expect_key="the-key")
    assert ask()["stopReason"] == "end_turn"
    control("bedrock", expect_key="another")
    with pytest.raises(ClientError):
        ask()


def test_faults(bedrock, signed):
    ask = lambda: bedrock.converse(modelId=MODEL, messages=hello())
    for status, code in [(429, "ThrottlingException"), (503, "ServiceUnavailableException"), (424, "ModelErrorException")]:
        signed(status=status)
        with pytest.raises(ClientError) as error:
            ask()
        assert error.value.response["Error"]["Code"] == code
    signed(error_after=2)
    with pytest.raises(EventStreamError, match="modelStreamErrorException"):
        gather(bedrock.converse_stream(modelId=MODEL, messages=hello()))
