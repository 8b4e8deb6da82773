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
    "messages": [],
    "request": ["request.json"],
    "answer": ["answer.json"],
    "stream": ["answer.sse"],
    "facts": ["request.json", "client.json"],
    "redact": ["request.json"],
    "response_filter": ["answer.json"],
    "exchange": ["request.json"],
}
# What rules find, for the targets of redaction: plain, and in other writing.
FOUND = [
    "mail jane@example.com, or ｊｏｅ＠ｅｘａｍｐｌｅ．ｃｏｍ now",
    "card 4111 1111 1111 1111 or ４１１１１１１１１１１１１１１１ or 4111\u200b1111\u200b1111\u200b1111 end",
    '{"to":"<EMAIL_1>","n":4111111111111111,"k":"ACME-12 \\u0040 pin 1234"}',
    "blue fin nightjars 夜鷹，１２３４ pin &lt;EMAIL_2&gt; <EMAIL\\_1> \\<EMAIL_1\\> [EMAIL]",
    "call +44 20 7946 0958 \u2014 DE89 3704 0044 0532 0130 00 \u00a0 536-90-4399, 10.0.0.1",
]
# Messages of every kind, behind the byte that chooses one: a renewal told and asked, a report, an introduction told and asked.
MESSAGES = [
    "000a300a110a0174120374706d21010000000000000010031a0c080110ac022064286430c8012208086410321814200a28d00f",
    "0109070000000000000012016e1a220a110a0174120374706d21010000000000000010031a07080110ac02280120052805",
    "020a016e11010000000000000018022210080312060a01743a01721a0408016002",
    "03090700000000000000",
    "040a016e",
]
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
            if target in ("sse", "stream", "response_filter"):
                data = b"\x07\x2b\x00" + data
            if target == "answer":
                data = b"\x00" + data
            if target == "exchange":
                data = exchange(case, data)
            if target in ("request", "answer", "stream", "facts", "exchange"):
                data = pair(case.parent.name) + data
            (pathlib.Path(folder) / f"seed-{case.parent.name}-{case.name}-{file}").write_bytes(data)
    if target in ("redact", "response_filter"):
        for number, text in enumerate(FOUND):
            data = text.encode() if target == "redact" else b"\x03\x01\x00" + text.encode()
            (pathlib.Path(folder) / f"seed-found-{number}").write_bytes(data)
    if target == "messages":
        for number, message in enumerate(MESSAGES):
            (pathlib.Path(folder) / f"seed-message-{number}").write_bytes(bytes.fromhex(message))


if __name__ == "__main__":
    main(*sys.argv[1:])
