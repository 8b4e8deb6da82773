"""Every client dialect to every kind of provider, by the real SDKs: whole and streamed, tools, usage, errors, and an agent's loop."""

import contextlib

import pytest

from harness.dialects import EVERY_DIALECT
from harness.kinds import KEY_HEADERS, KINDS
from harness.stack import Stack, key

FORMS = {"as-it-comes": {}, "by-the-byte": {"chunk_bytes": 1}, "odd-framing": {"chunk_bytes": 7, "crlf": True, "comments": True}}


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        stack.providers(**{kind: kind for kind in KINDS})
        for kind in KINDS:
            stack.route(kind, [f"via-{kind}"], [kind])
        stack.policy("pii", [{"detect": ["email"], "action": "pseudonymize"}])
        stack.team("support", list(KINDS), redaction="pii")
        stack.team("plain", list(KINDS))
        yield stack.start()


@pytest.fixture(params=EVERY_DIALECT, ids=lambda dialect: dialect.name)
def dialect(request):
    return request.param


@pytest.fixture(params=KINDS)
def kind(request, stack):
    stack.sims[request.param].reset()
    return request.param


@pytest.fixture
def client(stack, dialect):
    return dialect.client(stack.gateway, key("plain"))


def test_whole_answer(stack, dialect, client, kind):
    assert dialect.ask(client, f"via-{kind}", "Grüße, 😀 \"quoted\"\n") == "You said: Grüße, 😀 \"quoted\"\n"
    (received,) = stack.sims[kind].received()
    assert KINDS[kind].model_of(received) == KINDS[kind].model
    assert received.outcome == "answered"


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_stream(stack, dialect, client, kind, form):
    stack.sims[kind].set(**form)
    pieces = list(dialect.stream(client, f"via-{kind}", "one two three 😀 four"))
    assert "".join(pieces) == "You said: one two three 😀 four"
    assert len(pieces) > 3, "the stream came in one piece"


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("names", [["get_weather"], ["get_weather", "get_forecast"]], ids=["one", "parallel"])
def test_tools(stack, dialect, client, kind, streamed, names):
    stack.sims[kind].set(chunk_bytes=5)
    text = " and ".join(f'{name} for "{name} Ulm" in "C"' for name in names)
    calls, ended = dialect.calls(client, f"via-{kind}", text, names, streamed)
    assert calls == [(name, {"city": f"{name} Ulm", "unit": "C"}) for name in names]
    assert ended == dialect.ended_by_calls


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_an_agent_goes_through_three_rounds_of_tools(stack, dialect, client, kind, streamed):
    history = dialect.say('get_weather for "Ulm" in "C"')
    answers = iter(['now get_forecast for "Bonn" in "F"', 'now get_weather for "Kiel" in "C"', "all is well"])
    asked = []
    while True:
        text, calls = dialect.turn(client, f"via-{kind}", history, ["get_weather", "get_forecast"], streamed)
        if not calls:
            break
        asked += [(name, arguments) for _, name, arguments in calls]
        history += dialect.results([(call, next(answers)) for call, _, _ in calls])
    assert asked == [
        ("get_weather", {"city": "Ulm", "unit": "C"}),
        ("get_forecast", {"city": "Bonn", "unit": "F"}),
        ("get_weather", {"city": "Kiel", "unit": "C"}),
    ]
    assert text == "Tool result: all is well"


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_usage(stack, dialect, client, kind, streamed):
    stack.sims[kind].set(usage={"input": 31, "output": 17})
    assert dialect.usage(client, f"via-{kind}", streamed) == (31, 17)


def test_a_limit_is_kept(stack, dialect, client, kind):
    stack.sims[kind].set(answer="word " * 500)
    text = dialect.ask(client, f"via-{kind}", "x", **dialect.bound(20))
    assert text and len(text) < 200


@pytest.mark.parametrize("status, error", [(429, "RateLimitError"), (500, "InternalServerError"), (400, "BadRequestError")])
def test_errors_are_the_callers_own(stack, dialect, client, kind, status, error):
    stack.sims[kind].set(status=status, **({"retry_after": 3} if status == 429 else {}))
    for streamed in (False, True):
        with pytest.raises(dialect.status_error) as failed:
            list(dialect.stream(client, f"via-{kind}")) if streamed else dialect.ask(client, f"via-{kind}")
        assert isinstance(failed.value, getattr(dialect.errors, error)), failed.value
        dialect.error(failed.value.response.json())
        if status == 429:
            assert failed.value.response.headers["retry-after"] == "3"


@pytest.mark.parametrize("fault", [{"error_after": 4}, {"truncate_after": 4}], ids=["error", "truncated"])
@pytest.mark.parametrize("team", ["plain", "support"])
def test_broken_streams_end_in_an_error(stack, dialect, kind, fault, team):
    stack.sims[kind].set(**fault)
    client, pieces, finished = dialect.client(stack.gateway, key(team)), [], False
    with contextlib.suppress(dialect.errors.APIError):
        for piece in dialect.stream(client, f"via-{kind}", "one two three four five six"):
            pieces.append(piece)
        finished = True
    assert not finished, f"the stream seemed complete after {pieces}"
    assert "You said: one two three four five six".startswith("".join(pieces))


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_values_are_kept_from_every_provider_and_come_back(stack, dialect, kind, streamed):
    client = dialect.client(stack.gateway, key("support"))
    stack.sims[kind].set(delta_chars=3)
    text = "mail jane.doe@example.com today"
    said = "".join(dialect.stream(client, f"via-{kind}", text)) if streamed else dialect.ask(client, f"via-{kind}", text)
    assert said == f"You said: {text}"
    assert "jane.doe" not in stack.sims[kind].last().everything()


def test_only_the_providers_own_key_goes_out(stack, dialect, client, kind):
    dialect.ask(client, f"via-{kind}")
    received = stack.sims[kind].last()
    given = {name: value.removeprefix("Bearer ") for name, value in received.headers if name in KEY_HEADERS}
    assert given == {KINDS[kind].key_header: stack.sims[kind].key}
    assert key("plain") not in received.everything()
    assert not [name for name, _ in received.headers if name.startswith("x-tollgate-")]


def test_a_conversation_goes_on_at_another_provider(stack, dialect, client):
    """Signed thinking and calls made by one provider come back to another: whoever did not sign them is not bothered with them."""
    history = dialect.say('get_weather for "Ulm" in "C"')
    for kind in ("gemini", "anthropic", "openai-responses", "bedrock", "cohere", "openai", "vertex"):
        stack.sims[kind].reset()
        # Cohere's thinking is not signed, and whether a server that speaks OpenAI's dialect wants it back nobody can tell.
        stack.sims[kind].set(**({} if kind == "cohere" else {"thinking": "hm"}))
        _, calls = dialect.turn(client, f"via-{kind}", history, ["get_weather"], kind != "cohere")
        assert [name for _, name, _ in calls] == ["get_weather"], kind
        history += dialect.results([(call, 'and get_weather for "Bonn" in "F"') for call, _, _ in calls])
