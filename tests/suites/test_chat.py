"""Step 1 and 2 of the tour: both SDKs, both providers, whole and streamed, with tools. Four pairs, one contract."""

import json

import pytest

from harness.dialects import WEATHER
from harness.stack import MODELS, Stack, key

PROVIDERS = ["openai", "anthropic"]
FORMS = [
    {},
    {"chunk_bytes": 1},
    {"chunk_bytes": 7, "crlf": True},
    {"comments": True, "delta_chars": 3},
]


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        stack.providers(openai="openai", anthropic="anthropic")
        for provider in PROVIDERS:
            stack.route(f"via-{provider}", [f"via-{provider}"], [provider])
        stack.team("support", ["via-openai", "via-anthropic"])
        yield stack.start()


@pytest.fixture(params=PROVIDERS)
def provider(request, stack):
    stack.reset()
    return request.param


@pytest.fixture
def client(stack, dialect):
    return dialect.client(stack.gateway, key("support"))


def test_whole_answer(stack, dialect, client, provider):
    assert dialect.ask(client, f"via-{provider}", "Grüße, 😀 \"quoted\"\n") == "You said: Grüße, 😀 \"quoted\"\n"
    (received,) = stack.sims[provider].received()
    assert received.json()["model"] == MODELS[provider]
    assert received.path == {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}[provider]
    assert received.outcome == "answered"


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_stream(stack, dialect, client, provider, form):
    stack.sims[provider].set(**form)
    pieces = list(dialect.stream(client, f"via-{provider}", "one two three 😀 four"))
    assert "".join(pieces) == "You said: one two three 😀 four"
    assert len(pieces) > 3, "the stream came in one piece"
    assert stack.sims[provider].last().json()["stream"] is True


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("names", [["get_weather"], ["get_weather", "get_forecast"]], ids=["one", "parallel"])
def test_tools(stack, dialect, client, provider, streamed, names):
    if streamed:
        stack.sims[provider].set(chunk_bytes=5)
    text = " and ".join(f'{name} for "{name} Ulm" in "C"' for name in names)
    calls, ended = dialect.calls(client, f"via-{provider}", text, names, streamed)
    assert calls == [(name, {"city": f"{name} Ulm", "unit": "C"}) for name in names]
    assert ended == dialect.ended_by_calls


def test_the_result_of_a_tool_comes_back_to_openai_callers(stack, provider):
    client = stack.openai("support")
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}}]
    messages = [{"role": "system", "content": "Be brief"}, {"role": "user", "content": 'get_weather for "Ulm" in "C"'}]
    first = client.chat.completions.create(model=f"via-{provider}", messages=messages, tools=tools).choices[0].message
    messages += [first, {"role": "tool", "tool_call_id": first.tool_calls[0].id, "content": "21 degrees"}]
    second = client.chat.completions.create(model=f"via-{provider}", messages=messages, tools=tools).choices[0]
    assert second.message.content == "Tool result: 21 degrees"
    assert second.finish_reason == "stop"
    assert "Be brief" in json.dumps(stack.sims[provider].last().json())


def test_the_result_of_a_tool_comes_back_to_anthropic_callers(stack, provider):
    client = stack.anthropic("support")
    ask = {
        "model": f"via-{provider}",
        "max_tokens": 100,
        "system": "Be brief",
        "tools": [{"name": "get_weather", "input_schema": WEATHER}],
    }
    messages = [{"role": "user", "content": 'get_weather for "Ulm" in "C"'}]
    first = client.messages.create(messages=messages, **ask)
    messages.append({"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in first.content]})
    result = {"type": "tool_result", "tool_use_id": first.content[-1].id, "content": "21 degrees"}
    messages.append({"role": "user", "content": [result]})
    second = client.messages.create(messages=messages, **ask)
    assert second.content[0].text == "Tool result: 21 degrees"
    assert second.stop_reason == "end_turn"
    assert "Be brief" in json.dumps(stack.sims[provider].last().json())


def test_why_an_answer_ended(stack, provider):
    stack.sims[provider].set(answer="word " * 500)
    whole = stack.openai("support").chat.completions.create(
        model=f"via-{provider}", messages=[{"role": "user", "content": "x"}], max_completion_tokens=5
    )
    assert whole.choices[0].finish_reason == "length"
    assert 0 < whole.usage.completion_tokens <= 5
    whole = stack.anthropic("support").messages.create(
        model=f"via-{provider}", messages=[{"role": "user", "content": "x"}], max_tokens=5
    )
    assert whole.stop_reason == "max_tokens"
    assert 0 < whole.usage.output_tokens <= 5


def test_a_body_in_the_providers_own_dialect_arrives_as_it_was_sent(stack, dialect):
    """Nothing but the model's name changes where nothing has to be translated."""
    stack.reset()
    body = dialect.body(f"via-{dialect.name}", "x")
    text = json.dumps(body, indent=3).replace('"x"', '"\\u0078 \\/ é"')
    headers = dialect.headers(key("support")) | {"content-type": "application/json"}
    answer = stack.gateway.http.post(dialect.path, content=text, headers=headers)
    assert answer.status_code == 200, answer.text
    expected = text.replace(f'"via-{dialect.name}"', f'"{MODELS[dialect.name]}"')
    assert stack.sims[dialect.name].last().body == expected


def test_only_the_providers_own_key_goes_out(stack, dialect, client, provider):
    dialect.ask(client, f"via-{provider}")
    received = stack.sims[provider].last()
    names = {"openai": "authorization", "anthropic": "x-api-key"}
    assert received.header(names[provider]).removeprefix("Bearer ") == stack.sims[provider].key
    assert [name for name, _ in received.headers if name in ("authorization", "x-api-key", "api-key")] == [names[provider]]
    assert key("support") not in received.everything()
    assert not [name for name, _ in received.headers if name.startswith("x-tollgate-")]
