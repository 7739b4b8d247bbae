"""CrewAI 1.15 comes with OpenAI's client alone: a model elsewhere wants an extra of its package."""

from collections.abc import Mapping

LITELLM = "litellm"
_EXTRAS: Mapping[str, str] = {
    "anthropic": "anthropic",
    "claude": "anthropic",
    "gemini": "google-genai",
    "google": "google-genai",
    "azure": "azure-ai-inference",
    "azure_openai": "azure-ai-inference",
    "bedrock": "bedrock",
    "aws": "bedrock",
}
_AS_OPENAI = (
    "openrouter",
    "ollama",
    "ollama_chat",
    "hosted_vllm",
    "cerebras",
    "dashscope",
    "snowflake",
    "deepinfra",
)
"""Providers that CrewAI reaches with OpenAI's client, whatever the model is called."""
_BEGINNINGS: Mapping[str, tuple[str, ...]] = {
    "openai": ("gpt-", "o1", "o3", "o4", "whisper-"),
    "deepseek": ("deepseek",),
    "anthropic": ("claude-", "anthropic."),
    "claude": ("claude-", "anthropic."),
    "gemini": ("gemini-", "gemma-", "learnlm-"),
    "google": ("gemini-", "gemma-", "learnlm-"),
    "azure": ("",),
    "azure_openai": ("",),
}
"""How a provider's models begin; others go to LiteLLM."""


def extra_of(model: str) -> str | None:
    """The extra of CrewAI's package that a model wants; None for one that needs none.

    Examples:
        >>> extra_of("gemini/gemini-2.0-flash"), extra_of("groq/llama-3.3-70b"), extra_of("gpt-4.1-mini")
        ('google-genai', 'litellm', None)
    """
    first, slash, name = model.partition("/")
    first, name = first.lower(), name.lower()
    if not slash:
        return _extra_of_a_bare(model.lower())
    if first in _AS_OPENAI:
        return None
    known = "." in name if first in ("bedrock", "aws") else name.startswith(_BEGINNINGS.get(first, ()))
    return _EXTRAS.get(first) if known else LITELLM


def _extra_of_a_bare(model: str) -> str | None:
    if "anthropic." in model:
        return _EXTRAS["bedrock"]
    found = next((first for first in ("anthropic", "gemini") if model.startswith(_BEGINNINGS[first])), "")
    return _EXTRAS.get(found)
