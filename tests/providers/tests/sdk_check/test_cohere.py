"""The Cohere SDK against the simulated Cohere API."""

import json

import cohere
import pytest
from cohere.core.api_error import ApiError
from common import FORMS, WEATHER, hello

TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "Weather", "parameters": WEATHER}}]
MODEL = "command-a-03-2025"


@pytest.fixture
def co(urls):
    return cohere.ClientV2(api_key="k", base_url=urls["cohere"])


def told(events, kind):
    return [event for event in events if event.type == kind]


def test_chat(co):
    done = co.chat(model=MODEL, messages=[{"role": "system", "content": "Be brief"}] + hello(), logprobs=True)
    assert (done.message.content[0].text, done.finish_reason) == ("You said: Hello, world", "COMPLETE")
    assert (done.usage.tokens.input_tokens, done.usage.billed_units.output_tokens) == (5, 6)
    assert "".join(one.text for one in done.logprobs) == "You said: Hello, world"


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_chat_stream(co, control, form):
    control("cohere", **form)
    events = list(co.chat_stream(model=MODEL, messages=hello("Grüße 😀")))
    kinds = [event.type for event in events if event.type != "content-delta"]
    assert kinds == ["message-start", "content-start", "content-end", "message-end"]
    assert events[0].delta.message.role == "assistant"
    assert "".join(event.delta.message.content.text for event in told(events, "content-delta")) == "You said: Grüße 😀"
    assert events[-1].delta.finish_reason == "COMPLETE" and events[-1].delta.usage.tokens.output_tokens == 6


@pytest.mark.parametrize("names", [["get_weather"], ["get_weather", "get_time"]])
def test_tools(co, names):
    tools = [{"type": "function", "function": {"name": name, "parameters": WEATHER}} for name in names]
    messages = hello(" and ".join(f'{name} "{name}-city"' for name in names))
    done = co.chat(model=MODEL, messages=messages, tools=tools)
    assert done.finish_reason == "TOOL_CALL" and done.message.tool_plan
    calls = done.message.tool_calls
    assert [json.loads(call.function.arguments)["city"] for call in calls] == [f"{name}-city" for name in names]
    events = list(co.chat_stream(model=MODEL, messages=messages, tools=tools))
    started = told(events, "tool-call-start")
    assert [event.delta.message.tool_calls.function.name for event in started] == names
    for index, call in enumerate(calls):
        deltas = [event for event in told(events, "tool-call-delta") if event.index == index]
        assert "".join(e.delta.message.tool_calls.function.arguments for e in deltas) == call.function.arguments
    assert "".join(event.delta.message.tool_plan for event in told(events, "tool-plan-delta")) == done.message.tool_plan
    messages.append({"role": "assistant", "tool_plan": done.message.tool_plan, "tool_calls": calls})
    for call in calls:
        content = [{"type": "document", "document": {"data": {"text": "21 C"}}}]
        messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
    assert co.chat(model=MODEL, messages=messages, tools=tools).message.content[0].text.startswith("Tool result: 21 C")


def test_choice_and_structure(co):
    assert co.chat(model=MODEL, messages=hello("x"), tools=TOOLS, tool_choice="REQUIRED").message.tool_calls
    assert not co.chat(model=MODEL, messages=hello("get_weather"), tools=TOOLS, tool_choice="NONE").message.tool_calls
    form = {"type": "json_object", "json_schema": WEATHER}
    done = co.chat(model=MODEL, messages=hello("x"), response_format=form)
    assert json.loads(done.message.content[0].text) == {"city": "You said: x", "days": 1}


def test_thinking(co):
    ask = {"model": "command-a-reasoning-08-2025", "messages": hello("x"), "thinking": {"type": "enabled"}}
    done = co.chat(**ask)
    assert [part.type for part in done.message.content] == ["thinking", "text"]
    events = list(co.chat_stream(**ask))
    thought = [event.delta.message.content.thinking for event in told(events, "content-delta")]
    assert "".join(filter(None, thought)) == done.message.content[0].thinking
    assert [event.delta.message.content.type for event in told(events, "content-start")] == ["thinking", "text"]
    history = hello("x") + [{"role": "assistant", "content": done.message.content}] + hello("y")
    assert co.chat(model=MODEL, messages=history).message.content[0].text == "You said: y"


@pytest.mark.parametrize(("mode", "inside"), [("FAST", True), ("ACCURATE", False)])
def test_citations(co, control, mode, inside):
    control("cohere", citations=True)
    documents = [{"id": "a", "data": {"text": "red fox"}}, "blue whale"]
    ask = {"model": MODEL, "messages": hello(), "documents": documents, "citation_options": {"mode": mode}}
    citation = co.chat(**ask).message.citations[0]
    assert (citation.text, citation.sources[0].id) == ("You said: Hello, world", "a")
    events = list(co.chat_stream(**ask))
    kinds = [event.type for event in events]
    assert told(events, "citation-start")[0].delta.message.citations == citation
    assert (kinds.index("citation-end") < kinds.index("content-end")) == inside


@pytest.mark.parametrize("finish", ["length", "error", "refusal"])
def test_ends(co, control, finish):
    control("cohere", finish=finish)
    reason = {"length": "MAX_TOKENS", "error": "ERROR", "refusal": "COMPLETE"}[finish]
    assert co.chat(model=MODEL, messages=hello()).finish_reason == reason
    end = list(co.chat_stream(model=MODEL, messages=hello()))[-1].delta
    assert end.finish_reason == reason and bool(end.error) == (finish == "error")


def test_embed(co):
    done = co.embed(
        model="embed-v4.0",
        input_type="search_document",
        texts=["red fox", "red wolf"],
        output_dimension=256,
        embedding_types=["float", "int8", "uint8", "binary", "ubinary", "base64"],
    )
    vectors = done.embeddings
    assert [len(one) for one in vectors.float_] == [256, 256] and [len(one) for one in vectors.ubinary] == [32, 32]
    assert [len(vectors.int8), len(vectors.uint8), len(vectors.binary), len(vectors.base64)] == [2, 2, 2, 2]
    assert done.meta.billed_units.input_tokens == 4 and done.texts == ["red fox", "red wolf"]
    done = co.embed(model="embed-english-v3.0", input_type="classification", texts=["x"])
    assert len(done.embeddings.float_[0]) == 1024


def test_models(co):
    assert MODEL in [model.name for model in co.models.list(endpoint="chat").models]


@pytest.mark.parametrize(
    ("change", "status", "part"),
    [
        ({"messages": []}, 400, "at least one element"),
        ({"p": 1.0}, 400, "p must be between 0.01 and 0.99"),
        ({"tools": [{"type": "function", "function": {"name": "a", "parameters": {}, "strict": True}}]}, 422, "parameter 'strict'"),
        ({"tool_choice": "AUTO", "tools": TOOLS}, 400, "tool_choice must be one of"),
        ({"stop_sequences": list("abcdef")}, 400, "at most 5"),
        ({"messages": hello() + [{"role": "tool", "tool_call_id": "c", "content": "x"}]}, 400, "'c' not found"),
        ({"tools": TOOLS, "response_format": {"type": "json_object"}}, 400, "not supported with documents or tools"),
    ],
)
def test_refusals(co, change, status, part):
    with pytest.raises(ApiError) as error:
        co.chat(**({"model": MODEL, "messages": hello()} | change))
    assert error.value.status_code == status and part in error.value.body["message"] and error.value.body["id"]


def test_faults(co, control):
    once = {"request_options": {"max_retries": 0}}
    ask = lambda: co.chat(model=MODEL, messages=hello(), **once)
    for status, kind in [(429, cohere.TooManyRequestsError), (503, cohere.ServiceUnavailableError), (401, cohere.UnauthorizedError)]:
        control("cohere", status=status)
        with pytest.raises(kind):
            ask()
    control("cohere", finish="blocked")
    with pytest.raises(ApiError) as error:
        ask()
    assert error.value.status_code == 498
    control("cohere", expect_key="another")
    with pytest.raises(cohere.UnauthorizedError, match="invalid api token"):
        ask()
    control("cohere", models=["other"])
    with pytest.raises(cohere.NotFoundError, match="not found"):
        ask()
    control("cohere", error_after=2)
    last = list(co.chat_stream(model=MODEL, messages=hello()))[-1]
    assert last.type == "message-end" and last.delta.error and last.delta.finish_reason == "ERROR"
