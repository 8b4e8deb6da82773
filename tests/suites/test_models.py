"""`GET /v1/models`: what the caller's team may ask for, in the caller's dialect."""

import pytest

from harness.stack import Stack, key


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        stack.providers(main="openai")
        stack.route("chat", ["smart", "gpt-4*"], ["main"])
        stack.route("fast", ["fast"], ["main"])
        stack.route("private", ["secret-model"], ["main"])
        stack.team("support", ["chat", "fast"])
        stack.team("insiders", ["private"])
        yield stack.start()


def test_a_team_sees_its_own_models(stack, dialect):
    listed = lambda team: {model.id for model in dialect.client(stack.gateway, key(team)).models.list()}
    # A pattern is shown as the names it stands for: those of its backends.
    assert listed("support") == {"smart", "gpt-4o", "fast"}
    assert listed("insiders") == {"secret-model"}


def test_one_model(stack, dialect):
    client = dialect.client(stack.gateway, key("support"))
    assert client.models.retrieve("smart").id == "smart"
    assert client.models.retrieve("gpt-4o").id == "gpt-4o"
    with pytest.raises(dialect.errors.NotFoundError):
        client.models.retrieve("no-such-model")
    with pytest.raises((dialect.errors.NotFoundError, dialect.errors.PermissionDeniedError)):
        client.models.retrieve("secret-model")


def test_without_a_key_nothing_is_listed(stack, dialect):
    answer = stack.gateway.http.get("/v1/models", headers=dialect.headers(None))
    assert answer.status_code == 401
    dialect.error(answer.json())


def test_no_provider_is_asked(stack):
    stack.sims["main"].forget()
    list(stack.openai("support").models.list())
    assert stack.sims["main"].received() == []


def test_whatever_is_listed_can_be_asked(stack):
    client = stack.openai("support")
    for model in client.models.list():
        done = client.chat.completions.create(model=model.id, messages=[{"role": "user", "content": "hi"}])
        assert done.choices[0].message.content == "You said: hi"
