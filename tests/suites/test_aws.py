"""Bedrock: with an API key, and with signatures over the translated request, alone and in chains with other providers.

The simulated Bedrock verifies every signature: method, path, headers and body as they arrive there.
"""

import re
from pathlib import Path

import httpx
import pytest

from harness import paths
from harness.process import descendants
from harness.stack import MODELS, Stack, key
from harness.wait import until

ACCESS_KEY, SECRET, REGION = "AKIATOLLGATETEST0001", "wJalrXUtnFEMI/K7MDENG/test-secret-access-key", "eu-west-1"
OTHER_ACCESS_KEY, OTHER_SECRET = "AKIATOLLGATETEST0002", "bPxRfiCY/machine-secret-access-key"
TOKENS = "session-token-one", "session-token-two"
VERIFY = f"{ACCESS_KEY}:{SECRET}:{REGION}"
PATH = "/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/"
TEXT = "hello bedrock"

# Each route has providers of its own: an ejected host must not decide the next test.
SIGNED = ["alone", "large", "temporary", "spoofed", "shown", "openai-first", "bedrock-first", "bedrock-first-streamed"]


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        sims = {f"{route}-bedrock": "bedrock" for route in [*SIGNED, "bearer", "wrong", "machine"]}
        sims |= {f"{route}-openai": "openai" for route in SIGNED if "first" in route}
        stack.providers(**sims)
        secrets = {"id": ACCESS_KEY, "secret": SECRET, "wrong": SECRET[::-1], "token": TOKENS[0]}
        for name, text in secrets.items():
            (stack.folder / name).write_text(f"{text}\n")
        for route in SIGNED:
            signed_with(stack, f"{route}-bedrock", "id", "secret", "token" if route in ("temporary", "shown") else None)
        signed_with(stack, "wrong-bedrock", "id", "wrong")
        stack.config.edit("Provider", "machine-bedrock", location=REGION, credential={"aws": "machine"})
        for route in [*SIGNED, "bearer", "wrong", "machine"]:
            order = [f"{route}-bedrock"]
            if "first" in route:
                order.insert(0 if route.startswith("openai") else 1, f"{route}-openai")
            stack.route(route, [route], order[:1], fallback=order[1:])
        stack.team("support", [*SIGNED, "bearer", "wrong", "machine"])
        machine = {"AWS_ACCESS_KEY_ID": OTHER_ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": OTHER_SECRET, "AWS_EC2_METADATA_DISABLED": "true"}
        yield stack.start(env=machine)


def signed_with(stack, name, identity, secret, token=None):
    """Takes the bearer key from a provider and lets its requests be signed."""
    parts = {"accessKeyId": identity, "secretAccessKey": secret, "sessionToken": token}
    aws = {part: {"file": str(stack.folder / file)} for part, file in parts.items() if file}
    stack.config.edit("Provider", name, location=REGION, credential={"aws": aws})


def bedrock(stack, route, verify=VERIFY, **options):
    """A route's Bedrock, healthy but for `options`, which takes signatures alone."""
    sim = stack.sims[f"{route}-bedrock"]
    sim.forget()
    sim.set(sigv4=verify, expect_key="no bearer key is good", **options)
    return sim


def names(received, *prefixes):
    return sorted(name for name, _ in received.headers if name.startswith(prefixes))


def nothing_of_ours(received):
    """Neither a team's key, nor another provider's, nor a header of the gateway's own."""
    assert key("support") not in received.everything()
    assert SECRET not in received.everything() and OTHER_SECRET not in received.everything()
    assert not names(received, "x-tollgate-", "x-envoy-", "x-forwarded-", "x-api-key", "api-key", "x-goog-")


def is_signed(received, access_key=ACCESS_KEY, token=False):
    nothing_of_ours(received)
    authorization = received.header("authorization")
    assert authorization.startswith(f"AWS4-HMAC-SHA256 Credential={access_key}/"), authorization
    assert f"/{REGION}/bedrock/aws4_request" in authorization
    added = ["x-amz-content-sha256", "x-amz-date"] + ["x-amz-security-token"] * token
    assert names(received, "x-amz-") == added
    # Nothing that a proxy on the way may change.
    signed = re.search(r"SignedHeaders=([^,]+)", authorization).group(1).split(";")
    assert sorted(signed) == sorted(["content-type", "host", *added])


def said(stack, dialect, route, streamed, text=TEXT, **more):
    client = dialect.client(stack.gateway, key("support"))
    ask = dialect.stream if streamed else dialect.ask
    return "".join(ask(client, route, text, **more))


STREAMED = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])


@STREAMED
def test_an_api_key(stack, dialect, streamed):
    sim = stack.sims["bearer-bedrock"]
    sim.reset()
    assert said(stack, dialect, "bearer", streamed) == f"You said: {TEXT}"
    received = sim.last()
    nothing_of_ours(received)
    assert received.path == PATH + ("converse-stream" if streamed else "converse")
    assert received.header("authorization") == f"Bearer {sim.key}"
    assert names(received, "x-amz-") == []


@STREAMED
def test_a_signature(stack, dialect, streamed):
    sim = bedrock(stack, "alone")
    assert said(stack, dialect, "alone", streamed) == f"You said: {TEXT}"
    assert sim.last().path == PATH + ("converse-stream" if streamed else "converse")
    is_signed(sim.last())


def test_a_large_body(stack, dialect):
    """Longer than what Envoy buffers unless it is told to."""
    sim = bedrock(stack, "large", answer="ok")
    assert said(stack, dialect, "large", False, text="abcdefghi " * 150_000) == "ok"
    is_signed(sim.last())
    assert len(sim.last().body) > 1_500_000


def test_a_temporary_key_is_replaced(stack, dialect):
    sim = bedrock(stack, "temporary")
    for token in TOKENS:
        stack.config.write(stack.folder / "token", token)

        def carries_it():
            assert said(stack, dialect, "temporary", False) == f"You said: {TEXT}"
            is_signed(sim.last(), token=True)
            return sim.last().header("x-amz-security-token") == token

        until(carries_it, f"requests carry {token}")


def test_what_a_client_sends_is_not_signed(stack, dialect):
    sim = bedrock(stack, "spoofed")
    spoofed = {"x-amz-date": "20200101T000000Z", "x-amz-security-token": "mine", "x-amz-meta": "mine"}
    assert said(stack, dialect, "spoofed", False, extra_headers=spoofed) == f"You said: {TEXT}"
    is_signed(sim.last())
    assert "mine" not in [value for _, value in sim.last().headers]


def test_the_identity_of_envoys_machine(stack, dialect):
    sim = bedrock(stack, "machine", verify=f"{OTHER_ACCESS_KEY}:{OTHER_SECRET}:{REGION}")
    assert said(stack, dialect, "machine", False) == f"You said: {TEXT}"
    is_signed(sim.last(), access_key=OTHER_ACCESS_KEY)


def test_a_wrong_secret_is_told_in_the_callers_words(stack, dialect):
    sim = bedrock(stack, "wrong")
    with pytest.raises(dialect.status_error) as refused:
        said(stack, dialect, "wrong", False)
    assert refused.value.status_code == 403 == sim.last().status
    dialect.error(refused.value.response.json())


@STREAMED
def test_bedrock_answers_where_openai_fails(stack, dialect, streamed):
    first, second = stack.sims["openai-first-openai"], bedrock(stack, "openai-first")
    first.reset()
    first.set(status=500, fault_count=1)
    assert said(stack, dialect, "openai-first", streamed) == f"You said: {TEXT}"
    assert [one.status for one in first.received()] == [500]
    assert first.last().header("authorization") == f"Bearer {first.key}"
    nothing_of_ours(first.last())
    assert first.key not in second.last().everything()
    is_signed(second.last())


@STREAMED
def test_openai_answers_where_bedrock_fails(stack, dialect, streamed):
    route = "bedrock-first-streamed" if streamed else "bedrock-first"
    first, second = bedrock(stack, route, status=500, fault_count=1), stack.sims[f"{route}-openai"]
    second.reset()
    assert said(stack, dialect, route, streamed) == f"You said: {TEXT}"
    assert [one.status for one in first.received()] == [500]
    is_signed(first.last())
    received = second.last()
    nothing_of_ours(received)
    assert received.path == "/v1/chat/completions" and received.json()["model"] == MODELS["openai"]
    assert received.header("authorization") == f"Bearer {second.key}"
    assert names(received, "x-amz") == []


def test_keys_are_shown_nowhere(stack, dialect):
    bedrock(stack, "shown")
    said(stack, dialect, "shown", False)
    dump = envoy_admin(stack).get("/config_dump?include_eds").raise_for_status().text
    assert "tollgate.sign/shown-bedrock" in dump and "[redacted]" in dump
    places = [dump, stack.gateway.process.stdout(), stack.gateway.stderr(), str(stack.gateway.status())]
    for secret in (SECRET, SECRET[::-1], OTHER_SECRET, *TOKENS, stack.sims["bearer-bedrock"].key):
        assert not any(secret in place for place in places)


def envoy_admin(stack):
    """A client of the admin page of the Envoy that `tollgate run` has started."""
    for pid in descendants(stack.gateway.process.pid):
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        if "--admin-address-path" in arguments:
            address = Path(arguments[arguments.index("--admin-address-path") + 1]).read_text().strip()
            return httpx.Client(base_url=f"http://{address}", trust_env=False, timeout=30)
    raise AssertionError(f"no Envoy below {paths.built('tollgate')}")
