"""The real SDKs against the simulated providers.

Run by pytest in an environment that has the SDKs (`tests/requirements.txt`). The binary is taken from TOLLGATE_PROVIDERS, or
built by cargo.
"""

import json
import os
import pathlib
import subprocess
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[4]
KINDS = ["openai", "azure", "anthropic", "gemini", "vertex", "bedrock", "cohere"]


def binary():
    if given := os.environ.get("TOLLGATE_PROVIDERS"):
        return ROOT / given
    build = ["cargo", "build", "--quiet", "-p", "tollgate-providers", "--message-format", "json-render-diagnostics"]
    lines = subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    built = [message["executable"] for line in lines if (message := json.loads(line)).get("executable")]
    return built[-1]


@pytest.fixture(scope="session")
def urls():
    addresses = [argument for kind in KINDS for argument in (f"--{kind}", "127.0.0.1:0")]
    process = subprocess.Popen([binary(), *addresses], stdout=subprocess.PIPE, text=True)
    try:
        yield {name: url for name, _, _, url in (process.stdout.readline().split() for _ in KINDS)}
    finally:
        process.terminate()
        assert process.wait(10) == 0


@pytest.fixture
def control(urls):
    """Sets options of a provider; all are healthy again afterwards."""

    def put(name, **options):
        request = urllib.request.Request(f"{urls[name]}/_control", json.dumps(options).encode(), method="PUT")
        urllib.request.urlopen(request).read()

    yield put
    for name in urls:
        put(name)
