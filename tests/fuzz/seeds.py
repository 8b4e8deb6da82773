"""Inputs to begin with, from the golden files: `seeds.py TARGET FOLDER` fills the folder."""

import base64
import json
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
    "stream": ["answer.sse", "answer.events"],
    "facts": ["request.json", "client.json"],
    "redact": ["request.json"],
    "response_filter": ["answer.json"],
    "exchange": ["request.json"],
}
# What an exchange's answer may be, as its client or its provider has it.
ANSWERS = ["client.sse", "client.json", "answer.sse", "answer.events", "answer.json"]
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
EMBEDDERS = ["openai", "gemini", "vertex", "bedrock", "bedrock-cohere", "cohere"]
APIS = ["openai", "openai-responses", "azure-openai", "anthropic", "gemini", "vertex", "vertex-claude", "bedrock", "cohere"]


def pair(case: pathlib.Path) -> bytes:
    """The byte that chooses a pair, as in src/input.rs."""
    client, api = re.fullmatch("(.*)-to-(.*)", case.parent.name).groups()
    if client not in CLIENTS:
        api = "bedrock-cohere" if api == "bedrock" and case.name.startswith("cohere") else api
        return bytes([len(CLIENTS) * len(APIS) + (EMBEDDERS.index(api) if api in EMBEDDERS else 0)])
    if api == "vertex" and case.name.startswith("claude"):
        api = "vertex-claude"
    return bytes([APIS.index(api) * len(CLIENTS) + CLIENTS.index(client)])


def exchanges(case: pathlib.Path, request: bytes) -> list[bytes]:
    """A request with something planted in its longest words, and an answer: of a stream as its client got it; and of every case in one of
    these ways: as its client got it, as its provider sent it, and of streams either of them without a policy and broken off."""
    planted = re.sub(rb'(?<=: ")[A-Za-z ,.!?]{12,}(?=")', b"mail @@ now", request) + b"\0\0"
    answers = {file: (case / file).read_bytes() for file in ANSWERS if (case / file).exists()}
    streamed = any(file.endswith(("sse", "events")) for file in answers)
    cuts = b"\x08\x2b\x00" if streamed else b"\x07\x00"
    made = []
    for file, answer in answers.items():
        translated = 0x80 if file.startswith("answer") else 0
        made.append(bytes([cuts[0] | translated]) + cuts[1:] + planted + answer)
        if streamed:
            made.append(bytes([cuts[0] | translated | 0x40]) + cuts[1:] + planted + answer[: len(answer) * 2 // 3])
    made = made or [cuts + planted]
    turn = len(request) % len(made)
    return made[:1] + made[turn:turn + 1] if streamed and turn else made[turn:turn + 1]


# The arguments of a tool call, with what rules find and what is put back, in several ways of writing it.
ARGUMENTS = '{"to":"\\u003cEMAIL_1\\u003e","<EMAIL_1>":"a\\"<EMAIL_1>","n":[4111111111111111,-4.1e3],"k":"ACME-123456 \\ud83e\\udd80"}'


def written() -> list[bytes]:
    """Exchanges that no golden file holds: text files that travel as base64, and arguments cut within escapes, placeholders and numbers."""
    text = "mail @@ about ACME-123456 now\n"
    file = base64.b64encode(("mail jane.doe@example.com now\n" * 20).encode()).decode()
    data = f"data:text/plain;base64,{file}"
    chat = [{"type": "text", "text": text}, {"type": "file", "file": {"filename": "a.txt", "file_data": data}}]
    responses = [{"type": "input_text", "text": text}, {"type": "input_file", "filename": "a.txt", "file_data": data}]
    source = {"type": "base64", "media_type": "text/plain", "data": file}
    messages = [{"type": "text", "text": text}, {"type": "document", "source": source}]
    asked = {"model": "m", "stream": True, "max_tokens": 9}
    requests = {
        "openai.chat": {**asked, "messages": [{"role": "user", "content": chat}]},
        "openai.responses": {**asked, "input": [{"role": "user", "content": responses}]},
        "anthropic.messages": {**asked, "messages": [{"role": "user", "content": messages}]},
    }
    made = []
    for size in (1, 3, 7):
        pieces = [ARGUMENTS[at : at + size] for at in range(0, len(ARGUMENTS), size)]
        call = [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces]
        delta = {"type": "response.function_call_arguments.delta", "output_index": 0, "item_id": "fc_1"}
        block = {"type": "content_block_delta", "index": 0}
        events = {
            "openai.chat": [{"choices": [{"index": 0, "delta": piece, "finish_reason": None}]} for piece in call],
            "openai.responses": [{**delta, "sequence_number": at, "delta": piece} for at, piece in enumerate(pieces)],
            "anthropic.messages": [
                {**block, "delta": {"type": "input_json_delta", "partial_json": piece}} for piece in pieces
            ],
        }
        for client, request in requests.items():
            stream = "".join(f"data: {json.dumps(event)}\n\n" for event in events[client])
            made.append(bytes([CLIENTS.index(client)]) + b"\x08\x2b\x00" + json.dumps(request).encode() + b"\0\0" + stream.encode())
    return made


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
            for number, data in enumerate(exchanges(case, data) if target == "exchange" else [data]):
                if target in ("request", "answer", "stream", "facts", "exchange"):
                    data = pair(case) + data
                name = f"seed-{case.parent.name}-{case.name}-{file}" + (f"-{number}" if number else "")
                (pathlib.Path(folder) / name).write_bytes(data)
    if target == "exchange":
        for number, data in enumerate(written()):
            (pathlib.Path(folder) / f"seed-written-{number}").write_bytes(data)
    if target in ("redact", "response_filter"):
        for number, text in enumerate([*FOUND, ARGUMENTS, json.dumps({"arguments": ARGUMENTS})]):
            data = text.encode() if target == "redact" else b"\x03\x01\x00" + text.encode()
            (pathlib.Path(folder) / f"seed-found-{number}").write_bytes(data)
    if target == "messages":
        for number, message in enumerate(MESSAGES):
            (pathlib.Path(folder) / f"seed-message-{number}").write_bytes(bytes.fromhex(message))


if __name__ == "__main__":
    main(*sys.argv[1:])
