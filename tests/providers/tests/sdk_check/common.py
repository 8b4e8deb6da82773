"""What the tests of all SDKs have in common."""

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
}
# Awkward ways to write the same stream.
FORMS = [
    {},
    {"chunk_bytes": 1},
    {"chunk_bytes": 7, "crlf": True},
    {"comments": True},
    {"gzip": True},
    {"delta_chars": 3, "argument_chars": 1},
]


def hello(text="Hello, world"):
    return [{"role": "user", "content": text}]
