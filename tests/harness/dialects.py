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

    @classmethod
    def turn(cls, client, model, history, tools, stream):
        """One turn of an agent: what it says, and its calls as (id, name, arguments); the history grows by it."""
        body = {"model": model, "messages": history, "tools": cls.tools(*tools)}
        if stream:
            with client.chat.completions.stream(**body) as events:
                message = events.get_final_completion().choices[0].message
        else:
            message = client.chat.completions.create(**body).choices[0].message
        # What the SDK has parsed is its own; the API knows no such fields.
        parsed = {"parsed": True, "tool_calls": {"__all__": {"index": True, "function": {"parsed_arguments"}}}}
        history.append(message.model_dump(exclude_none=True, exclude=parsed))
        calls = [(call.id, call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls or []]
        return message.content, calls

    @staticmethod
    def say(text):
        return [{"role": "user", "content": text}]

    @staticmethod
    def results(results):
        return [{"role": "tool", "tool_call_id": call, "content": text} for call, text in results]

    @staticmethod
    def usage(client, model, stream):
        """Input and output tokens as the caller is told."""
        body = {"model": model, "messages": [{"role": "user", "content": "count me"}]}
        if stream:
            asked = body | {"stream": True, "stream_options": {"include_usage": True}}
            usage = list(client.chat.completions.create(**asked))[-1].usage
        else:
            usage = client.chat.completions.create(**body).usage
        return usage.prompt_tokens, usage.completion_tokens

    @staticmethod
    def error(body):
        """Kind and message of an error body; fails if it has not the shape of this API."""
        assert set(body) == {"error"}, body
        assert {"message", "type", "param", "code"} <= set(body["error"]), body
        return body["error"]["type"], body["error"]["message"]


class Responses:
    """`openai.responses`."""

    name = "responses"
    path = "/v1/responses"
    errors = openai
    status_error = openai.APIStatusError
    client = OpenAi.client
    headers = OpenAi.headers
    error = OpenAi.error

    @staticmethod
    def body(model, text="hello", **more):
        return {"model": model, "input": text} | more

    @staticmethod
    def bound(tokens):
        return {"max_output_tokens": tokens}

    @classmethod
    def ask(cls, client, model, text="hello", **more):
        return client.responses.create(**cls.body(model, text, **more)).output_text

    @classmethod
    def stream(cls, client, model, text="hello", **more):
        with client.responses.stream(**cls.body(model, text, **more)) as events:
            for event in events:
                if event.type == "response.output_text.delta":
                    yield event.delta
                # A stream of this API fails with an event, which the SDK hands out like any other.
                if event.type in ("response.failed", "error"):
                    raise openai.APIError(str(event), request=None, body=None)
            events.get_final_response()

    @staticmethod
    def tools(*names):
        return [
            {"type": "function", "name": name, "description": name, "parameters": WEATHER, "strict": False} for name in names
        ]

    @classmethod
    def calls(cls, client, model, text, tools, stream):
        body = cls.body(model, text, tools=cls.tools(*tools))
        if stream:
            with client.responses.stream(**body) as events:
                done = events.until_done().get_final_response()
        else:
            done = client.responses.create(**body)
        calls = [item for item in done.output if item.type == "function_call"]
        return [(call.name, json.loads(call.arguments)) for call in calls], done.status

    ended_by_calls = "completed"

    @classmethod
    def turn(cls, client, model, history, tools, stream):
        """One turn of an agent: what it says, and its calls as (id, name, arguments); the history grows by it."""
        body = {"model": model, "input": history, "tools": cls.tools(*tools)}
        if stream:
            with client.responses.stream(**body) as events:
                done = events.until_done().get_final_response()
        else:
            done = client.responses.create(**body)
        history += done.output
        calls = [item for item in done.output if item.type == "function_call"]
        return done.output_text, [(call.call_id, call.name, json.loads(call.arguments)) for call in calls]

    @staticmethod
    def say(text):
        return [{"role": "user", "content": text}]

    @staticmethod
    def results(results):
        return [{"type": "function_call_output", "call_id": call, "output": text} for call, text in results]

    @staticmethod
    def usage(client, model, stream):
        """Input and output tokens as the caller is told."""
        body = {"model": model, "input": "count me"}
        if stream:
            with client.responses.stream(**body) as events:
                usage = events.until_done().get_final_response().usage
        else:
            usage = client.responses.create(**body).usage
        return usage.input_tokens, usage.output_tokens


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

    @classmethod
    def turn(cls, client, model, history, tools, stream):
        body = {"model": model, "max_tokens": 500, "messages": history, "tools": cls.tools(*tools)}
        if stream:
            with client.messages.stream(**body) as events:
                message = events.get_final_message()
        else:
            message = client.messages.create(**body)
        history.append({"role": "assistant", "content": message.content})
        calls = [(block.id, block.name, block.input) for block in message.content if block.type == "tool_use"]
        return "".join(block.text for block in message.content if block.type == "text"), calls

    @staticmethod
    def say(text):
        return [{"role": "user", "content": text}]

    @staticmethod
    def results(results):
        blocks = [{"type": "tool_result", "tool_use_id": call, "content": text} for call, text in results]
        return [{"role": "user", "content": blocks}]

    @classmethod
    def usage(cls, client, model, stream):
        body = cls.body(model, "count me")
        if stream:
            with client.messages.stream(**body) as events:
                usage = events.get_final_message().usage
        else:
            usage = client.messages.create(**body).usage
        return usage.input_tokens, usage.output_tokens

    @staticmethod
    def error(body):
        assert body.get("type") == "error" and {"type", "message"} <= set(body["error"]), body
        return body["error"]["type"], body["error"]["message"]


DIALECTS = [OpenAi, Anthropic]
EVERY_DIALECT = [OpenAi, Responses, Anthropic]
