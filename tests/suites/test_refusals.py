"""Every refusal in the caller's own dialect: the shape its API has, and the exception its SDK raises."""

import gzip
import json

import pytest

from harness import raw
from harness.stack import Stack, key

LIMIT = 64 * 1024


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        stack.listen(limits={"requestBody": "64KiB"})
        stack.providers(main="openai", off="openai", off2="anthropic")
        stack.route("chat", ["smart", "gpt-*"], ["main"])
        stack.route("private", ["secret-model"], ["main"])
        stack.route("dead", ["dead"], ["off"], fallback=["off2"])
        stack.team("support", ["chat", "dead"])
        stack.team("insiders", ["private"])
        stack.start()
        stack.sims["off"].set(down=True)
        stack.sims["off2"].set(down=True)
        yield stack


@pytest.fixture(autouse=True)
def untouched(stack):
    """No refused request reaches a provider."""
    stack.sims["main"].forget()
    yield
    assert stack.sims["main"].received() == []


@pytest.fixture
def post(stack, dialect):
    """Posts bytes as a member of team support would."""

    def post(content, path=dialect.path, method="POST", **headers):
        given = dialect.headers(key("support")) | {"content-type": "application/json"} | headers
        return stack.gateway.http.request(method, path, content=content, headers=given)

    return post


def refusal(dialect, answer, status):
    """Kind and message of a refusal in this dialect."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    return dialect.error(answer.json())


def test_no_key(stack, dialect):
    answer = stack.gateway.http.post(dialect.path, json=dialect.body("smart"), headers=dialect.headers(None))
    kind, message = refusal(dialect, answer, 401)
    assert kind == {"openai": "invalid_request_error", "anthropic": "authentication_error"}[dialect.name]


@pytest.mark.parametrize("wrong", ["tg-wrong", "sk-main-secret", key("support")[:-1], key("support") + "x", "ü"])
def test_unknown_key(stack, dialect, wrong):
    if wrong.isascii():
        with pytest.raises(dialect.errors.AuthenticationError) as error:
            dialect.ask(dialect.client(stack.gateway, wrong), "smart")
        assert wrong not in error.value.message
    headers = {name: value.encode() for name, value in dialect.headers(wrong).items()}
    refusal(dialect, stack.gateway.http.post(dialect.path, json=dialect.body("smart"), headers=headers), 401)


def test_the_digest_is_no_key(stack, dialect):
    from harness.config import digest

    with pytest.raises(dialect.errors.AuthenticationError):
        dialect.ask(dialect.client(stack.gateway, digest(key("support"))), "smart")


def test_a_model_of_another_team(stack, dialect):
    with pytest.raises(dialect.errors.PermissionDeniedError, match="secret-model"):
        dialect.ask(dialect.client(stack.gateway, key("support")), "secret-model")


def test_a_model_nobody_has(stack, dialect):
    with pytest.raises(dialect.errors.NotFoundError, match="no-such-model"):
        dialect.ask(dialect.client(stack.gateway, key("support")), "no-such-model")


HOSTILE_MODELS = [
    "",
    "gpt-../../v1/files",
    "gpt-4o/../x",
    "gpt-4o?key=1",
    "gpt-4o#x",
    "gpt-4o\r\nx-evil: 1",
    "gpt-4o\0",
    "gpt-4o%2f..",
    "gpt-" + "a" * 300,
    "gpt-ü",
    "gpt-4o model",
    "gpt-<script>",
]


@pytest.mark.parametrize("model", HOSTILE_MODELS, ids=ascii)
def test_hostile_model_names(post, dialect, model):
    answer = post(json.dumps(dialect.body(model)))
    assert answer.status_code in (400, 404)
    dialect.error(answer.json())
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/audio/speech", "/v1/responses/resp_1", "/v1/files", "/v1/chat/completions/", "/v1/messages/batches", "/V1/MESSAGES"])
def test_unknown_paths(post, dialect, path):
    refusal(dialect, post(json.dumps(dialect.body("smart")), path), 404)


@pytest.mark.parametrize("path", ["//v1/messages", "/v1/../v1/files", "/v1/%2e%2e/secret", "/v1/messages%00", "/v1/chat%2fcompletions"])
def test_paths_in_disguise(post, dialect, path):
    """However they are normalized, they end in a refusal, not at a provider."""
    assert post(json.dumps(dialect.body("smart")), path).status_code in (400, 404)


def test_unknown_paths_need_a_key_too(stack, dialect):
    assert stack.gateway.http.post("/v1/files", headers=dialect.headers(None)).status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_methods(post, dialect, method):
    answer = post(None if method in ("GET", "DELETE") else b"{}", method=method)
    refusal(dialect, answer, 405)
    assert answer.headers["allow"] == "POST"


NOT_JSON = {
    "empty": b"",
    "text": b"hello",
    "cut": b'{"model": "smart", "messages": [',
    "trailing": b'{"model": "smart", "messages": []} x',
    "two": b"{}{}",
    "array": b"[]",
    "scalar": b"null",
    "comment": b'{"model": "smart" /* no */}',
    "single quotes": b"{'model': 'smart'}",
    "latin-1": b'{"model": "smart", "messages": [{"role": "user", "content": "\xe4"}]}',
    "utf-16": '{"model": "smart"}'.encode("utf-16"),
    "nan": b'{"model": "smart", "temperature": NaN}',
    "control character": b'{"model": "sm\nart"}',
}


@pytest.mark.parametrize("name", NOT_JSON)
def test_bodies_that_are_not_json(post, dialect, name):
    kind, _ = refusal(dialect, post(NOT_JSON[name]), 400)
    assert kind == "invalid_request_error"


FIELDS = [
    {"model": None},
    {"model": 7},
    {"model": ["smart"]},
    {"messages": "hello"},
    {"stream": "yes"},
]


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_fields_the_gateway_decides_on(post, dialect, field):
    body = dialect.body("smart") | field
    (name,) = field
    _, message = refusal(dialect, post(json.dumps(body)), 400)
    assert name in message


@pytest.mark.parametrize("name", ["model", "messages", "stream"])
def test_duplicate_keys(post, dialect, name):
    """Two readers of one body may disagree on which counts. It is refused before they can."""
    body = json.dumps(dialect.body("smart", stream=False))
    value = {"model": '"gpt-4o"', "messages": "[]", "stream": "true"}[name]
    _, message = refusal(dialect, post(body[:-1] + f', "{name}": {value}}}'), 400)
    assert name in message


@pytest.mark.parametrize("escaped", ["mod\\u0065l", "\\u006dodel"])
def test_duplicate_keys_in_disguise(post, dialect, escaped):
    body = json.dumps(dialect.body("smart"))
    refusal(dialect, post(body[:-1] + f', "{escaped}": "secret-model"}}'), 400)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd", "x-unknown"])
def test_compressed_bodies(post, dialect, encoding):
    kind, message = refusal(dialect, post(gzip.compress(json.dumps(dialect.body("smart")).encode()), **{"content-encoding": encoding}), 415)
    assert kind == "invalid_request_error" and "ncompressed" in message


def test_a_body_over_the_limit(stack, dialect):
    client = dialect.client(stack.gateway, key("support"))
    with pytest.raises(dialect.status_error) as error:
        dialect.ask(client, "smart", "x" * LIMIT)
    assert error.value.status_code == 413
    kind, message = dialect.error(error.value.response.json())
    assert str(LIMIT) in message
    if dialect.name == "anthropic":
        assert kind == "request_too_large"


def test_a_body_over_the_limit_that_does_not_say_so(stack, dialect):
    """Chunked: nobody knows its length before it is too long."""
    headers = dialect.headers(key("support")) | {"content-type": "application/json", "transfer-encoding": "chunked"}
    with raw.Connection(stack.port) as connection:
        connection.send(raw.head(dialect.path, headers), raw.chunk('{"model": "smart", "x": "'))
        for _ in range(LIMIT // 8192 + 1):
            connection.try_send(raw.chunk("x" * 8192))
        answer = connection.answer()
    assert answer.status == 413
    dialect.error(answer.json())


def test_a_declared_length_over_the_limit_is_refused_at_once(stack, dialect):
    """Before a single byte of the body was sent."""
    headers = dialect.headers(key("support")) | {"content-type": "application/json", "content-length": str(LIMIT + 1)}
    with raw.Connection(stack.port) as connection:
        connection.send(raw.head(dialect.path, headers))
        answer = connection.answer()
    assert answer.status == 413
    dialect.error(answer.json())


def test_a_body_at_the_limit_passes(stack, post, dialect):
    body = json.dumps(dialect.body("smart"))
    body += " " * (LIMIT - len(body))
    answer = post(body)
    assert answer.status_code == 200, answer.text
    stack.sims["main"].forget()


@pytest.mark.parametrize("path", ["own", "/v1/realtime"])
def test_websockets(stack, dialect, path):
    headers = dialect.headers(key("support")) | {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    with raw.Connection(stack.port) as connection:
        connection.send(raw.head(dialect.path if path == "own" else path, headers, "GET"))
        answer = connection.answer("GET")
    assert answer.status == 400
    dialect.error(answer.json())


def test_no_provider_is_there(stack, dialect):
    client = dialect.client(stack.gateway, key("support"))
    for _ in range(8):  # also when Envoy has long since stopped asking them
        with pytest.raises(dialect.errors.InternalServerError) as error:
            dialect.ask(client, "dead")
        assert error.value.status_code == 503
        dialect.error(error.value.response.json())


def test_clients_cannot_name_the_route_or_the_provider(stack, dialect):
    """Headers under the gateway's own name are the gateway's to write."""
    stack.sims["off"].forget()
    extra = {"x-tollgate-route": "private", "x-tollgate-provider": "off"}
    client = dialect.client(stack.gateway, key("support"), default_headers=extra)
    with pytest.raises(dialect.errors.PermissionDeniedError):
        dialect.ask(client, "secret-model")
    assert dialect.ask(client, "smart") == "You said: hello"
    received = stack.sims["main"].last()
    assert not [name for name, _ in received.headers if name.startswith("x-tollgate-")]
    assert stack.sims["off"].received() == []
    stack.sims["main"].forget()


def test_refusals_are_in_the_access_log(stack):
    reasons = {"authentication", "permission", "model_not_found", "not_found", "method_not_allowed", "too_large", "unsupported_media"}
    for reason in reasons:
        stack.log.entry(tollgate__decision=reason)
