"""`tollgate translate` gives the same bytes as the filter does, for every golden case; and they are those of the golden files."""

import json
import re
import subprocess

import pytest

from harness import paths
from harness.replay import Replay, event_stream
from harness.stack import Stack, key

GOLDEN = paths.ROOT / "filters/core/dialects/golden"
PATHS = {
    "openai.chat": "/v1/chat/completions",
    "openai.responses": "/v1/responses",
    "openai.completions": "/v1/completions",
    "openai.embeddings": "/v1/embeddings",
    "anthropic.messages": "/v1/messages",
}
# What no two runs share: the time, and ids that are made of it.
CHANGING = re.compile(rb'"(created|created_at|completed_at)":\s*[0-9.]+|_?[0-9a-f]{16}(?=")')


def cases():
    """Every case with a request that goes out; those whose provider is configured specially are left to the golden test itself."""
    for folder in sorted(GOLDEN.glob("*/*")):
        file = folder / "case.json"
        settings = json.loads(file.read_text()) if file.exists() else {}
        if (folder / "upstream.txt").exists() and not settings.get("provider"):
            settings.setdefault("model", json.loads((folder / "request.json").read_text())["model"])
            yield folder, settings


CASES = list(cases())


@pytest.fixture(scope="module")
def replay():
    replay = Replay()
    yield replay
    replay.stop()


@pytest.fixture(scope="module")
def stack(replay):
    with Stack() as stack:
        for number, (folder, settings) in enumerate(CASES):
            api = folder.parent.name.split("-to-")[1]
            spec = {"api": api, "endpoint": replay.url}
            spec |= {"vertex": {"project": "project", "location": "global"}, "bedrock": {"location": "us-east-1"}}.get(api, {})
            stack.config.put("Provider", api, spec)
            backend = {"provider": api, "model": settings["model"]}
            stack.route(f"case-{number}", [f"case-{number}"], [backend], lenient=settings.get("lenient", []))
        stack.team("plain", [f"case-{number}" for number in range(len(CASES))])
        yield stack.start()


def tollgate(folder, settings, command, given, *more):
    """What the command writes."""
    client, api = folder.parent.name.split("-to-")
    arguments = ["translate", command, "--client", client, "--provider", api, "--model", settings["model"], *more]
    arguments += ["--lenient", ",".join(settings["lenient"])] if settings.get("lenient") else []
    arguments += ["--project", "project"] if api == "vertex" else []
    return subprocess.run([paths.built("tollgate"), *arguments], input=given, capture_output=True, timeout=60).stdout


def provider_says(folder, settings):
    """The answer of a case as it is sent: its bytes and their content type."""
    if (folder / "answer.events").exists():
        return event_stream((folder / "answer.events").read_text()), "application/vnd.amazon.eventstream"
    if (folder / "answer.sse").exists():
        return (folder / "answer.sse").read_bytes(), "text/event-stream"
    for name in ("answer.json", "answer.txt"):
        if (folder / name).exists():
            return (folder / name).read_bytes(), settings.get("contentType", "application/json")
    return b"{}", "application/json"


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{case.parent.name}/{case.name}" for case, _ in CASES])
def test_the_command_does_as_the_filter(stack, replay, tmp_path, number):
    folder, settings = CASES[number]
    client, _ = folder.parent.name.split("-to-")
    answer, content_type = provider_says(folder, settings)
    status = settings.get("status", 200)
    replay.say(answer, content_type, status, cut=11 if number % 2 else 1 << 20)
    # The route is chosen by the model.
    request = re.sub(rb'("model"\s*:\s*)"(?:[^"\\]|\\.)*"', rb'\1"case-%d"' % number, (folder / "request.json").read_bytes())
    headers = {"authorization": f"Bearer {key('plain')}", "content-type": "application/json"}
    got = stack.gateway.http.post(PATHS[client], content=request, headers=headers)
    assert replay.received, got.text
    upstream = replay.received[1]
    # The gateway asks for usage where the client did not.
    without_usage = lambda body: re.sub(rb',?"stream_options":\s*\{"include_usage":\s*true\},?', b"", body)
    assert without_usage(tollgate(folder, settings, "request", request)) == without_usage(upstream)

    if status >= 400 and not content_type.startswith("application/json"):
        return  # What is no answer of an API the gateway words itself.
    original = tmp_path / "request.json"
    original.write_bytes(request)
    more = ["--original-request", original]
    if content_type.endswith("stream"):
        expected = tollgate(folder, settings, "stream", answer, *more)
        if b"include_usage" not in request:
            # What the gateway asked for, and a provider of this golden file sent unasked, the client does not see.
            expected = re.sub(rb'data: \{[^\n]*"choices":\s*\[\],[^\n]*"usage"[^\n]*\n\n', b"", expected)
    else:
        more += ["--status", str(status), "--content-type", content_type]
        expected = tollgate(folder, settings, "response", answer, *more)
    if (folder / "answer.json").exists() or content_type.endswith("stream"):
        assert CHANGING.sub(b"", got.content) == CHANGING.sub(b"", expected)
