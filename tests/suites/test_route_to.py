"""Findings that send a request to another route: where it goes, with which model, and that nothing takes it away from there."""

import pytest

from harness.dialects import EVERY_DIALECT
from harness.stack import Stack, key
from harness.wait import until

EMAIL = "jane.doe@example.com"


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        stack.providers("outside", away="openai", spare="anthropic", region_="us")
        stack.providers("inside", home="openai", shed="openai", region_="eu")
        stack.route("chat", ["smart"], ["away"], fallback=["spare"])
        stack.config.put("Route", "home", {"backends": [stack._backend("home")], "fallback": [stack._backend("shed")]})
        on_finding = {"routeTo": "home", "tag": "personal"}
        stack.policy("stay", [{"detect": ["email"], "action": "allow", "onFinding": on_finding}])
        stack.team("support", ["chat", "home"], redaction="stay", residency=["eu", "us"])
        yield stack.start()


@pytest.fixture(params=EVERY_DIALECT, ids=lambda dialect: dialect.name)
def dialect(request, stack):
    stack.reset()
    return request.param


def received(stack):
    return {name: len(sim.received()) for name, sim in stack.sims.items() if sim.received()}


def test_a_finding_stays_at_home(stack, dialect):
    client = dialect.client(stack.gateway, key("support"))
    before = len(stack.log.entries(tollgate__team="support"))
    assert dialect.ask(client, "smart", "hello") == "You said: hello"
    assert received(stack) == {"away": 1}
    stack.reset()
    assert dialect.ask(client, "smart", f"mail {EMAIL}") == f"You said: mail {EMAIL}"
    assert "".join(dialect.stream(client, "smart", f"mail {EMAIL}")) == f"You said: mail {EMAIL}"
    assert received(stack) == {"home": 2}
    assert stack.sims["home"].last().json()["model"] == "gpt-4o"
    entries = until(lambda: stack.log.entries(tollgate__team="support")[before + 2 :], "the requests are in the access log")
    assert (entries[0]["tollgate.route"], entries[0]["tollgate.tags"]) == ("home", "personal")


def test_failover_does_not_leave_home(stack, dialect):
    client = dialect.client(stack.gateway, key("support"), max_retries=0)
    stack.sims["home"].set(status=503)
    assert dialect.ask(client, "smart", f"mail {EMAIL}") == f"You said: mail {EMAIL}"
    assert set(received(stack)) == {"home", "shed"}
    stack.sims["shed"].set(status=503)
    with pytest.raises(dialect.status_error):
        dialect.ask(client, "smart", f"mail {EMAIL}")
    assert set(received(stack)) <= {"home", "shed"}


def test_nobody_asks_for_it_by_name(stack, dialect):
    models = [model.id for model in stack.openai("support").models.list()]
    assert models == ["smart"]


def test_tokens_are_counted_where_the_request_would_go(stack):
    stack.reset()
    body = {"model": "smart", "messages": [{"role": "user", "content": f"mail {EMAIL}"}]}
    counted = stack.anthropic("support").messages.count_tokens(**body)
    assert counted.input_tokens > 0
    assert "away" not in received(stack) and "spare" not in received(stack)
