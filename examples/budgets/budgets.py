#!/usr/bin/env python3
"""Budgets from beginning to end: a real Envoy, the real openai SDK, a simulated provider that says it has written 1,000 tokens each time.

Starts the provider and `tollgate run` on a copy of `policies/` with a ledger of its own, takes five steps, and says of each what must have held.
The exit status is 0 if everything did.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "tests"), str(HERE.parent / "quickstart")]

import openai  # noqa: E402
import show  # noqa: E402
from harness import paths, ports, process  # noqa: E402
from harness.gateway import Gateway  # noqa: E402
from harness.providers import Providers  # noqa: E402
from harness.wait import until  # noqa: E402

# The ports of the YAML files. Where one is taken, the copy gets another.
PORTS = {"provider": 9001, "gateway": 10000}
KEY = "sk-simulated-openai"
OUTPUT = 1000
DOWNGRADED, CLAMPED = "x-tollgate-downgraded-to", "x-tollgate-clamped-to"


class NotHeld(Exception):
    """What a step promises is not so."""


def hold(true, text):
    if not true:
        raise NotHeld(text)
    show.held(text)


class Scene:
    """The copy of the policies, its ledger, the provider and the gateway."""

    def __init__(self, folder):
        self.policies, self.store = folder / "policies", f"sqlite://{folder}/ledger.db"
        self.policies.mkdir()
        free = {name: port if ports.is_free(port) else ports.free() for name, port in PORTS.items()}
        for file in (HERE / "policies").glob("*.yaml"):
            text = file.read_text()
            for name, port in PORTS.items():
                text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{free[name]}")
            (self.policies / file.name).write_text(text)
        self.provider = Providers({"openai": ("openai", KEY)}, folder, "provider", free["provider"])["openai"]
        self.provider.set(usage={"input": 10, "output": OUTPUT})
        env = {"SIMULATED_OPENAI_KEY": KEY, "TOLLGATE_STORE": self.store}
        self.gateway = Gateway(self.policies, free["gateway"], folder, env)

    def ask(self, team, model, bound=OUTPUT, **headers):
        """The answer's headers, or the error that the SDK raised."""
        client = self.gateway.openai(f"tg-demo-{team}").chat.completions.with_raw_response
        sent = {f"x-{name}": value for name, value in headers.items()}
        try:
            messages = [{"role": "user", "content": "hi"}]
            return client.create(model=model, messages=messages, max_completion_tokens=bound, extra_headers=sent).headers
        except openai.APIStatusError as error:
            return error

    def tollgate(self, *arguments):
        """Runs a command on the ledger and shows it."""
        print(f"\n   $ tollgate {' '.join(arguments)}")
        command = [str(paths.built("tollgate")), *arguments]
        done = subprocess.run(command, env=os.environ | {"TOLLGATE_STORE": self.store}, capture_output=True, text=True)
        print("".join(f"   {line}\n" for line in (done.stdout + done.stderr).splitlines()), flush=True)
        hold(done.returncode == 0, f"tollgate {arguments[0]} ended well")
        return done.stdout


def refused(answer, kind):
    return isinstance(answer, kind)


def budget(scene):
    """A monthly budget in dollars, and a cheaper model beyond it"""
    show.line("asked", f"team support ($0.05 a month), model smart, {OUTPUT} tokens of output each: $0.01")
    answers = [scene.ask("support", "smart") for _ in range(6)]
    told = [answer.headers if refused(answer, openai.APIStatusError) else answer for answer in answers]
    show.line("answered by", ", ".join(headers.get(DOWNGRADED) or "smart" for headers in told))
    models = [one.json()["model"] for one in scene.provider.received()]
    hold(not any(refused(answer, openai.APIStatusError) for answer in answers), "every request was answered")
    hold(models == ["gpt-4o"] * 4 + ["gpt-4o-mini"] * 2, "four by gpt-4o, which is what the budget pays for, the others by the cheaper model")
    hold(told[-1].get(DOWNGRADED) == "small", f"and the answer says so: {DOWNGRADED}: small")
    for asked in range(40):
        answer = scene.ask("support", "smart")
        if refused(answer, openai.RateLimitError):
            break
    hold(refused(answer, openai.RateLimitError), f"after {asked} more the budget is empty, and the SDK raises its own RateLimitError")
    show.line("refused", answer.message)


def per_user(scene):
    """A limit for each user of a team"""
    show.line("asked", "team portal (3 requests an hour for each user), as jane, again and again")
    answers = [scene.ask("portal", "small", user="jane") for _ in range(4)]
    hold([refused(answer, openai.RateLimitError) for answer in answers] == [False, False, False, True], "the fourth is refused")
    show.line("refused", answers[-1].message)
    hold(not refused(scene.ask("portal", "small", user="john"), openai.APIStatusError), "john is answered")


def priorities(scene):
    """A class of traffic that is shed first, and a last answer that is made shorter"""
    show.line("asked", "team pipeline (20,000 tokens an hour, batch is shed at 50%), as batch, again and again")
    for served in range(20):
        answer = scene.ask("pipeline", "small", priority="batch")
        if refused(answer, openai.APIStatusError):
            break
    hold(refused(answer, openai.RateLimitError) and served <= 10, f"after {served} answers batch is refused")
    show.line("refused", answer.message)
    hold(not refused(scene.ask("pipeline", "small", priority="interactive"), openai.APIStatusError), "interactive goes on")
    show.line("asked", "the same, allowing 16,000 tokens of output, which is more than is left")
    answer = scene.ask("pipeline", "small", bound=16_000, priority="interactive")
    hold(not refused(answer, openai.APIStatusError) and int(answer[CLAMPED]) < 16_000, f"it is answered, with {CLAMPED}: {answer[CLAMPED]}")


def stop(scene):
    """One command stops a team everywhere, and so does one line in git"""
    stopped = lambda: refused(scene.ask("portal", "small", user="jim"), openai.PermissionDeniedError)
    scene.tollgate("stop", "--team", "portal", "--why", "runaway job, INC-7", "--config", str(scene.policies))
    thrown = time.monotonic()
    until(stopped, "the command is in force")
    show.held(f"in force {time.monotonic() - thrown:.2f} s after the command")
    show.line("refused", scene.ask("portal", "small").message)
    scene.tollgate("stop", "--list")
    scene.tollgate("resume", "--team", "portal")
    until(lambda: not stopped(), "the team runs again")
    show.held("it runs again")
    file = scene.policies / "teams.yaml"
    text = file.read_text()
    file.write_text(text.replace("metadata: {name: portal}\nspec:\n", "metadata: {name: portal}\nspec:\n  stopped: by a line in git\n"))
    until(stopped, "the line is in force")
    show.held("stopped again by `stopped: by a line in git`")
    file.write_text(text)
    until(lambda: not stopped(), "the line is gone")


def usage(scene):
    """What it came to"""
    command = [str(paths.built("tollgate")), "usage", "--store", scene.store, "--format", "json"]
    told = lambda: json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    # An Envoy reports every two seconds.
    answered = sum(one.status == 200 for one in scene.provider.received())
    page = until(lambda: (page := told())["total"]["requests"] == answered and page, "the Envoy has reported every request")
    scene.tollgate("usage", "--by", "team,model")
    spent = next(budget["spent"] for budget in page["budgets"] if budget["team"] == "support")
    hold(45_000 <= spent <= 50_000, f"support has spent ${spent / 1e6} of its $0.05, and not more")


STEPS = [budget, per_user, priorities, stop, usage]


def main():
    folder = Path(tempfile.mkdtemp(prefix="tollgate-budgets-"))
    status = 1
    try:
        scene = Scene(folder)
        show.title("Budgets: a real Envoy, the real openai SDK, a simulated provider")
        for number, step in enumerate(STEPS, 1):
            show.heading(number, step.__doc__)
            step(scene)
        print()
        show.held(f"all {len(STEPS)} steps")
        status = 0
    except (NotHeld, TimeoutError, paths.NotBuilt, RuntimeError) as error:
        show.failed(str(error))
        for one in process.running:
            print(one.tail(12), file=sys.stderr)
    except KeyboardInterrupt:
        print()
    finally:
        process.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
