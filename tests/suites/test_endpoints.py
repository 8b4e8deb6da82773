"""The smaller endpoints: embeddings by every provider that has them, legacy completions, and token counts."""

import pytest

from harness.kinds import KINDS
from harness.stack import Stack, key
from harness.wait import until

# Who embeds, and by which model.
EMBEDDERS = {
    "openai": "text-embedding-3-small",
    "openai-responses": "text-embedding-3-small",
    "azure": "text-embedding-3-small",
    "azure-deployments": "text-embedding-3-small",
    "gemini": "gemini-embedding-001",
    "vertex": "text-embedding-005",
    "titan": "amazon.titan-embed-text-v2:0",
    "bedrock-cohere": "cohere.embed-multilingual-v3",
    "cohere": "embed-v4.0",
}
KIND_OF = {"titan": "bedrock", "bedrock-cohere": "bedrock"}
# These take one text a request.
ONE_TEXT = {"titan"}


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        kinds = {name: KIND_OF.get(name, name) for name in EMBEDDERS} | {"anthropic": "anthropic", "vertex-claude": "vertex-claude"}
        stack.providers(**kinds)
        for name in kinds:
            stack.route(f"chat-{name}", [f"chat-{name}"], [name])
        for name, model in EMBEDDERS.items():
            stack.route(f"embed-{name}", [f"embed-{name}"], [{"provider": name, "model": model}])
        stack.route("embed-anthropic", ["embed-anthropic"], ["anthropic"])
        stack.route("mixed", ["mixed"], ["anthropic"], fallback=["openai"])
        stack.policy("pii", [{"detect": ["email"], "action": "pseudonymize"}])
        routes = [f"chat-{name}" for name in kinds] + [f"embed-{name}" for name in [*EMBEDDERS, "anthropic"]] + ["mixed"]
        stack.team("plain", routes)
        stack.team("support", routes, redaction="pii")
        stack.team("tight", routes, quotas=[{"name": "tpm", "unit": "tokens", "limit": 2000, "per": "hour"}])
        yield stack.start()


@pytest.fixture(params=EMBEDDERS)
def embedder(request, stack):
    stack.sims[request.param].reset()
    return request.param


def test_an_embedding(stack, embedder):
    # The SDK asks for base64 and hands out numbers.
    done = stack.openai("plain").embeddings.create(model=f"embed-{embedder}", input="Hello")
    (one,) = done.data
    assert one.index == 0 and len(one.embedding) > 3 and all(isinstance(number, float) for number in one.embedding)
    plain = stack.openai("plain").embeddings.create(model=f"embed-{embedder}", input="Hello", encoding_format="float")
    assert plain.data[0].embedding == pytest.approx(one.embedding, rel=1e-5)


def test_several_at_once(stack, embedder):
    ask = lambda: stack.openai("plain").embeddings.create(model=f"embed-{embedder}", input=["one", "two", "three"])
    if embedder in ONE_TEXT:
        import openai

        with pytest.raises(openai.BadRequestError, match="input"):
            ask()
        return
    assert [one.index for one in ask().data] == [0, 1, 2]


def test_what_is_embedded_is_redacted(stack, embedder):
    stack.openai("support").embeddings.create(model=f"embed-{embedder}", input="mail jane.doe@example.com")
    received = stack.sims[embedder].last()
    assert "jane.doe" not in received.everything() and "EMAIL_1" in received.body


def test_embeddings_cost_input_alone(stack):
    stack.sims["openai"].reset()
    client = stack.openai("tight")
    client.embeddings.create(model="embed-openai", input="a few words")
    entry = until(lambda: stack.log.entries(tollgate__team="tight"), "the access log tells")[0]
    assert int(entry["gen_ai.usage.output_tokens"]) == 0 < int(entry["gen_ai.usage.input_tokens"]) < 50
    # What no output is reserved for fits into what is left.
    client.embeddings.create(model="embed-openai", input="word " * 500)


def test_a_provider_without_embeddings_says_so(stack):
    import openai

    with pytest.raises(openai.BadRequestError, match="embeddings"):
        stack.openai("plain").embeddings.create(model="embed-anthropic", input="Hello")


CHATTERS = ["openai", "azure", "anthropic", "gemini", "vertex", "cohere", "openai-responses", "vertex-claude"]


@pytest.mark.parametrize("name", CHATTERS)
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_legacy_completions(stack, name, streamed):
    stack.sims[name].reset()
    client = stack.openai("support")
    prompt = "mail jane.doe@example.com"
    done = client.completions.create(model=f"chat-{name}", prompt=prompt, max_tokens=200, stream=streamed)
    text = "".join(chunk.choices[0].text for chunk in done if chunk.choices) if streamed else done.choices[0].text
    assert prompt in text
    assert "jane.doe" not in stack.sims[name].last().everything()


def test_tokens_are_counted_by_the_provider_where_it_can(stack):
    stack.sims["anthropic"].reset()
    messages = [{"role": "user", "content": "mail jane.doe@example.com please"}]
    counted = stack.anthropic("support").messages.count_tokens(model="chat-anthropic", messages=messages)
    received = stack.sims["anthropic"].last()
    assert received.path == "/v1/messages/count_tokens" and "jane.doe" not in received.body
    assert received.json()["model"] == KINDS["anthropic"].model
    assert counted.input_tokens > 3


@pytest.mark.parametrize("route", ["chat-openai", "chat-gemini", "mixed"])
def test_tokens_are_estimated_where_it_cannot(stack, route):
    for name in ("openai", "gemini", "anthropic"):
        stack.sims[name].reset()
    client = stack.anthropic("plain")
    count = lambda text: client.messages.count_tokens(model=route, messages=[{"role": "user", "content": text}]).input_tokens
    assert 3 < count("hello") < count("hello " * 200) < 1000
    assert not any(stack.sims[name].received() for name in ("openai", "gemini", "anthropic"))


def test_a_count_is_free(stack):
    headers = {"x-api-key": key("tight"), "anthropic-version": "2023-06-01", "content-type": "application/json"}
    body = {"model": "chat-openai", "messages": [{"role": "user", "content": "word " * 1500}]}
    for _ in range(5):
        assert stack.gateway.http.post("/v1/messages/count_tokens", json=body, headers=headers).status_code == 200
