"""Usage: asked for where the client did not, hidden from it again, told to those who asked, and on record in any case."""

import json

import pytest

from harness.stack import Stack
from harness.wait import until

MESSAGES = [{"role": "user", "content": "count me"}]
USAGE = {"input": 31, "output": 17}


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        stack.providers(openai="openai", anthropic="anthropic")
        for provider in ("openai", "anthropic"):
            stack.route(f"via-{provider}", [f"via-{provider}"], [provider])
        stack.team("support", ["via-openai", "via-anthropic"])
        yield stack.start()


@pytest.fixture(params=["openai", "anthropic"])
def provider(request, stack):
    stack.reset()
    stack.sims[request.param].set(usage=USAGE)
    return request.param


@pytest.fixture
def logged(stack):
    """What the access log says about the one request that comes next."""
    before = len(stack.log.entries(tollgate__team="support"))
    return lambda: until(lambda: stack.log.entries(tollgate__team="support")[before:], "the access log tells")[0]


def usage_of(entry):
    return {"input": int(entry["gen_ai.usage.input_tokens"]), "output": int(entry["gen_ai.usage.output_tokens"])}


def test_a_client_that_did_not_ask_sees_no_usage(stack, provider, logged):
    chunks = list(stack.openai("support").chat.completions.create(model=f"via-{provider}", messages=MESSAGES, stream=True))
    assert all(chunk.choices for chunk in chunks), "an event without a choice is the usage event"
    assert all(chunk.usage is None for chunk in chunks)
    assert usage_of(logged()) == USAGE
    if provider == "openai":
        assert stack.sims["openai"].last().json()["stream_options"] == {"include_usage": True}


def test_a_client_that_asked_sees_it(stack, provider, logged):
    options = {"include_usage": True}
    chunks = list(
        stack.openai("support").chat.completions.create(
            model=f"via-{provider}", messages=MESSAGES, stream=True, stream_options=options
        )
    )
    assert chunks[-1].choices == []
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens) == (31, 17)
    assert [chunk for chunk in chunks[:-1] if not chunk.choices] == []
    assert usage_of(logged()) == USAGE


def test_a_client_that_declined_sees_none(stack, provider, logged):
    options = {"include_usage": False}
    stream = stack.openai("support").chat.completions.create(
        model=f"via-{provider}", messages=MESSAGES, stream=True, stream_options=options
    )
    assert all(chunk.choices for chunk in stream)
    assert usage_of(logged()) == USAGE


def test_anthropic_streams_carry_it_anyway(stack, provider, logged):
    with stack.anthropic("support").messages.stream(model=f"via-{provider}", max_tokens=99, messages=MESSAGES) as stream:
        usage = stream.get_final_message().usage
    assert usage.output_tokens == 17
    assert usage_of(logged()) == USAGE


def test_whole_answers(stack, dialect, provider, logged):
    if dialect.name == "openai":
        usage = stack.openai("support").chat.completions.create(model=f"via-{provider}", messages=MESSAGES).usage
        assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (31, 17, 48)
    else:
        usage = stack.anthropic("support").messages.create(model=f"via-{provider}", max_tokens=99, messages=MESSAGES).usage
        assert (usage.input_tokens, usage.output_tokens) == (31, 17)
    assert usage_of(logged()) == USAGE


def test_facts_of_a_request(stack, dialect, provider, logged):
    list(dialect.stream(stack_client(stack, dialect), f"via-{provider}"))
    entry = logged()
    assert entry["gen_ai.request.model"] == f"via-{provider}"
    assert entry["gen_ai.response.model"] == {"openai": "gpt-4o", "anthropic": "claude-sonnet-4-5"}[provider]
    assert entry["gen_ai.provider.name"] == provider
    assert entry["tollgate.team"] == "support"
    assert entry["tollgate.route"] == f"via-{provider}"
    assert entry["tollgate.decision"] == "allow"
    assert entry["tollgate.usage_source"] == "provider"
    assert entry["tollgate.policy_digest"]


def stack_client(stack, dialect):
    return stack.openai("support") if dialect.name == "openai" else stack.anthropic("support")


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_a_provider_that_tells_nothing_is_estimated(stack, dialect, logged, streamed):
    stack.reset()
    stack.sims["openai"].set(omit_usage=True)
    client = stack_client(stack, dialect)
    text = "a sentence of some ten words, give or take a few"
    said = "".join(dialect.stream(client, "via-openai", text)) if streamed else dialect.ask(client, "via-openai", text)
    assert said == f"You said: {text}"
    entry = logged()
    assert entry["tollgate.usage_source"] == "estimated"
    assert 8 <= usage_of(entry)["input"] <= 60 and 8 <= usage_of(entry)["output"] <= 60


def test_compressed_answers_are_counted_too(stack, provider, logged):
    """Whatever a client accepts, the provider is not invited to compress what has to be read."""
    client = stack.openai("support", default_headers={"accept-encoding": "gzip, br"})
    client.chat.completions.create(model=f"via-{provider}", messages=MESSAGES)
    assert stack.sims[provider].last().header("accept-encoding") in (None, "identity")
    assert usage_of(logged()) == USAGE


def test_an_answer_compressed_without_being_asked_is_no_way_around(stack, provider):
    """It is either read or refused, never passed on unread."""
    stack.sims[provider].set(gzip=True)
    answer = stack.gateway.http.post(
        "/v1/chat/completions",
        content=json.dumps({"model": f"via-{provider}", "messages": MESSAGES}),
        headers={"authorization": "Bearer tg-test-support", "content-type": "application/json"},
    )
    assert answer.status_code == 502 or answer.json()["choices"][0]["message"]["content"] == "You said: count me"
