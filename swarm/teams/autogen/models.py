"""The model clients of AutoGen become names of models, and names of models become model clients."""

from typing import Any, cast

from swarm.teams.reading.values import Data

OPENAI = "autogen_ext.models.openai.OpenAIChatCompletionClient"
_CLIENTS = {
    "openai": OPENAI,
    "anthropic": "autogen_ext.models.anthropic.AnthropicChatCompletionClient",
    "ollama": "autogen_ext.models.ollama.OllamaChatCompletionClient",
}
"""The client that AutoGen has for the first part of a LiteLLM name."""
_FIRST_PARTS = {provider.rpartition(".")[2]: first for first, provider in _CLIENTS.items()}
_OF_OTHERS = {"gemini-": "gemini", "claude-": "anthropic", "Llama-": "meta_llama"}
"""Models that AutoGen's client of OpenAI finds at their makers by the beginning of their names."""
_UNCHOSEN = "choose-a-model"
_UNCHOSEN_LABEL = "The team names no model: choose one"
_KNOWN = frozenset(
    [
        "gpt-4",
        "gpt-4-turbo",
        "gpt-4o",
        "gpt-4o-mini",
        "gpt-4.1",
        "gpt-4.1-mini",
        "gpt-4.1-nano",
        "gpt-5",
        "gpt-5-mini",
        "gpt-5-nano",
        "o1",
        "o3",
        "o3-mini",
        "o4-mini",
    ]
)
"""Models of OpenAI whose abilities AutoGen 0.7.5 knows."""
_MODEL_INFO = {
    "vision": False,
    "function_calling": True,
    "json_output": True,
    "family": "unknown",
    "structured_output": False,
    "multiple_system_messages": False,
}
"""AutoGen loads a model that it does not know only if its abilities are given; these are modest ones."""


def client_of(model: str | None) -> Data:
    """A model client for a name, without a key: AutoGen takes that from the environment.

    Args:
        model: LiteLLM's name for it, or any; None writes a client whose model is to be chosen.
    """
    provider, name = _client(model)
    info = {} if provider == OPENAI and name in _KNOWN else {"model_info": dict(_MODEL_INFO)}
    return {
        "provider": provider,
        "component_type": "model",
        "version": 1,
        "component_version": 1,
        "description": "",
        "label": model or _UNCHOSEN_LABEL,
        "config": {"model": name, **info},
    }


def extra_of(model: str) -> str:
    """The extra of autogen-ext that the client of a model wants.

    Examples:
        >>> extra_of("anthropic/claude-sonnet-4-5"), extra_of("groq/llama-3.3-70b")
        ('anthropic', 'openai')
    """
    return _FIRST_PARTS[_client(model)[0].rpartition(".")[2]]


def model_of(kind: str, label: str, config: Data) -> str | None:
    """The name of a client's model, as LiteLLM knows it where that is certain; None when it names none.

    Args:
        kind: the client's class, such as "OpenAIChatCompletionClient".
        label: what people call it; what `client_of` wrote there counts as long as the model is still that one.
        config: of the client; nothing but the names in it is looked at.
    """
    model = config.get("model")
    if not isinstance(model, str) or not model.strip() or model == _UNCHOSEN:
        return None
    provider, name = _client(label)
    if name == model and provider.endswith(f".{kind}"):
        return label
    return _full_name(kind, model, config)


def _client(model: str | None) -> tuple[str, str]:
    """Provider and the name that it knows the model by."""
    if not model:
        return OPENAI, _UNCHOSEN
    first, _, rest = model.partition("/")
    if rest and first in _CLIENTS:
        return _CLIENTS[first], rest
    if rest.startswith(tuple(_OF_OTHERS)) and _OF_OTHERS.get(rest.partition("-")[0] + "-") == first:
        return OPENAI, rest
    return OPENAI, model


def _full_name(kind: str, model: str, config: Data) -> str:
    deployment = cast(Any, config.get("azure_deployment"))
    if kind == "AzureOpenAIChatCompletionClient":
        return f"azure/{deployment if isinstance(deployment, str) and deployment else model}"
    if kind not in _FIRST_PARTS or "/" in model or config.get("base_url"):
        return model
    if kind == OPENAI.rpartition(".")[2]:
        return f"{_OF_OTHERS.get(model.partition('-')[0] + '-', 'openai')}/{model}"
    return f"{_FIRST_PARTS[kind]}/{model}"
