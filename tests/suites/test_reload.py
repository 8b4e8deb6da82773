"""Step 6 of the tour: policies change under traffic. A good edit is in force soon and drops nothing; a bad one changes nothing."""

import contextlib
import os
import re
import threading

import openai
import pytest

from harness.config import digest
from harness.stack import Stack, key
from harness.wait import until


@pytest.fixture
def stack():
    with Stack() as stack:
        stack.providers(main="openai", spare="openai")
        stack.route("chat", ["smart"], ["main"])
        stack.policy("pii", [{"detect": ["email"], "action": "pseudonymize"}])
        stack.team("support", ["chat"], redaction="pii")
        yield stack.start()


class Traffic:
    """Callers that ask and stream without a pause; every request must be answered."""

    def __init__(self, stack, callers=4):
        self.stack, self.stop = stack, threading.Event()
        self.answered, self.failures = [0] * callers, []
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(callers)]

    def _run(self, number):
        # Odd ones keep their connection, even ones make a new one for each request.
        client = self.stack.openai("support")
        while not self.stop.is_set():
            try:
                if number % 2 == 0:
                    client = self.stack.openai("support")
                stream = client.chat.completions.create(model="smart", messages=MESSAGES, stream=True)
                text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
                assert text == "You said: steady as she goes", text
                self.answered[number] += 1
            except Exception as failure:  # noqa: BLE001  (whatever it is, it is what this looks for)
                self.failures.append(repr(failure))

    def more(self, by=5):
        """Waits until every caller was answered `by` more times."""
        goal = [count + by for count in self.answered]
        until(lambda: self.failures or all(have >= want for have, want in zip(self.answered, goal)), "callers are answered")
        assert not self.failures, self.failures[:3]


MESSAGES = [{"role": "user", "content": "steady as she goes"}]


@contextlib.contextmanager
def traffic(stack):
    running = Traffic(stack)
    for thread in running.threads:
        thread.start()
    try:
        running.more()
        yield running
        running.more()
    finally:
        running.stop.set()
        for thread in running.threads:
            thread.join(60)
    assert not running.failures, running.failures[:3]


def says(stack, text, team="support"):
    client = stack.openai(team)
    return client.chat.completions.create(model="smart", messages=[{"role": "user", "content": text}]).choices[0].message.content


def test_a_new_rule_is_in_force_and_nothing_is_dropped(stack):
    with traffic(stack):
        assert says(stack, "Nightjar") == "You said: Nightjar"
        rules = stack.config.spec("RedactionPolicy", "pii")["rules"]
        stack.policy("pii", [*rules, {"name": "codename", "words": ["Nightjar"], "action": "mask"}])
        until(lambda: says(stack, "Nightjar") == "You said: [CODENAME]", "the rule is in force")


def test_a_route_moves_to_another_provider_and_nothing_is_dropped(stack):
    with traffic(stack) as running:
        stack.sims["spare"].forget()
        stack.route("chat", ["smart"], ["spare"])
        until(lambda: stack.sims["spare"].received(), "the new provider is asked")
        stack.config.remove("Provider", "main")
        running.more()
        stack.sims["main"].forget()
        running.more()
        assert stack.sims["main"].received() == []


def test_teams_come_and_go(stack):
    with pytest.raises(openai.AuthenticationError):
        says(stack, "hi", team="late")
    with traffic(stack):
        stack.team("late", ["chat"])
        until(lambda: answered(stack, "late"), "the new team is served")
        stack.config.remove("Team", "late")
        until(lambda: not answered(stack, "late"), "the team is gone")


def answered(stack, team):
    try:
        return says(stack, "hi", team)
    except openai.AuthenticationError:
        return None


def test_a_provider_gets_a_new_key(stack):
    """The file that holds it changes, the configuration does not."""
    with traffic(stack):
        stack.sims["main"].set(expect_key=None)
        draft = stack.folder / "draft"
        draft.write_text("sk-rotated\n")
        os.replace(draft, stack.folder / "main.key")
        rotated = lambda: stack.sims["main"].received()[-1].header("authorization") == "Bearer sk-rotated"
        until(rotated, "the provider sees the new key")


BAD = {
    "a field nobody knows": ("Team", "support", {"rediction": "pii"}, "rediction"),
    "a reference to nothing": ("Team", "support", {"redaction": "pii-strict"}, "pii-strict"),
    "a pattern that is none": ("RedactionPolicy", "pii", {"rules": [{"name": "x", "pattern": "ACME-(", "action": "mask"}]}, "x"),
    "a detector nobody wrote": ("RedactionPolicy", "pii", {"rules": [{"detect": ["emial"], "action": "mask"}]}, "emial"),
}


def test_bad_edits_are_refused_by_file_and_line_and_change_nothing(stack):
    with traffic(stack):
        for what, (kind, name, changes, hint) in BAD.items():
            before, said = stack.config.file(kind, name).read_text(), len(stack.gateway.stderr())
            file = stack.config.edit(kind, name, **changes)
            place = re.compile(rf"{re.escape(file.name)}:(\d+)")
            found = until(lambda: place.search(stack.gateway.stderr(), said), f"{what} is reported")
            line = stack.config.file(kind, name).read_text().splitlines()[int(found[1]) - 1]
            report = stack.gateway.stderr()[said:]
            assert hint in report and hint in line, report
            assert says(stack, "mail jane@example.com") == "You said: mail jane@example.com"
            assert "<EMAIL_1>" in stack.sims["main"].last().body or "steady" in stack.sims["main"].last().body
            stack.config.write(file, before)


def test_yaml_that_is_none_is_refused_and_changes_nothing(stack):
    broken = stack.config.root / "broken.yaml"
    stack.config.write(broken, "kind: Team\nmetadata: {name: x\nspec: [\n")
    until(lambda: re.search(r"broken\.yaml:\d+", stack.gateway.stderr()), "it is reported")
    assert says(stack, "hi") == "You said: hi"
    # With the mistake gone, the next good edit is in force.
    broken.unlink()
    stack.team("late", ["chat"])
    until(lambda: answered(stack, "late"), "the new team is served")


def test_files_are_noticed_however_they_are_saved(stack):
    """In place, as a shell's redirection does it; and through a link that is swapped, as Kubernetes mounts a ConfigMap."""
    team = stack.config.root / "team-late.yaml"
    with team.open("w") as file:
        for line in TEAM.format(digest=digest(key("late"))).splitlines(keepends=True):
            file.write(line)
            file.flush()
    until(lambda: answered(stack, "late"), "the team is served")

    for version, team in (("v1", "linked"), ("v2", "swapped")):
        folder = stack.folder / version
        folder.mkdir()
        (folder / "mounted.yaml").write_text(TEAM.replace("late", team).format(digest=digest(key(team))))
        link = stack.folder / "draft-link"
        link.symlink_to(folder / "mounted.yaml")
        os.replace(link, stack.config.root / "mounted.yaml")
        until(lambda: answered(stack, team), f"the team of {version} is served")
    assert not answered(stack, "linked")


TEAM = """\
kind: Team
metadata: {{name: late}}
spec:
  identities:
    - apiKeySha256: {digest}
  routes: [chat]
"""


def test_the_status_names_the_configuration_in_force(stack):
    before = stack.gateway.status()
    stack.team("late", ["chat"])
    until(lambda: answered(stack, "late"), "the new team is served")
    after = stack.gateway.status()
    assert before != after
