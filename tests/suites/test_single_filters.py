"""Each module alone in an Envoy that somebody already has: the files under envoy/static, with nothing changed but ports and paths."""

import openai
import pytest

from harness import clients, fleet, paths, ports
from harness.providers import Providers

STATIC = paths.ROOT / "envoy" / "static"
LISTEN = "port_value: 10000"
PROVIDER = {"openai": "port_value: 9001", "anthropic": "port_value: 9002", "bedrock": "port_value: 9003"}
SAY = [{"role": "user", "content": "mail jane@example.com"}]


class Alone:
    """One of the examples, a provider behind it and an OpenAI SDK in front."""

    def __init__(self, name, logs, kind, key, edits=(), env=None):
        self.providers = Providers({"provider": (kind, key)}, logs)
        self.sim = self.providers["provider"]
        port, behind = ports.free(), self.sim.url.rpartition(":")[2]
        moved = [(LISTEN, f"port_value: {port}"), (PROVIDER[kind], f"port_value: {behind}"), ("dist/", f"{paths.DIST}/")]
        self.envoy = fleet.Envoy(STATIC / f"{name}.yaml", logs, [*moved, *edits], port, env=env)
        self.envoy.process.ready(lambda: not ports.is_free(port), "it listens")
        self.log = self.envoy.log

    def ask(self, key="sk-of-the-client", model="gpt-4o", **more):
        client = clients.openai_client(self.envoy.port, key)
        return client.chat.completions.create(model=model, messages=SAY, **more)

    def stop(self):
        self.envoy.stop()
        self.providers.stop()


@pytest.fixture
def alone(tmp_path):
    started = []

    def start(name, kind="openai", key="sk-of-the-client", edits=(), env=None):
        started.append(Alone(name, tmp_path, kind, key, edits, env))
        return started[-1]

    yield start
    for one in started:
        one.stop()


def test_redact(alone):
    redact = alone("redact")
    answer = redact.ask()
    assert answer.choices[0].message.content == "You said: mail jane@example.com"
    assert "mail <EMAIL_1>" in redact.sim.last().body and "jane@" not in redact.sim.last().body
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in redact.ask(stream=True) if chunk.choices)
    assert streamed == "You said: mail jane@example.com"
    assert "email:pseudonymize=1" in redact.log.entry()["tollgate.redactions"]
    # The client's own key goes on to its provider: identity is not this module's business.
    assert redact.sim.last().header("authorization") == "Bearer sk-of-the-client"


def test_token_count(alone):
    count = alone("token-count")
    count.sim.set(usage={"input": 31, "output": 17})
    count.ask()
    entry = count.log.entry()
    assert (entry["gen_ai.usage.input_tokens"], entry["gen_ai.usage.output_tokens"]) == ("31", "17")
    assert all(chunk.choices for chunk in count.ask(stream=True)), "the usage event it asked for is hidden again"
    assert "jane@example.com" in count.sim.last().body


def test_quota_check(alone):
    quota = alone("quota-check")
    for _ in range(5):
        quota.ask(max_completion_tokens=50)
    with pytest.raises(openai.RateLimitError, match="rpm") as error:
        quota.ask(max_completion_tokens=50)
    assert error.value.response.headers["x-ratelimit-limit-requests"] == "5"
    assert len(quota.sim.received()) == 5


def test_translate(alone):
    """The example leaves the provider's key to credential_injector; here a fixed header stands in for it."""
    stand_in = "- append: {header: {key: x-api-key, value: sk-of-the-mesh}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}"
    mutation = "- remove: x-tollgate-provider"
    translate = alone("translate", "anthropic", "sk-of-the-mesh", [(mutation, f"{mutation}\n                    {stand_in}")])
    assert translate.ask().choices[0].message.content == "You said: mail jane@example.com"
    received = translate.sim.last()
    assert (received.path, received.json()["model"]) == ("/v1/messages", "claude-sonnet-4-5")
    assert "sk-of-the-client" not in received.everything()
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in translate.ask(stream=True) if chunk.choices)
    assert streamed == "You said: mail jane@example.com"


def test_bedrock(alone):
    """Signed with what Envoy finds in its environment; the simulated Bedrock verifies it."""
    identity, secret = "AKIATOLLGATETEST0001", "wJalrXUtnFEMI/K7MDENG/test-secret-access-key"
    env = {"AWS_ACCESS_KEY_ID": identity, "AWS_SECRET_ACCESS_KEY": secret, "AWS_EC2_METADATA_DISABLED": "true"}
    bedrock = alone("bedrock", "bedrock", env=env)
    bedrock.sim.set(sigv4=f"{identity}:{secret}:eu-west-1", expect_key="no bearer key is good")
    assert bedrock.ask().choices[0].message.content == "You said: mail jane@example.com"
    received = bedrock.sim.last()
    assert received.path == "/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse"
    assert received.header("host") == "bedrock-runtime.eu-west-1.amazonaws.com"
    assert "sk-of-the-client" not in received.everything() and not received.header("x-tollgate-provider")
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in bedrock.ask(stream=True) if chunk.choices)
    assert streamed == "You said: mail jane@example.com"


def test_gateway(alone):
    gateway = alone("gateway", key="sk-of-the-mesh")
    gateway.sim.set(expect_key=None)
    with pytest.raises(openai.AuthenticationError):
        gateway.ask()
    assert gateway.sim.received() == []


@pytest.mark.parametrize("name", [file.stem for file in sorted(STATIC.glob("*.yaml"))])
def test_other_traffic_of_the_envoy_passes(alone, name):
    """What is no model API is none of a downstream filter's business. The fused gateway answers for all that comes to it, and a
    cluster that translates leads to a provider: what has no translation does not go there."""
    import httpx

    kind = {"translate": "anthropic", "bedrock": "bedrock"}.get(name, "openai")
    one = alone(name, kind)
    answer = httpx.get(f"{one.envoy.url}/healthz", trust_env=False)
    assert answer.status_code == (401 if name == "gateway" else 404)
    assert len(one.sim.received()) == (0 if name in ("gateway", "translate", "bedrock") else 1)
