"""What there is behind a gateway: each kind of provider, how it is simulated, and what its Provider object says beside its endpoint."""

from dataclasses import dataclass, field
from urllib.parse import unquote


@dataclass(frozen=True)
class Kind:
    """One kind of provider."""

    simulator: str
    api: str
    model: str
    key_header: str = "authorization"
    spec: dict = field(default_factory=dict)
    # The client dialect that it speaks itself.
    own: str = ""

    def model_of(self, received):
        """The model a request asked for, wherever this API names it."""
        body = received.json()
        if "model" in body and "/deployments/" not in received.path:
            return body["model"]
        return next(unquote(part).split(":generate")[0].split(":stream")[0].split(":raw")[0]
                    for part in received.path.split("?")[0].split("/") if unquote(part).startswith(self.model))


_VERTEX = {"project": "demo", "location": "europe-west4"}

KINDS = {
    "openai": Kind("openai", "openai", "gpt-4o", own="openai"),
    "openai-responses": Kind("openai", "openai-responses", "gpt-4o", own="responses"),
    "azure": Kind("azure", "azure-openai", "gpt-4o", "api-key", own="openai"),
    "azure-deployments": Kind("azure", "azure-openai", "gpt-4o", "api-key", {"apiVersion": "2024-10-21"}, own="openai"),
    "anthropic": Kind("anthropic", "anthropic", "claude-sonnet-4-5", "x-api-key", own="anthropic"),
    "gemini": Kind("gemini", "gemini", "gemini-2.5-pro", "x-goog-api-key"),
    "vertex": Kind("vertex", "vertex", "gemini-2.5-pro", spec=_VERTEX),
    "vertex-claude": Kind("vertex", "vertex", "claude-sonnet-4-5@20250929", spec=_VERTEX, own="anthropic"),
    "bedrock": Kind("bedrock", "bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", spec={"location": "eu-central-1"}),
    "cohere": Kind("cohere", "cohere", "command-a-03-2025"),
}

# Every header by which some provider is given a key.
KEY_HEADERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
