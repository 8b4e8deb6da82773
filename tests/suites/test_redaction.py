"""Step 3 of the tour: what a provider gets to see, what a caller gets back, and what is refused."""

import json

import pytest

from harness.stack import Stack, key
from harness.wait import until

EMAIL, CARD = "jane.doe@example.com", "4111 1111 1111 1111"
CLOUD_KEY = "AKIAQYLPMN5HFIQR7XYA"
RULES = [
    {"detect": ["email", "phone", "credit-card", "iban", "us-ssn", "ip-address"], "action": "pseudonymize"},
    {"detect": ["aws-access-key", "github-token", "private-key", "jwt"], "action": "block"},
    {"name": "ticket", "pattern": r"ACME-\d{6}", "action": "hash"},
    {"name": "codenames", "words": ["Nightjar", "Bluefin"], "action": "mask"},
]
ROUTES = ["via-openai", "via-anthropic"]


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        stack.providers(openai="openai", anthropic="anthropic")
        for provider in ("openai", "anthropic"):
            stack.route(f"via-{provider}", [f"via-{provider}"], [provider])
        stack.policy("pii", RULES)
        stack.policy("pii-shadow", RULES, mode="shadow")
        stack.team("support", ROUTES, redaction="pii")
        stack.team("watched", ROUTES, redaction="pii-shadow")
        stack.team("free", ROUTES)
        yield stack.start()


@pytest.fixture(params=["openai", "anthropic"])
def provider(request, stack):
    stack.reset()
    return request.param


@pytest.fixture
def client(stack, dialect):
    return dialect.client(stack.gateway, key("support"))


def test_placeholders_go_out_and_originals_come_back(stack, dialect, client, provider):
    answer = dialect.ask(client, f"via-{provider}", f"Mail {EMAIL} about card {CARD}, then {EMAIL} again")
    assert answer == f"You said: Mail {EMAIL} about card {CARD}, then {EMAIL} again"
    received = stack.sims[provider].last()
    assert "Mail <EMAIL_1> about card <CREDIT_CARD_1>, then <EMAIL_1> again" in json.dumps(received.json())
    assert EMAIL not in received.everything() and CARD not in received.everything()


@pytest.mark.parametrize("form", [{"chunk_bytes": 1}, {"chunk_bytes": 2}, {"chunk_bytes": 3}, {"chunk_bytes": 7}, {"delta_chars": 1}], ids=str)
def test_originals_come_back_in_streams_however_they_are_cut(stack, dialect, client, provider, form):
    stack.sims[provider].set(**form)
    text = f"<{EMAIL}> and {CARD} and <EMAIL_7>{' and so on' * 20} to the end <EMA"
    pieces = list(dialect.stream(client, f"via-{provider}", text))
    assert "".join(pieces) == f"You said: {text}"
    assert EMAIL not in stack.sims[provider].last().everything()
    assert len(pieces) > 3, "the stream came in one piece"


def test_arguments_of_tools_are_restored(stack, dialect, client, provider):
    for streamed in (False, True):
        stack.sims[provider].set(**({"chunk_bytes": 3} if streamed else {}))
        calls, _ = dialect.calls(client, f"via-{provider}", f'get_weather for "{EMAIL}" in "F"', ["get_weather"], streamed)
        assert calls == [("get_weather", {"city": EMAIL, "unit": "F"})]
        assert EMAIL not in stack.sims[provider].last().everything()


def test_every_place_for_text_is_looked_at(stack, provider):
    """System prompts, parts, earlier tool calls and results, tool descriptions, and fields nobody knows."""
    messages = [
        {"role": "system", "content": f"s {EMAIL}"},
        {"role": "user", "content": [{"type": "text", "text": f"u {EMAIL}"}]},
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "look", "arguments": json.dumps({"q": EMAIL})}}
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": f"r {EMAIL}"},
    ]
    tools = [{"type": "function", "function": {"name": "look", "description": f"d {EMAIL}", "parameters": {"type": "object"}}}]
    whole = stack.openai("support").chat.completions.create(model=f"via-{provider}", messages=messages, tools=tools)
    assert whole.choices[0].message.content == f"Tool result: r {EMAIL}"
    body = stack.sims[provider].last().body
    assert EMAIL not in body
    assert body.count("<EMAIL_1>") == 5


def test_escapes_do_not_hide_a_value(stack, dialect):
    stack.reset()
    text = json.dumps(dialect.body(f"via-{dialect.name}", "mail JANE please")).replace("JANE", "jane\\u0040example.com")
    headers = dialect.headers(key("support")) | {"content-type": "application/json"}
    answer = stack.gateway.http.post(dialect.path, content=text, headers=headers)
    assert answer.status_code == 200, answer.text
    assert "mail jane@example.com please" in json.dumps(answer.json())
    assert "mail <EMAIL_1> please" in stack.sims[dialect.name].last().body


def test_a_key_is_refused_by_the_name_of_its_rule(stack, dialect, client, provider):
    with pytest.raises(dialect.errors.BadRequestError) as refused:
        dialect.ask(client, f"via-{provider}", f"deploy with {CLOUD_KEY} please")
    assert "aws-access-key" in refused.value.message
    assert CLOUD_KEY not in refused.value.response.text and CLOUD_KEY not in str(refused.value.response.headers)
    assert stack.sims[provider].received() == []


def test_a_blocked_stream_is_refused_before_it_begins(stack, dialect, client, provider):
    with pytest.raises(dialect.errors.BadRequestError):
        list(dialect.stream(client, f"via-{provider}", CLOUD_KEY))
    assert stack.sims[provider].received() == []


def test_hash_and_mask_stay(stack, dialect, client, provider):
    answer = dialect.ask(client, f"via-{provider}", "ACME-123456 and ACME-123456 of Nightjar")
    first, second = (word for word in answer.split() if word.startswith("[TICKET:"))
    assert first == second and len(first) == len("[TICKET:123456789abc]")
    assert answer.endswith("of [CODENAMES]")
    assert "ACME-1" not in stack.sims[provider].last().everything()


def test_shadow_mode_reports_and_changes_nothing(stack, dialect, provider):
    text = f"mail {EMAIL} with {CLOUD_KEY}"
    before = len(stack.log.entries(tollgate__team="watched"))
    assert dialect.ask(dialect.client(stack.gateway, key("watched")), f"via-{provider}", text) == f"You said: {text}"
    assert text in stack.sims[provider].last().body
    entries = until(lambda: stack.log.entries(tollgate__team="watched")[before:], "the request is in the access log")
    for finding in ("email:shadow-pseudonymize=", "aws-access-key:shadow-block="):
        assert finding in entries[0]["tollgate.redactions"]


def test_a_team_without_a_policy_sends_what_it_says(stack, dialect, provider):
    dialect.ask(dialect.client(stack.gateway, key("free")), f"via-{provider}", f"mail {EMAIL}")
    assert f"mail {EMAIL}" in stack.sims[provider].last().body


def test_a_model_that_invents_a_value_does_not_get_it_past_the_policy(stack, dialect, client, provider):
    """The policy applies to answers too: a value that was never in the request has no original to be restored."""
    stack.sims[provider].set(answer="write to invented@example.org today", delta_chars=2)
    assert dialect.ask(client, f"via-{provider}", "x") == "write to [EMAIL] today"
    assert "".join(dialect.stream(client, f"via-{provider}", "x")) == "write to [EMAIL] today"


def test_neither_log_nor_metric_holds_a_value(stack, dialect, client, provider):
    secret = f"unique.{dialect.name}.{provider}@example.com"
    before = len(stack.log.entries(tollgate__team="support"))
    dialect.ask(client, f"via-{provider}", f"mail {secret}")
    until(lambda: stack.log.entries(tollgate__team="support")[before:], "the request is in the access log")
    assert secret not in stack.gateway.process.stdout()
    assert secret not in stack.gateway.stderr()
