"""Requests no SDK sends, byte by byte: read right or refused, and the gateway serves on."""

import json
import time

import pytest

from harness import raw
from harness.stack import Stack, key

LIMIT = 1024 * 1024
# More tokens than any answer here has.
BOUND = 10_000_000


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        stack.listen(limits={"requestBody": "1MiB"})
        stack.providers(output_=BOUND, openai="openai", anthropic="anthropic")
        for provider in ("openai", "anthropic"):
            stack.route(f"via-{provider}", [f"via-{provider}"], [provider])
        stack.policy("pii", [{"detect": ["email"], "action": "pseudonymize"}])
        stack.team("support", ["via-openai", "via-anthropic"], redaction="pii")
        yield stack.start()


@pytest.fixture(autouse=True)
def still_serving(stack):
    stack.reset()
    yield
    stack.reset()
    answer = stack.openai("support").chat.completions.create(
        model="via-anthropic", messages=[{"role": "user", "content": "still there?"}]
    )
    assert answer.choices[0].message.content == "You said: still there?"


@pytest.fixture
def headers(dialect):
    return dialect.headers(key("support")) | {"content-type": "application/json"}


@pytest.fixture(params=["openai", "anthropic"])
def provider(request):
    return request.param


def said(dialect, answer):
    body = answer.json()
    return body["choices"][0]["message"]["content"] if dialect.name == "openai" else body["content"][0]["text"]


def same(got, expected):
    """Whether two long texts are equal; says where they part rather than showing both."""
    if got == expected:
        return True
    at = next((at for at, (one, other) in enumerate(zip(got, expected)) if one != other), min(len(got), len(expected)))
    raise AssertionError(f"{len(got)} characters of {len(expected)}; from {at} on {got[at : at + 40]!r}, not {expected[at : at + 40]!r}")


TEXT = "mail jane@example.com, gr\u00fc\u00dfe \U0001f600"


def test_a_body_in_chunks_of_a_byte(stack, dialect, headers, provider):
    body = json.dumps(dialect.body(f"via-{provider}", TEXT), ensure_ascii=False).encode()
    with raw.Connection(stack.port) as connection:
        connection.send(raw.head(dialect.path, headers | {"transfer-encoding": "chunked"}))
        connection.send(*(raw.chunk(body[at : at + 1]) for at in range(len(body))), raw.chunk(b""))
        assert said(dialect, connection.answer()) == f"You said: {TEXT}"
    assert "jane@" not in stack.sims[provider].last().body


def test_a_request_that_trickles_in(stack, dialect, headers, provider):
    body = json.dumps(dialect.body(f"via-{provider}", TEXT), ensure_ascii=False).encode()
    request = raw.head(dialect.path, headers | {"content-length": len(body)}).encode() + body
    with raw.Connection(stack.port) as connection:
        for at in range(0, len(request), 11):
            connection.send(request[at : at + 11])
            time.sleep(0.002)
        assert said(dialect, connection.answer()) == f"You said: {TEXT}"
    assert "jane@" not in stack.sims[provider].last().body


@pytest.mark.parametrize("ending", ["trailers", "no trailers"])
def test_trailers(stack, dialect, headers, provider, ending):
    """With trailers no body callback ever says that it is the last."""
    body = json.dumps(dialect.body(f"via-{provider}", TEXT))
    last = "0\r\nx-checksum: abc\r\n\r\n" if ending == "trailers" else "0\r\n\r\n"
    with raw.Connection(stack.port) as connection:
        connection.send(raw.head(dialect.path, headers | {"transfer-encoding": "chunked"}), raw.chunk(body), last)
        assert said(dialect, connection.answer()) == f"You said: {TEXT}"
    assert "jane@" not in stack.sims[provider].last().body


def test_a_large_prompt_is_read_to_its_end(stack, dialect, provider):
    """The value to redact is in the last bytes of a body near the limit."""
    text = "lorem ipsum " * (LIMIT // 13) + " mail jane@example.com"
    client = dialect.client(stack.gateway, key("support"))
    assert same(dialect.ask(client, f"via-{provider}", text, **dialect.bound(BOUND)), f"You said: {text}")
    received = stack.sims[provider].last().body
    assert received.rstrip('}]" \n').endswith("mail <EMAIL_1>") or "mail <EMAIL_1>" in received
    assert "jane@" not in received


def test_a_large_streamed_answer(stack, dialect, provider):
    stack.sims[provider].set(answer="word " * 40_000)
    client = dialect.client(stack.gateway, key("support"))
    assert same("".join(dialect.stream(client, f"via-{provider}", **dialect.bound(BOUND))), "word " * 40_000)


def test_a_large_whole_answer(stack, dialect, provider):
    """Held to be restored, beyond a megabyte: whole, or an error; never cut and called complete."""
    stack.sims[provider].set(answer="word " * 500_000)
    client = dialect.client(stack.gateway, key("support"))
    try:
        assert same(dialect.ask(client, f"via-{provider}", **dialect.bound(BOUND)), "word " * 500_000)
    except dialect.status_error as error:
        assert error.status_code >= 500
        dialect.error(error.response.json())


@pytest.mark.parametrize("open_, close", [("[", "]"), ('{"a":', "}")], ids=["lists", "objects"])
def test_deep_nesting(stack, dialect, headers, open_, close):
    body = json.dumps(dialect.body("via-openai"))[:-1] + ', "deep": ' + open_ * 100_000 + "1" + close * 100_000 + "}"
    answer = stack.gateway.http.post(dialect.path, content=body, headers=headers)
    assert answer.status_code == 400
    dialect.error(answer.json())
    assert stack.sims["openai"].received() == []


def test_a_body_that_ends_early(stack, dialect, headers):
    """The connection closes before the declared length: nothing goes out."""
    body = json.dumps(dialect.body("via-openai"))
    with raw.Connection(stack.port) as connection:
        connection.send(raw.head(dialect.path, headers | {"content-length": len(body) + 10}) + body)
    assert dialect.ask(dialect.client(stack.gateway, key("support")), "via-openai", "next") == "You said: next"
    assert len(stack.sims["openai"].received()) == 1


SMUGGLING = {
    "both lengths": {"content-length": "3", "transfer-encoding": "chunked"},
    "length that is none": {"content-length": "1e3"},
    "negative length": {"content-length": "-1"},
    "unknown coding": {"transfer-encoding": "gzip, chunked"},
}


@pytest.mark.parametrize("case", SMUGGLING)
def test_lengths_that_contradict(stack, dialect, headers, case):
    body = json.dumps(dialect.body("via-openai"))
    with raw.Connection(stack.port) as connection:
        connection.try_send(raw.head(dialect.path, headers | SMUGGLING[case]), raw.chunk(body), raw.chunk(b""))
        try:
            status = connection.answer().status
        except (ConnectionError, OSError):
            status = None
    assert status in (None, 400, 415, 501)
    assert stack.sims["openai"].received() == []


def test_a_head_that_is_too_large(stack, dialect, headers):
    big = headers | {"x-big": "x" * 200_000, "content-length": "0"}
    with raw.Connection(stack.port) as connection:
        connection.try_send(raw.head(dialect.path, big))
        try:
            assert connection.answer().status in (400, 431)
        except (ConnectionError, OSError):
            pass


def test_bytes_that_are_no_http(stack):
    with raw.Connection(stack.port) as connection:
        connection.try_send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)))
        connection.socket.settimeout(30)
        try:
            connection.socket.recv(65536)
        except OSError:
            pass


def test_many_findings_in_one_request(stack, dialect, provider):
    """Thousands of placeholders: each restored to its own value, or the request refused; never mixed up."""
    text = " ".join(f"user{number}@example.com" for number in range(3000))
    client = dialect.client(stack.gateway, key("support"))
    try:
        assert same(dialect.ask(client, f"via-{provider}", text, **dialect.bound(BOUND)), f"You said: {text}")
    except dialect.errors.BadRequestError:
        assert stack.sims[provider].received() == []
