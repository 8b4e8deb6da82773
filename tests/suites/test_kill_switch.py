"""A team, a model or a provider is stopped on every Envoy by one command and by one line in git, and runs again."""

import os
import re
import subprocess
import threading

import openai
import pytest

from harness import paths, ports
from harness.fleet import ControlPlane, member
from harness.stack import MODELS, Stack, key
from harness.wait import until

STOPPED = (openai.PermissionDeniedError, openai.InternalServerError)


@pytest.fixture
def stack():
    with Stack() as stack:
        stack.providers(main="openai", spare="anthropic")
        stack.route("chat", ["smart"], ["main"], fallback=["spare"])
        stack.route("own", ["own", MODELS["openai"]], ["main"])
        stack.team("support", ["chat", "own"])
        stack.team("other", ["chat", "own"])
        yield stack.start()


def ask(stack, team="support", model="smart", client=None):
    """The answer's text, or the error that the SDK raised."""
    try:
        client = client or stack.openai(team)
        return client.chat.completions.create(model=model, messages=[{"role": "user", "content": "hi"}]).choices[0].message.content
    except openai.APIStatusError as error:
        return error


def answered(*arguments, **more):
    return ask(*arguments, **more) == "You said: hi"


def refused(*arguments, status=403, **more):
    error = ask(*arguments, **more)
    return isinstance(error, STOPPED) and error.status_code == status


def tollgate(store, *arguments):
    command = [str(part) for part in (paths.built("tollgate"), *arguments)]
    return subprocess.run(command, env=os.environ | {"TOLLGATE_STORE": store}, capture_output=True, text=True)


def run(stack, *arguments):
    done = tollgate(stack.gateway.store, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_team_by_command(stack, dialect):
    run(stack, "stop", "--team", "support", "--why", "runaway job, INC-7")
    until(lambda: refused(stack), "the team is stopped")
    stack.reset()
    client = dialect.client(stack.gateway, key("support"))
    with pytest.raises(dialect.errors.PermissionDeniedError) as error:
        dialect.ask(client, "smart", "hi")
    assert "runaway job, INC-7" in error.value.message
    assert error.value.response.headers["x-should-retry"] == "false"
    assert answered(stack, team="other"), "nobody else notices"
    assert len(stack.sims["main"].received()) == 1
    assert re.fullmatch(r"team support: since \S+ \S+ UTC by \S+@\S*: runaway job, INC-7\n", run(stack, "stop", "--list"))
    assert any("team support" in one for one in stack.gateway.status()["config"]["stops"])
    run(stack, "resume", "--team", "support")
    until(lambda: answered(stack), "the team runs again")
    assert run(stack, "stop", "--list") == ""


def test_a_team_by_a_line(stack):
    stack.config.edit("Team", "support", stopped="by a line")
    until(lambda: refused(stack), "the team is stopped")
    assert "by a line" in ask(stack).message
    assert answered(stack, team="other")
    stack.config.edit("Team", "support", stopped=False)
    until(lambda: answered(stack), "the team runs again")


@pytest.mark.parametrize("how", ["command", "line"])
def test_a_provider_leaves_to_its_fallback_and_where_there_is_none_it_is_said(stack, how):
    if how == "command":
        run(stack, "stop", "--provider", "main")
    else:
        stack.config.edit("Provider", "main", stopped=True)
    until(lambda: refused(stack, model="own", status=503), "the route without a fallback is refused")
    stack.reset()
    assert answered(stack), "the fallback serves"
    assert not stack.sims["main"].received() and len(stack.sims["spare"].received()) == 1
    if how == "command":
        run(stack, "resume", "--provider", "main")
    else:
        stack.config.edit("Provider", "main", stopped=False)
    until(lambda: answered(stack, model="own"), "it serves again")


def test_a_model_under_the_name_of_callers_and_of_providers(stack):
    run(stack, "stop", "--model", MODELS["openai"])
    until(lambda: refused(stack, model=MODELS["openai"]), "it is refused by name")
    stack.reset()
    assert answered(stack) and not stack.sims["main"].received(), "a route that asks a provider for it goes to its fallback"
    run(stack, "resume", "--model", MODELS["openai"])
    until(lambda: answered(stack, model=MODELS["openai"]), "it is answered again")


def test_what_is_under_way_ends_by_itself(stack):
    stack.sims["main"].set(answer="one two three four five six seven eight", event_delay_ms=250)
    stream = stack.openai("support").chat.completions.create(
        model="smart", messages=[{"role": "user", "content": "hi"}], stream=True
    )
    text, events = "", iter(stream)
    while not text:
        text += "".join(choice.delta.content or "" for choice in next(events).choices)
    run(stack, "stop", "--team", "support")
    until(lambda: refused(stack), "new requests are refused")
    text += "".join(choice.delta.content or "" for event in events for choice in event.choices)
    assert text == "one two three four five six seven eight"


def test_every_envoy_of_every_replica(tmp_path):
    """Two control planes on one ledger, an Envoy each: one command, and nothing is dropped for those who are not meant."""
    with Stack() as stack:
        stack.providers(main="openai")
        stack.route("chat", ["smart"], ["main"])
        stack.team("support", ["chat"])
        stack.team("other", ["chat"])
        store = f"sqlite://{tmp_path}/ledger.db"
        members, planes = [], []
        try:
            for number in range(2):
                # Each Envoy listens on a port of its own, so each replica has a copy of the configuration with another `listen`.
                stack.listen()
                copy = tmp_path / f"config{number}"
                copy.mkdir()
                port = ports.free()
                for file in stack.config.root.glob("*.yaml"):
                    (copy / file.name).write_text(file.read_text().replace(f"127.0.0.1:{stack.port}", f"127.0.0.1:{port}"))
                logs = tmp_path / f"logs{number}"
                logs.mkdir()
                planes.append(ControlPlane(copy, logs, env={"TOLLGATE_STORE": store}))
                members.append(member(planes[-1], port, logs, f"envoy{number}"))
            for one in members:
                one.wait()
            failures, ended = [], threading.Event()

            def others(one):
                while not ended.is_set():
                    if not answered(stack, client=one.openai(key("other"))):
                        failures.append(one.url)

            threads = [threading.Thread(target=others, args=(one,)) for one in members]
            for thread in threads:
                thread.start()
            done = tollgate(store, "stop", "--team", "support")
            assert done.returncode == 0, done.stderr
            for one in members:
                until(lambda: refused(stack, client=one.openai(key("support"))), f"the team is stopped at {one.url}")
            tollgate(store, "resume", "--team", "support")
            for one in members:
                until(lambda: answered(stack, client=one.openai(key("support"))), f"it runs again at {one.url}")
            ended.set()
            for thread in threads:
                thread.join(60)
            assert not failures, failures[:3]
        finally:
            for one in [*members, *planes]:
                one.stop()


class TestTheCommand:
    def test_a_ledger_that_is_not_there_is_not_made(self, tmp_path):
        done = tollgate(f"sqlite://{tmp_path}/none.db", "stop", "--team", "support")
        assert done.returncode == 1 and "none.db" in done.stderr and "--store" in done.stderr
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("arguments", [(), ("--team", "A B"), ("--model", "../x"), ("--team", "a", "--model", "b"), ("--team", "a", "--why", "x\ny")])
    def test_what_is_no_name_is_wrong_usage(self, stack, arguments):
        done = tollgate(stack.gateway.store, "stop", *arguments)
        assert done.returncode == 2 and not done.stdout, done.stdout + done.stderr

    def test_a_name_that_nobody_has_is_warned_of(self, stack):
        done = tollgate(stack.gateway.store, "stop", "--team", "suport", "--config", stack.config.root)
        assert done.returncode == 0 and "warning: no team suport" in done.stderr
        done = tollgate(stack.gateway.store, "resume", "--team", "support")
        assert done.returncode == 1 and "not stopped by command" in done.stderr
