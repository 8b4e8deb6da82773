"""Inputs to begin with, from the golden files: `seeds.py TARGET FOLDER` fills the folder."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parents[2]
GOLDEN = ROOT / "filters/core/dialects/golden"
FILES = {
    "json": ["request.json", "answer.json"],
    "sse": ["answer.sse", "client.sse"],
    "eventstream": [],
    "request": ["request.json"],
    "answer": ["answer.json"],
    "stream": ["answer.sse"],
    "facts": ["request.json", "client.json"],
    "exchange": ["request.json"],
}
CLIENTS = ["openai.chat", "openai.responses", "openai.completions", "anthropic.messages"]
APIS = ["openai", "openai-responses", "azure-openai", "anthropic", "gemini", "vertex", "vertex-claude", "bedrock", "cohere"]


def pair(name: str) -> bytes:
    """The byte that chooses a pair, as in src/input.rs."""
    client, api = re.fullmatch("(.*)-to-(.*)", name).groups()
    if client not in CLIENTS or api not in APIS:
        return bytes([len(CLIENTS) * len(APIS)])
    return bytes([APIS.index(api) * len(CLIENTS) + CLIENTS.index(client)])


def exchange(case: pathlib.Path, request: bytes) -> bytes:
    """A request with something planted in its longest words, and the answer that its client got."""
    planted = re.sub(rb'(?<=: ")[A-Za-z ,.!?]{12,}(?=")', b"mail @@ now", request)
    streamed = case / "client.sse"
    answer = streamed if streamed.exists() else case / "client.json"
    data = answer.read_bytes() if answer.exists() else b""
    return (b"\x08\x2b\x00" if answer == streamed else b"\x07\x00") + planted + b"\0\0" + data


def main(target: str, folder: str) -> None:
    for case in sorted(GOLDEN.glob("*/*")):
        for file in FILES[target]:
            path = case / file
            if not path.exists():
                continue
            data = path.read_bytes()
            if target in ("sse", "stream"):
                data = b"\x07\x2b\x00" + data
            if target == "answer":
                data = b"\x00" + data
            if target == "exchange":
                data = exchange(case, data)
            if target in ("request", "answer", "stream", "facts", "exchange"):
                data = pair(case.parent.name) + data
            (pathlib.Path(folder) / f"seed-{case.parent.name}-{case.name}-{file}").write_bytes(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
