"""The Google SDK against the simulated Gemini and Vertex AI APIs, and Anthropic's client for Vertex AI."""

import anthropic
import pytest
from common import FORMS, WEATHER, hello
from google import genai
from google.auth.credentials import AnonymousCredentials
from google.genai import errors, types
from google.oauth2.credentials import Credentials

TOOLS = [{"function_declarations": [{"name": "get_weather", "parameters_json_schema": WEATHER}]}]
MODEL = "gemini-2.5-flash"


@pytest.fixture
def studio(urls):
    return genai.Client(api_key="k", vertexai=False, http_options={"base_url": urls["gemini"]})


@pytest.fixture
def vertex(urls):
    return genai.Client(
        vertexai=True,
        project="p-1",
        location="europe-west4",
        credentials=Credentials(token="token"),
        http_options={"base_url": urls["vertex"], "api_version": "v1"},
    )


@pytest.fixture(params=["gemini", "vertex"])
def google(request, studio, vertex):
    return request.param, {"gemini": studio, "vertex": vertex}[request.param]


def config(**more):
    return types.GenerateContentConfig(
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True), **more
    )


def test_generate(google):
    done = google[1].models.generate_content(model=MODEL, contents="Hello, world", config=config(system_instruction="x"))
    assert (done.text, done.candidates[0].finish_reason) == ("You said: Hello, world", "STOP")
    usage = done.usage_metadata
    assert (usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count) == (4, 6, 10)
    assert (usage.traffic_type is not None) == (google[0] == "vertex")


# This SDK does not know comments in streams.
@pytest.mark.parametrize("form", [form for form in FORMS if "comments" not in form], ids=str)
def test_stream(google, control, form):
    control(google[0], **form)
    chunks = list(google[1].models.generate_content_stream(model=MODEL, contents="Grüße 😀"))
    assert "".join(chunk.text or "" for chunk in chunks) == "You said: Grüße 😀"
    assert chunks[-1].candidates[0].finish_reason == "STOP" and chunks[-1].usage_metadata.candidates_token_count == 6


@pytest.mark.parametrize("model", ["gemini-2.5-flash", "gemini-3-pro-preview"])
def test_tools(google, control, model):
    three = model.startswith("gemini-3")
    control(google[0], require_signatures=three)
    user = types.UserContent('use get_weather for "Ulm" please')
    more = {"model": model, "config": config(tools=TOOLS)}
    done = google[1].models.generate_content(contents=[user], **more)
    part = done.candidates[0].content.parts[0]
    assert (part.function_call.name, part.function_call.args) == ("get_weather", {"city": "Ulm", "days": 1})
    assert (part.thought_signature is not None, part.function_call.id is not None) == (three, three)
    streamed = [chunk for chunk in google[1].models.generate_content_stream(contents=[user], **more)]
    assert streamed[-1].function_calls[0].args == {"city": "Ulm", "days": 1}
    result = types.Part.from_function_response(name="get_weather", response={"output": "21 C"})
    contents = [user, done.candidates[0].content, types.Content(role="user", parts=[result])]
    assert google[1].models.generate_content(contents=contents, **more).text == "Tool result: 21 C"
    if three:
        part.thought_signature = None
        with pytest.raises(errors.ClientError, match="missing a thought_signature .* position 2"):
            google[1].models.generate_content(contents=contents, **more)
        # What the user said since begins another turn.
        contents += [types.ModelContent("21 C"), types.UserContent("thanks")]
        assert google[1].models.generate_content(contents=contents, **more).text == "You said: thanks"


def test_thoughts(google):
    thinking = types.ThinkingConfig(include_thoughts=True, thinking_budget=1024)
    done = google[1].models.generate_content(model=MODEL, contents="x", config=config(thinking_config=thinking))
    assert [part.thought for part in done.candidates[0].content.parts] == [True, None]
    assert done.usage_metadata.thoughts_token_count == 5
    hidden = config(thinking_config=types.ThinkingConfig(thinking_level="LOW"))
    done = google[1].models.generate_content(model=MODEL, contents="x", config=hidden)
    assert len(done.candidates[0].content.parts) == 1 and done.usage_metadata.thoughts_token_count == 5
    off = config(thinking_config=types.ThinkingConfig(thinking_budget=0))
    assert not google[1].models.generate_content(model=MODEL, contents="x", config=off).usage_metadata.thoughts_token_count


def test_structured_candidates_and_probabilities(google):
    form = config(response_mime_type="application/json", response_json_schema=WEATHER, candidate_count=2)
    done = google[1].models.generate_content(model=MODEL, contents="x", config=form)
    assert done.parsed == {"city": "You said: x", "days": 1} and len(done.candidates) == 2
    done = google[1].models.generate_content(
        model=MODEL, contents="x", config=config(response_logprobs=True, logprobs=2)
    )
    result = done.candidates[0].logprobs_result
    assert "".join(one.token for one in result.chosen_candidates) == "You said: x"
    assert len(result.top_candidates[0].candidates) == 2


def test_ends(google, control):
    ask = lambda: google[1].models.generate_content(model=MODEL, contents="x")
    stream = lambda: list(google[1].models.generate_content_stream(model=MODEL, contents="x"))
    for finish, reason in [
        ("safety", "SAFETY"),
        ("recitation", "RECITATION"),
        ("refusal", "PROHIBITED_CONTENT"),
        ("malformed_call", "MALFORMED_FUNCTION_CALL"),
    ]:
        control(google[0], finish=finish)
        assert ask().candidates[0].finish_reason == stream()[-1].candidates[0].finish_reason == reason
    control(google[0], finish="blocked")
    assert ask().prompt_feedback.block_reason == stream()[-1].prompt_feedback.block_reason == "PROHIBITED_CONTENT"
    control(google[0], citations=True, thinking="Hmm")
    done = ask().candidates[0]
    assert done.grounding_metadata.grounding_supports[0].segment.text == "You said: x"
    assert done.content.parts[0].thought


def test_embeddings_and_counts(studio, vertex):
    for client in [studio, vertex]:
        done = client.models.embed_content(
            model="gemini-embedding-001", contents="red fox", config={"output_dimensionality": 8}
        )
        assert len(done.embeddings[0].values) == 8
        assert client.models.count_tokens(model=MODEL, contents="Hello, world").total_tokens == 3
    done = vertex.models.embed_content(model="text-embedding-005", contents=["a", "bbbbb"])
    assert [one.statistics.token_count for one in done.embeddings] == [1, 2] and len(done.embeddings[0].values) == 768
    done = vertex.models.embed_content(model="gemini-embedding-001", contents=["a", "b"])
    assert [len(one.values) for one in done.embeddings] == [3072, 3072]
    counted = vertex.models.count_tokens(model=MODEL, contents="x", config={"system_instruction": "x" * 8})
    assert counted.total_tokens == 3


def test_errors(google, control, urls):
    ask = lambda: google[1].models.generate_content(model=MODEL, contents="x")
    stream = lambda: list(google[1].models.generate_content_stream(model=MODEL, contents="x"))
    control(google[0], status=429)
    for call in [ask, stream]:
        with pytest.raises(errors.ClientError) as error:
            call()
        assert (error.value.code, error.value.status) == (429, "RESOURCE_EXHAUSTED")
    control(google[0], models=["other"])
    with pytest.raises(errors.ClientError) as error:
        ask()
    assert error.value.status == "NOT_FOUND"
    control(google[0], expect_key="another")
    with pytest.raises(errors.ClientError) as error:
        ask()
    assert error.value.status == ("INVALID_ARGUMENT" if google[0] == "gemini" else "UNAUTHENTICATED")
    control(google[0], error_after=1)
    with pytest.raises(errors.ServerError):
        stream()


def test_vertex_wants_a_token(urls):
    client = genai.Client(
        vertexai=True,
        project="p",
        location="l",
        credentials=AnonymousCredentials(),
        http_options={"base_url": urls["vertex"], "api_version": "v1"},
    )
    with pytest.raises(Exception) as error:
        client.models.generate_content(model=MODEL, contents="x")
    assert "Expected OAuth 2 access token" in str(error.value) or "refresh" in str(error.value)


@pytest.fixture
def claude(urls):
    return anthropic.AnthropicVertex(
        base_url=urls["vertex"] + "/v1", project_id="p-1", region="europe-west1", access_token="token", max_retries=0
    )


CLAUDE = "claude-sonnet-4-5@20250929"
CLAUDE_TOOLS = [{"name": "get_weather", "description": "Weather", "input_schema": WEATHER}]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_claude(claude, control, form):
    control("vertex", **form)
    ask = {"model": CLAUDE, "max_tokens": 100, "messages": hello("Grüße 😀")}
    done = claude.messages.create(**ask)
    assert (done.content[0].text, done.model) == ("You said: Grüße 😀", CLAUDE)
    with claude.messages.stream(**ask) as stream:
        assert stream.get_final_text() == "You said: Grüße 😀"
    counted = claude.messages.count_tokens(model=CLAUDE, messages=hello("Grüße 😀"))
    assert counted.input_tokens == done.usage.input_tokens


def test_claude_tools(claude):
    messages = hello('use get_weather for "Ulm" please')
    ask = lambda: claude.messages.create(model=CLAUDE, max_tokens=100, messages=messages, tools=CLAUDE_TOOLS)
    call = ask().content[0]
    assert call.input == {"city": "Ulm", "days": 1}
    messages.append({"role": "assistant", "content": [call]})
    messages.append({"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "21 C"}]})
    assert ask().content[0].text == "Tool result: 21 C"


def test_claude_errors(claude, control):
    ask = lambda **more: claude.messages.create(model=CLAUDE, max_tokens=100, messages=hello(), **more)
    with pytest.raises(anthropic.BadRequestError, match="n: Extra inputs are not permitted"):
        ask(extra_body={"n": 1})
    control("vertex", models=["other"])
    with pytest.raises(anthropic.NotFoundError, match="publishers/anthropic/models/claude-sonnet-4-5@20250929"):
        ask()
    control("vertex", expect_key="another")
    with pytest.raises(anthropic.AuthenticationError):
        ask()
    control("vertex", status=529)
    with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
        ask()
