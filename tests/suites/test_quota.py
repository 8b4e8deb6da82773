"""Step 5 of the tour: a team spends what it has, is told so in its SDK's own words, and nobody else notices."""

import re
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

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


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        stack.listen(tags={"user": "x-tollgate-user"})
        stack.providers(main="openai")
        stack.route("chat", ["smart"], ["main"])
        stack.route("cheap", ["small"], ["main"])
        for team in TEAMS:
            stack.team(team, ["chat"], quotas=[{"name": "tph", "unit": "tokens", "limit": LIMIT, "per": "hour"}])
        for team in ("requests-openai", "requests-anthropic", "crowd"):
            stack.team(team, ["chat"], quotas=[{"name": "rph", "unit": "requests", "limit": 20, "per": "hour"}])
        stack.team("users", ["chat"], quotas=[{"name": "per-user", "unit": "requests", "limit": 2, "per": "hour", "by": "user"}])
        stack.team(
            "thrifty",
            ["chat", "cheap"],
            quotas=[{"name": "big", "unit": "requests", "limit": 2, "per": "hour", "by": "model"}],
            onExceeded={"downgradeTo": "small"},
        )
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
    assert headers[remaining] == "0"
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
