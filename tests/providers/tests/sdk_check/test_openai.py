"""The OpenAI SDK against the simulated OpenAI API."""

import json

import openai
import pytest
from common import FORMS, WEATHER, hello

TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "Weather", "parameters": WEATHER}}]


@pytest.fixture
def oai(urls):
    return openai.OpenAI(base_url=urls["openai"] + "/v1", api_key="sk-test", max_retries=0)


def test_chat(oai):
    done = oai.chat.completions.create(model="gpt-4o", messages=hello(), n=2, logprobs=True)
    assert [choice.message.content for choice in done.choices] == ["You said: Hello, world"] * 2
    assert done.choices[0].finish_reason == "stop"
    assert done.choices[0].logprobs.content[0].token == "You"
    assert (done.usage.prompt_tokens, done.usage.completion_tokens, done.usage.total_tokens) == (3, 12, 15)
    assert done.usage.completion_tokens_details.reasoning_tokens == 0
    assert done.system_fingerprint and done._request_id


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_chat_stream(oai, control, form):
    control("openai", **form)
    options = {"include_usage": True}
    stream = oai.chat.completions.create(model="gpt-4o", messages=hello("Grüße 😀"), stream=True, stream_options=options)
    chunks = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == "You said: Grüße 😀"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 6
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_tools(oai):
    messages = hello('use get_weather for "Ulm" please')
    done = oai.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS)
    call = done.choices[0].message.tool_calls[0]
    assert done.choices[0].finish_reason == "tool_calls"
    assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", {"city": "Ulm", "days": 1})
    messages += [done.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "21 C"}]
    done = oai.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS)
    assert done.choices[0].message.content == "Tool result: 21 C"


@pytest.mark.parametrize("names", [["get_weather"], ["get_weather", "get_time"]])
def test_tools_stream(oai, names):
    tools = [{"type": "function", "function": {"name": name, "parameters": WEATHER}} for name in names]
    text = " and ".join(f'{name} "{name}-city"' for name in names)
    with oai.chat.completions.stream(model="gpt-4o", messages=hello(text), tools=tools) as stream:
        done = stream.get_final_completion()
    calls = done.choices[0].message.tool_calls
    assert [call.function.name for call in calls] == names
    assert [json.loads(call.function.arguments)["city"] for call in calls] == [f"{name}-city" for name in names]
    assert len({call.id for call in calls}) == len(names)


def test_json_mode(oai):
    form = {"type": "json_object"}
    done = oai.chat.completions.create(model="gpt-4o", messages=hello("as json"), response_format=form)
    assert json.loads(done.choices[0].message.content) == {"answer": "You said: as json"}


def test_responses(oai):
    done = oai.responses.create(model="gpt-4o", input="Hi", instructions="Be brief")
    assert (done.output_text, done.status) == ("You said: Hi", "completed")
    assert done.usage.total_tokens == done.usage.input_tokens + done.usage.output_tokens == 6


def test_responses_tools(oai):
    tools = [{"type": "function", "name": "get_weather", "parameters": WEATHER, "strict": False}]
    first = oai.responses.create(model="gpt-4o", input='get_weather "Ulm"', tools=tools)
    call = first.output[0]
    assert json.loads(call.arguments)["city"] == "Ulm"
    items = hello("x") + [call, {"type": "function_call_output", "call_id": call.call_id, "output": "21 C"}]
    assert oai.responses.create(model="gpt-4o", input=items, tools=tools).output_text == "Tool result: 21 C"


def test_responses_stream(oai):
    events = list(oai.responses.create(model="gpt-4o", input="Hi there", stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert "".join(e.delta for e in events if e.type == "response.output_text.delta") == "You said: Hi there"
    assert events[-1].type == "response.completed" and events[-1].response.usage.output_tokens == 5
    with oai.responses.stream(model="gpt-4o", input="Hi") as stream:
        assert stream.get_final_response().output_text == "You said: Hi"


def test_embeddings_and_models(oai):
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
def test_refusals(oai, extra, part):
    with pytest.raises(openai.BadRequestError, match="(?s).*" + part.replace("[", r"\[")) as error:
        oai.chat.completions.create(**({"model": "gpt-4o", "messages": hello()} | extra))
    assert error.value.type == "invalid_request_error"


def test_faults(oai, control):
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


def test_log_probabilities_of_alternatives(oai):
    ask = lambda **more: oai.chat.completions.create(
        model="gpt-4o", messages=hello("x"), logprobs=True, top_logprobs=2, **more
    )
    tokens = ask().choices[0].logprobs.content
    assert "".join(token.token for token in tokens) == "You said: x"
    assert [len(token.top_logprobs) for token in tokens] == [2, 2, 2] and tokens[0].top_logprobs[0].token == "You"
    streamed = [c.choices[0].logprobs.content[0] for c in ask(stream=True) if c.choices and c.choices[0].logprobs]
    assert streamed == tokens


def test_choices_stream_side_by_side(oai):
    with oai.chat.completions.stream(model="gpt-4o", messages=hello("x"), n=3) as stream:
        done = stream.get_final_completion()
    assert [choice.message.content for choice in done.choices] == ["You said: x"] * 3


def test_embeddings_of_tokens(oai):
    done = oai.embeddings.create(model="text-embedding-3-small", input=[[1, 2, 3], [4]], encoding_format="base64")
    assert (len(done.data), done.usage.prompt_tokens) == (2, 4)
    raw = oai.embeddings.with_raw_response.create(model="text-embedding-3-small", input="x", dimensions=2)
    assert isinstance(raw.http_response.json()["data"][0]["embedding"], str)
    with pytest.raises(openai.BadRequestError, match="does not support specifying dimensions"):
        oai.embeddings.create(model="text-embedding-ada-002", input="x", dimensions=2)


class TestCompletions:
    def test_whole(self, oai):
        done = oai.completions.create(model="gpt-3.5-turbo-instruct", prompt=["a", "b"], n=2, echo=True, logprobs=1)
        assert [(c.index, c.text) for c in done.choices] == list(
            enumerate(["aYou said: a"] * 2 + ["bYou said: b"] * 2)
        )
        logprobs = done.choices[0].logprobs
        assert logprobs.tokens == ["aYou", " said:", " a"] and logprobs.text_offset == [0, 4, 10]
        assert (done.object, done.usage.prompt_tokens, done.usage.completion_tokens) == ("text_completion", 2, 12)

    def test_stream(self, oai):
        ask = {"model": "gpt-3.5-turbo-instruct", "stream": True, "stream_options": {"include_usage": True}}
        chunks = list(oai.completions.create(prompt="Grüße", **ask))
        assert "".join(c.choices[0].text for c in chunks if c.choices) == "You said: Grüße"
        assert chunks[-2].choices[0].finish_reason == "stop" and chunks[-1].usage.completion_tokens == 5
        # Without a limit of its own, an answer has 16 tokens.
        chunks = list(oai.completions.create(prompt="x" * 99, **ask))
        assert chunks[-2].choices[0].finish_reason == "length" and chunks[-1].usage.completion_tokens == 16

    @pytest.mark.parametrize(
        ("more", "part"),
        [
            ({"n": 2, "best_of": 1}, "best_of must be >= n"),
            ({"logprobs": 6}, "expected a value <= 5"),
            ({"extra_body": {"messages": []}}, "Unrecognized request argument supplied: messages"),
            ({"prompt": {}}, "expected a string or an array"),
        ],
    )
    def test_refusals(self, oai, more, part):
        with pytest.raises(openai.BadRequestError, match=part):
            oai.completions.create(**({"model": "gpt-3.5-turbo-instruct", "prompt": "x"} | more))


class TestResponses:
    def test_reasoning(self, oai):
        ask = {"model": "o4-mini", "input": "Hi", "reasoning": {"effort": "low", "summary": "auto"}}
        done = oai.responses.create(**ask)
        assert [item.type for item in done.output] == ["reasoning", "message"]
        assert done.output[0].summary[0].text == "The user wrote: Hi" and done.output[0].encrypted_content
        assert done.usage.output_tokens_details.reasoning_tokens == 5
        again = hello("x") + done.output + hello("and now")
        assert oai.responses.create(model="o4-mini", input=again).output_text == "You said: and now"
        with oai.responses.stream(**ask) as stream:
            events = list(stream)
            streamed = stream.get_final_response()
        assert [item.type for item in streamed.output] == ["reasoning", "message"]
        deltas = [e.delta for e in events if e.type == "response.reasoning_summary_text.delta"]
        assert "".join(deltas) == "The user wrote: Hi"
        assert [e.output_index for e in events if e.type == "response.output_item.added"] == [0, 1]

    def test_structured(self, oai):
        schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
        form = {"format": {"type": "json_schema", "name": "answer", "schema": schema}}
        done = oai.responses.create(model="gpt-4o", input="Hi", text=form)
        assert json.loads(done.output_text) == {"a": "You said: Hi"}

    def test_log_probabilities(self, oai):
        done = oai.responses.create(
            model="gpt-4o", input="Hi", include=["message.output_text.logprobs"], top_logprobs=2
        )
        assert len(done.output[0].content[0].logprobs[0].top_logprobs) == 2

    def test_input_tokens(self, oai):
        counted = oai.responses.input_tokens.count(model="gpt-4o", input="Hello, world", instructions="x")
        assert (counted.object, counted.input_tokens) == ("response.input_tokens", 4)

    @pytest.mark.parametrize(
        ("more", "part"),
        [
            ({"extra_body": {"messages": []}}, "Unknown parameter: 'messages'"),
            ({"reasoning": {"effort": "enormous"}}, "Invalid value: 'enormous'"),
            ({"tools": [{"type": "function", "name": "a b", "parameters": {}}]}, r"Invalid 'tools\[0\].name'"),
            ({"max_output_tokens": 3}, "Expected a value >= 16"),
            ({"input": [{"type": "function_call_output", "call_id": "c", "output": "x"}]}, "No tool call found"),
        ],
    )
    def test_refusals(self, oai, more, part):
        with pytest.raises(openai.BadRequestError, match=part) as error:
            oai.responses.create(**({"model": "gpt-4o", "input": "x"} | more))
        assert error.value.type == "invalid_request_error"


@pytest.mark.parametrize(
    ("finish", "chat", "response"),
    [
        ("length", "length", ("incomplete", "max_output_tokens")),
        ("safety", "content_filter", ("incomplete", "content_filter")),
        ("refusal", "stop", ("completed", None)),
        ("error", "stop", ("failed", None)),
    ],
)
def test_ends(oai, control, finish, chat, response):
    control("openai", finish=finish, citations=True)
    choice = oai.chat.completions.create(model="gpt-4o", messages=hello()).choices[0]
    chunks = list(oai.chat.completions.create(model="gpt-4o", messages=hello(), stream=True))
    assert choice.finish_reason == chunks[-1].choices[0].finish_reason == chat
    refused = "".join(chunk.choices[0].delta.refusal or "" for chunk in chunks)
    assert refused == (choice.message.refusal or "") and bool(refused) == (finish == "refusal")
    done = oai.responses.create(model="gpt-4o", input="Hello, world")
    assert (done.status, done.incomplete_details and done.incomplete_details.reason) == response
    kind = "refusal" if finish == "refusal" else "output_text"
    assert done.output[0].content[0].type == kind
    events = list(oai.responses.create(model="gpt-4o", input="Hello, world", stream=True))
    assert events[-1].type == f"response.{response[0]}"
    assert events[-1].response.output[0].content == done.output[0].content
    assert any(event.type == f"response.{kind}.delta" for event in events)


def test_thoughts_and_citations(oai, control):
    control("openai", thinking="Hmm, well", citations=True)
    message = oai.chat.completions.create(model="gpt-4o", messages=hello()).choices[0].message
    assert message.reasoning_content == "Hmm, well"
    assert message.annotations[0].url_citation.end_index == len(message.content)
    chunks = list(oai.chat.completions.create(model="gpt-4o", messages=hello(), stream=True))
    thoughts = [getattr(chunk.choices[0].delta, "reasoning_content", None) or "" for chunk in chunks]
    assert "".join(thoughts) == "Hmm, well"
    events = list(oai.responses.create(model="gpt-4o", input="Hi", stream=True))
    assert any(event.type == "response.output_text.annotation.added" for event in events)


def test_blocked(oai, control):
    control("openai", finish="blocked")
    with pytest.raises(openai.BadRequestError) as error:
        oai.chat.completions.create(model="gpt-4o", messages=hello())
    assert error.value.code == "invalid_prompt"
