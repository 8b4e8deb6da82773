"""The real SDKs, pointed at the gateway the way a team would do it: base URL and key, nothing else.

Retries of their own are off: they would hide what the gateway does.
"""

import os

import anthropic
import openai

# Whatever proxy this machine uses is not between a test and its gateway.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

# Ends a hang; nothing here is slow.
TIMEOUT = 60.0


def openai_client(port, key, **more):
    return openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=key, **({"max_retries": 0, "timeout": TIMEOUT} | more))


def anthropic_client(port, key, **more):
    return anthropic.Anthropic(base_url=f"http://127.0.0.1:{port}", api_key=key, **({"max_retries": 0, "timeout": TIMEOUT} | more))
