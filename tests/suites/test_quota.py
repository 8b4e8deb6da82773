"""Step 5 of the tour: a team spends what it has, is told so in its SDK's own words, and nobody else notices.

What holds for a whole fleet is in test_fleet.
"""

import re
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

from harness.dialects import OpenAi
from harness.stack import Stack, key
from harness.wait import until

LIMIT = 1000
WORDS = {
    "openai": ("x-ratelimit-limit-{}", "x-ratelimit-remaining-{}", "x-ratelimit-reset-{}", r"(\d+h)?(\d+m)?\d+(\.\d+)?s|\d+ms"),
    "anthropic": (
        "anthropic-ratelimit-{}-limit",
        "anthropic-ratelimit-{}-remaining",
        "anthropic-ratelimit-{}-reset",
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
    ),
}
TEAMS = ["tokens-openai", "tokens-anthropic", "refund-openai", "refund-anthropic", "early", "unsaid"]
# The model that the simulated providers are asked for writes as long as it may.
STORY = "word " * LIMIT


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        stack.listen(tags={"user": "x-tollgate-user", "priority": "x-tollgate-priority"})
        stack.providers(main="openai")
        stack.route("chat", ["smart"], ["main"])
        stack.route("cheap", ["small"], ["main"])
        for team in TEAMS:
            stack.team(team, ["chat"], quotas=[{"name": "tph", "unit": "tokens", "limit": LIMIT, "per": "hour"}])
        for team in ("requests-openai", "requests-anthropic", "crowd"):
            stack.team(team, ["chat"], quotas=[{"name": "rph", "unit": "requests", "limit": 20, "per": "hour"}])
        stack.team("users", ["chat"], quotas=[{"name": "per-user", "unit": "requests", "limit": 2, "per": "hour", "by": "user"}])
        for name in ("thrifty", "frugal"):
            stack.team(
                name,
                ["chat", "cheap"],
                quotas=[{"name": "big", "unit": "requests", "limit": 2, "per": "hour", "by": "model"}],
                onExceeded={"downgradeTo": "small"},
            )
        for name in ("openai", "anthropic"):
            quota = {"name": "tph", "unit": "tokens", "limit": LIMIT, "per": "hour", "clamp": True}
            stack.team(f"clamped-{name}", ["chat"], quotas=[quota])
            quota = {"name": "rph", "unit": "requests", "limit": 40, "per": "hour", "shedAt": {"batch": 50}}
            stack.team(f"classes-{name}", ["chat"], quotas=[quota])
            stack.team(f"seats-{name}", ["chat"], quotas=[{"name": "seats", "unit": "inFlight", "limit": 3, "per": "hour"}])
        stack.team("second", ["chat"], quotas=[{"name": "rps", "unit": "requests", "limit": 1, "per": "second"}])
        stack.team("other", ["chat"])
        yield stack.start()


@pytest.fixture(autouse=True)
def fresh(stack):
    stack.reset()


def refused(dialect, ask, at_most):
    """Asks until it is refused; how often it was answered, and the refusal."""
    for answered in range(at_most):
        try:
            ask()
        except dialect.errors.RateLimitError as error:
            return answered, error
    raise AssertionError(f"{at_most} requests, and none was refused")


def test_tokens_are_spent_exactly(stack, dialect):
    """Each answer says it took 100 tokens. The tenth ends at the limit; the eleventh is refused before it leaves."""
    stack.sims["main"].set(usage={"input": 60, "output": 40})
    client = dialect.client(stack.gateway, key(f"tokens-{dialect.name}"))
    answered, error = refused(dialect, lambda: dialect.ask(client, "smart", "hi", **dialect.bound(40)), 20)
    assert answered == 10
    assert len(stack.sims["main"].received()) == 10
    assert "tph" in error.message

    headers = error.response.headers
    *names, form = WORDS[dialect.name]
    limit, remaining, reset = (name.format("tokens") for name in names)
    assert headers[limit] == str(LIMIT)

    def nothing_left():
        with pytest.raises(dialect.errors.RateLimitError) as again:
            dialect.ask(client, "smart", "hi", **dialect.bound(40))
        return again.value.response.headers[remaining] == "0"

    # The provider counts more input than there was: what a request uses beyond what it reserved is known a moment later.
    until(nothing_left, "nothing is left")
    assert re.fullmatch(form, headers[reset]), headers[reset]
    assert 1 <= int(headers["retry-after"]) <= 3600

    entry = stack.log.entry(tollgate__team=f"tokens-{dialect.name}", tollgate__decision="rate_limited")
    assert entry["gen_ai.request.model"] == "smart"

    other = dialect.client(stack.gateway, key("other"))
    assert dialect.ask(other, "smart", "hi") == "You said: hi"


def test_answers_say_what_is_left(stack, dialect):
    client = dialect.client(stack.gateway, key(f"requests-{dialect.name}"))
    raw = client.chat.completions if dialect.name == "openai" else client.messages
    *names, form = WORDS[dialect.name]
    limit, remaining, reset = (name.format("requests") for name in names)
    for left in (19, 18, 17):
        headers = raw.with_raw_response.create(**dialect.body("smart")).headers
        assert (headers[limit], headers[remaining]) == ("20", str(left))
        assert re.fullmatch(form, headers[reset]), headers[reset]


def test_what_was_reserved_and_not_used_comes_back(stack, dialect):
    """Two requests that may each use nearly the whole quota and use little of it: both are answered, one after the other."""
    client = dialect.client(stack.gateway, key(f"refund-{dialect.name}"))
    for _ in range(2):
        assert dialect.ask(client, "smart", "hi", **dialect.bound(900)) == "You said: hi"


def test_what_can_never_fit_is_refused_before_it_is_sent(stack):
    client = stack.openai("early")
    with pytest.raises(openai.RateLimitError) as error:
        client.chat.completions.create(
            model="smart", messages=[{"role": "user", "content": "hi"}], max_completion_tokens=LIMIT * 5
        )
    assert "never" in error.value.message
    assert stack.sims["main"].received() == []


def test_a_request_without_a_bound_is_bounded_by_what_is_left(stack):
    """The model could write more than the quota holds; the provider is asked for no more than that."""
    stack.openai("unsaid").chat.completions.create(model="smart", messages=[{"role": "user", "content": "hi"}])
    body = stack.sims["main"].last().json()
    assert 0 < (body.get("max_completion_tokens") or body.get("max_tokens")) <= LIMIT


def test_a_crowd_gets_exactly_what_there_is(stack):
    """Eight callers on their own connections, spread over both of Envoy's workers: 20 of 80 requests, not one more or less."""
    def caller(_):
        client, answered = stack.openai("crowd"), 0
        for _ in range(10):
            try:
                client.chat.completions.create(model="smart", messages=[{"role": "user", "content": "hi"}])
                answered += 1
            except openai.RateLimitError:
                pass
        return answered

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(caller, range(8))) == 20
    assert len(stack.sims["main"].received()) == 20


def test_each_user_has_a_quota_of_their_own(stack):
    for user in ("ann", "bob"):
        client = stack.openai("users", default_headers={"x-tollgate-user": user})
        for _ in range(2):
            client.chat.completions.create(model="smart", messages=[{"role": "user", "content": "hi"}])
        with pytest.raises(openai.RateLimitError, match="per-user"):
            client.chat.completions.create(model="smart", messages=[{"role": "user", "content": "hi"}])


def test_beyond_its_limit_a_team_may_get_a_smaller_model(stack):
    client = stack.openai("thrifty")
    headers = []
    for _ in range(3):
        raw = client.chat.completions.with_raw_response.create(model="smart", messages=[{"role": "user", "content": "hi"}])
        assert raw.parse().choices[0].message.content == "You said: hi"
        headers.append(raw.headers.get("x-tollgate-downgraded-to"))
    assert headers == [None, None, "small"]


def test_a_window_ends(stack):
    """One request per second: refused, and served again once the window that the first one began has ended."""
    client = stack.openai("second")

    def served():
        try:
            client.chat.completions.create(model="smart", messages=[{"role": "user", "content": "hi"}])
            return True
        except openai.RateLimitError:
            return False

    outcomes = [served() for _ in range(5)]
    assert outcomes[0] and False in outcomes
    until(served, "the window has ended")


def test_the_last_answer_is_as_long_as_what_is_left(stack, dialect):
    """`clamp`: a request that may write more than is left is allowed what is left, and says so, rather than being refused."""
    stack.sims["main"].set(answer=STORY)
    client = dialect.client(stack.gateway, key(f"clamped-{dialect.name}"))
    raw = client.chat.completions if dialect.name == "openai" else client.messages
    written, clamped = [], []

    def ask():
        answer = raw.with_raw_response.create(**dialect.body("smart", "hi", **dialect.bound(600)))
        written.append(sum(told(answer.parse().usage)))
        clamped.append(answer.headers.get("x-tollgate-clamped-to"))

    answered, error = refused(dialect, ask, 20)
    assert 0.95 * LIMIT <= sum(written) <= LIMIT
    assert clamped[0] is None
    asked = [bound(one.json()) for one in stack.sims["main"].received()]
    assert asked[0] == 600
    assert all(said is None or int(said) == given < 600 for said, given in zip(clamped, asked, strict=True))
    assert any(clamped)
    assert "tph" in error.message


def told(usage):
    """Input and output tokens, as either SDK has them."""
    if hasattr(usage, "prompt_tokens"):
        return usage.prompt_tokens, usage.completion_tokens
    return usage.input_tokens, usage.output_tokens


def bound(body):
    """The most tokens of the answer that a provider is asked for."""
    return body.get("max_completion_tokens") or body.get("max_tokens")


def test_batch_work_goes_first_when_a_quota_runs_low(stack, dialect):
    """Beyond half of the limit no more `batch`, and everything else to the end. What is used is known a moment later fleet-wide."""
    team = key(f"classes-{dialect.name}")
    batch, others = (dialect.client(stack.gateway, team, default_headers=headers) for headers in ({"x-tollgate-priority": "batch"}, {}))
    answered, error = refused(dialect, lambda: dialect.ask(batch, "smart"), 40)
    assert 0 < answered < 40
    assert "batch" in error.message
    assert int(error.response.headers["retry-after"]) >= 1
    last, error = refused(dialect, lambda: dialect.ask(others, "smart"), 41)
    assert answered + last == 40
    assert "batch" not in error.message


def test_only_so_many_requests_are_in_flight(stack, dialect):
    """Three seats: the fourth caller is refused while three streams run, and served when one of them has ended."""
    stack.sims["main"].set(answer=STORY, event_delay_ms=50)
    client = dialect.client(stack.gateway, key(f"seats-{dialect.name}"))
    streams = [dialect.stream(client, "smart") for _ in range(3)]
    for stream in streams:
        next(stream)
    with pytest.raises(dialect.errors.RateLimitError, match="seats") as error:
        dialect.ask(client, "smart")
    assert int(error.value.response.headers["retry-after"]) >= 1
    # Whoever hangs up gives the seat back as well.
    streams.pop().close()
    stack.sims["main"].reset()

    def served():
        try:
            return dialect.ask(client, "smart")
        except dialect.errors.RateLimitError:
            return None

    until(served, "a seat is free")
    for stream in streams:
        stream.close()


def test_where_the_smaller_model_is_spent_too_the_request_is_refused(stack):
    """The quota is each model's own. Both spent, the refusal is that of a quota, and no provider is asked."""
    client = stack.openai("frugal")
    models = []

    def ask():
        raw = client.chat.completions.with_raw_response.create(model="smart", messages=[{"role": "user", "content": "hi"}])
        models.append(raw.headers.get("x-tollgate-downgraded-to"))

    answered, error = refused(OpenAi, ask, 10)
    assert models == [None, None, "small", "small"]
    assert "big" in error.message
    assert len(stack.sims["main"].received()) == 4
