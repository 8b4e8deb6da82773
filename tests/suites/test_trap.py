"""A module that traps takes one request with it, not the gateway. The module under test has a switch for that; the shipped one has not."""

import json
import time

import pytest

from harness import paths
from harness.stack import Stack, key
from harness.wait import until

SWITCH = {"x-tollgate-test-trap": "1"}


def stack_with(modules):
    stack = Stack()
    stack.providers(main="openai")
    stack.route("chat", ["smart"], ["main"])
    quota = {"name": "rph", "unit": "requests", "limit": 1000, "per": "hour"}
    stack.policy("pii", [{"detect": ["email"], "action": "pseudonymize"}])
    stack.team("support", ["chat"], redaction="pii", quotas=[quota])
    return stack.start(modules=modules)


@pytest.fixture(scope="module")
def trapping(tmp_path_factory):
    modules = tmp_path_factory.mktemp("modules")
    (modules / "gateway.wasm").symlink_to(paths.built("test/gateway-trap.wasm"))
    (modules / "translate.wasm").symlink_to(paths.built("translate.wasm"))
    with stack_with(modules) as stack:
        yield stack


def post(stack, dialect, **headers):
    given = dialect.headers(key("support")) | {"content-type": "application/json"} | headers
    return stack.gateway.http.post(dialect.path, content=json.dumps(dialect.body("smart", "mail a@example.com")), headers=given)


def test_the_request_that_traps_gets_503_and_the_next_one_an_answer(trapping, dialect):
    for _ in range(4):
        # Envoy makes a module that keeps trapping wait a moment before it is loaded again. This one trapped once, a while ago.
        time.sleep(0.5)
        trapping.sims["main"].forget()
        assert post(trapping, dialect, **SWITCH).status_code == 503
        assert trapping.sims["main"].received() == []
        # On both workers, one of which has just lost its module.
        for _ in range(6):
            answer = post(trapping, dialect)
            assert answer.status_code == 200
            assert "mail a@example.com" in answer.text
        assert "a@example.com" not in trapping.sims["main"].last().body


def test_what_was_counted_before_a_trap_still_counts(trapping, dialect):
    """Quotas live outside the module's own memory."""
    left = lambda answer: int(answer.headers[REMAINING[dialect.name]])
    before = left(post(trapping, dialect))
    time.sleep(0.5)
    assert post(trapping, dialect, **SWITCH).status_code == 503
    assert left(until(lambda: served(post(trapping, dialect)), "the module is back")) < before


def served(answer):
    return answer if answer.status_code == 200 else None


REMAINING = {"openai": "x-ratelimit-remaining-requests", "anthropic": "anthropic-ratelimit-requests-remaining"}


def test_the_shipped_module_has_no_such_switch(dialect):
    with stack_with(paths.DIST) as stack:
        assert post(stack, dialect, **SWITCH).status_code == 200
