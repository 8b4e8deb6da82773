#!/usr/bin/env python3
"""A tour of Tollgate: the real openai and anthropic SDKs, a real Envoy, simulated providers. `make demo` runs it.

It starts the providers and `tollgate run` on a copy of this folder, takes six steps, and says of each what was asked, what
came back and what the gateway did. On a terminal everything stays up afterwards, to be tried. Elsewhere the exit status is 0
if every step held, and 1 otherwise.
"""

import shutil
import signal
import sys
import tempfile
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

import show  # noqa: E402
import steps  # noqa: E402
from harness import paths, ports, process  # noqa: E402
from harness.gateway import Gateway  # noqa: E402
from harness.providers import Providers  # noqa: E402

# The ports of the YAML files. Where one is taken, the copy gets another.
PORTS = {"openai": 9001, "anthropic": 9002, "gateway": 10000}
KEYS = {"openai": "sk-simulated-openai", "anthropic": "sk-ant-simulated"}


class Scene:
    """What the steps act on: the copy of the configuration, the providers, the gateway."""

    def __init__(self, folder):
        self.folder = folder
        self.config = folder / "quickstart"
        self.config.mkdir()
        self.ports = {name: port if ports.is_free(port) else ports.free() for name, port in PORTS.items()}
        for file in HERE.glob("*.yaml"):
            text = file.read_text()
            for name, port in PORTS.items():
                text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{self.ports[name]}")
            (self.config / file.name).write_text(text)
        self.providers = {}
        for name in KEYS:
            self.start_provider(name)
        env = {"SIMULATED_OPENAI_KEY": KEYS["openai"], "SIMULATED_ANTHROPIC_KEY": KEYS["anthropic"]}
        self.gateway = Gateway(self.config, self.ports["gateway"], folder, env)

    def start_provider(self, name):
        """Each in a process of its own, for step 4 to switch off."""
        self.providers[name] = Providers({name: (name, KEYS[name])}, self.folder, f"provider-{name}", self.ports[name])[name]

    def openai(self, team):
        return self.gateway.openai(f"tg-demo-{team}")

    def anthropic(self, team):
        return self.gateway.anthropic(f"tg-demo-{team}")


def introduce(scene):
    show.title("Tollgate: a real Envoy, the real openai and anthropic SDKs, simulated providers")
    for name, port in scene.ports.items():
        note = "" if port == PORTS[name] else f"  (port {PORTS[name]} of the YAML files is taken)"
        show.line(name, f"http://127.0.0.1:{port}{note}")
    show.line("config", f"{scene.config}  (a copy of examples/quickstart: step 6 edits it)")


def take(scene):
    """All steps; how many did not hold."""
    broken = 0
    for number, step in enumerate(steps.STEPS, 1):
        show.heading(number, step.__doc__)
        try:
            step(scene)
        except Exception as error:  # noqa: BLE001  (a step that fails is told about, and the next one taken)
            broken += 1
            show.failed(str(error) or type(error).__name__)
            if not isinstance(error, steps.NotHeld):
                show.line("", traceback.format_exc(limit=-3), "red")
    return broken


def stay(scene):
    """Leaves everything up until Ctrl-C, and says what to try."""
    url = scene.gateway.url
    print()
    show.title("It stays up until Ctrl-C. Things to try:")
    print(f"""
   curl -s {url}/v1/models -H 'authorization: Bearer tg-demo-support'

   curl -s {url}/v1/chat/completions -H 'authorization: Bearer tg-demo-support' \\
        -H 'content-type: application/json' \\
        -d '{{"model": "smart", "messages": [{{"role": "user", "content": "mail jane@example.com"}}]}}'

   curl -sN {url}/v1/messages -H 'x-api-key: tg-demo-research' \\
        -H 'anthropic-version: 2023-06-01' -H 'content-type: application/json' \\
        -d '{{"model": "smart", "max_tokens": 99, "stream": true,
             "messages": [{{"role": "user", "content": "hello"}}]}}'

   curl -s {scene.providers['openai'].url}/_received            what the provider saw
   curl -s -X PUT {scene.providers['openai'].url}/_control -d '{{"status": 529}}'  breaks it ('{{}}' mends it)
   curl -s {scene.gateway.admin}/status                what the control plane knows

   edit {scene.config}/*.yaml and ask again; problems are told in
   {scene.gateway.process.err}; the access log is {scene.gateway.process.out}
""", flush=True)
    signal.pause()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if any(f"127.0.0.1:{PORTS[name]}" not in (HERE / "providers.yaml").read_text() for name in KEYS):
        sys.exit("providers.yaml names other endpoints than the simulated ones, which the tour needs.\n"
                 "To use those endpoints: dist/tollgate run --config examples/quickstart")
    folder = Path(tempfile.mkdtemp(prefix="tollgate-tour-"))
    broken = None
    try:
        scene = Scene(folder)
        introduce(scene)
        broken = take(scene)
        print()
        if broken:
            show.failed(f"{broken} of {len(steps.STEPS)} steps")
        else:
            show.held(f"all {len(steps.STEPS)} steps")
        if broken:
            for one in process.running:
                print(one.tail(12), file=sys.stderr)
        if sys.stdout.isatty() and sys.stdin.isatty():
            stay(scene)
    except KeyboardInterrupt:
        print()
    except (paths.NotBuilt, RuntimeError) as error:
        show.failed(str(error))
    finally:
        process.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if broken == 0 else 1)


if __name__ == "__main__":
    main()
