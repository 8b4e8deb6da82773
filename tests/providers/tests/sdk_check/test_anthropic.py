"""The Anthropic SDK against the simulated Anthropic API."""

import anthropic
import pytest
from common import FORMS, WEATHER, hello

TOOLS = [{"name": "get_weather", "description": "Weather", "input_schema": WEATHER}]


@pytest.fixture
def claude(urls):
    return anthropic.Anthropic(base_url=urls["anthropic"], api_key="sk-ant-test", max_retries=0)


def test_message(claude):
    done = claude.messages.create(model="claude-opus-4-8", max_tokens=100, system="Be brief", messages=hello())
    assert [block.text for block in done.content] == ["You said: Hello, world"]
    assert (done.stop_reason, done.usage.input_tokens, done.usage.output_tokens) == ("end_turn", 5, 6)
    assert (done.usage.cache_read_input_tokens, done.usage.cache_creation_input_tokens) == (0, 0)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_stream(claude, control, form):
    control("anthropic", **form)
    with claude.messages.stream(model="claude-opus-4-8", max_tokens=100, messages=hello("Grüße 😀")) as stream:
        assert "".join(stream.text_stream) == "You said: Grüße 😀"
        done = stream.get_final_message()
    assert (done.stop_reason, done.usage.output_tokens) == ("end_turn", 6)


def test_raw_events(claude):
    events = claude.messages.create(model="claude-opus-4-8", max_tokens=99, messages=hello("x"), stream=True)
    kinds = [event.type for event in events]
    assert kinds[:2] == ["message_start", "content_block_start"]
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]


def test_tools(claude):
    ask = lambda messages: claude.messages.create(
        model="claude-opus-4-8", max_tokens=100, messages=messages, tools=TOOLS
    )
    messages = hello('use get_weather for "Ulm" please')
    done = ask(messages)
    call = done.content[0]
    assert (done.stop_reason, call.name, call.input) == ("tool_use", "get_weather", {"city": "Ulm", "days": 1})
    messages.append({"role": "assistant", "content": done.content})
    messages.append({"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "21 C"}]})
    assert ask(messages).content[0].text == "Tool result: 21 C"
    with claude.messages.stream(
        model="claude-opus-4-8", max_tokens=100, messages=messages[:1], tools=TOOLS
    ) as stream:
        assert stream.get_final_message().content[0].input == {"city": "Ulm", "days": 1}


def test_thinking(claude):
    more = {"max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}}
    done = claude.messages.create(model="claude-opus-4-8", messages=hello("x"), **more)
    assert [block.type for block in done.content] == ["thinking", "text"]
    with claude.messages.stream(model="claude-opus-4-8", messages=hello("x"), **more) as stream:
        streamed = stream.get_final_message()
    assert [block.type for block in streamed.content] == ["thinking", "text"]
    assert streamed.content[0].signature == done.content[0].signature
    assert streamed.usage.output_tokens == done.usage.output_tokens


def test_cache(claude):
    system = [{"type": "text", "text": "You cache things.", "cache_control": {"type": "ephemeral"}}]
    ask = lambda: claude.messages.create(model="claude-opus-4-8", max_tokens=50, system=system, messages=hello()).usage
    first, second = ask(), ask()
    assert first.cache_creation_input_tokens == second.cache_read_input_tokens == 5
    assert first.cache_read_input_tokens == second.cache_creation_input_tokens == 0


def test_count_and_models(claude):
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
def test_refusals(claude, body, part):
    body = {"model": "claude-opus-4-8", "max_tokens": 10, "messages": hello()} | body
    with pytest.raises(anthropic.BadRequestError, match=part) as error:
        claude.post("/v1/messages", body=body, cast_to=object)
    assert error.value.body["error"]["type"] == "invalid_request_error"


def test_faults(claude, control):
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


@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("refusal", "refusal"),
        ("safety", "refusal"),
        ("length", "max_tokens"),
        ("pause", "pause_turn"),
        ("context_window", "model_context_window_exceeded"),
    ],
)
def test_ends(claude, control, finish, reason):
    control("anthropic", finish=finish)
    ask = {"model": "claude-opus-4-8", "max_tokens": 100, "messages": hello()}
    done = claude.messages.create(**ask)
    with claude.messages.stream(**ask) as stream:
        streamed = stream.get_final_message()
    assert (done.stop_reason, streamed.stop_reason) == (reason, reason)
    assert (done.stop_details is not None) == (reason == "refusal")
    assert [block.text for block in streamed.content] == [block.text for block in done.content]


def test_thoughts_in_cipher_and_citations(claude, control):
    control("anthropic", thinking="Hmm", redacted_thinking=True, citations=True)
    ask = {"model": "claude-opus-4-8", "max_tokens": 100}
    done = claude.messages.create(messages=hello(), **ask)
    assert [block.type for block in done.content] == ["redacted_thinking", "text"]
    assert done.content[1].citations[0].cited_text == "You said: Hello, world"
    assert done.usage.output_tokens_details.thinking_tokens == 1
    with claude.messages.stream(messages=hello(), **ask) as stream:
        streamed = stream.get_final_message().content
    assert streamed[0] == done.content[0] and streamed[1].citations == done.content[1].citations
    history = hello() + [{"role": "assistant", "content": [done.content[0], {"type": "text", "text": "x"}]}] + hello("y")
    assert claude.messages.create(messages=history, **ask).content[1].text == "You said: y"
