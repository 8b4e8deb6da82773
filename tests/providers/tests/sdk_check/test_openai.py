"""The real OpenAI and Anthropic SDKs against the simulated providers.

Run by pytest in an environment that has both SDKs. The binary is taken from TOLLGATE_PROVIDERS, or built by cargo.
"""

import json
import os
import pathlib
import subprocess
import urllib.request

import anthropic
import openai
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
}
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "Weather", "parameters": WEATHER}}]
CLAUDE_TOOLS = [{"name": "get_weather", "description": "Weather", "input_schema": WEATHER}]


def binary():
    if given := os.environ.get("TOLLGATE_PROVIDERS"):
        return given
    build = ["cargo", "build", "--quiet", "-p", "tollgate-providers", "--message-format", "json-render-diagnostics"]
    lines = subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    built = [message["executable"] for line in lines if (message := json.loads(line)).get("executable")]
    return built[-1]


@pytest.fixture(scope="module")
def urls():
    addresses = ["--openai", "127.0.0.1:0", "--anthropic", "127.0.0.1:0"]
    process = subprocess.Popen([binary(), *addresses], stdout=subprocess.PIPE, text=True)
    try:
        yield {name: url for name, _, _, url in (process.stdout.readline().split() for _ in range(2))}
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


@pytest.fixture
def oai(urls):
    return openai.OpenAI(base_url=urls["openai"] + "/v1", api_key="sk-test", max_retries=0)


@pytest.fixture
def claude(urls):
    return anthropic.Anthropic(base_url=urls["anthropic"], api_key="sk-ant-test", max_retries=0)


def hello(text="Hello, world"):
    return [{"role": "user", "content": text}]


# Awkward ways to write the same stream.
FORMS = [
    {},
    {"chunk_bytes": 1},
    {"chunk_bytes": 7, "crlf": True},
    {"comments": True},
    {"gzip": True},
    {"delta_chars": 3},
]


class TestOpenAi:
    def test_chat(self, oai):
        done = oai.chat.completions.create(model="gpt-4o", messages=hello(), n=2, logprobs=True)
        assert [choice.message.content for choice in done.choices] == ["You said: Hello, world"] * 2
        assert done.choices[0].finish_reason == "stop"
        assert done.choices[0].logprobs.content[0].token == "You"
        assert (done.usage.prompt_tokens, done.usage.completion_tokens, done.usage.total_tokens) == (3, 12, 15)
        assert done.usage.completion_tokens_details.reasoning_tokens == 0
        assert done.system_fingerprint and done._request_id

    @pytest.mark.parametrize("form", FORMS, ids=str)
    def test_chat_stream(self, oai, control, form):
        control("openai", **form)
        options = {"include_usage": True}
        stream = oai.chat.completions.create(model="gpt-4o", messages=hello("Grüße 😀"), stream=True, stream_options=options)
        chunks = list(stream)
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        assert text == "You said: Grüße 😀"
        assert chunks[-2].choices[0].finish_reason == "stop"
        assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 6
        assert all(chunk.usage is None for chunk in chunks[:-1])

    def test_tools(self, oai):
        messages = hello('use get_weather for "Ulm" please')
        done = oai.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS)
        call = done.choices[0].message.tool_calls[0]
        assert done.choices[0].finish_reason == "tool_calls"
        assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", {"city": "Ulm", "days": 1})
        messages += [done.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "21 C"}]
        done = oai.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS)
        assert done.choices[0].message.content == "Tool result: 21 C"

    @pytest.mark.parametrize("names", [["get_weather"], ["get_weather", "get_time"]])
    def test_tools_stream(self, oai, names):
        tools = [{"type": "function", "function": {"name": name, "parameters": WEATHER}} for name in names]
        text = " and ".join(f'{name} "{name}-city"' for name in names)
        with oai.chat.completions.stream(model="gpt-4o", messages=hello(text), tools=tools) as stream:
            done = stream.get_final_completion()
        calls = done.choices[0].message.tool_calls
        assert [call.function.name for call in calls] == names
        assert [json.loads(call.function.arguments)["city"] for call in calls] == [f"{name}-city" for name in names]
        assert len({call.id for call in calls}) == len(names)

    def test_json_mode(self, oai):
        form = {"type": "json_object"}
        done = oai.chat.completions.create(model="gpt-4o", messages=hello("as json"), response_format=form)
        assert json.loads(done.choices[0].message.content) == {"answer": "You said: as json"}

    def test_responses(self, oai):
        done = oai.responses.create(model="gpt-4o", input="Hi", instructions="Be brief")
        assert (done.output_text, done.status) == ("You said: Hi", "completed")
        assert done.usage.total_tokens == done.usage.input_tokens + done.usage.output_tokens == 6

    def test_responses_tools(self, oai):
        tools = [{"type": "function", "name": "get_weather", "parameters": WEATHER, "strict": False}]
        first = oai.responses.create(model="gpt-4o", input='get_weather "Ulm"', tools=tools)
        call = first.output[0]
        assert json.loads(call.arguments)["city"] == "Ulm"
        items = hello("x") + [call, {"type": "function_call_output", "call_id": call.call_id, "output": "21 C"}]
        assert oai.responses.create(model="gpt-4o", input=items, tools=tools).output_text == "Tool result: 21 C"

    def test_responses_stream(self, oai):
        events = list(oai.responses.create(model="gpt-4o", input="Hi there", stream=True))
        assert [event.sequence_number for event in events] == list(range(len(events)))
        assert "".join(e.delta for e in events if e.type == "response.output_text.delta") == "You said: Hi there"
        assert events[-1].type == "response.completed" and events[-1].response.usage.output_tokens == 5
        with oai.responses.stream(model="gpt-4o", input="Hi") as stream:
            assert stream.get_final_response().output_text == "You said: Hi"

    def test_embeddings_and_models(self, oai):
        done = oai.embeddings.create(model="text-embedding-3-small", input=["red fox", "red wolf"], dimensions=64)
        assert [len(one.embedding) for one in done.data] == [64, 64]
        plain = oai.embeddings.create(model="text-embedding-3-small", input="red fox", dimensions=64, encoding_format="float")
        assert plain.data[0].embedding == pytest.approx(done.data[0].embedding)
        assert "gpt-4o" in [model.id for model in oai.models.list()]
        assert oai.models.retrieve("gpt-4o").id == "gpt-4o"

    @pytest.mark.parametrize(
        ("extra", "part"),
        [
            ({"extra_body": {"max_tokens_to_sample": 3}}, "Unrecognized request argument supplied: max_tokens_to_sample"),
            ({"messages": []}, "Invalid 'messages': empty array"),
            ({"messages": [{"role": "bot", "content": "x"}]}, "Invalid value: 'bot'"),
            ({"messages": hello() + [{"role": "tool", "tool_call_id": "c", "content": "x"}]}, "preceeding message"),
            ({"temperature": 3}, "decimal above maximum value"),
            ({"stream_options": {"include_usage": True}}, "only allowed when 'stream' is enabled"),
            ({"tool_choice": "auto"}, "only allowed when 'tools' are specified"),
        ],
    )
    def test_refusals(self, oai, extra, part):
        with pytest.raises(openai.BadRequestError, match="(?s).*" + part.replace("[", r"\[")) as error:
            oai.chat.completions.create(**({"model": "gpt-4o", "messages": hello()} | extra))
        assert error.value.type == "invalid_request_error"

    def test_faults(self, oai, control):
        ask = lambda **more: oai.chat.completions.create(model="gpt-4o", messages=hello(), **more)
        control("openai", status=429, retry_after=7, fault_count=1)
        with pytest.raises(openai.RateLimitError) as error:
            ask()
        assert error.value.code == "rate_limit_exceeded" and error.value.response.headers["retry-after"] == "7"
        assert ask().choices
        control("openai", status=503)
        with pytest.raises(openai.InternalServerError):
            ask()
        control("openai", down=True)
        with pytest.raises(openai.APIConnectionError):
            ask()
        control("openai", error_after=2)
        with pytest.raises(openai.APIError, match="server had an error"):
            list(ask(stream=True))
        control("openai", reset_after=2)
        with pytest.raises(openai.APIConnectionError):
            list(ask(stream=True))
        control("openai", expect_key="another")
        with pytest.raises(openai.AuthenticationError, match="sk-t"):
            ask()
        control("openai", models=["gpt-5"])
        with pytest.raises(openai.NotFoundError):
            ask()


class TestAnthropic:
    def test_message(self, claude):
        done = claude.messages.create(model="claude-opus-4-8", max_tokens=100, system="Be brief", messages=hello())
        assert [block.text for block in done.content] == ["You said: Hello, world"]
        assert (done.stop_reason, done.usage.input_tokens, done.usage.output_tokens) == ("end_turn", 5, 6)
        assert (done.usage.cache_read_input_tokens, done.usage.cache_creation_input_tokens) == (0, 0)

    @pytest.mark.parametrize("form", FORMS, ids=str)
    def test_stream(self, claude, control, form):
        control("anthropic", **form)
        with claude.messages.stream(model="claude-opus-4-8", max_tokens=100, messages=hello("Grüße 😀")) as stream:
            assert "".join(stream.text_stream) == "You said: Grüße 😀"
            done = stream.get_final_message()
        assert (done.stop_reason, done.usage.output_tokens) == ("end_turn", 6)

    def test_raw_events(self, claude):
        events = claude.messages.create(model="claude-opus-4-8", max_tokens=99, messages=hello("x"), stream=True)
        kinds = [event.type for event in events]
        assert kinds[:2] == ["message_start", "content_block_start"]
        assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]

    def test_tools(self, claude):
        ask = lambda messages: claude.messages.create(
            model="claude-opus-4-8", max_tokens=100, messages=messages, tools=CLAUDE_TOOLS
        )
        messages = hello('use get_weather for "Ulm" please')
        done = ask(messages)
        call = done.content[0]
        assert (done.stop_reason, call.name, call.input) == ("tool_use", "get_weather", {"city": "Ulm", "days": 1})
        messages.append({"role": "assistant", "content": done.content})
        messages.append({"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "21 C"}]})
        assert ask(messages).content[0].text == "Tool result: 21 C"
        with claude.messages.stream(
            model="claude-opus-4-8", max_tokens=100, messages=messages[:1], tools=CLAUDE_TOOLS
        ) as stream:
            assert stream.get_final_message().content[0].input == {"city": "Ulm", "days": 1}

    def test_thinking(self, claude):
        more = {"max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}}
        done = claude.messages.create(model="claude-opus-4-8", messages=hello("x"), **more)
        assert [block.type for block in done.content] == ["thinking", "text"]
        with claude.messages.stream(model="claude-opus-4-8", messages=hello("x"), **more) as stream:
            streamed = stream.get_final_message()
        assert [block.type for block in streamed.content] == ["thinking", "text"]
        assert streamed.content[0].signature == done.content[0].signature
        assert streamed.usage.output_tokens == done.usage.output_tokens

    def test_cache(self, claude):
        system = [{"type": "text", "text": "You cache things.", "cache_control": {"type": "ephemeral"}}]
        ask = lambda: claude.messages.create(model="claude-opus-4-8", max_tokens=50, system=system, messages=hello()).usage
        first, second = ask(), ask()
        assert first.cache_creation_input_tokens == second.cache_read_input_tokens == 5
        assert first.cache_read_input_tokens == second.cache_creation_input_tokens == 0

    def test_count_and_models(self, claude):
        counted = claude.messages.count_tokens(model="claude-opus-4-8", messages=hello())
        done = claude.messages.create(model="claude-opus-4-8", max_tokens=100, messages=hello())
        assert counted.input_tokens == done.usage.input_tokens
        assert "claude-opus-4-8" in [model.id for model in claude.models.list()]

    @pytest.mark.parametrize(
        ("body", "part"),
        [
            ({"max_tokens": None}, "max_tokens: Field required"),
            ({"n": 2}, "n: Extra inputs are not permitted"),
            ({"messages": [{"role": "system", "content": "x"}]}, 'Unexpected role "system"'),
            ({"messages": [{"role": "user", "content": ""}]}, "must have non-empty content"),
            ({"messages": [{"role": "user", "content": [{"type": "text", "text": "x", "a": 1}]}]}, r"0\.text\.a: Extra"),
            ({"temperature": 0.5}, "temperature: Extra inputs are not permitted"),
            ({"tools": [{"name": "a", "input_schema": {}}]}, r"tools\.0\.custom\.input_schema\.type: Field required"),
        ],
    )
    def test_refusals(self, claude, body, part):
        body = {"model": "claude-opus-4-8", "max_tokens": 10, "messages": hello()} | body
        with pytest.raises(anthropic.BadRequestError, match=part) as error:
            claude.post("/v1/messages", body=body, cast_to=object)
        assert error.value.body["error"]["type"] == "invalid_request_error"

    def test_faults(self, claude, control):
        ask = lambda: claude.messages.create(model="claude-opus-4-8", max_tokens=10, messages=hello())
        control("anthropic", status=529, fault_count=2)
        for _ in range(2):
            with pytest.raises(anthropic.APIStatusError) as error:
                ask()
            assert (error.value.status_code, error.value.body["error"]["type"]) == (529, "overloaded_error")
        assert ask().content
        control("anthropic", error_after=3)
        with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
            with claude.messages.stream(model="claude-opus-4-8", max_tokens=10, messages=hello()) as stream:
                stream.get_final_message()
        control("anthropic", html=True)
        with pytest.raises(anthropic.InternalServerError):
            ask()
        control("anthropic", expect_key="another")
        with pytest.raises(anthropic.AuthenticationError, match="Invalid bearer token"):
            ask()
