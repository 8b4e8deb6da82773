"""Many requests on a connection, many streams at a time, and callers that hang up."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

from harness import raw
from harness.providers import settled
from harness.stack import Stack, key
from harness.wait import until

LIMIT = 10_000


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        stack.providers(openai="openai", anthropic="anthropic")
        for provider in ("openai", "anthropic"):
            stack.route(f"via-{provider}", [f"via-{provider}"], [provider])
        stack.policy("pii", [{"detect": ["email"], "action": "pseudonymize"}])
        stack.team("support", ["via-openai", "via-anthropic"], redaction="pii")
        for team in ("leaver-openai", "leaver-anthropic", "early-leaver"):
            quota = {"name": "tph", "unit": "tokens", "limit": LIMIT, "per": "hour"}
            stack.team(team, ["via-openai", "via-anthropic"], quotas=[quota])
        yield stack.start()


@pytest.fixture(params=["openai", "anthropic"])
def provider(request, stack):
    stack.reset()
    return request.param


def test_many_requests_on_one_connection(stack, dialect, provider):
    """What one request holds is gone before the next: every placeholder is restored to its own value."""
    headers = dialect.headers(key("support")) | {"content-type": "application/json"}
    with raw.Connection(stack.port) as connection:
        for number in range(50):
            body = json.dumps(dialect.body(f"via-{provider}", f"mail user{number}@example.com"))
            connection.send(raw.head(dialect.path, headers | {"content-length": len(body)}) + body)
            answer = connection.answer()
            assert answer.status == 200
            assert re.findall(r"user\d+@example\.com", answer.body.decode()) == [f"user{number}@example.com"]


def test_a_refusal_does_not_cost_the_connection_its_next_request(stack, dialect):
    headers = dialect.headers(key("support")) | {"content-type": "application/json"}
    with raw.Connection(stack.port) as connection:
        for model, status in (("nothing", 404), ("via-openai", 200), ("nothing", 404), ("via-openai", 200)):
            body = json.dumps(dialect.body(model))
            connection.send(raw.head(dialect.path, headers | {"content-length": len(body)}) + body)
            assert connection.answer().status == status


def test_pipelined_requests_are_answered_in_order(stack, dialect, provider):
    headers = dialect.headers(key("support")) | {"content-type": "application/json"}
    requests = []
    for number in range(10):
        body = json.dumps(dialect.body(f"via-{provider}", f"number {number}."))
        requests.append(raw.head(dialect.path, headers | {"content-length": len(body)}) + body)
    with raw.Connection(stack.port) as connection:
        connection.send("".join(requests))
        said = connection.read_until(rb"You said: number (\d)\.", times=10)
    assert said == [b"%d" % number for number in range(10)]


def test_streams_at_the_same_time_keep_apart(stack, dialect, provider):
    stack.sims[provider].set(event_delay_ms=5, delta_chars=2)

    def one(number):
        client = dialect.client(stack.gateway, key("support"))
        text = f"mail user{number}@example.com, dear user {number}"
        assert "".join(dialect.stream(client, f"via-{provider}", text)) == f"You said: {text}"

    with ThreadPoolExecutor(24) as pool:
        list(pool.map(one, range(24)))


def test_a_caller_that_hangs_up_pays_for_what_it_got(stack, dialect):
    """The reservation is settled as partial: what was reserved for the rest of the answer is there for the next request."""
    stack.reset()
    provider = dialect.name
    team = f"leaver-{dialect.name}"
    stack.sims[provider].set(event_delay_ms=100, answer="word " * 200)
    client = dialect.client(stack.gateway, key(team))
    bound = dialect.bound(LIMIT - 1000)
    pieces = []
    with open_stream(dialect, client, f"via-{provider}", bound) as stream:
        for event in stream:
            pieces.append(event)
            if len(pieces) == 6:
                break
    (received,) = settled(stack.sims[provider], 1)
    assert received.outcome == "cut_by_client"

    entry = stack.log.entry(tollgate__team=team)
    assert entry["tollgate.usage_source"] == "partial"
    assert 0 < int(entry["gen_ai.usage.output_tokens"]) < 50

    stack.sims[provider].set()
    until(lambda: answered(dialect, client, f"via-{provider}", bound), "the rest of the reservation is back")


def open_stream(dialect, client, model, bound):
    body = dialect.body(model, "go on", stream=True) | bound
    return client.chat.completions.create(**body) if dialect.name == "openai" else client.messages.create(**body)


def answered(dialect, client, model, bound):
    try:
        return dialect.ask(client, model, "hi", **bound) == "You said: hi"
    except dialect.errors.RateLimitError:
        return False


def test_a_caller_that_hangs_up_before_the_answer(stack):
    stack.reset()
    stack.sims["openai"].set(delay_ms=60_000)
    client = stack.openai("early-leaver", timeout=0.5)
    body = {"model": "via-openai", "messages": [{"role": "user", "content": "hi"}], "max_completion_tokens": LIMIT - 1000}
    with pytest.raises(openai.APITimeoutError):
        client.chat.completions.create(**body)
    stack.reset()
    client = stack.openai("early-leaver")

    def again():
        try:
            return client.chat.completions.create(**body).choices[0].message.content == "You said: hi"
        except openai.RateLimitError:
            return False

    until(again, "the reservation is back")


def test_a_caller_that_hangs_up_in_the_middle_of_its_request(stack, dialect):
    stack.reset()
    headers = dialect.headers(key("support")) | {"content-type": "application/json", "content-length": "5000"}
    for sent in (0, 1, 2000):
        with raw.Connection(stack.port) as connection:
            connection.send(raw.head(dialect.path, headers) + json.dumps(dialect.body("via-openai", "x" * 3000))[:sent])
    assert dialect.ask(dialect.client(stack.gateway, key("support")), "via-openai", "still there?") == "You said: still there?"
    assert len(stack.sims["openai"].received()) == 1


def test_a_slow_reader_gets_everything(stack, provider):
    """A long answer to a caller that reads a little at a time, with redaction's restore in between."""
    text = "mail jane@example.com " * 2_000
    body = json.dumps({"model": f"via-{provider}", "stream": True, "messages": [{"role": "user", "content": text}]})
    headers = {"authorization": f"Bearer {key('support')}", "content-type": "application/json", "content-length": len(body)}
    with raw.Connection(stack.port) as connection:
        connection.socket.setsockopt(raw.SOL_SOCKET, raw.SO_RCVBUF, 16_384)
        connection.send(raw.head("/v1/chat/completions", headers) + body)
        answer = connection.answer()
    events = [json.loads(line[6:]) for line in answer.body.decode().splitlines() if line.startswith("data: {")]
    said = "".join(event["choices"][0]["delta"].get("content") or "" for event in events if event["choices"])
    assert said == f"You said: {text}"
