"""What can go wrong behind the gateway, and what the caller's SDK makes of it: an error it knows, and never a half truth."""

import contextlib

import pytest

from harness.stack import Stack, key

FAULTS = {
    "limited": {"status": 429, "retry_after": 7},
    "broken": {"status": 500},
    "overloaded": {"status": 529},
    "forbidden": {"status": 403},
    "html": {"html": True},
    "html-ok": {"html": True, "status": 404},
    "empty": {"answer": ""},
    "truncated": {"truncate_after": 0},
    "reset": {"reset_after": 1},
    "down": {"down": True},
}
STREAM_FAULTS = {
    "stream-error": {"error_after": 4},
    "stream-truncated": {"truncate_after": 4},
    "stream-reset": {"reset_after": 4, "event_delay_ms": 10},
    "stream-stalled": {"event_delay_ms": 3000},
}
KINDS = ["openai", "anthropic"]


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        routes = {f"{fault}-{kind}": kind for fault in [*FAULTS, *STREAM_FAULTS, "slow"] for kind in KINDS}
        stack.providers(**routes)
        for route in routes:
            retry = {"retry": {"on": ["reset"], "perTryIdleTimeout": "1s"}} if "stalled" in route or "slow" in route else {}
            stack.route(route, [route], [route], **retry)
        stack.policy("pii", [{"detect": ["email"], "action": "pseudonymize"}])
        stack.team("support", list(routes), redaction="pii")
        stack.team("plain", list(routes))
        yield stack.start()


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(params=["support", "plain"])
def client(request, stack, dialect):
    """With a policy that looks at answers, and without."""
    return dialect.client(stack.gateway, key(request.param))


def failure(dialect, ask):
    with pytest.raises(dialect.errors.APIError) as failed:
        ask()
    return failed.value


@pytest.mark.parametrize("fault", ["limited", "broken", "overloaded", "forbidden", "html", "html-ok"])
def test_errors_come_in_the_callers_dialect(stack, dialect, client, kind, fault):
    route = f"{fault}-{kind}"
    stack.sims[route].set(**FAULTS[fault])
    for streamed in (False, True):
        ask = (lambda: list(dialect.stream(client, route))) if streamed else (lambda: dialect.ask(client, route))
        error = failure(dialect, ask)
        assert isinstance(error, dialect.status_error)
        dialect.error(error.response.json())
        assert "<html" not in error.message
        assert error.response.headers["content-type"].startswith("application/json")
        # A provider's 401 or 403 is about the gateway's key, not about the caller's: whatever is said, no provider key is.
        assert stack.sims[route].key not in error.response.text
        if fault == "limited":
            assert isinstance(error, dialect.errors.RateLimitError)
            assert error.response.headers["retry-after"] == "7"
        if fault in ("broken", "overloaded", "html"):
            assert isinstance(error, dialect.errors.InternalServerError)


@pytest.mark.parametrize("fault", ["truncated", "reset", "down"])
def test_broken_answers_are_errors(stack, dialect, client, kind, fault):
    route = f"{fault}-{kind}"
    stack.sims[route].set(**FAULTS[fault])
    error = failure(dialect, lambda: dialect.ask(client, route))
    assert not isinstance(error, dialect.status_error) or error.status_code >= 500


def test_an_empty_answer_is_an_empty_answer(stack, dialect, client, kind):
    route = f"empty-{kind}"
    stack.sims[route].set(answer="")
    assert not dialect.ask(client, route)
    assert "".join(dialect.stream(client, route)) == ""


@pytest.mark.parametrize("fault", STREAM_FAULTS)
def test_broken_streams_end_in_an_error(stack, dialect, client, kind, fault):
    """What came before the break is delivered; the end is an error that the SDK raises, not a stream that seems complete."""
    route, pieces = f"{fault}-{kind}", []
    stack.sims[route].set(**STREAM_FAULTS[fault])
    finished = False
    with contextlib.suppress(dialect.errors.APIError, ConnectionError, *transport_errors()):
        for piece in dialect.stream(client, route, "one two three four five six"):
            pieces.append(piece)
        finished = True
    assert not finished, f"the stream seemed complete after {pieces}"
    assert "You said: one two three four five six".startswith("".join(pieces))


def transport_errors():
    """What SDKs raise, unwrapped, when a connection breaks in the middle of a stream."""
    import httpx
    import httpx2

    return httpx.TransportError, httpx2.TransportError


def test_a_provider_that_never_begins_is_given_up(stack, dialect, client, kind):
    route = f"slow-{kind}"
    stack.sims[route].set(delay_ms=20_000)
    error = failure(dialect, lambda: dialect.ask(client, route))
    assert error.status_code == 504
    dialect.error(error.response.json())
    stack.sims[route].set()


def test_after_all_that_the_gateway_serves(stack, dialect, client, kind):
    route = f"limited-{kind}"
    stack.sims[route].set()
    assert dialect.ask(client, route, "well?") == "You said: well?"
