"""The leak law on a real Envoy: no provider sees what a policy names, in whatever API it is asked; the client gets it back; and it stands
in no log, metric, configuration or error of anybody else."""

import json
import re
import stat
import subprocess

import httpx
import pytest

from harness import paths
from harness.dialects import EVERY_DIALECT, WEATHER
from harness.kinds import KINDS
from harness.stack import Stack, key
from harness.wait import until

PLANTS = {
    "email": "jane.doe@example.com",
    "card": "4111 1111 1111 1111",
    "iban": "DE89 3704 0044 0532 0130 00",
    "phone": "+49 30 901820555",
    "token": "AKIAQYLPMN5HFIQR7XYA",
    "ticket": "ACME-123456",
    "codename": "Nightjar",
}
ALL = " and ".join(PLANTS.values())
RULES = [
    {"detect": ["email", "credit-card", "iban", "phone", "aws-access-key"], "action": "pseudonymize"},
    {"name": "ticket", "pattern": r"ACME-\d{6}", "action": "pseudonymize"},
    {"name": "codename", "words": ["Nightjar"], "action": "pseudonymize"},
]


def leaks(text):
    """What of the planted values is in a text, however it is escaped."""
    plain = text.replace("\\\\", "\\")
    for _ in range(2):
        plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), plain)
    return [name for name, value in PLANTS.items() if value in text or value in plain]


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        # An Envoy that tells all it does, and where its admin page is.
        loud, arguments = stack.folder / "envoy", stack.folder / "arguments"
        loud.write_text(f'#!/bin/sh\necho "$@" > {arguments}\nexec {paths.envoy()} "$@" --component-log-level wasm:trace,http:debug,router:debug\n')
        loud.chmod(loud.stat().st_mode | stat.S_IXUSR)
        stack.providers(**{kind: kind for kind in KINDS})
        for kind in KINDS:
            stack.route(kind, [f"via-{kind}"], [kind], lenient=["stop"])
        stack.route("over", ["over"], ["openai"], fallback=["anthropic"])
        stack.policy("pii", RULES)
        stack.policy("strict", [RULES[0] | {"action": "block"}, *RULES[1:]], unknownFields="refuse")
        # A quota has the gateway tell `translate` of its own limits.
        quotas = [{"name": "rpm", "unit": "requests", "limit": 100000, "per": "minute"}]
        stack.team("support", [*KINDS, "over"], redaction="pii", quotas=quotas)
        stack.team("strict", list(KINDS), redaction="strict")
        found, paths.envoy = paths.envoy, lambda: loud
        try:
            stack.start()
        finally:
            paths.envoy = found
        given = arguments.read_text().split()
        address = open(given[given.index("--admin-address-path") + 1]).read()
        stack.envoy_admin = httpx.Client(base_url=f"http://{address}", trust_env=False)
        yield stack


@pytest.fixture(params=EVERY_DIALECT, ids=lambda dialect: dialect.name)
def dialect(request):
    return request.param


@pytest.fixture(params=KINDS)
def kind(request, stack):
    stack.sims[request.param].reset()
    return request.param


def test_every_dialect_to_every_provider(stack, dialect, kind):
    client = dialect.client(stack.gateway, key("support"))
    assert dialect.ask(client, f"via-{kind}", ALL) == f"You said: {ALL}"
    stack.sims[kind].set(chunk_bytes=3)
    assert "".join(dialect.stream(client, f"via-{kind}", ALL)) == f"You said: {ALL}"
    for streamed in (False, True):
        text = f'get_weather for "{PLANTS["email"]}" in "F"'
        calls, _ = dialect.calls(client, f"via-{kind}", text, ["get_weather"], streamed)
        assert calls == [("get_weather", {"city": PLANTS["email"], "unit": "F"})]
    received = stack.sims[kind].received()
    assert len(received) == 4
    for one in received:
        assert leaks(one.everything()) == [], one.body
        assert own_headers(one.headers) == []


def own_headers(headers):
    """Names of headers by which the gateway's parts talk to each other."""
    return [name for name, _ in headers if name.startswith("x-tollgate-")]


@pytest.mark.parametrize("down", [[], ["openai"], ["openai", "anthropic"]], ids=["none down", "one down", "all down"])
def test_headers_of_the_gateways_own_stay_inside(stack, dialect, down):
    stack.reset()
    for name in down:
        stack.sims[name].set(status=503)
    for model in ["over", "via-openai", "via-anthropic", "nowhere"]:
        # Another address: what Envoy itself logs of a request at `http:debug` are its headers, and that log is searched below.
        headers = dialect.headers(key("support")) | {"x-user": "john.roe@example.com", "x-note": "kept"}
        answer = stack.gateway.http.post(dialect.path, json=dialect.body(model, ALL), headers=headers)
        assert own_headers(answer.headers.items()) == [], answer.text
        assert leaks(answer.text) == [] or answer.status_code == 200
    received = [one for sim in stack.sims.values() for one in sim.received()]
    assert received
    for one in received:
        assert own_headers(one.headers) == [] and leaks(one.everything()) == []
        assert one.header("x-user") is None and one.header("x-note") == "kept"


def rich(dialect, model):
    """A value in every kind of place that all APIs have."""
    arguments = {"city": ALL, "unit": "F"}
    schema = WEATHER | {"description": ALL}
    if dialect.name == "anthropic":
        body = dialect.body(model, system=ALL, metadata={"user_id": PLANTS["email"]}, stop_sequences=[PLANTS["codename"]])
        body["tools"] = [{"name": "look", "description": ALL, "input_schema": schema}]
        body["messages"] = [
            {"role": "user", "content": [{"type": "text", "text": ALL}]},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "look", "input": arguments}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": ALL}]}]},
        ]
    elif dialect.name == "responses":
        body = dialect.body(model, instructions=ALL, user=PLANTS["email"])
        body["tools"] = [{"type": "function", "name": "look", "description": ALL, "parameters": schema, "strict": False}]
        body["input"] = [
            {"role": "user", "content": [{"type": "input_text", "text": ALL}]},
            {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": json.dumps(arguments)},
            {"type": "function_call_output", "call_id": "call_1", "output": ALL},
        ]
    else:
        body = dialect.body(model, user=PLANTS["email"], stop=[PLANTS["codename"]])
        body["tools"] = [{"type": "function", "function": {"name": "look", "description": ALL, "parameters": schema}}]
        call = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": json.dumps(arguments)}}
        body["messages"] = [
            {"role": "system", "content": ALL},
            {"role": "user", "content": [{"type": "text", "text": ALL}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": ALL},
        ]
    return body


@pytest.mark.parametrize("escaped", [False, True], ids=["plain", "escaped"])
def test_every_place_to_every_provider(stack, dialect, kind, escaped):
    text = json.dumps(rich(dialect, f"via-{kind}"))
    if escaped:
        text = text.replace("jane.doe@", "\\u006aane.doe\\u0040").replace("Nightjar", "N\\u0069ghtjar")
    answer = stack.gateway.http.post(dialect.path, content=text, headers=dialect.headers(key("support")) | {"content-type": "application/json"})
    assert answer.status_code == 200, answer.text
    received = stack.sims[kind].last()
    assert received.outcome == "answered"
    assert leaks(received.everything()) == [], received.body
    assert "<EMAIL_1>" in json.dumps(received.json()), received.body
    assert "_1>" not in json.dumps(answer.json()), answer.text


def test_what_is_unknown_is_refused_by_name_and_by_policy(stack, dialect):
    own = next(name for name, kind in KINDS.items() if kind.own == dialect.name)
    stack.sims[own].reset()
    body = dialect.body(f"via-{own}") | {"colour": "red"}
    answer = stack.gateway.http.post(dialect.path, json=body, headers=dialect.headers(key("strict")))
    assert answer.status_code == 400 and "`colour`" in dialect.error(answer.json())[1]
    assert answer.headers["x-tollgate-policy"].startswith("strict@")
    assert stack.sims[own].received() == []
    assert dialect.ask(dialect.client(stack.gateway, key("strict")), f"via-{own}", "hello") == "You said: hello"


def test_it_stands_nowhere_else(stack, dialect):
    """Logs of every process at their loudest, statistics, the configuration, errors, and what the tools print."""
    own = next(name for name, kind in KINDS.items() if kind.own == dialect.name)
    client = dialect.client(stack.gateway, key("support"))
    dialect.ask(client, f"via-{own}", ALL)
    "".join(dialect.stream(client, f"via-{own}", ALL))
    headers = dialect.headers(key("strict"))
    refused = [stack.gateway.http.post(dialect.path, json=dialect.body(f"via-{own}", ALL), headers=headers)]
    refused.append(stack.gateway.http.post(dialect.path, json=dialect.body(PLANTS["email"]), headers=headers))
    refused.append(stack.gateway.http.post(dialect.path, content=json.dumps(dialect.body("via", ALL))[:-1], headers=headers))
    assert [answer.status_code for answer in refused] == [400, 404, 400]
    assert leaks(refused[0].text) == leaks(refused[2].text) == []
    entry = stack.log.entry(tollgate__team="strict", tollgate__decision="blocked", path=dialect.path)
    assert entry["tollgate.policy"].startswith("strict@") and "email:block=" in entry["tollgate.redactions"]

    pages = ["/stats", "/stats/prometheus", "/config_dump?include_eds", "/clusters", "/listeners"]
    places = {page: stack.envoy_admin.get(page).text for page in pages}
    places |= {"status of the control plane": json.dumps(stack.gateway.status())}
    places |= {"access log": stack.gateway.process.stdout(), "logs of Envoy and the control plane": stack.gateway.stderr()}
    del places["/config_dump?include_eds"]
    config = stack.envoy_admin.get("/config_dump?include_eds").text
    # A list of words is in the configuration: that is where it comes from.
    assert "Nightjar" in config
    places["/config_dump"] = config.replace("Nightjar", "")
    assert "proxy_on_request_body" in places["logs of Envoy and the control plane"], "this is not all that Envoy has to say"
    for place, text in places.items():
        assert leaks(text) == [], place


def test_findings_are_counted(stack, dialect):
    own = next(name for name, kind in KINDS.items() if kind.own == dialect.name)
    dialect.ask(dialect.client(stack.gateway, key("support")), f"via-{own}", ALL)

    def counted():
        lines = stack.envoy_admin.get("/stats/prometheus").text.splitlines()
        return [line for line in lines if line.startswith("tollgate_redactions") and 'policy="pii"' in line and 'rule="ticket"' in line]

    (line,) = until(counted, "the finding is counted")
    assert 'action="pseudonymize"' in line and 'mode="enforce"' in line and float(line.split()[-1]) >= 1


def test_explain_shows_what_goes_out_and_no_more(stack, dialect):
    own = next(name for name, kind in KINDS.items() if kind.own == dialect.name)
    name = {"openai": "openai.chat", "responses": "openai.responses", "anthropic": "anthropic.messages"}[dialect.name]
    command = [paths.built("tollgate"), "explain", stack.config.root, "--team", "support", "--client", name]
    shown = subprocess.run(command, input=json.dumps(rich(dialect, f"via-{own}")), capture_output=True, text=True, check=True)
    assert "<EMAIL_1>" in shown.stdout
    assert leaks(shown.stdout + shown.stderr) == []
