"""`tollgate test` and `tollgate diff` as a security reviewer and a pipeline use them, on the modules that `make build` left."""

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest
import yaml

from harness import paths
from harness.config import Config, digest

from test_cli import tollgate

GOLDEN = paths.ROOT / "control-plane" / "tests"
EXAMPLE = paths.ROOT / "examples" / "policy-review"


def parse_tap(text):
    """The points of a TAP 14 document as (ok, number, description, diagnostics)."""
    lines = text.splitlines()
    assert lines[0] == "TAP version 14"
    planned = int(re.fullmatch(r"1\.\.(\d+)( # SKIP .*)?", lines[1])[1])
    points, at = [], 2
    while at < len(lines):
        point = re.fullmatch(r"(not )?ok (\d+) - (.*)", lines[at])
        assert point, lines[at]
        at += 1
        diagnostics = None
        if at < len(lines) and lines[at] == "  ---":
            end = lines.index("  ...", at)
            diagnostics = yaml.safe_load("\n".join(line[2:] for line in lines[at + 1 : end]))
            at = end + 1
        points.append((not point[1], int(point[2]), point[3], diagnostics))
    assert [number for _, number, _, _ in points] == list(range(1, planned + 1))
    return points


def policy(tests, rules=None, **more):
    return {"rules": rules or [{"detect": ["email"], "action": "pseudonymize"}], "tests": tests, **more}


@pytest.fixture
def config(tmp_path):
    return Config(tmp_path / "config")


class TestTest:
    def test_policies_that_hold(self, config):
        config.put("RedactionPolicy", "pii", policy([{"name": "mail", "in": "to a@example.com", "out": "to <EMAIL_1>"}]))
        status, out, err = tollgate("test", config.root)
        assert (status, err) == (0, "")
        assert parse_tap(out) == [(True, 1, "pii: mail", None)]

    def test_a_broken_test_fails_with_its_line(self, config):
        good = {"name": "good", "in": "to a@example.com", "out": "to <EMAIL_1>"}
        bad = {"name": "bad", "in": "to a@example.com", "out": "to [EMAIL]"}
        file = config.put("RedactionPolicy", "pii", policy([good, bad]))
        line = 1 + next(i for i, text in enumerate(file.read_text().splitlines()) if "bad" in text)
        status, out, err = tollgate("test", config.root)
        assert status == 1
        (good, bad) = parse_tap(out)
        assert good[0] and not bad[0]
        assert bad[3]["at"] == f"{file}:{line}"
        assert bad[3] == bad[3] | {"in": "to a@example.com", "expected": "to [EMAIL]", "actual": "to <EMAIL_1>"}
        assert "from character 4 on" in bad[3]["message"]
        assert f"{file}:{line}: pii: bad: " in err and "1 of 2 tests failed" in err

    def test_the_module_agrees_with_the_native_code(self):
        """The reports under control-plane/tests/policies were made natively."""
        folder = GOLDEN / "policies"
        status, out, _ = tollgate("test", folder)
        assert status == 1
        assert out.replace(f"{folder}/", "") == (folder / "report.tap").read_text()

    def test_junit_beside_tap(self, config, tmp_path):
        tests = [
            {"name": "good & <sound>", "in": "a@example.com", "out": "<EMAIL_1>"},
            {"name": "bad", "in": 'a@example.com "\u0007', "out": "x"},
        ]
        config.put("RedactionPolicy", "pii", policy(tests))
        config.put("RedactionPolicy", "other", policy([{"in": "b", "out": "b"}]))
        report = tmp_path / "report.xml"
        status, out, _ = tollgate("test", config.root, "--junit", report)
        assert status == 1 and len(parse_tap(out)) == 3
        root = ET.parse(report).getroot()
        assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "3", "1")
        suites = {suite.get("name"): suite for suite in root}
        assert set(suites) == {"pii", "other"}
        good, bad = suites["pii"]
        assert good.get("name") == "good & <sound>" and len(good) == 0
        assert bad.find("failure").get("message") and bad.get("file").endswith(".yaml") and int(bad.get("line")) > 1
        _, only, _ = tollgate("test", config.root, "--format", "junit")
        assert ET.fromstring(only.encode()).get("tests") == "3"

    def test_blocks_roles_answers_and_findings(self, config):
        key = "AKIAQYLPMN5HFIQR7XYA"
        rules = [
            {"detect": ["aws-access-key"], "action": "block"},
            {"detect": ["email"], "action": "pseudonymize"},
            {"name": "project", "words": ["Bluefin"], "action": "mask"},
        ]
        tests = [
            {"in": f"use {key}", "blocked": "aws-access-key"},
            {"in": f"use {key}", "blocked": "aws-access-key", "direction": "response"},
            *({"in": "a@example.com", "out": "<EMAIL_1>", "role": role} for role in ("system", "user", "assistant", "tool")),
            {"in": "grüße: a@example.com, Bluefin", "out": "grüße: [EMAIL], [PROJECT]", "direction": "response"},
            {"in": "Bluefin a@example.com b@example.com", "out": "[PROJECT] <EMAIL_1> <EMAIL_2>", "findings": ["project", "email", "email"]},
        ]
        config.put("RedactionPolicy", "pii", policy(tests, rules))
        status, out, err = tollgate("test", config.root)
        assert status == 0, out + err
        config.put("RedactionPolicy", "pii", policy([test | {"findings": ["project"]} for test in tests], rules))
        assert [ok for ok, *_ in parse_tap(tollgate("test", config.root)[1])] == [False] * len(tests)

    def test_a_long_text(self, config):
        """More than one page of the module's memory, so that it grows within a hostcall."""
        config.put("RedactionPolicy", "pii", policy([{"in": "a@example.com " * 20_000, "out": "<EMAIL_1> " * 20_000}]))
        status, out, err = tollgate("test", config.root)
        assert status == 0, err[:2000]

    def test_a_shadow_changes_nothing(self, config):
        tests = [{"in": "a@example.com", "out": "a@example.com"}]
        config.put("RedactionPolicy", "pii", policy(tests, mode="shadow"))
        assert tollgate("test", config.root)[0] == 0

    def test_a_policy_without_tests_is_told(self, config):
        config.put("RedactionPolicy", "bare", policy([]))
        status, out, err = tollgate("test", config.root)
        assert status == 0 and parse_tap(out) == []
        assert re.search(r"redactionpolicy-bare\.yaml:\d+: warning: .*no tests", err)

    def test_problems_are_reported_as_check_does(self, config):
        file = config.put("RedactionPolicy", "pii", policy([{"in": "a", "blocked": "emial"}]))
        for command in ("check", "test"):
            status, out, err = tollgate(command, config.root)
            assert status == 1 and re.search(rf"{file.name}:\d+: .*blocked.*`emial`", out + err), err
            assert "TAP" not in out

    def test_a_folder_without_policies_is_a_mistake(self, config):
        config.put("Gateway", "default", {"listen": "127.0.0.1:10000"})
        status, out, err = tollgate("test", config.root)
        assert status == 1 and not out and "no RedactionPolicy" in err

    def test_modules_are_named_or_beside_the_program(self, config, tmp_path):
        config.put("RedactionPolicy", "pii", policy([{"in": "a", "out": "a"}]))
        status, out, err = tollgate("test", config.root, "--modules", tmp_path)
        assert status == 1 and not out and "gateway.wasm" in err and "--modules" in err
        (tmp_path / "gateway.wasm").write_bytes(b"\0asm\1\0\0\0")
        status, out, err = tollgate("test", config.root, "--modules", tmp_path)
        assert status == 1 and "does not start" in out
        shutil.copy(paths.built("gateway.wasm"), tmp_path)
        assert tollgate("test", config.root, "--modules", tmp_path)[0] == 0

    def test_the_quickstart(self):
        status, out, err = tollgate("test", paths.QUICKSTART)
        assert status == 0, out + err


class TestDiff:
    OLD = GOLDEN / "review" / "everything" / "old"
    NEW = GOLDEN / "review" / "everything" / "new"
    CORPUS = GOLDEN / "review" / "everything" / "corpus.jsonl"

    def test_text_and_markdown_and_json(self):
        status, text, err = tollgate("diff", self.OLD, self.NEW, "--corpus", self.CORPUS)
        assert (status, err) == (0, "")
        assert "200,000 → 100,000 tokens per minute  [stricter]" in text and "[LEAK]" in text
        status, out, _ = tollgate("diff", self.OLD, self.NEW, "--corpus", self.CORPUS, "--format", "json")
        review = json.loads(out)
        assert {team["team"]: team["fate"] for team in review["teams"]} == {
            "billing": "changed",
            "legacy": "removed",
            "research": "added",
            "support": "changed",
        }
        leaks = {outcome["rule"] for one in review["redaction"] for outcome in one["outcomes"] if outcome["now"] == "let-through"}
        assert {"iban", "credit-card", "email"} <= leaks
        status, out, _ = tollgate("diff", self.OLD, self.NEW, "--format", "markdown")
        assert out.startswith("### ") and "#### Team support" in out

    def test_no_value_unless_asked(self):
        _, out, err = tollgate("diff", self.OLD, self.NEW, "--corpus", self.CORPUS, "--examples", 100)
        assert "jane.doe@example.com" not in out + err and "▮▮▮" in out
        _, out, _ = tollgate("diff", self.OLD, self.NEW, "--corpus", self.CORPUS, "--show-values")
        assert "jane.doe@example.com" in out

    def test_the_same(self):
        status, out, _ = tollgate("diff", self.OLD, self.OLD, "--exit-code")
        assert status == 0 and "decide the same" in out

    def test_exit_status(self, config):
        assert tollgate("diff", self.OLD, self.NEW, "--exit-code")[0] == 1
        assert tollgate("diff", self.OLD)[0] == 2
        status, out, err = tollgate("diff", self.OLD, "no-such-revision")
        assert status == 1 and not out and "no-such-revision" in err
        config.put("Team", "a", {"identities": [{"apiKeySha256": digest("x")}], "routes": ["nowhere"]})
        status, out, err = tollgate("diff", self.OLD, config.root)
        assert status == 1 and not out and re.search(r"team-a\.yaml:\d+: .*nowhere", err)
        status, out, err = tollgate("diff", self.OLD, self.NEW, "--corpus", config.root / "nothing")
        assert status == 1 and not out and "nothing" in err


class TestTheExample:
    @pytest.mark.parametrize("folder", ["policies", "proposed"])
    def test_policies_hold(self, folder):
        status, out, err = tollgate("test", EXAMPLE / folder)
        assert status == 0, out + err

    def test_the_review(self):
        done = subprocess.run(
            [EXAMPLE / "review.sh"],
            env=os.environ | {"TOLLGATE": str(paths.built("tollgate"))},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "ok: " in done.stdout and "TAP version 14" in done.stdout
        assert re.search(r"in requests: `phone` no longer pseudonymized, 2 findings in 2 texts  \[LEAK\]", done.stdout), done.stdout
