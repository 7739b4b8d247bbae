"""The model that code gives to an agent is named as LiteLLM names it."""

from collections.abc import Mapping

from swarm.teams.python.values import Made, Table, as_text

_PREFIXES: Mapping[str, str] = {
    "ChatOpenAI": "openai/",
    "OpenAI": "openai/",
    "ChatAnthropic": "anthropic/",
    "ChatGroq": "groq/",
    "Ollama": "ollama/",
    "OllamaLLM": "ollama/",
    "ChatOllama": "ollama/",
    "ChatGoogleGenerativeAI": "gemini/",
    "GoogleGenerativeAI": "gemini/",
    "ChatMistralAI": "mistral/",
    "ChatCohere": "cohere/",
    "ChatDeepSeek": "deepseek/",
    "ChatBedrock": "bedrock/",
    "ChatXAI": "xai/",
    "AzureChatOpenAI": "azure/",
}
"""Classes of LangChain whose models LiteLLM knows by a provider's name."""
_NAMES = ("model", "model_name", "model_id", "azure_deployment", "deployment_name", "id", "name")
_ELSEWHERE = ("base_url", "openai_api_base", "api_base")


def model_of(value: object) -> str | None:
    """The model in `"name"`, `LLM(model="name")` or a table with its name; None for all else."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, Table):
        return _named(value.rows, "")
    return _named(value.said, value.kind, value.given) if isinstance(value, Made) else None


def _named(said: Mapping[str, object], kind: str, given: list[object] | None = None) -> str | None:
    found = next((text for name in _NAMES if (text := as_text(said.get(name)))), "")
    found = found or (as_text(given[0]) if given else "") or ""
    name = found.strip().removeprefix("models/")
    known = not name or "/" in name or any(key in said for key in _ELSEWHERE)
    provider = as_text(said.get("provider")) or ""
    prefix = f"{provider}/" if provider else _PREFIXES.get(kind, "")
    return name or None if known else prefix + name
