"""The `tollgate` command as a person or a pipeline uses it: input, output, diagnostics, exit status."""

import json
import os
import re
import subprocess

import pytest

from harness import paths
from harness.config import Config, digest


def tollgate(*arguments, given="", env=None):
    command = [str(paths.built("tollgate")), *map(str, arguments)]
    given = given.encode() if isinstance(given, str) else given
    done = subprocess.run(command, input=given, capture_output=True, timeout=60, env=os.environ | (env or {}))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


COMMANDS = ["run", "serve", "check", "test", "diff", "explain", "redact", "count", "translate", "keys"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_there(command):
    status, out, err = tollgate(command, "--help")
    assert status == 0 and "Usage:" in out and not err
    status, out, _ = tollgate("--help")
    assert status == 0 and command in out


MISTAKES = [[], ["no-such-command"], ["check"], ["count"], ["redact"], ["test"], ["diff", "one"], ["translate", "sideways"], ["run", "--port", "1"]]


@pytest.mark.parametrize("arguments", MISTAKES, ids=str)
def test_wrong_usage_exits_2(arguments):
    status, out, err = tollgate(*arguments)
    assert status == 2 and not out and "Usage" in err


@pytest.fixture
def config(tmp_path):
    config = Config(tmp_path / "config")
    provider = {"api": "openai", "endpoint": "http://127.0.0.1:9001", "region": "eu", "models": [{"name": "gpt-4o"}]}
    config.put("Provider", "main", provider)
    config.put("Route", "chat", {"match": {"models": ["smart"]}, "backends": [{"provider": "main", "model": "gpt-4o"}]})
    config.put("RedactionPolicy", "pii", {"rules": RULES})
    config.put("Team", "support", {"identities": [{"apiKeySha256": digest("x")}], "routes": ["chat"], "redaction": "pii"})
    return config


RULES = [
    {"detect": ["email"], "action": "pseudonymize"},
    {"detect": ["aws-access-key"], "action": "block"},
    {"name": "ticket", "pattern": r"ACME-\d{6}", "action": "mask"},
]


class TestCheck:
    def test_a_good_directory(self, config):
        status, out, err = tollgate("check", config.root)
        assert status == 0, err

    def test_the_quickstart(self):
        status, _, err = tollgate("check", paths.QUICKSTART)
        assert status == 0, err

    def test_every_problem_at_once_with_file_and_line(self, config):
        config.edit("Team", "support", rediction="pii")
        config.put("Team", "other", {"identities": [{"apiKeySha256": digest("y")}], "routes": ["chat", "nowhere"]})
        config.edit("Route", "chat", backends=[{"provider": "nobody", "model": "gpt-4o"}])
        config.write(config.root / "broken.yaml", "kind: [\n")
        status, out, err = tollgate("check", config.root)
        report = out + err
        assert status == 1
        for file, hint in (("team-support", "rediction"), ("team-other", "nowhere"), ("route-chat", "nobody"), ("broken", "")):
            assert re.search(rf"{file}\.yaml:\d+.*{hint}", report), report

    def test_lines_are_right(self, config):
        file = config.edit("Team", "support", rediction="pii")
        number = 1 + file.read_text().splitlines().index("  rediction: pii")
        _, out, err = tollgate("check", config.root)
        assert f"{file.name}:{number}" in out + err

    def test_a_directory_that_is_not_there(self, tmp_path):
        status, _, err = tollgate("check", tmp_path / "nowhere")
        assert status in (1, 2) and "nowhere" in err

    def test_a_key_in_the_open_is_no_digest(self, config):
        config.edit("Team", "support", identities=[{"apiKeySha256": "tg-support-secret"}])
        status, out, err = tollgate("check", config.root)
        assert status == 1 and re.search(r"team-support\.yaml:\d+", out + err)

    def test_a_providers_key_in_the_open_is_not_repeated(self, config):
        secret = "wJalrXUtnFEMI/K7MDENG"
        bedrock = {"api": "bedrock", "endpoint": "https://bedrock-runtime.eu-west-1.amazonaws.com"}
        keys = {"accessKeyId": {"env": "ID"}, "secretAccessKey": secret}
        config.put("Provider", "signed", bedrock | {"credential": {"aws": keys}})
        config.put("Provider", "plain", {"api": "openai", "endpoint": "https://api.openai.com", "credential": secret})
        status, out, err = tollgate("check", config.root)
        report = out + err
        assert status == 1 and secret not in report
        for file in ("provider-signed", "provider-plain"):
            assert re.search(rf"{file}\.yaml:\d+.*not the key itself", report), report

    def test_one_key_in_two_teams(self, config):
        config.put("Team", "twin", {"identities": [{"apiKeySha256": digest("x")}], "routes": ["chat"]})
        assert tollgate("check", config.root)[0] == 1


class TestRedact:
    def test_text(self, config):
        policy = config.file("RedactionPolicy", "pii")
        status, out, err = tollgate("redact", "--policy", policy, given="mail jane@example.com about ACME-123456\n")
        assert (status, out) == (0, "mail <EMAIL_1> about [TICKET]\n"), err

    def test_findings_are_byte_offsets(self, config):
        text = "ü mail jane@example.com"
        status, out, _ = tollgate("redact", "--policy", config.file("RedactionPolicy", "pii"), "--findings", given=text)
        (finding,) = json.loads(out)
        assert status == 0
        assert (finding["rule"], finding["start"], finding["end"]) == ("email", 8, len(text.encode()))
        assert text.encode()[finding["start"] : finding["end"]] == b"jane@example.com"

    def test_a_blocked_text(self, config):
        key = "AKIAQYLPMN5HFIQR7XYA"
        status, out, err = tollgate("redact", "--policy", config.file("RedactionPolicy", "pii"), given=f"x {key}")
        assert status == 1 and not out
        assert "aws-access-key" in err and key not in err

    def test_one_of_several_policies(self, config):
        both = config.root / "both.yaml"
        other = config.file("RedactionPolicy", "pii").read_text().replace("name: pii", "name: other").replace("ACME", "ZZZZ")
        both.write_text(config.file("RedactionPolicy", "pii").read_text() + "---\n" + other)
        assert tollgate("redact", "--policy", both, "--name", "other", given="ZZZZ-123456")[1] == "[TICKET]"
        assert tollgate("redact", "--policy", both, given="x")[0] in (1, 2)
        assert tollgate("redact", "--policy", both, "--name", "nobody", given="x")[0] in (1, 2)

    def test_a_policy_that_is_none(self, tmp_path):
        bad = tmp_path / "bad.yaml"
        bad.write_text("kind: RedactionPolicy\nmetadata: {name: x}\nspec:\n  rules:\n    - {detect: [emial], action: mask}\n")
        status, out, err = tollgate("redact", "--policy", bad, given="x")
        assert status == 1 and not out and re.search(r"bad\.yaml:\d+", err)


class TestCount:
    def test_a_text(self):
        status, out, _ = tollgate("count", "--model", "gpt-4o", given="The quick brown fox jumps over the lazy dog.")
        counted = json.loads(out)
        assert status == 0
        assert set(counted) == {"tokens", "upperBound", "method"}
        assert 8 <= counted["tokens"] <= counted["upperBound"] <= 44

    def test_nothing(self):
        assert json.loads(tollgate("count", "--model", "gpt-4o")[1])["tokens"] == 0

    def test_text_that_is_none(self):
        status, out, err = tollgate("count", "--model", "gpt-4o", given=b"\xff\xfe")
        assert status == 1 and not out and err


PAIR = ["--client", "openai.chat", "--provider", "anthropic"]


class TestTranslate:
    def test_a_request(self):
        body = {"model": "smart", "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]}
        arguments = ["translate", "request", *PAIR, "--model", "claude-sonnet-4-5"]
        status, out, err = tollgate(*arguments, given=json.dumps(body))
        assert status == 0, err
        upstream = json.loads(out)
        assert upstream["model"] == "claude-sonnet-4-5" and upstream["max_tokens"] > 0
        assert [message["role"] for message in upstream["messages"]] == ["user"]

    def test_a_response(self):
        message = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5",
            "content": [{"type": "text", "text": "hello"}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 3, "output_tokens": 5},
        }
        status, out, err = tollgate("translate", "response", *PAIR, given=json.dumps(message))
        assert status == 0, err
        answer = json.loads(out)
        assert answer["choices"][0]["message"]["content"] == "hello"
        assert answer["usage"] == answer["usage"] | {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}

    def test_a_stream(self):
        status, out, err = tollgate("translate", "stream", *PAIR, given=STREAM)
        assert status == 0, err
        lines = [line[6:] for line in out.splitlines() if line.startswith("data: ")]
        assert lines[-1] == "[DONE]" and lines.count("[DONE]") == 1
        chunks = [json.loads(line) for line in lines[:-1]]
        assert "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"]) == "hello"

    def test_what_the_provider_lacks_is_named(self):
        body = {"model": "x", "messages": [{"role": "user", "content": "u"}], "n": 2}
        status, out, err = tollgate("translate", "request", *PAIR, given=json.dumps(body))
        assert status == 1 and not out and "`n`" in err

    @pytest.mark.parametrize("given", ["", "hello", "{", '{"model": 1}'])
    def test_bad_input(self, given):
        status, out, err = tollgate("translate", "request", *PAIR, given=given)
        assert status == 1 and not out and err

    @pytest.mark.parametrize("names", [("openai.chat", "nobody"), ("nobody", "anthropic")])
    def test_unknown_dialects(self, names):
        client, provider = names
        assert tollgate("translate", "request", "--client", client, "--provider", provider)[0] == 2

    @pytest.mark.parametrize("command", ["request", "response", "stream"])
    def test_help_lists_what_is_spoken(self, command):
        status, out, _ = tollgate("translate", command, "--help")
        assert status == 0
        clients = ["openai.chat", "openai.responses", "openai.embeddings", "openai.completions", "anthropic.messages"]
        providers = ["openai", "openai-responses", "azure-openai", "anthropic", "gemini", "vertex", "bedrock", "cohere"]
        for name in clients + providers:
            assert re.search(rf"[ \[]{re.escape(name)}[,\]]", out), name

    @pytest.mark.parametrize(
        "flags",
        [
            ["anthropic", "--flavor", "vllm"],
            ["openai", "--flavor", "nothing"],
            ["openai", "--api-version", "2024-10-21"],
            ["gemini", "--project", "p"],
            ["bedrock", "--location", "eu"],
        ],
        ids=str,
    )
    def test_a_flag_that_does_not_belong(self, flags):
        status, out, err = tollgate("translate", "request", "--client", "openai.chat", "--provider", *flags, given="{}")
        assert status == 2 and not out and flags[1] in err

    @pytest.mark.parametrize("command", ["response", "stream"])
    def test_an_answer_that_only_its_model_explains(self, command):
        status, out, err = tollgate("translate", command, "--client", "openai.chat", "--provider", "vertex", given="{}")
        assert status == 2 and not out and "--model" in err


STREAM = """\
event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}

event: message_stop
data: {"type":"message_stop"}

"""


class TestKeys:
    def test_a_new_key_and_its_digest(self):
        status, out, err = tollgate("keys", "new", "--team", "support")
        assert status == 0
        (key,) = set(re.findall(r"\btg-[A-Za-z0-9_-]{32,}", out + err))
        assert digest(key) in out + err

    def test_no_two_are_the_same(self):
        assert tollgate("keys", "new", "--team", "support")[1] != tollgate("keys", "new", "--team", "support")[1]


class TestExplain:
    def test_a_request(self, config):
        body = {"model": "smart", "messages": [{"role": "user", "content": "mail jane@example.com"}]}
        status, out, err = tollgate("explain", config.root, "--team", "support", given=json.dumps(body))
        assert status == 0, err
        for word in ("chat", "main", "gpt-4o", "<EMAIL_1>"):
            assert word in out
        assert "jane@example.com" not in out

    def test_a_team_nobody_knows(self, config):
        status, out, err = tollgate("explain", config.root, "--team", "nobody", given="{}")
        assert status in (1, 2) and "nobody" in err


def test_colours_are_for_terminals(config):
    config.edit("Team", "support", rediction="pii")
    for env in ({}, {"NO_COLOR": "1"}):
        _, out, err = tollgate("check", config.root, env=env)
        assert "\x1b" not in out + err
