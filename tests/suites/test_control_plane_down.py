"""The control plane dies under traffic: Envoy serves on with what it has. It comes back: edits arrive again."""

import json
import shutil
import tempfile
import threading
from pathlib import Path

import openai
import pytest

from harness import fleet, ports
from harness.config import Config, digest
from harness.providers import Providers
from harness.wait import until

MESSAGES = [{"role": "user", "content": "hi"}]


@pytest.fixture
def folder():
    folder = Path(tempfile.mkdtemp(prefix="tollgate-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def config(folder):
    providers = Providers({"main": ("openai", "sk-main")}, folder)
    config = Config(folder / "config")
    config.put("Gateway", "default", {"listen": f"127.0.0.1:{ports.free()}"})
    credential = {"env": "TEST_MAIN_KEY"}
    provider = {"api": "openai", "endpoint": providers["main"].url, "credential": credential, "models": [{"name": "gpt-4o"}]}
    config.put("Provider", "main", provider)
    config.put("Route", "chat", {"match": {"models": ["smart"]}, "backends": [{"provider": "main", "model": "gpt-4o"}]})
    config.put("Team", "support", team("tg-support"))
    yield config
    providers.stop()


@pytest.fixture
def control_plane(config, folder):
    started = fleet.ControlPlane(config.root, folder, {"TEST_MAIN_KEY": "sk-main"})
    yield started
    started.stop()


@pytest.fixture
def envoy(control_plane, config, folder):
    port = int(config.spec("Gateway", "default")["listen"].rpartition(":")[2])
    started = fleet.member(control_plane, port, folder)
    try:
        yield started.wait()
    finally:
        started.stop()


def team(key):
    return {"identities": [{"apiKeySha256": digest(key)}], "routes": ["chat"]}


def answered(envoy, key="tg-support"):
    try:
        said = envoy.openai(key).chat.completions.create(model="smart", messages=MESSAGES).choices[0].message.content
    except openai.AuthenticationError:
        return False
    assert said == "You said: hi"
    return True


def test_killed_under_traffic_and_started_again(control_plane, envoy, config):
    stop, failures, count = threading.Event(), [], [0, 0]

    def caller(number):
        while not stop.is_set():
            try:
                assert answered(envoy)
                count[number] += 1
            except Exception as failure:  # noqa: BLE001
                failures.append(repr(failure))

    def more():
        goal = [have + 20 for have in count]
        until(lambda: failures or all(have >= want for have, want in zip(count, goal)), "callers are answered")
        assert not failures, failures[:3]

    threads = [threading.Thread(target=caller, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        more()
        control_plane.kill()
        more()
        # An edit while nobody looks.
        config.put("Team", "late", team("tg-late"))
        more()
        assert not answered(envoy, "tg-late")
        control_plane.start()
        until(lambda: answered(envoy, "tg-late"), "what was edited meanwhile is in force")
        more()
        config.remove("Team", "late")
        until(lambda: not answered(envoy, "tg-late"), "edits arrive again")
        more()
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert not failures, failures[:3]


def test_the_status_lists_the_fleet(control_plane, envoy, folder):
    """Each Envoy by its node id, with what it has accepted."""
    assert answered(envoy)
    assert '"envoy"' in json.dumps(control_plane.status())
    second = fleet.member(control_plane, envoy.port, folder, "second-envoy")
    try:
        until(lambda: '"second-envoy"' in json.dumps(control_plane.status()), "the second Envoy is listed")
        # It shares the port with the first: whoever of the two accepts a connection, it is served.
        second.wait()
        assert all(answered(envoy) for _ in range(10))
    finally:
        second.stop()


def test_an_envoy_that_starts_before_its_control_plane_refuses_until_it_is_there(config, folder, control_plane):
    control_plane.kill()
    port = int(config.spec("Gateway", "default")["listen"].rpartition(":")[2])
    waiting = fleet.member(control_plane, port, folder, "early-envoy")
    try:
        assert ports.is_free(port)
        control_plane.start()
        waiting.wait()
        assert answered(waiting)
    finally:
        waiting.stop()


def test_the_local_envoy_goes_with_tollgate_run():
    """`tollgate run` owns its Envoy: it leaves none behind (the stack checks that at its end)."""
    from harness.stack import Stack

    with Stack() as stack:
        stack.providers(main="openai")
        stack.route("chat", ["smart"], ["main"])
        stack.team("support", ["chat"])
        stack.start()
        assert stack.gateway.stop() == 0
        assert stack.gateway.process.orphans == []
        assert ports.is_free(stack.port)
