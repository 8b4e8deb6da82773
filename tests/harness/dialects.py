"""The two client APIs side by side, so that a test says once what holds for both.

Each dialect asks the same questions through its own real SDK and hands back what a caller would look at.
"""

import json

import anthropic
import openai

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["C", "F"]}},
    "required": ["city", "unit"],
}


class OpenAi:
    """`openai.chat`."""

    name = "openai"
    path = "/v1/chat/completions"
    errors = openai
    status_error = openai.APIStatusError

    @staticmethod
    def client(gateway, key, **more):
        return gateway.openai(key, **more)

    @staticmethod
    def headers(key):
        return {"authorization": f"Bearer {key}"} if key else {}

    @staticmethod
    def body(model, text="hello", **more):
        return {"model": model, "messages": [{"role": "user", "content": text}]} | more

    @staticmethod
    def bound(tokens):
        """Limits the output to so many tokens."""
        return {"max_completion_tokens": tokens}

    @classmethod
    def ask(cls, client, model, text="hello", **more):
        """The text of a whole answer."""
        return client.chat.completions.create(**cls.body(model, text, **more)).choices[0].message.content

    @classmethod
    def stream(cls, client, model, text="hello", **more):
        """The texts of a stream's events, as they come."""
        for chunk in client.chat.completions.create(**cls.body(model, text, stream=True, **more)):
            if chunk.choices and chunk.choices[0].delta.content:
                yield chunk.choices[0].delta.content

    @staticmethod
    def tools(*names):
        return [{"type": "function", "function": {"name": name, "description": name, "parameters": WEATHER}} for name in names]

    @classmethod
    def calls(cls, client, model, text, tools, stream):
        """The tool calls of an answer as (name, arguments), and why it ended."""
        body = cls.body(model, text, tools=cls.tools(*tools))
        if stream:
            with client.chat.completions.stream(**body) as events:
                done = events.get_final_completion()
        else:
            done = client.chat.completions.create(**body)
        choice = done.choices[0]
        calls = [call.function for call in choice.message.tool_calls]
        return [(call.name, json.loads(call.arguments)) for call in calls], choice.finish_reason

    ended_by_calls = "tool_calls"

    @staticmethod
    def error(body):
        """Kind and message of an error body; fails if it has not the shape of this API."""
        assert set(body) == {"error"}, body
        assert {"message", "type", "param", "code"} <= set(body["error"]), body
        return body["error"]["type"], body["error"]["message"]


class Anthropic:
    """`anthropic.messages`."""

    name = "anthropic"
    path = "/v1/messages"
    errors = anthropic
    status_error = anthropic.APIStatusError

    @staticmethod
    def client(gateway, key, **more):
        return gateway.anthropic(key, **more)

    @staticmethod
    def headers(key):
        return {"anthropic-version": "2023-06-01"} | ({"x-api-key": key} if key else {})

    @staticmethod
    def body(model, text="hello", **more):
        return {"model": model, "max_tokens": 200, "messages": [{"role": "user", "content": text}]} | more

    @staticmethod
    def bound(tokens):
        return {"max_tokens": tokens}

    @classmethod
    def ask(cls, client, model, text="hello", **more):
        return "".join(block.text for block in client.messages.create(**cls.body(model, text, **more)).content)

    @classmethod
    def stream(cls, client, model, text="hello", **more):
        with client.messages.stream(**cls.body(model, text, **more)) as events:
            yield from events.text_stream

    @staticmethod
    def tools(*names):
        return [{"name": name, "description": name, "input_schema": WEATHER} for name in names]

    @classmethod
    def calls(cls, client, model, text, tools, stream):
        body = cls.body(model, text, tools=cls.tools(*tools))
        if stream:
            with client.messages.stream(**body) as events:
                done = events.get_final_message()
        else:
            done = client.messages.create(**body)
        return [(block.name, block.input) for block in done.content if block.type == "tool_use"], done.stop_reason

    ended_by_calls = "tool_use"

    @staticmethod
    def error(body):
        assert body.get("type") == "error" and {"type", "message"} <= set(body["error"]), body
        return body["error"]["type"], body["error"]["message"]


DIALECTS = [OpenAi, Anthropic]
