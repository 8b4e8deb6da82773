"""Step 4 of the tour: a provider overloaded, limited, broken or gone; the next one answers, and nobody sees another's key."""

import json

import pytest

from harness.stack import MODELS, Stack, key

# Each case has providers of its own: an ejected host must not decide the next test.
FAULTS = {
    "overloaded": {"status": 529},
    "limited": {"status": 429, "retry_after": 1},
    "broken": {"status": 500},
    "html": {"html": True, "status": 503},
    "off": {"down": True},
}
ORDERS = {"openai-first": ("openai", "anthropic"), "anthropic-first": ("anthropic", "openai")}
PLACES = ("first", "second")
PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}


ROUTES = {f"{case}-{order}": order for case in [*FAULTS, "gone", "begun", "once"] for order in ORDERS}


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        pairs = {f"{route}-{place}": kind for route, order in ROUTES.items() for place, kind in zip(PLACES, ORDERS[order])}
        for route in ROUTES:
            if route.startswith("gone-"):
                # A process of its own, to be ended for good.
                stack.providers(process=route, **{f"{route}-first": pairs.pop(f"{route}-first")})
        stack.providers(**pairs)
        for route in ROUTES:
            stack.route(route, [route], [f"{route}-first"], fallback=[f"{route}-second"])
        stack.team("support", list(ROUTES))
        yield stack.start()


@pytest.fixture(params=ORDERS)
def order(request):
    return request.param


def answers_and_keeps_keys_apart(stack, dialect, route, streamed):
    client = dialect.client(stack.gateway, key("support"))
    stack.sims[f"{route}-second"].forget()
    text = f"hello {dialect.name} {streamed}"
    said = "".join(dialect.stream(client, route, text)) if streamed else dialect.ask(client, route, text)
    assert said == f"You said: {text}"
    for place in PLACES:
        provider = stack.sims[f"{route}-{place}"]
        for received in provider.received() if provider.up() else []:
            # Whoever was asked was asked in its own dialect, for the original text, with its own key alone.
            assert received.path == PATHS[provider.kind]
            body = received.json()
            assert body["model"] == MODELS[provider.kind]
            assert body["messages"][-1]["content"] in (text, [{"type": "text", "text": text}])
            keys = {name: value for name, value in received.headers if name in ("authorization", "x-api-key", "api-key")}
            expected = {"openai": {"authorization": f"Bearer {provider.key}"}, "anthropic": {"x-api-key": provider.key}}
            assert keys == expected[provider.kind]
            assert key("support") not in received.everything()
            assert not [name for name, _ in received.headers if name.startswith("x-tollgate-")]
    assert stack.sims[f"{route}-second"].received()[-1].status == 200


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("fault", FAULTS)
def test_the_next_provider_answers(stack, dialect, fault, order, streamed):
    route = f"{fault}-{order}"
    for place in PLACES:
        stack.sims[f"{route}-{place}"].reset()
    stack.sims[f"{route}-first"].set(**FAULTS[fault])
    answers_and_keeps_keys_apart(stack, dialect, route, streamed)


def test_the_first_attempt_was_really_made(stack, dialect, order):
    """On a fresh pair: the first provider sees the request once, says 529, and the second sees the same one."""
    route = f"once-{order}"
    first, second = (stack.sims[f"{route}-{place}"] for place in PLACES)
    first.reset(), second.reset()
    first.set(status=529, fault_count=1)
    answers_and_keeps_keys_apart(stack, dialect, route, streamed=False)
    assert [one.status for one in first.received()] == [529]
    assert [one.status for one in second.received()] == [200]
    # Healthy again, and one failure is no reason to leave it out.
    dialect.ask(dialect.client(stack.gateway, key("support")), route, "again")
    assert first.received()[-1].status == 200


def test_a_provider_that_is_gone_altogether(stack, dialect, order):
    """Its process has ended: connections are refused."""
    stack.sims[f"gone-{order}-first"].process.stop()
    stack.sims[f"gone-{order}-second"].reset()
    answers_and_keeps_keys_apart(stack, dialect, f"gone-{order}", streamed=False)
    answers_and_keeps_keys_apart(stack, dialect, f"gone-{order}", streamed=True)


def test_a_stream_that_has_begun_is_not_begun_again(stack, dialect, order):
    """After the first event there is no way back: the caller gets an error, not the answer twice."""
    route = f"begun-{order}"
    first, second = (stack.sims[f"{route}-{place}"] for place in PLACES)
    first.reset(), second.reset()
    # Late enough for some text to have left.
    first.set(reset_after=6, event_delay_ms=20)
    pieces = []
    with pytest.raises(Exception) as failed:
        for piece in dialect.stream(dialect.client(stack.gateway, key("support")), route, "one two three four five six seven"):
            pieces.append(piece)
    assert not isinstance(failed.value, AssertionError)
    assert "".join(pieces) and "You said: one two three four five six seven".startswith("".join(pieces))
    assert second.received() == []


def test_a_restored_value_survives_a_second_attempt(order):
    """Redaction happens once, before the attempts: both providers see the same placeholder."""
    with Stack() as stack:
        first, second = ORDERS[order]
        stack.providers(first=first, second=second)
        stack.route("chat", ["smart"], ["first"], fallback=["second"])
        stack.policy("pii", [{"detect": ["email"], "action": "pseudonymize"}])
        stack.team("support", ["chat"], redaction="pii")
        stack.start()
        stack.sims["first"].set(status=529)
        answer = stack.openai("support").chat.completions.create(
            model="smart", messages=[{"role": "user", "content": "mail jane@example.com"}]
        )
        assert answer.choices[0].message.content == "You said: mail jane@example.com"
        for provider in stack.sims.values():
            assert "mail <EMAIL_1>" in json.dumps(provider.last().json())
            assert "jane@example.com" not in provider.last().everything()
