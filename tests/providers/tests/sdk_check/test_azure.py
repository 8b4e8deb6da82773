"""The OpenAI SDK's Azure client against the simulated Azure OpenAI API, and its plain client at the v1 paths."""

import json

import openai
import pytest
from common import FORMS, WEATHER, hello

TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "Weather", "parameters": WEATHER}}]
VERSION = "2024-10-21"


@pytest.fixture
def azure(urls):
    return openai.AzureOpenAI(azure_endpoint=urls["azure"], api_key="k", api_version=VERSION, max_retries=0)


@pytest.fixture
def v1(urls):
    return openai.OpenAI(base_url=urls["azure"] + "/openai/v1", api_key="k", max_retries=0)


def test_chat(azure, v1):
    for client in [azure, v1]:
        done = client.chat.completions.create(model="my-deployment", messages=hello())
        assert (done.choices[0].message.content, done.model) == ("You said: Hello, world", "my-deployment")
        assert done.choices[0].content_filter_results["hate"] == {"filtered": False, "severity": "safe"}
        assert done.prompt_filter_results[0]["content_filter_results"]["jailbreak"]["detected"] is False
        assert done.usage.total_tokens == 9


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_chat_stream(azure, control, form):
    control("azure", **form)
    chunks = list(azure.chat.completions.create(model="d", messages=hello("Grüße 😀"), stream=True))
    assert chunks[0].choices == [] and chunks[0].id == "" and chunks[0].prompt_filter_results
    assert "".join(c.choices[0].delta.content or "" for c in chunks[1:]) == "You said: Grüße 😀"
    assert chunks[-1].choices[0].finish_reason == "stop" and chunks[-1].choices[0].content_filter_results == {}
    assert chunks[2].choices[0].content_filter_results["violence"]["severity"] == "safe"


def test_tools(azure):
    messages = hello('use get_weather for "Ulm" please')
    done = azure.chat.completions.create(model="d", messages=messages, tools=TOOLS)
    call = done.choices[0].message.tool_calls[0]
    assert json.loads(call.function.arguments) == {"city": "Ulm", "days": 1}
    messages += [done.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "21 C"}]
    done = azure.chat.completions.create(model="d", messages=messages, tools=TOOLS)
    assert done.choices[0].message.content == "Tool result: 21 C"


def test_responses(azure, v1):
    for client in [azure, v1]:
        assert client.responses.create(model="d", input="Hi").output_text == "You said: Hi"
        events = list(client.responses.create(model="d", input="Hi", stream=True))
        assert events[-1].type == "response.completed"


def test_embeddings_completions_and_models(azure, v1):
    for client in [azure, v1]:
        assert len(client.embeddings.create(model="d", input=["a", "b"], dimensions=8).data) == 2
        done = client.completions.create(model="d", prompt="Hi")
        assert done.choices[0].text == "You said: Hi" and done.choices[0].content_filter_results
        assert client.models.list().data


def test_a_token_will_do(urls, control):
    control("azure", expect_key="token")
    for token, works in [("token", True), ("other", False)]:
        client = openai.AzureOpenAI(azure_endpoint=urls["azure"], azure_ad_token=token, api_version=VERSION, max_retries=0)
        ask = lambda: client.chat.completions.create(model="d", messages=hello())
        if works:
            assert ask().choices
        else:
            with pytest.raises(openai.AuthenticationError) as error:
                ask()
            assert error.value.body["code"] == "Unauthorized"


def test_filters(azure, control):
    ask = lambda **more: azure.chat.completions.create(model="d", messages=hello(), **more)
    control("azure", finish="blocked")
    with pytest.raises(openai.BadRequestError) as error:
        ask()
    assert error.value.code == "content_filter"
    assert error.value.body["innererror"]["code"] == "ResponsibleAIPolicyViolation"
    control("azure", finish="safety")
    assert ask().choices[0].content_filter_results["violence"] == {"filtered": True, "severity": "medium"}
    last = list(ask(stream=True))[-1].choices[0]
    assert last.finish_reason == "content_filter" and last.content_filter_results["violence"]["filtered"]


def test_front_door(azure, v1, urls, control):
    control("azure", models=["d"])
    with pytest.raises(openai.NotFoundError) as error:
        azure.chat.completions.create(model="other", messages=hello())
    assert error.value.code == "DeploymentNotFound"
    with pytest.raises(openai.NotFoundError, match="deployment for this resource does not exist"):
        v1.chat.completions.create(model="other", messages=hello())
    control("azure", expect_key="another")
    with pytest.raises(openai.AuthenticationError, match="invalid subscription key") as error:
        azure.chat.completions.create(model="d", messages=hello())
    assert error.value.code == "401"
    control("azure", status=429, retry_after=3)
    with pytest.raises(openai.RateLimitError, match=f"version {VERSION} have exceeded token rate limit"):
        azure.chat.completions.create(model="d", messages=hello())
    control("azure")
    unversioned = openai.OpenAI(base_url=urls["azure"] + "/openai/deployments/d", api_key="k", max_retries=0)
    with pytest.raises(openai.NotFoundError, match="Resource not found"):
        unversioned.chat.completions.create(model="d", messages=hello())
    with pytest.raises(openai.BadRequestError, match="not allowed when using /v1 path"):
        v1.chat.completions.create(model="d", messages=hello(), extra_query={"api-version": VERSION})
    assert v1.chat.completions.create(model="d", messages=hello(), extra_query={"api-version": "preview"}).choices
